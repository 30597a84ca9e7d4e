"""Tie records to steps of runs and to the policies that they studied; confirmed and taken back as every tie is."""

from django.core.exceptions import ValidationError

from branches.access.models import User
from branches.jobs.marks import mark
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor
from common.text import quoted
from members.activities.models import Activity
from members.activities.services.ties import tie_add, tie_confirm, tie_remove
from members.activities.ties import TieSource, TieTable
from responsibilities.policies.marks import POLICIES, mark_run
from responsibilities.policies.models import PolicyStudy, PolicyVersion, RunStep, StepRecord


def _mark_step(tie: StepRecord) -> None:
    mark_run(tie.step.run)


def _mark_study(tie: PolicyStudy) -> None:
    day = tie.version.issued_on or clock.today()
    mark(tie.activity.organisation_id, day, clock.today(), POLICIES, thing=tie.version_id)


STEPS = TieTable(StepRecord, "step", "policy_run", "制度步骤", _mark_step, ("step__run", "step__step"))
STUDIES = TieTable(PolicyStudy, "version", "policy", "学习制度", _mark_study, ("version__policy",))


@one_transaction
def step_tie(*, by: Actor, activity: Activity, step: RunStep, system: bool = False) -> StepRecord:
    """Tie a record to a step that waits at its organisation. ValidationError where it does not fit."""
    fresh = RunStep.objects.select_related("run", "step", "organisation__parent").get(pk=step.pk)
    name = quoted(fresh.step.title)
    codes = [row.kind for row in activity.kinds.all()]
    if not StepRecord.objects.active().filter(activity=activity, step=fresh).exists():
        if fresh.run.cancelled_on is not None:
            raise ValidationError(f"{name}所在的程序已经撤销。")
        if fresh.organisation_id != activity.organisation_id:
            raise ValidationError(f"{name}由{fresh.organisation.label}办理，只能关联该组织的记录。")
        if not set(codes) & set(fresh.step.kinds):
            raise ValidationError(f"{name}形成的是{fresh.step.yields_label}，这条记录不是。")
        if activity.day < fresh.run.opened_on:
            raise ValidationError(f"记录早于程序启动的日期（{fresh.run.opened_on:%Y-%m-%d}），不能关联到{name}。")
        if fresh.done_on is not None or fresh.skipped_on is not None:
            raise ValidationError(f"{name}已经办结。")
    source = TieSource.SYSTEM if system else TieSource.PERSON
    return tie_add(by=by, table=STEPS, activity=activity, subject=fresh, source=source)  # type: ignore[return-value]


@one_transaction
def study_tie(*, by: Actor, activity: Activity, version: PolicyVersion, system: bool = False) -> PolicyStudy:
    """Say that a record studied a version that its writer may read."""
    rows = PolicyVersion.objects.visible_to(by) if isinstance(by, User) else PolicyVersion.objects.all()
    fresh = rows.filter(pk=version.pk, issued_at__isnull=False).first()
    if fresh is None:
        raise ValidationError("没有这项制度。")
    if fresh.issued_on is not None and activity.day < fresh.issued_on:
        raise ValidationError(f"记录早于制度印发的日期（{fresh.issued_on:%Y-%m-%d}），不能算学习这项制度。")
    source = TieSource.SYSTEM if system else TieSource.PERSON
    return tie_add(by=by, table=STUDIES, activity=activity, subject=fresh, source=source)  # type: ignore[return-value]


@one_transaction
def tie_of_step_confirm(*, by: Actor, tie: StepRecord) -> StepRecord:
    """Say that a tie made after the record was submitted is true."""
    if not StepRecord.objects.active().filter(pk=tie.pk).exists():
        raise Conflict("这条关联已经撤下。")
    return tie_confirm(by=by, table=STEPS, tie=tie)  # type: ignore[return-value]


def untie(by: Actor, table: TieTable, activity: Activity, subject: int, reason: str) -> None:
    """Take back the standing tie of a record to a subject (id); nothing where there is none."""
    tie = table.rows.active().filter(activity=activity, **{f"{table.field}_id": subject}).first()
    if tie is not None:
        tie_remove(by=by, table=table, tie=tie, reason=reason)
