"""Runs of a procedure: begun by hand, step by step done, skipped with a reason, cancelled."""

from datetime import date

from django.core.exceptions import ValidationError

from branches import audit
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.reach import reach_of
from branches.reach.rights import DUTIES, VIEW
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import OPERATOR, Actor, account_of
from common.text import clean_text
from members.activities.models import Activity
from responsibilities.assigning import answers_for, require_assigns
from responsibilities.policies.marks import mark_run
from responsibilities.policies.models import YIELDS, PolicyRun, PolicySeat, PolicyVersion, RunStep
from responsibilities.policies.seats import SeatMap
from responsibilities.policies.selectors.steps import StepView, run_views

REASON_MOST = TEXT_MOST = 200


def run_open(
    by: Actor,
    version: PolicyVersion,
    place: Organisation,
    *,
    subject: str,
    opened_on: date,
    seats: SeatMap,
    about: str = "",
    period: str = "",
    activity: Activity | None = None,
) -> PolicyRun:
    """Write a run with its steps, each where it waits; part of the caller's transaction, which has asked who may."""
    run = PolicyRun(
        version=version,
        organisation=place,
        subject=subject,
        about=about,
        opened_on=opened_on,
        period=period,
        activity=activity,
        opened_by=account_of(by),
    )
    run.full_clean(exclude=["version", "organisation", "activity", "opened_by", "cancelled_on"])
    run.save()
    rows = []
    for step in version.steps.all():
        waits = seats.waits_at(step.seat, place.pk)
        rows.append(
            RunStep(
                run=run,
                step=step,
                organisation_id=waits.organisation,
                holder_id=waits.holder,
                vacant_at_id=waits.vacant_at,
            )
        )
    RunStep.objects.bulk_create(rows)
    audit.record(by=by, verb="policy_run.open", obj=run, organisation=place, after=audit.snapshot(run))
    mark_run(run)
    return run


def addresses(version: PolicyVersion, place: Organisation) -> bool:
    """Whether `place` runs the procedure: it is of a kind that is addressed and lies below the issuer, or is the issuer."""
    issuer = version.policy.organisation
    kinds = {row.kind for row in version.addressees.all()}
    return place.pk == issuer.pk if not kinds else place.kind in kinds and issuer.contains(place)


def require_runs(version: PolicyVersion, today: date) -> None:
    """Raise Conflict unless the procedure of a version, its steps at hand, may be begun today."""
    if version.state(today) != "in_force":
        raise Conflict("这一版制度不在施行，不能启动程序。", record=version.policy)
    if not version.steps.all():
        raise Conflict("这项制度没有写明程序，补齐步骤后才能走。", record=version.policy)
    if all(step.optional for step in version.steps.all()):
        raise Conflict("程序没有必办的步骤，不能启动。", record=version.policy)


@one_transaction
def run_begin(
    *, by: Actor, version: PolicyVersion, organisation: Organisation, subject: str, about: str = ""
) -> PolicyRun:
    """Begin a run by hand today, by whoever answers for the organisation: who leads it from above does not act in its place.

    ValidationError by field.
    """
    fresh = PolicyVersion.objects.select_for_update(of=("self",)).select_related("policy__organisation")
    now = fresh.prefetch_related("addressees", "steps").get(pk=version.pk)
    place = Organisation.objects.select_related("parent").get(pk=organisation.pk)
    access.require(by, VIEW, place)
    if not answers_for(by, place):
        raise access.Forbidden(DUTIES, place)
    today = clock.today()
    if place.archived_on and place.archived_on < today:
        raise ValidationError(
            {"organisation": f"{place.label}已于 {place.archived_on:%Y-%m-%d} 撤销，不能再启动程序。"}
        )
    if not addresses(now, place):
        raise ValidationError({"organisation": "这项制度不适用于该组织。"})
    require_runs(now, today)
    subject = clean_text(subject)
    if not subject:
        raise ValidationError({"subject": "请填写事项。"})
    return run_open(by, now, place, subject=subject, about=clean_text(about), opened_on=today, seats=SeatMap(today))


def acts_on(user: Actor, step: RunStep) -> bool:
    """Whether `user` may do a step: the leader in person or who acts for him, else who answers where it waits."""
    if user is OPERATOR:
        return True
    if step.holder_id is not None:
        return step.holder_id == getattr(user, "pk", None) or step.holder_id in reach_of(user).principals
    if step.step.seat == PolicySeat.DISCIPLINE and step.vacant_at_id is None:
        return any(
            seat.role == "discipline_officer" and seat.organisation == step.organisation_id
            for seat in reach_of(user).seats
        )
    return answers_for(user, step.organisation)


def _held(step: RunStep) -> StepView:
    """Return how a step stands with its run's row locked."""
    return _stands(PolicyRun.objects.select_for_update().get(pk=step.run_id), step)


def _stands(run: PolicyRun, step: RunStep) -> StepView:
    """Return how a step of a run stands; Conflict where the run was cancelled, or the step is settled."""
    if run.cancelled_on is not None:
        raise Conflict("这次程序已经撤销。", record=run)
    view = next(view for view in run_views([run])[0].steps if view.row.pk == step.pk)
    view.row.run = run
    if view.judged.settled:
        raise Conflict("这一步已经办结。", record=run)
    return view


def require_unsettled(step: RunStep) -> None:
    """Raise Conflict unless a step waits, or will."""
    _stands(step.run, step)


def require_shown(step: RunStep) -> None:
    """Raise Conflict unless a step waits, or will, and records show it."""
    require_unsettled(step)
    if not step.step.kinds:
        raise Conflict("这一步不形成活动记录，请直接办结。", record=step.run)


def require_next(step: RunStep) -> None:
    """Raise Conflict unless a step may be done now: the one before it is."""
    _check_next(_stands(step.run, step))


def _check_next(view: StepView) -> None:
    if not view.judged.begun:
        raise Conflict("上一步还没有办结，这一步不能先办。", record=view.row.run)


def require_going(run: PolicyRun) -> None:
    """Raise Conflict unless a run goes on."""
    if run.cancelled_on is not None:
        raise Conflict("这次程序已经撤销。", record=run)
    if run_views([run])[0].closed:
        raise Conflict("这次程序已经办结，不能撤销。", record=run)


def needs_record(step: RunStep) -> str:
    """Return why a sentence does not close a step: it yields records, and one of them must show it; "" where it may."""
    kinds = "、".join(YIELDS[code] for code in step.step.kinds)
    return f"这一步形成{kinds}记录，请登记或关联记录。" if kinds else ""


@one_transaction
def step_done(*, by: Actor, step: RunStep, text: str) -> RunStep:
    """Say that a step was done today, with a sentence on what it yielded: where no record could show it.

    The day is that of the entry: nobody says afterwards that it had been done in time.
    """
    view = _held(step)
    row = view.row
    if not acts_on(by, row):
        raise access.Forbidden(DUTIES, row.organisation)
    _check_next(view)
    if why := needs_record(row):
        raise ValidationError({"text": why})
    text = clean_text(text)
    if not text:
        raise ValidationError({"text": "请填写办理情况。"})
    if len(text) > TEXT_MOST:
        raise ValidationError({"text": f"办理情况不超过 {TEXT_MOST} 字，现有 {len(text)} 字。"})
    with audit.change(by=by, verb="policy_run.done", obj=row, organisation=row.organisation_id, note=text):
        row.done_on, row.done_by, row.text = clock.today(), account_of(by), text
        row.full_clean(exclude=["run", "step", "organisation", "holder", "vacant_at", "done_by"])
        row.save()
    mark_run(row.run)
    return row


def _reason(reason: str, name: str) -> str:
    reason = clean_text(reason)
    if not reason:
        raise ValidationError({"reason": f"请填写{name}。"})
    if len(reason) > REASON_MOST:
        raise ValidationError({"reason": f"{name}不超过 {REASON_MOST} 字，现有 {len(reason)} 字。"})
    return reason


@one_transaction
def step_skip(*, by: Actor, step: RunStep, reason: str) -> RunStep:
    """Pass a step over, with a reason: whoever assigns work at the organisation of the run."""
    row = _held(step).row
    require_assigns(by, _place(row.run))
    with audit.change(by=by, verb="policy_run.skip", obj=row, organisation=row.organisation_id, note=reason):
        row.skipped_on, row.skipped_reason = clock.today(), _reason(reason, "不办原因")
        row.save(update_fields=["skipped_on", "skipped_reason"])
    mark_run(row.run)
    return row


def _place(run: PolicyRun) -> Organisation:
    return Organisation.objects.select_related("parent").get(pk=run.organisation_id)


@one_transaction
def run_cancel(*, by: Actor, run: PolicyRun, reason: str) -> PolicyRun:
    """Cancel an open run with a reason; what was done in it stays."""
    fresh = PolicyRun.objects.select_for_update().get(pk=run.pk)
    require_assigns(by, _place(fresh))
    require_going(fresh)
    return cancelled(by, fresh, _reason(reason, "撤销原因"))


def cancelled(by: Actor, run: PolicyRun, reason: str) -> PolicyRun:
    """Write that a run was cancelled; part of the caller's transaction."""
    with audit.change(by=by, verb="policy_run.cancel", obj=run, organisation=run.organisation_id, note=reason):
        run.cancelled_on, run.cancel_reason = clock.today(), reason
        run.save(update_fields=["cancelled_on", "cancel_reason"])
    mark_run(run)
    return run
