"""What happened on the business side of a stage: its dates, its milestones, and a waiver."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from branches import audit
from branches.reach.rights import ASSIGN, DUTIES
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.stale_form import require_unchanged
from responsibilities.work.models import Milestone, StageEvidence, SyncStage, SyncStageKind, Uptake, WorkItem
from responsibilities.work.rights import carriers_of, correctors, may_change_what_was_decided, powers_for, require
from responsibilities.work.rules import day_problem, order_problems, start_problem
from responsibilities.work.services import noted
from responsibilities.work.services.items import mark_work, stage_dates
from responsibilities.work.stages import STAGES

MOVED_ON = "这个环节刚被他人修改，您填写的内容没有保存。请打开最新内容对照后再改。"
KEPT_MILESTONE = "这个节点有过佐证，不能删除；可以改名称或日期。"


class MilestoneData(NamedTuple):
    """One milestone as it will stand; pk: None for a new one."""

    pk: int | None
    name: str
    planned_on: date | None
    happened_on: date | None


@dataclass
class StageData:
    """planned, happened: business dates or None. milestones: the whole list, as it will stand. reason: why a noted date changes."""

    planned: date | None = None
    happened: date | None = None
    business: str = ""
    milestones: list[MilestoneData] = field(default_factory=list)
    reason: str = ""


def audit_view(stage: SyncStage) -> dict[str, Any]:
    """Return the stage as the audit trail keeps it, its milestones as one text."""
    rows = stage.milestones.order_by("planned_on", "pk")
    text = "；".join(f"{row.name} 计划 {row.planned_on or '—'} 实际 {row.happened_on or '—'}" for row in rows)
    kept = {name: value for name, value in audit.snapshot(stage).items() if not name.startswith("noted_")}
    return kept | {"milestones": text}


def shown(stage: SyncStage) -> dict[str, Any]:
    """Return what the form of a stage shows of it, for the mark of the form (common/stale_form.py)."""
    rows = stage.milestones.order_by("pk").values_list("pk", "name", "planned_on", "happened_on")
    return {"own": [stage.planned_on, stage.happened_on, stage.business], "parts": [list(row) for row in rows]}


def _days(stage: SyncStage) -> list[date]:
    pairs = [(stage.planned_on, stage.happened_on)]
    pairs += [(part.planned_on, part.happened_on) for part in stage.milestones.all()]
    return [day for pair in pairs for day in pair if day]


def _check(item: WorkItem, data: StageData) -> None:
    def problem(day: date | None, actual: bool) -> str:
        return day_problem(day, actual=actual) or start_problem(day, item.starts)

    errors = {
        "planned_on": problem(data.planned, False),
        "happened_on": problem(data.happened, True),
    }
    for number, row in enumerate(data.milestones):
        errors[f"{number}-name"] = "" if row.name.strip() else "请填写节点名称。"
        errors[f"{number}-planned_on"] = problem(row.planned_on, False)
        errors[f"{number}-happened_on"] = problem(row.happened_on, True)
    _raise(errors)


def _check_order(stage: SyncStage, data: StageData) -> None:
    """The dates of all four stages stand in order; what is wrong is said beside the date of this stage that is nearest to it."""
    errors: dict[str, str] = {}
    later = STAGES[STAGES.index(SyncStageKind(stage.stage)) + 1 :]
    for column, word in (("planned_on", "计划"), ("happened_on", "实际")):
        problems = order_problems(stage_dates(stage.item, column), word)
        if not problems:
            continue
        days = {day: number for number, row in enumerate(data.milestones) if (day := getattr(row, column))}
        nearest = max if any(kind in problems for kind in later) else min
        name = f"{days[nearest(days)]}-{column}" if days else column
        errors[name] = " ".join(problems.values())
    _raise(errors)


def _only_dates(stage: SyncStage, data: StageData) -> None:
    """Of own work on which somebody above has decided, the branch notes dates alone: its milestones are what was decided on.

    A date before the work was registered is noted by him, for he has seen only those that stood there.
    """
    item = stage.item
    stored = {row.pk: row for row in stage.milestones.all()}
    if {row.pk: row.name.strip() for row in data.milestones} != {pk: row.name for pk, row in stored.items()}:
        raise ValidationError({"milestones": f"上级已对这项业务作出决定，节点由{correctors(item)}增减和改名。"})
    if item.uptake != Uptake.TAKEN or item.uptake_at is None:
        return
    registered, who = clock.day_of(item.created), correctors(item)
    noted = {"happened_on": (stage.happened_on, data.happened)}
    for number, row in enumerate(data.milestones):
        noted[f"{number}-happened_on"] = (stored[row.pk or 0].happened_on, row.happened_on)
    early = {name for name, (old, new) in noted.items() if new and new != old and new < registered}
    _raise(dict.fromkeys(early, f"早于这项业务的登记日期（{clock.short(registered)}），由{who}登记。"))


def _raise(errors: dict[str, str]) -> None:
    errors = {name: sentence for name, sentence in errors.items() if sentence}
    if errors:
        raise ValidationError(errors)


@one_transaction
def stage_update(*, by: Actor, stage: SyncStage, data: StageData, seen: str = "") -> SyncStage:
    """Write dates, progress and milestones of a stage; Conflict when it is no longer as it was `seen` (mark of `shown`).

    Who edits the item may change all of it. Who speaks for a carrying branch notes what happened: actual dates and the
    progress; planned dates and the list of milestones stay as they are. Raises ValidationError on planned_on,
    happened_on, business, milestones, reason, or a column of one of them: 0-name, 0-planned_on, 0-happened_on. A date that
    others noted is changed by who arranges the work alone, with a reason, and those who carry it are told (noted.py).
    """
    # The item is locked, not the stage: the order of dates concerns all four.
    item = WorkItem.objects.select_for_update().select_related("organisation").get(pk=stage.item_id)
    stage = SyncStage.objects.get(pk=stage.pk)
    stage.item = item
    powers, carriers = powers_for(by, item)
    require(powers.notes(item, carriers), by, DUTIES, item)
    require_unchanged(seen, shown(stage), MOVED_ON)
    if not powers.edits(item):
        data = _only_actual(stage, data)
    _check(item, data)
    changed = noted.changed(by, stage, data.happened, data.milestones)
    noted.require(by, item, changed, powers.corrects(item), data.reason)
    if not may_change_what_was_decided(by, item):
        _only_dates(stage, data)
    before, days, rows = audit_view(stage), _days(stage), _ids(stage)
    noted.note(by, stage, data.happened)
    stage.planned_on, stage.business = data.planned, data.business.strip()
    stage.full_clean(exclude=["item", "waived_by", "waived_at"])
    stage.save(update_fields=["planned_on", "happened_on", "noted_by", "noted_on", "business"])
    _write_milestones(by, stage, data.milestones)
    _check_order(stage, data)
    after = audit_view(stage)
    if after == before:
        if rows != _ids(stage):
            # The same milestones written anew: what is kept of them went with the rows before.
            mark_work(item, (), days)
        return stage
    why = data.reason.strip()[:300] if changed else ""
    audit.record(
        by=by, verb="work.stage", obj=stage, organisation=item.organisation, before=before, after=after, note=why
    )
    noted.tell(by, stage, carriers, changed, why)
    mark_work(item, (), [*days, *_days(stage)] or ())
    return stage


def _ids(stage: SyncStage) -> set[int]:
    return set(stage.milestones.order_by().values_list("pk", flat=True))


def _only_actual(stage: SyncStage, data: StageData) -> StageData:
    given = {pk: happened for pk, _, _, happened in data.milestones}
    rows = [
        MilestoneData(row.pk, row.name, row.planned_on, given.get(row.pk, row.happened_on))
        for row in stage.milestones.all()
    ]
    return StageData(stage.planned_on, data.happened, data.business, rows, data.reason)


def _write_milestones(by: Actor, stage: SyncStage, rows: list[MilestoneData]) -> None:
    stored = {row.pk: row for row in stage.milestones.all()}
    kept = {pk for pk, *_ in rows if pk is not None}
    if kept - set(stored):
        raise ValidationError({"milestones": "节点已被他人删除，请刷新后再改。"})
    gone = set(stored) - kept
    if StageEvidence.objects.filter(milestone__in=gone).exists():
        raise ValidationError({"milestones": KEPT_MILESTONE})
    Milestone.objects.filter(pk__in=gone).delete()
    for pk, name, planned, happened in rows:
        row = stored[pk] if pk is not None else Milestone(stage=stage)
        noted.note(by, row, happened)
        row.name, row.planned_on = name.strip(), planned
        row.full_clean(exclude=["stage"])
        row.save()


@one_transaction
def stage_waive(*, by: Actor, stage: SyncStage, reason: str) -> SyncStage:
    """Agree that no Party work goes with a stage; the acting user is the approver. Never by the branch whose work it is."""
    stage = _waivable(by, stage)
    if not reason.strip():
        raise ValidationError({"reason": "请写明免予同步的原因。"})
    with audit.change(by=by, verb="work.waive", obj=stage, organisation=stage.item.organisation):
        waived = SyncStage.objects.filter(pk=stage.pk, waived_at__isnull=True).update(
            waived_reason=reason.strip()[:300], waived_by=account_of(by), waived_at=clock.now()
        )
        if waived != 1:
            raise Conflict("这个环节已经免予同步。")
        stage.refresh_from_db()
    mark_work(stage.item, carriers_of(stage.item), _days(stage))
    return stage


@one_transaction
def stage_unwaive(*, by: Actor, stage: SyncStage) -> SyncStage:
    """Take a waiver back; the trail keeps it."""
    stage = _waivable(by, stage)
    with audit.change(by=by, verb="work.unwaive", obj=stage, organisation=stage.item.organisation):
        cleared = SyncStage.objects.filter(pk=stage.pk, waived_at__isnull=False).update(
            waived_reason="", waived_by=None, waived_at=None
        )
        if cleared != 1:
            raise Conflict("这个环节没有免予同步。")
        stage.refresh_from_db()
    mark_work(stage.item, carriers_of(stage.item), _days(stage))
    return stage


def _waivable(by: Actor, stage: SyncStage) -> SyncStage:
    """Return the stage as it stands; Forbidden or Http404 for who may not waive it."""
    stage = SyncStage.objects.select_related("item__organisation").get(pk=stage.pk)
    powers, _ = powers_for(by, stage.item)
    require(powers.waives(stage.item), by, ASSIGN, stage.item)
    return stage
