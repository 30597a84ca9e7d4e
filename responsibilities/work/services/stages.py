"""What happened on the business side of a stage: its dates, its milestones, and a waiver."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction

from branches import audit
from branches.reach import access
from branches.reach.rights import ASSIGN, DUTIES
from common import clock
from common.errors import Conflict
from common.stale_form import require_unchanged
from responsibilities.work.models import Milestone, StageEvidence, SyncStage, SyncStageKind, WorkItem
from responsibilities.work.rights import carriers_of, powers_for, require
from responsibilities.work.rules import day_fault, order_faults, start_fault
from responsibilities.work.services.items import mark_work, stage_dates

MOVED_ON = "这个环节刚被他人修改，您填写的内容没有保存。请打开最新内容对照后再改。"
KEPT_MILESTONE = "这个节点有过佐证，不能删除；可以改名称或日期。"


@dataclass
class StageData:
    """planned, happened: business dates or None. milestones: [(id or None, name, planned, happened)], the whole list."""

    planned: object = None
    happened: object = None
    business: str = ""
    milestones: list = field(default_factory=list)


def picture(stage):
    """Return the stage as the audit trail keeps it, its milestones as one text."""
    rows = stage.milestones.order_by("planned_on", "pk")
    text = "；".join(f"{row.name} 计划 {row.planned_on or '—'} 实际 {row.happened_on or '—'}" for row in rows)
    return audit.snapshot(stage) | {"milestones": text}


def shown(stage):
    """Return what the form of a stage shows of it, as a mark of it is taken (branches/seen.py)."""
    rows = stage.milestones.order_by("pk").values_list("pk", "name", "planned_on", "happened_on")
    return {"own": [stage.planned_on, stage.happened_on, stage.business], "parts": [list(row) for row in rows]}


def _days(stage):
    rows = [stage, *stage.milestones.all()]
    return [day for row in rows for day in (row.planned_on, row.happened_on) if day]


def _check(item, data):
    def fault(day, actual):
        return day_fault(day, actual=actual) or start_fault(day, item.starts)

    errors = {
        "planned_on": fault(data.planned, False),
        "happened_on": fault(data.happened, True),
    }
    for number, (_, name, planned, happened) in enumerate(data.milestones):
        errors[f"{number}-name"] = "" if name.strip() else "请填写节点名称。"
        errors[f"{number}-planned_on"] = fault(planned, False)
        errors[f"{number}-happened_on"] = fault(happened, True)
    _raise(errors)


def _check_order(stage, data):
    """The dates of all four stages stand in order; what is wrong is said beside the date of this stage that is nearest to it."""
    errors, later = {}, [*SyncStageKind][[*SyncStageKind].index(stage.stage) + 1 :]
    for column, word, place in (("planned_on", "计划", 2), ("happened_on", "实际", 3)):
        faults = order_faults(stage_dates(stage.item, column), word)
        if not faults:
            continue
        days = {row[place]: number for number, row in enumerate(data.milestones) if row[place]}
        nearest = max(days, default=None) if any(kind in faults for kind in later) else min(days, default=None)
        name = f"{days[nearest]}-{column}" if days else column
        errors[name] = " ".join(faults.values())
    _raise(errors)


def _raise(errors):
    errors = {name: sentence for name, sentence in errors.items() if sentence}
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def stage_update(*, by, stage, data, seen=""):
    """Write dates, progress and milestones of a stage; Conflict when it is no longer as it was `seen` (mark of `shown`).

    Who edits the item may change all of it. Who speaks for a carrying branch notes what happened: actual dates and the
    progress; planned dates and the list of milestones stay as they are. Raises ValidationError on planned_on,
    happened_on, business, milestones, or a column of one of them: 0-name, 0-planned_on, 0-happened_on.
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
    before, days = picture(stage), _days(stage)
    stage.planned_on, stage.happened_on, stage.business = data.planned, data.happened, data.business.strip()
    stage.full_clean(exclude=["item", "waived_by", "waived_at"])
    stage.save(update_fields=["planned_on", "happened_on", "business"])
    _write_milestones(stage, data.milestones)
    _check_order(stage, data)
    after = picture(stage)
    if after == before:
        return stage
    audit.record(by=by, verb="work.stage", obj=stage, organisation=item.organisation, before=before, after=after)
    mark_work(item, (), [*days, *_days(stage)] or ())
    return stage


def _only_actual(stage, data):
    given = {pk: happened for pk, _, _, happened in data.milestones}
    rows = [(row.pk, row.name, row.planned_on, given.get(row.pk, row.happened_on)) for row in stage.milestones.all()]
    return StageData(stage.planned_on, data.happened, data.business, rows)


def _write_milestones(stage, rows):
    stored = {row.pk: row for row in stage.milestones.all()}
    kept = {pk for pk, *_ in rows if pk is not None}
    if kept - set(stored):
        raise ValidationError({"milestones": "节点已被他人删除，请刷新后再改。"})
    gone = set(stored) - kept
    if StageEvidence.objects.filter(milestone__in=gone).exists():
        raise ValidationError({"milestones": KEPT_MILESTONE})
    Milestone.objects.filter(pk__in=gone).delete()
    for pk, name, planned, happened in rows:
        row = stored.get(pk) or Milestone(stage=stage)
        row.name, row.planned_on, row.happened_on = name.strip(), planned, happened
        row.full_clean(exclude=["stage"])
        row.save()


@transaction.atomic
def stage_waive(*, by, stage, reason):
    """Agree that no Party work goes with a stage; the acting user is the approver. Never by the branch whose work it is."""
    stage = SyncStage.objects.select_related("item__organisation").get(pk=stage.pk)
    powers, _ = powers_for(by, stage.item)
    require(powers.waives(stage.item), by, ASSIGN, stage.item)
    if not reason.strip():
        raise ValidationError({"reason": "请写明免予同步的原因。"})
    before = audit.snapshot(stage)
    waived = SyncStage.objects.filter(pk=stage.pk, waived_at__isnull=True).update(
        waived_reason=reason.strip()[:300],
        waived_by=None if by is access.OPERATOR else by,
        waived_at=clock.now(),
    )
    return _waiver_written(by, stage, before, waived, "work.waive", "这个环节已经免予同步。")


@transaction.atomic
def stage_unwaive(*, by, stage):
    """Take a waiver back; the trail keeps it."""
    stage = SyncStage.objects.select_related("item__organisation").get(pk=stage.pk)
    powers, _ = powers_for(by, stage.item)
    require(powers.waives(stage.item), by, ASSIGN, stage.item)
    before = audit.snapshot(stage)
    written = SyncStage.objects.filter(pk=stage.pk, waived_at__isnull=False).update(
        waived_reason="", waived_by=None, waived_at=None
    )
    return _waiver_written(by, stage, before, written, "work.unwaive", "这个环节没有免予同步。")


def _waiver_written(by, stage, before, written, verb, otherwise):
    if written != 1:
        raise Conflict(otherwise)
    stage.refresh_from_db()
    place = stage.item.organisation
    audit.record(by=by, verb=verb, obj=stage, organisation=place, before=before, after=audit.snapshot(stage))
    mark_work(stage.item, carriers_of(stage.item), _days(stage))
    return stage
