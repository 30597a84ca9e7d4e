"""Which records may be evidence of a stage, and which stages a record may be evidence of, the best first."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q

from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.operator import Actor
from members.activities.models import Activity, ActivityHost, ActivityState
from responsibilities.work.models import STAGE_SHORT, StageEvidence, SyncStage, SyncState, WorkCarrier, WorkItem
from responsibilities.work.rules import STAGE_BUILDING, STAGE_WAY, fit, nearness
from responsibilities.work.selectors.items import proof_label
from responsibilities.work.stages import SyncPoint, judge, sync_points

# Days before and after the business date within which records are offered.
SPAN = timedelta(days=120)
_TOO_LATE = 60
_MOST = 400
# A stage that is proved already is offered again only to a record this near (days).
FAR_FROM_DONE = 45


@dataclass
class Candidate:
    """A record offered for a point: its score, why, and the doubts about it."""

    activity: Activity
    score: int
    reasons: list[str]
    doubts: list[str]
    linked: bool = False

    @property
    def label(self) -> str:
        return proof_label(self.activity)


def point_of(stage: SyncStage, milestone: int | None = None) -> SyncPoint | None:
    """Return the SyncPoint of a SyncStage or of one of its milestones; None when there is no such milestone."""
    points = [point for point in sync_points([stage.item_id]) if point.stage == stage.pk]
    if milestone is None:
        return points[0]
    return next((point for point in points if point.milestone == milestone), None)


def outcome(point: SyncPoint, activity: Activity) -> list[str]:
    """Return ["选用后为同步"] or ["选用后为滞后"]: what a record would make of a point whose business date is known."""
    if point.happened is None:
        return []
    days = [proof.day for proof in point.proofs if proof.counts]
    state, _, _ = judge(point.happened, [*days, activity.day], point.tolerance, clock.today())
    return [f"选用后为{SyncState(state).label}"]


def candidates(user: Actor, point: SyncPoint, item: WorkItem, limit: int = 20) -> list[Candidate]:
    """Return up to `limit` Candidates for a point among the records that `user` may read, the best first.

    Records of the carrying branches and of what is below them, of hosts, and of whoever arranged the item or stands above.
    """
    day = point.day or clock.today()
    carriers = set(point.carriers) or {item.organisation_id}
    below = Q(parent__in=point.carriers) | Q(parent__parent__in=point.carriers)
    below |= Q(kind=Kind.SMALL_GROUP, parent__in=carriers)
    above = Organisation.objects.above(item.organisation).order_by().values("pk")
    around = Q(pk__in={*carriers, item.organisation_id}) | Q(pk__in=above)
    places = Organisation.objects.order_by().filter(around | below).values("pk")
    hosted = ActivityHost.objects.order_by().filter(organisation__in=carriers).values("activity")
    rows = (
        Activity.objects.visible_to(user)
        .filter(Q(organisation__in=places) | Q(pk__in=hosted), day__range=(day - SPAN, day + SPAN))
        .exclude(state__in=(ActivityState.CANCELLED, ActivityState.PLANNED))
        .select_related("organisation__parent")
        .prefetch_related("kinds", "hosts", "judgements")
        .order_by("-day", "-pk")[:_MOST]
    )
    linked = {proof.activity for proof in point.proofs}
    found = []
    for activity in rows:
        score, reasons = nearness(point, activity, item)
        if (activity.day - day).days > point.tolerance:
            # One that comes in time stands before any that would leave the stage lagging.
            score -= _TOO_LATE
        reasons = [*reasons, *outcome(point, activity)]
        found.append(Candidate(activity, score, reasons, fit(point, activity, item), activity.pk in linked))
    found = [row for row in found if not row.linked]
    return sorted(found, key=lambda row: (-row.score, abs((row.activity.day - day).days), row.activity.pk))[:limit]


@dataclass
class Offer:
    """A point offered for a record. key: s<stage> or m<milestone>, as forms and addresses write it."""

    point: SyncPoint
    item: WorkItem
    score: int
    reasons: list[str]
    doubts: list[str] = field(default_factory=list)
    evidence: int | None = None
    counts: bool = False

    @property
    def key(self) -> str:
        return f"m{self.point.milestone}" if self.point.milestone else f"s{self.point.stage}"

    @property
    def label(self) -> str:
        name = f"：{self.point.name}" if self.point.name else ""
        return f"{self.item.name}　{STAGE_SHORT[self.point.kind]}{name}"

    @property
    def way(self) -> str:
        return STAGE_WAY[self.point.kind].value

    @property
    def building(self) -> str:
        return STAGE_BUILDING[self.point.kind].value


def items_near(user: Actor, organisation: Organisation, day: date) -> dict[int, WorkItem]:
    """Return {pk: WorkItem} that `organisation` carries (its branch, for a small group) or arranged, running near `day`.

    For a committee or Party group: all that it arranged.
    """
    places = {organisation.pk}
    if organisation.kind == Kind.SMALL_GROUP:
        places.add(organisation.parent_id)
    carried = WorkCarrier.objects.order_by().filter(organisation__in=places, ended__isnull=True).values("item")
    rows = WorkItem.objects.visible_to(user).filter(Q(pk__in=carried) | Q(organisation__in=places))
    rows = rows.filter(starts__lte=day + SPAN, ends__gte=day - SPAN, stopped_on__isnull=True)
    return {row.pk: row for row in rows.select_related("organisation", "lead", "leader")}


def offers(user: Actor, activity: Activity, limit: int = 6) -> list[Offer]:
    """Return the Offers for a record, saved or not, the nearest first; points with evidence come after those without.

    activity: with organisation, day, title, codes; a saved one also with hosts.
    """
    items = items_near(user, activity.organisation, activity.day)
    found = []
    linked = set()
    if activity.pk:
        rows = StageEvidence.objects.active().filter(activity=activity)
        linked = set(rows.values_list("stage", "milestone"))
    for point in sync_points(list(items)):
        if point.state == SyncState.WAIVED or (point.stage, point.milestone) in linked:
            continue
        if point.day is None or abs((point.day - activity.day).days) > SPAN.days:
            continue
        score, reasons = nearness(point, activity, items[point.item])
        if point.state == SyncState.SYNCHRONISED:
            if point.day and abs((point.day - activity.day).days) > FAR_FROM_DONE:
                continue
            score -= 60
        elif point.state == SyncState.MISSING:
            # The gap that one click would close comes before what is proved or still to come.
            score += 30
            reasons = ["缺失", *reasons]
        found.append(Offer(point, items[point.item], score, reasons))
    return sorted(found, key=lambda row: (-row.score, row.point.stage, row.point.milestone or 0))[:limit]


def links_of(user: Actor, activity: Activity) -> list[Offer]:
    """Return the Offers that stand for the links of a saved record to items that `user` may read, with their doubts."""
    rows = list(StageEvidence.objects.visible_to(user).active().filter(activity=activity).select_related("stage"))
    ids = {row.stage.item_id for row in rows}
    items = {row.pk: row for row in WorkItem.objects.filter(pk__in=ids).select_related("organisation", "lead")}
    points = {}
    for point in sync_points(list(ids)):
        points[(point.stage, point.milestone)] = point
        points.setdefault((point.stage, None), point)
    found = []
    for row in rows:
        point = points[(row.stage_id, row.milestone_id)]
        item = items[point.item]
        counts = any(proof.evidence == row.pk and proof.counts for proof in point.proofs)
        found.append(Offer(point, item, 0, [], fit(point, activity, item), row.pk, counts))
    return found


def all_points(user: Actor, activity: Activity) -> list[tuple[str, str]]:
    """Return [(key, label)] of every point of the readable items for a select: for what the offers leave out."""
    items = WorkItem.objects.visible_to(user).filter(
        starts__lte=activity.day + 3 * SPAN, ends__gte=activity.day - 3 * SPAN, stopped_on__isnull=True
    )
    items = {row.pk: row for row in items.order_by("-starts", "pk")[:200]}
    found = [Offer(point, items[point.item], 0, []) for point in sync_points(list(items))]
    return [(row.key, row.label) for row in found if row.point.state != SyncState.WAIVED]
