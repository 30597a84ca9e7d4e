"""Items of business work as pages show them: what comes next and who owes it, what the records decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet, prefetch_related_objects

from branches.access.models import User
from branches.places.models.departments import Coverage, Department
from branches.reach.models import Appointment
from branches.reach.rights import REVIEW
from branches.settings import dated as dated_settings
from common import clock
from common.operator import Actor
from common.periods import Period
from common.text import quoted
from members.activities.models import NO_WAY, Activity, BuildingField, Resolution, Way
from responsibilities.supervision.models import Supervision
from responsibilities.work.models import (
    Closure,
    StageEvidence,
    SyncStage,
    SyncStageKind,
    SyncState,
    Uptake,
    WorkCarrier,
    WorkItem,
)
from responsibilities.work.qualifying import Standing
from responsibilities.work.rules import fit
from responsibilities.work.stages import STAGES, SyncPoint, closure, sync_points, worst

READ = ("organisation__parent", "lead", "leader")
# Roles of the leading group: whoever holds one may be in charge of work.
LEADERS = ("leader", "party_group_secretary")


@dataclass(frozen=True)
class NextStep:
    """Who owes what next. organisation: id of the one that owes it, None when nobody does. point: the SyncPoint or None.

    what: evidence (补佐证), date (登记业务日期), hold (开展), wait, nothing. due: last day, or None.
    """

    what: str
    text: str
    organisation: int | None = None
    point: SyncPoint | None = None
    due: date | None = None


def in_charge(item: WorkItem) -> str:
    """Return the name of the leader in charge of an item, "" without one."""
    return item.leader.name if item.leader else item.leader_name


def stage_name(point: SyncPoint) -> str:
    """Return 「同步实施」, for a milestone 「同步实施（节点名称）」."""
    label = SyncStageKind(point.kind).label
    return f"{label}（{point.name}）" if point.name else label


def next_step(
    points: Sequence[SyncPoint], names: Mapping[int, str] | None = None, item: WorkItem | None = None
) -> NextStep:
    """Return the NextStep of one item from its SyncPoints, in words.

    names: {organisation id: label}; without it the branch is called 承办支部. item: the WorkItem, whose organisation
    answers where nobody carries it. The order: what is missing, what waits for its date, what took place lately, what is
    planned next.
    """

    def who(point: SyncPoint) -> tuple[int | None, str]:
        place = point.carriers[0] if point.carriers else getattr(item, "organisation_id", None)
        return place, (names or {}).get(place or 0, "承办支部")

    def step(what: str, point: SyncPoint, text: str, due: date | None = None) -> NextStep:
        place, name = who(point)
        return NextStep(what, text.format(who=name, stage=quoted(stage_name(point))), place, point, due)

    if points and all(point.left_out and point.uptake == Uptake.WAITING for point in points):
        return NextStep("nothing", "上级决定是否纳入四同步考核")
    missing = [point for point in points if point.state == SyncState.MISSING]
    if missing:
        point = max(missing, key=lambda row: row.lag or 0)
        return step("evidence", point, "{who}补{stage}的佐证")
    open_points = [point for point in points if point.state == SyncState.NOT_DUE]
    late = [point for point in open_points if point.waits]
    if late:
        point = min(late, key=lambda row: row.planned or date.max)
        return step("date", point, "{who}登记{stage}的业务日期")
    begun = [(point.happened, point) for point in open_points if point.happened]
    if begun:
        day, point = min(begun, key=lambda pair: pair[0])
        due = day + timedelta(days=point.tolerance)
        return step("hold", point, "{who}在 " + f"{clock.short(due)} 前" + "开展{stage}", due)
    planned = [(point.planned, point) for point in open_points if point.planned]
    if planned:
        day, point = min(planned, key=lambda pair: pair[0])
        return step("wait", point, "{who}准备{stage}，业务计划 " + clock.short(day), day)
    if open_points:
        return step("date", open_points[0], "{who}登记{stage}的业务日期")
    if any(point.state == SyncState.TO_CONFIRM for point in points):
        return NextStep("nothing", "佐证已报上级确认")
    return NextStep("nothing", "已闭环" if closure(points) == Closure.CLOSED else "没有待办的环节")


def tolerance_now() -> int:
    """Return the days within which a stage counts as synchronised today."""
    line = dated_settings.timeline("sync_tolerance_days")
    return int(dated_settings.at(line, clock.today()))


def linked_records(points: Iterable[SyncPoint], user: Actor, *parts: str) -> dict[int, Any]:
    """Return {activity id: Activity} of the records linked to the points, each with `open`: whether `user` may read it.

    parts: what else to read with them, beside the kinds ("hosts").
    """
    ids = {proof.activity for point in points for proof in point.proofs if proof.activity}
    readable = Activity.objects.order_by().visible_to(user).filter(pk__in=ids).values("pk")
    rows = Activity.objects.filter(pk__in=ids).annotate(open=Q(pk__in=readable))
    rows = rows.select_related("organisation__parent").prefetch_related("kinds", *parts)
    return {row.pk: row for row in rows}


def proof_label(activity: Activity) -> str:
    """Return 「支委会 10-27」, with the year where it is not this one."""
    return f"{activity.kinds_label} {clock.short(activity.day)}"


@dataclass
class StageView:
    """One stage on an item's page: its row, its points, the point it shows, its evidence lines, links taken back."""

    row: SyncStage
    points: list[SyncPoint]
    shown: SyncPoint
    evidence: list[dict[str, Any]]
    removed: list[StageEvidence]

    @property
    def label(self) -> str:
        return SyncStageKind(self.row.stage).label


def evidence_lines(
    links: Iterable[StageEvidence], points: Sequence[SyncPoint], records: Mapping[int, Activity], item: WorkItem
) -> list[dict[str, Any]]:
    """Return one dict for each StageEvidence: what it is, where it leads, whether it counts, and the doubts about it."""
    by_key = {(point.stage, point.milestone): point for point in points}
    lines = []
    for row in links:
        point = by_key.get((row.stage_id, row.milestone_id)) or next(
            (point for point in points if point.stage == row.stage_id), None
        )
        line: dict[str, Any] = {
            "row": row,
            "point": point,
            "milestone": row.milestone,
            "doubts": [],
            "record": None,
        }
        proof = next((proof for mine in points for proof in mine.proofs if proof.evidence == row.pk), None)
        counts = proof is not None and proof.counts
        line |= {"counts": counts, "reason": "" if counts or proof is None else proof.reason}
        line["pending"] = proof is not None and proof.pending
        line["early"] = proof is not None and proof.standing == Standing.TOO_EARLY
        record = records.get(row.activity_id or 0)
        if record is not None:
            line |= {"record": record, "label": proof_label(record), "day": record.day}
            if point is not None:
                line["doubts"] = fit(point, record, item)
        else:
            line |= {"label": row.title, "day": row.day}
        lines.append(line)
    return sorted(lines, key=lambda line: line["day"])


def item_stages(item: WorkItem, user: Actor) -> tuple[list[StageView], list[SyncPoint], dict[int, Any]]:
    """Return (StageViews of the item in order, all its points, {activity id: Activity}) in a constant number of reads."""
    points = sync_points([item.pk])
    records = linked_records(points, user, "hosts")
    rows = StageEvidence.objects.filter(stage__item=item).order_by("-removed_at", "pk")
    people = ("added_by", "removed_by", "confirmed_by")
    links = list(rows.with_confirmed().select_related("stage", "milestone", "paper", "activity", *people))
    # The records of standing links are read above, with who may open them.
    prefetch_related_objects([row for row in links if row.removed_at], "activity__kinds")
    stages = {row.stage: row for row in item.stages.select_related("waived_by")}
    for row in stages.values():
        row.item = item
    lines = evidence_lines([row for row in links if row.removed_at is None], points, records, item)
    views = []
    for kind in STAGES:
        mine = [point for point in points if point.kind == kind]
        if mine:
            own = [line for line in lines if line["row"].stage_id == stages[kind].pk]
            removed = [row for row in links if row.removed_at and row.stage_id == stages[kind].pk]
            views.append(StageView(stages[kind], mine, worst(mine), own, removed))
    return views, points, records


def decisions_of(records: Mapping[int, Any]) -> list[Resolution]:
    """Return the Resolutions of the records that the user may read, tasks with a due date first."""
    ids = [pk for pk, record in records.items() if record.open]
    rows = Resolution.objects.filter(activity__in=ids).select_related("activity", "owner")
    return sorted(rows, key=lambda row: (row.due is None, row.due or date.max, row.activity_id, row.order))


def mix_of(points: Iterable[SyncPoint], records: Mapping[int, Activity] | None = None) -> dict[str, Any]:
    """Return how the records that count at the points serve the work, in one statement at most.

    records: {id: Activity} where they are at hand already. Returned are
    way, building: [(label, number)], with 不服务业务 or 未标注 for records that say nothing. records: how many there are. said: whether
    any of them says something.
    """
    ids = {proof.activity for point in points for proof in point.proofs if proof.activity and proof.counts}
    if records is None:
        rows = list(Activity.objects.filter(pk__in=ids).order_by().values_list("way", "building"))
    else:
        rows = [(records[pk].way, records[pk].building) for pk in ids if pk in records]
    return mix_from((way, building, 1) for way, building in rows)


# What is said of records without a way, and of those without a field.
UNSAID = {"way": NO_WAY, "building": "未标注"}


def mix_from(rows: Iterable[tuple[str, str, int]]) -> dict[str, Any]:
    """Return what `mix_of` does of (way, building, number of records)."""
    counted = list(rows)
    mix: dict[str, Any] = {"records": sum(row[2] for row in counted)}
    mix["said"] = any(way or building for way, building, _ in counted)
    said_of = {"way": [(way, number) for way, _, number in counted]}
    said_of["building"] = [(building, number) for _, building, number in counted]
    for name, choices in {"way": Way.choices, "building": BuildingField.choices}.items():
        counts = {key: 0 for key, _ in choices}
        unsaid = 0
        for key, number in said_of[name]:
            if key:
                counts[key] += number
            else:
                unsaid += number
        words = dict(choices)
        mix[name] = [*((words[key], number) for key, number in counts.items()), (UNSAID[name], unsaid)]
    return mix


def items_in(user: Actor, period: Period) -> QuerySet[WorkItem]:
    """Return the readable items that run in a Period or have a business date in it."""
    span = (period.first, period.last)
    dated = Q(stages__planned_on__range=span) | Q(stages__happened_on__range=span)
    dated |= Q(stages__milestones__planned_on__range=span) | Q(stages__milestones__happened_on__range=span)
    runs = Q(starts__lte=period.last, ends__gte=period.first)
    inside = WorkItem.objects.order_by().filter(dated).values("pk")
    rows = WorkItem.objects.visible_to(user).filter(runs | Q(pk__in=inside))
    return rows.select_related(*READ).order_by("-starts", "pk")


def leader_accounts() -> QuerySet[User]:
    """Return the accounts that may be in charge of work: members of the leading group today, in the order of names."""
    serving = Appointment.objects.in_force(clock.today()).filter(role__in=LEADERS).order_by().values("user")
    return User.objects.filter(pk__in=serving, is_active=True).order_by("name", "pk")


def covering(department: Department | int) -> int | None:
    """Return the id of the organisation that covers a department today, or None."""
    rows = Coverage.objects.filter(department=department, ends__isnull=True)
    return rows.values_list("organisation", flat=True).first()


def registered_after(item: WorkItem, points: Iterable[SyncPoint]) -> date | None:
    """Return the day on which an item was registered where the business side of one of these lay before it, else None."""
    registered = clock.day_of(item.created)
    return registered if any(point.happened and point.happened < registered for point in points) else None


def carried_by(item: WorkItem) -> list[WorkCarrier]:
    """Return who carries an item and who did: who goes on first, of them who leads."""
    return list(item.carriers.select_related("organisation__parent").order_by("ended", "-leads", "pk"))


def reviewable_links(user: Actor, item: WorkItem) -> set[int]:
    """Return the ids of the standing links of an item that `user` reviews."""
    rows = StageEvidence.objects.active().visible_to(user, REVIEW).filter(stage__item=item)
    return set(rows.order_by().values_list("pk", flat=True))


def supervised_stages(user: Actor, stages: Iterable[StageView]) -> dict[int, list[Supervision]]:
    """Return {stage id: the open notices about it that `user` may read} of some stages, in one statement."""
    keys = {f"stage/{view.row.pk}": view.row.pk for view in stages}
    return {keys[thing]: rows for thing, rows in Supervision.objects.open_about(user, keys).items()}
