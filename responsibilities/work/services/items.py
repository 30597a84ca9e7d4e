"""Write business work: an item with its carriers and four stages, and its end before time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F

from branches import audit
from branches.access.models import User
from branches.jobs.marks import mark
from branches.places.models.departments import Department
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import ASSIGN, VIEW
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from responsibilities.work.models import (
    Milestone,
    StageEvidence,
    SyncStage,
    SyncStageKind,
    Uptake,
    WorkCarrier,
    WorkItem,
    WorkKind,
)
from responsibilities.work.rights import (
    OWN_WORK,
    Powers,
    arranges_above,
    correctors,
    may_change_what_was_decided,
    require_edit,
)
from responsibilities.work.rules import item_problems

MOVED_ON = "这项业务刚被他人修改，您填写的内容没有保存。请对照后再改。"


# {stage: planned business date}
Planned = Mapping[SyncStageKind, date | None]


@dataclass
class WorkData:
    """What the form or a year plan says of an item.

    lead, helpers: Departments. leader: account or None; leader_name: as written where there is none. carriers: the
    organisations that carry it, the leading one first. planned: {SyncStageKind: planned business date or None}; a stage that is
    missing in it keeps its date.
    """

    name: str
    kind: str
    starts: date
    ends: date
    lead: Department | None = None
    helpers: list[Department] = field(default_factory=list)
    leader: User | None = None
    leader_name: str = ""
    carriers: list[Organisation] = field(default_factory=list)
    source: str = ""
    note: str = ""
    planned: Planned = field(default_factory=dict)


_COLUMNS = ("name", "kind", "lead", "leader", "leader_name", "starts", "ends", "source", "note")


def audit_view(item: WorkItem) -> dict[str, Any]:
    """Return the item as the audit trail keeps it: its columns, helpers, present carriers and planned dates."""
    carriers = item.carriers.filter(ended__isnull=True).select_related("organisation")
    stages = item.stages.order_by("pk")
    columns = audit.snapshot(item)
    # They say nothing that the name does not.
    del columns["initials"]
    return columns | {
        "helpers": "、".join(sorted(item.helpers.values_list("name", flat=True))),
        "carriers": "、".join(str(row) + ("（牵头）" if row.leads else "") for row in carriers),
        "planned": "；".join(f"{row.get_stage_display()} {row.planned_on}" for row in stages if row.planned_on),
    }


def days_of(item: WorkItem) -> list[date]:
    """Return all days that facts of the item may lie on: its span and every business date."""
    own = SyncStage.objects.filter(item=item).values_list("planned_on", "happened_on")
    parts = Milestone.objects.filter(stage__item=item).values_list("planned_on", "happened_on")
    return [item.starts, item.ends, *(day for pair in [*own, *parts] for day in pair if day)]


def mark_work(item: WorkItem, places: Iterable[int] = (), days: Iterable[date] = (), kinds: str = "") -> None:
    """Mark the facts of all who carry or carried the item (of its organisation where nobody does) as changed.

    kinds: see ChangeMark. days: of what changed, all of the item when none are given. Whether the four stages are closed counts on the days of
    the last one, whichever stage changed.
    """
    days = [*days] or days_of(item)
    closing = [day for day in _closing_days(item) if not min(days) <= day <= max(days)]
    carrying = set(WorkCarrier.objects.filter(item=item).values_list("organisation_id", flat=True)) | set(places)
    for place in sorted(carrying) or [item.organisation_id]:
        mark(place, min(days), max(days), "work", kinds=kinds, thing=item.pk)
        if closing:
            mark(place, min(closing), max(closing), "work", kinds=kinds, thing=item.pk)


def _closing_days(item: WorkItem) -> set[date]:
    stages = SyncStage.objects.filter(item=item, stage=SyncStageKind.ASSESSMENT)
    rows = stages.values_list("happened_on", "milestones__happened_on")
    return {day for row in rows for day in row if day is not None}


def _check(item: WorkItem, data: WorkData) -> None:
    errors = item_problems(data.starts, data.ends, stage_dates(item, "planned_on", data.planned))
    kept: set[int] = set()
    if item.pk:
        # What a branch carried until it was dissolved stays its own.
        kept = set(item.carriers.filter(ended__isnull=True).values_list("organisation_id", flat=True))
    for place in data.carriers:
        if place.archived_on is not None and place.pk not in kept:
            errors["carriers"] = f"{place.label}已撤销，不能承办。"
    if len({place.pk for place in data.carriers}) < len(data.carriers):
        errors["carriers"] = "同一支部填了两次。"
    if errors:
        raise ValidationError(errors)


def _check_right(by: Actor, organisation: Organisation, data: WorkData) -> None:
    """Who arranges may make any kind; who speaks for a branch only its own work, carried by itself and what is below."""
    powers = Powers(by, {organisation.pk})
    if powers.arranges(organisation.pk):
        return
    if not powers.speaks(organisation.pk):
        access.require(by, VIEW, organisation)
        raise access.Forbidden(ASSIGN, organisation)
    if data.kind != WorkKind.BRANCH or organisation.kind not in OWN_WORK:
        raise ValidationError({"kind": "支部只能登记支部重点；其他类别由机关党委部署。"})


def _check_carriers(by: Actor, organisation: Organisation, item: WorkItem, carriers: list[Organisation]) -> None:
    """New carriers lie within the writer's reach; those there already may stay (rule 3)."""
    kept: set[int] = set()
    if item.pk:
        kept = set(item.carriers.filter(ended__isnull=True).values_list("organisation_id", flat=True))
    new = [place.pk for place in carriers if place.pk not in kept]
    powers = Powers(by, new)
    if any(not (powers.arranges(pk) or powers.speaks(pk)) for pk in new):
        raise ValidationError({"carriers": "请在列出的党组织中选择。"})


def stage_dates(
    item: WorkItem | None, column: str, given: Planned | None = None
) -> dict[SyncStageKind, list[date | None]]:
    """Return {SyncStageKind: [dates]} of an item as they stand: of its milestones where a stage has some, else its own.

    item: a WorkItem, None or unsaved for one to come. column: planned_on or happened_on. given: {SyncStageKind: date} that would
    take the place of the stages' own.
    """
    given = given or {}
    dates = {stage: [given.get(stage)] for stage in SyncStageKind}
    if item is None or item.pk is None:
        return dates
    parts: dict[int, list[date | None]] = {}
    for part in Milestone.objects.filter(stage__item=item):
        parts.setdefault(part.stage_id, []).append(getattr(part, column))
    for row in SyncStage.objects.filter(item=item):
        stage = SyncStageKind(row.stage)
        dates[stage] = parts.get(row.pk) or [given.get(stage, getattr(row, column))]
    return dates


@one_transaction
def work_create(*, by: Actor, organisation: Organisation, data: WorkData, note: str = "") -> WorkItem:
    """Make an item at `organisation` with its carriers and four stages; returns it. note: of the trail, what it came from."""
    _check_right(by, organisation, data)
    uptake = Uptake.ARRANGED if arranges_above(by, organisation) else Uptake.WAITING
    item = WorkItem(organisation=organisation, author=account_of(by), uptake=uptake)
    with audit.change(by=by, verb="work.create", obj=item, organisation=organisation, note=note, view=audit_view):
        _write(by, item, data)
    mark_work(item)
    return item


@one_transaction
def work_update(*, by: Actor, item: WorkItem, data: WorkData, version: int | None = None, note: str = "") -> WorkItem:
    """Change an item; Conflict when it moved on since `version` was read. A former carrier keeps what it carried.

    note: of the trail, what the change came from.
    """
    item = WorkItem.objects.select_for_update().select_related("organisation").get(pk=item.pk)
    if version is not None and version != item.version:
        raise Conflict(MOVED_ON)
    require_edit(by, item)
    _check_right(by, item.organisation, data)
    before, days = audit_view(item), days_of(item)
    places = list(item.carriers.values_list("organisation_id", flat=True))
    _check_what_weighs(by, item, data)
    _write(by, item, data)
    after = audit_view(item)
    if after == before:
        return item
    WorkItem.objects.filter(pk=item.pk).update(version=F("version") + 1)
    item.refresh_from_db()
    require_edit(by, item)
    audit.record(
        by=by, verb="work.update", obj=item, organisation=item.organisation, before=before, after=after, note=note
    )
    mark_work(item, places, [*days, *days_of(item)])
    return item


def _check_what_weighs(by: Actor, item: WorkItem, data: WorkData) -> None:
    """What somebody above decided on is not made another piece of work by the branch itself, nor what records are linked to."""
    if item.organisation.kind not in OWN_WORK:
        return
    carrying = set(item.carriers.filter(ended__isnull=True).values_list("organisation_id", flat=True))
    changed = [
        *(["name"] if data.name.strip() != item.name else []),
        *(["carriers"] if {place.pk for place in data.carriers} != carrying else []),
    ]
    if changed and not may_change_what_was_decided(by, item):
        sentence = f"上级已对这项业务作出决定，名称和承办支部由{correctors(item)}修改。"
        raise ValidationError(dict.fromkeys(changed, sentence))
    linked = StageEvidence.objects.active().filter(stage__item=item).exists()
    if "name" in changed and linked and not arranges_above(by, item.organisation):
        raise ValidationError({"name": f"已有记录关联到这项业务，名称由{correctors(item)}修改，或者先撤下佐证。"})


def _write(by: Actor, item: WorkItem, data: WorkData) -> None:
    _check(item, data)
    _check_carriers(by, item.organisation, item, data.carriers)
    for name in _COLUMNS:
        setattr(item, name, getattr(data, name))
    if item.leader is not None:
        item.leader_name = item.leader.name[:64]
    item.full_clean(exclude=["organisation", "author", "lead", "leader", "helpers"])
    item.save()
    item.helpers.set([row for row in data.helpers if row.pk != item.lead_id])
    _write_carriers(item, data.carriers)
    _write_stages(item, data.planned)


def _write_carriers(item: WorkItem, carriers: list[Organisation]) -> None:
    today = clock.today()
    open_rows = {row.organisation_id: row for row in item.carriers.filter(ended__isnull=True)}
    chosen = [place.pk for place in carriers]
    for pk, row in open_rows.items():
        if pk in chosen:
            continue
        if clock.day_of(item.created) == today:
            # Put right on the day it was entered: it never carried anything.
            row.delete()
        else:
            row.ended = today - timedelta(days=1)
            row.save(update_fields=["ended"])
    leads = chosen[0] if chosen else None
    item.carriers.filter(ended__isnull=True, leads=True).update(leads=False)
    for place in carriers:
        if place.pk not in open_rows:
            row = WorkCarrier(item=item, organisation=place, leads=place.pk == leads)
            row.full_clean(exclude=["item", "organisation"])
            row.save()
    item.carriers.filter(ended__isnull=True, leads=False, organisation=leads).update(leads=True)


def _write_stages(item: WorkItem, planned: Planned) -> None:
    stored = {row.stage: row for row in item.stages.all()}
    for stage in SyncStageKind:
        row = stored.get(stage) or SyncStage(item=item, stage=stage)
        day = planned.get(stage, row.planned_on)
        if row.pk is None or row.planned_on != day:
            row.planned_on = day
            row.full_clean(exclude=["item", "waived_by", "waived_at"])
            row.save()


@one_transaction
def work_stop(*, by: Actor, item: WorkItem, reason: str, day: date | None = None) -> WorkItem:
    """End an item before its time: what has not happened by `day` (default today) is not owed. Once only."""
    day = day or clock.today()
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "请写明终止原因。"})
    if day > clock.today():
        raise ValidationError({"day": "终止日期不能晚于今天。"})
    if day < item.starts:
        raise ValidationError({"day": "终止日期不能早于业务的开始日期。"})
    item = WorkItem.objects.select_for_update().select_related("organisation").get(pk=item.pk)
    require_edit(by, item)
    if not may_change_what_was_decided(by, item):
        raise ValidationError({"reason": f"上级已对这项业务作出决定，终止由{correctors(item)}办理。"})
    if all(stage_dates(item, "happened_on")[SyncStageKind.ASSESSMENT]):
        # What has come to its end is closed or not closed, and nobody takes it out of that by ending it.
        raise ValidationError({"reason": "考核环节已经开展，业务已经结束，没有可以终止的内容。"})
    with audit.change(by=by, verb="work.stop", obj=item, organisation=item.organisation):
        running = WorkItem.objects.filter(pk=item.pk, stopped_on__isnull=True)
        if running.update(stopped_on=day, stop_reason=reason[:300], version=F("version") + 1) != 1:
            raise Conflict("这项业务已经终止。")
        item.refresh_from_db()
        require_edit(by, item)
    mark_work(item, (), [*days_of(item), day])
    return item
