"""Items of business work as pages show them: what comes next and who owes it, what the records decided."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, prefetch_related_objects

from branches.access.models import User
from branches.places.models.departments import Coverage
from branches.reach.models import Appointment
from branches.settings import dated as dated_settings
from common import clock
from members.activities.models import Activity, Resolution
from responsibilities.work.models import StageEvidence, SyncStageKind, SyncState, WorkItem
from responsibilities.work.rules import fit
from responsibilities.work.stages import STAGES, closure, sync_points, worst

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
    point: object = None
    due: date | None = None


def stage_name(point):
    """Return 「同步实施」, for a milestone 「同步实施（节点名称）」."""
    label = SyncStageKind(point.kind).label
    return f"{label}（{point.name}）" if point.name else label


def next_step(points, names=None, item=None):
    """Return the NextStep of one item from its SyncPoints, in words.

    names: {organisation id: label}; without it the branch is called 承办支部. item: the WorkItem, whose organisation
    answers where nobody carries it. The order: what is missing, what waits for its date, what took place lately, what is
    planned next.
    """

    def who(point):
        place = point.carriers[0] if point.carriers else getattr(item, "organisation_id", None)
        return place, (names or {}).get(place, "承办支部")

    def step(what, point, text, due=None):
        place, name = who(point)
        return NextStep(what, text.format(who=name, stage=stage_name(point)), place, point, due)

    missing = [point for point in points if point.state == SyncState.MISSING]
    if missing:
        point = max(missing, key=lambda row: row.lag)
        return step("evidence", point, "{who}补“{stage}”的佐证")
    open_points = [point for point in points if point.state == SyncState.NOT_DUE]
    late = [point for point in open_points if point.waits]
    if late:
        point = min(late, key=lambda row: row.planned)
        return step("date", point, "{who}登记“{stage}”的业务日期")
    held = [point for point in open_points if point.happened]
    if held:
        point = min(held, key=lambda row: row.happened)
        due = point.happened + timedelta(days=point.tolerance)
        return step("hold", point, "{who}在 " + f"{clock.short(due)} 前" + "开展“{stage}”", due)
    planned = [point for point in open_points if point.planned]
    if planned:
        point = min(planned, key=lambda row: row.planned)
        return step("wait", point, "{who}准备“{stage}”，业务计划 " + clock.short(point.planned), point.planned)
    if open_points:
        return step("date", open_points[0], "{who}登记“{stage}”的业务日期")
    done, owed = closure(points)
    return NextStep("nothing", "已闭环" if done == owed > 0 else "没有待办的环节")


def tolerance_now():
    """Return the days within which a stage counts as synchronised today."""
    return dated_settings.whole("sync_tolerance_days")


def linked_records(points, user, *parts):
    """Return {activity id: Activity} of the records linked to the points, each with `open`: whether `user` may read it.

    parts: what else to read with them, beside the kinds ("hosts").
    """
    ids = {proof.activity for point in points for proof in point.proofs if proof.activity}
    readable = Activity.objects.order_by().visible_to(user).filter(pk__in=ids).values("pk")
    rows = Activity.objects.filter(pk__in=ids).annotate(open=Q(pk__in=readable))
    rows = rows.select_related("organisation__parent").prefetch_related("kinds", *parts)
    return {row.pk: row for row in rows}


def proof_label(activity):
    """Return 「支委会 10-27」, with the year where it is not this one."""
    return f"{activity.kinds_label} {clock.short(activity.day)}"


@dataclass
class StageView:
    """One stage on an item's page: its row, its points, the point it shows, its evidence lines, links taken back."""

    row: object
    points: list
    shown: object
    evidence: list
    removed: list

    @property
    def label(self):
        return SyncStageKind(self.row.stage).label


def evidence_lines(rows, points, records, item):
    """Return one dict for each StageEvidence: what it is, where it leads, whether it counts, and the doubts about it."""
    by_key = {(point.stage, point.milestone): point for point in points}
    lines = []
    for row in rows:
        point = by_key.get((row.stage_id, row.milestone_id)) or next(
            (point for point in points if point.stage == row.stage_id), None
        )
        line = {"row": row, "point": point, "milestone": row.milestone, "doubts": [], "counts": True, "record": None}
        record = records.get(row.activity_id)
        if record is not None:
            counts = any(proof.evidence == row.pk and proof.counts for mine in points for proof in mine.proofs)
            line |= {"record": record, "label": proof_label(record), "day": record.day, "counts": counts}
            if point is not None:
                line["doubts"] = fit(point, record, item)
        else:
            line |= {"label": row.title, "day": row.day}
        lines.append(line)
    return sorted(lines, key=lambda line: line["day"])


def item_stages(item, user):
    """Return (StageViews of the item in order, all its points, {activity id: Activity}) in a constant number of reads."""
    points = sync_points([item.pk])
    records = linked_records(points, user, "hosts")
    links = StageEvidence.objects.filter(stage__item=item).order_by("-removed_at", "pk")
    links = list(links.select_related("stage", "milestone", "paper", "added_by", "removed_by", "activity"))
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


def decisions_of(records):
    """Return the Resolutions of the records that the user may read, tasks with a due date first."""
    ids = [pk for pk, record in records.items() if record.open]
    rows = Resolution.objects.filter(activity__in=ids).select_related("activity", "owner")
    return sorted(rows, key=lambda row: (row.due is None, row.due or date.max, row.activity_id, row.order))


def mix_of(points, records=None):
    """Return how the records that count at the points serve the work, in one statement at most.

    records: {id: Activity} where they are at hand already.

    way, building: [(label, number)], with 未标注 for records that say nothing. records: how many there are. said: whether
    any of them says something.
    """
    ids = {proof.activity for point in points for proof in point.proofs if proof.activity and proof.counts}
    if records is None:
        rows = list(Activity.objects.filter(pk__in=ids).order_by().values_list("way", "building"))
    else:
        rows = [(records[pk].way, records[pk].building) for pk in ids if pk in records]
    found = {}
    for column, name in enumerate(("way", "building")):
        field = Activity._meta.get_field(name)
        counts = {key: 0 for key, _ in field.choices}
        unsaid = 0
        for row in rows:
            if row[column]:
                counts[row[column]] += 1
            else:
                unsaid += 1
        words = dict(field.choices)
        found[name] = [(words[key], number) for key, number in counts.items()] + [("未标注", unsaid)]
    found["records"] = len(rows)
    found["said"] = any(way or building for way, building in rows)
    return found


def items_in(user, period):
    """Return the readable items that run in a Period or have a business date in it."""
    span = (period.first, period.last)
    dated = Q(stages__planned_on__range=span) | Q(stages__happened_on__range=span)
    dated |= Q(stages__milestones__planned_on__range=span) | Q(stages__milestones__happened_on__range=span)
    runs = Q(starts__lte=period.last, ends__gte=period.first)
    inside = WorkItem.objects.order_by().filter(dated).values("pk")
    rows = WorkItem.objects.visible_to(user).filter(runs | Q(pk__in=inside))
    return rows.select_related(*READ).order_by("-starts", "pk")


def leader_accounts():
    """Return the accounts that may be in charge of work: members of the leading group today, in the order of names."""
    serving = Appointment.objects.in_force(clock.today()).filter(role__in=LEADERS).order_by().values("user")
    return User.objects.filter(pk__in=serving, is_active=True).order_by("name", "pk")


def covering(department):
    """Return the id of the organisation that covers a department today, or None."""
    rows = Coverage.objects.filter(department=department, ends__isnull=True)
    return rows.values_list("organisation", flat=True).first()
