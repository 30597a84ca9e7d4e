"""Which records may show a stage, ranked by what they say of the work, and which stages a record may show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Prefetch, Q

from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.operator import Actor
from common.text import quoted
from members.activities.likeness import Likeness, Wanted, likeness, matching_sentence, wanted
from members.activities.models import Activity, ActivityHost, ActivityJudgement, ActivityState
from responsibilities.work.models import (
    STAGE_SHORT,
    Milestone,
    StageEvidence,
    SyncStage,
    SyncState,
    WorkCarrier,
    WorkItem,
)
from responsibilities.work.qualifying import BRANCH_OF_GROUP, HostKind
from responsibilities.work.rules import STAGE_KINDS, fit, refusal
from responsibilities.work.selectors.items import proof_label
from responsibilities.work.selectors.points import hosts_of, point_of
from responsibilities.work.selectors.stage_links import returned_links, returned_words
from responsibilities.work.stages import SyncPoint, judge, sync_points

# Days before and after the business date within which records are offered.
SPAN = timedelta(days=120)
_MOST = 400
# A stage that is proved already is offered again only to a record this near (days).
FAR_FROM_DONE = 45


@dataclass
class Candidate:
    """A record beside a point: what it says of the work, how far it lies, what it would make of the point, why it may not.

    days: from the business date to the record (negative: earlier), None without a date. outcome: a state key of the point
    as it would be once confirmed, "too_early", or "" where nothing is known. used: what it was said to serve already.
    returned: when and why it was returned as evidence of this point, "" where it never was.
    """

    activity: Activity
    likeness: Likeness
    sentence: str
    days: int | None
    outcome: str
    refusal: str = ""
    doubts: list[str] = field(default_factory=list)
    used: list[str] = field(default_factory=list)
    same_item: bool = False
    returned: str = ""

    @property
    def label(self) -> str:
        return proof_label(self.activity)

    @property
    def matches(self) -> bool:
        """Whether the record says anything of the work."""
        return bool(self.likeness.words)

    @property
    def distance(self) -> str:
        """How far it lies from the business date, in words."""
        if self.days is None:
            return ""
        return "当天" if self.days == 0 else f"提前 {-self.days} 天" if self.days < 0 else f"晚 {self.days} 天"

    @property
    def decisions(self) -> list[str]:
        return [row.text for row in self.activity.resolutions.all()]


@dataclass
class Found:
    """The candidates of a point in three groups, each the best first; look: the words searched for."""

    look: Wanted
    matching: list[Candidate]
    near: list[Candidate]
    refused: list[Candidate]

    @property
    def offered(self) -> list[Candidate]:
        return [*self.matching, *self.near]


def outcome(point: SyncPoint, day: date) -> str:
    """Return what a record of a day would make of a point, once it is confirmed: a SyncState, "too_early", or ""."""
    if point.day is not None and (point.day - day).days > point.early_days:
        return "too_early"
    if point.happened is None:
        return ""
    days = [proof.day for proof in point.proofs if proof.counts]
    state, _, _ = judge(point.happened, [*days, day], point.tolerance, clock.today())
    return state.value


def item_words(item: WorkItem, point: SyncPoint) -> Wanted:
    """Return the words of an item and of the milestone of a point."""
    return wanted(item.name, point.name)


def _rows(user: Actor, point: SyncPoint, item: WorkItem, day: date) -> list[Activity]:
    """The readable records round a day of all who are near the point: carriers, what is below and above, other hosts."""
    carriers = set(point.carriers) or {item.organisation_id}
    below = Q(parent__in=carriers) | Q(parent__parent__in=carriers, kind=Kind.SMALL_GROUP)
    around = Q(pk__in={*carriers, *point.allowed, item.organisation_id})
    places = Organisation.objects.order_by().filter(around | below).values("pk")
    hosted = ActivityHost.objects.order_by().filter(organisation__in=carriers).values("activity")
    judged = ActivityJudgement.objects.annotate(branch=BRANCH_OF_GROUP).order_by("pk")
    rows = (
        Activity.objects.visible_to(user)
        .filter(Q(organisation__in=places) | Q(pk__in=hosted), day__range=(day - SPAN, day + SPAN))
        .exclude(state=ActivityState.PLANNED)
        .select_related("organisation__parent")
        .prefetch_related("kinds", "hosts", "resolutions", Prefetch("judgements", judged, to_attr="judged"))
        .order_by("-day", "-pk")[:_MOST]
    )
    return list(rows)


def _hosts(activity: Activity) -> list[HostKind]:
    rows: Iterable[ActivityJudgement] = getattr(activity, "judged")  # noqa: B009
    return [
        HostKind(row.organisation_id, row.branch, row.kind, row.valid, row.present, row.needed)  # type: ignore[attr-defined]
        for row in rows
    ]


def candidates(user: Actor, point: SyncPoint, item: WorkItem, look: Wanted | None = None) -> Found:
    """Return the records that `user` may read near a point, by what they say of the work and then by days."""
    look = look or item_words(item, point)
    day = point.day or clock.today()
    linked = {proof.activity for proof in point.proofs}
    rows = [row for row in _rows(user, point, item, day) if row.pk not in linked]
    used = _used(rows)
    returned = {link.activity_id: returned_words(link) for link in returned_links(point.stage, point.milestone)}
    found = Found(look, [], [], [])
    for activity in rows:
        row = _candidate(point, item, activity, look)
        row.returned = returned.get(activity.pk, "")
        row.used = [f"{quoted(name)}{stage}" for pk, name, stage in used.get(activity.pk, ()) if pk != item.pk]
        row.same_item = any(pk == item.pk for pk, _, _ in used.get(activity.pk, ()))
        (found.refused if row.refusal else found.matching if row.matches else found.near).append(row)

    def nearest(row: Candidate) -> tuple[int, int, int]:
        return abs((row.activity.day - day).days), -row.activity.day.toordinal(), row.activity.pk

    suits = set(STAGE_KINDS[point.kind])
    found.matching.sort(key=lambda row: (-row.likeness.weight, not suits & set(row.activity.codes), *nearest(row)))
    found.near.sort(key=lambda row: (row.outcome != SyncState.SYNCHRONISED, not row.same_item, *nearest(row)))
    found.refused.sort(key=lambda row: (not row.matches, *nearest(row)))
    return found


def _candidate(point: SyncPoint, item: WorkItem, activity: Activity, look: Wanted) -> Candidate:
    decisions = [row.text for row in activity.resolutions.all()]
    return Candidate(
        activity=activity,
        likeness=likeness(look, activity.title, activity.content, decisions),
        sentence=matching_sentence(look, activity.content, decisions),
        days=(activity.day - point.day).days if point.day else None,
        outcome=outcome(point, activity.day),
        refusal=refusal(point, activity, _hosts(activity)),
        doubts=fit(point, activity, item),
    )


def _used(rows: Sequence[Activity]) -> dict[int, list[tuple[int, str, str]]]:
    """Return {record: [(item id, its name, short name of the stage)]} of what records were said to serve."""
    links = StageEvidence.objects.active().filter(activity__in=[row.pk for row in rows]).order_by("pk")
    used: dict[int, list[tuple[int, str, str]]] = {}
    for activity, item, name, stage in links.values_list(
        "activity", "stage__item", "stage__item__name", "stage__stage"
    ):
        used.setdefault(activity, []).append((item, name, STAGE_SHORT[stage]))
    return used


@dataclass
class Offer:
    """A point offered for a record. key: s<stage> or m<milestone>, as forms and addresses write it.

    sentence: that of the record which speaks of the work, or "". link: the StageEvidence where it is linked already. typed: what
    was written by hand and is not linked yet.
    """

    point: SyncPoint
    item: WorkItem
    rank: tuple[int, ...] = ()
    reasons: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    sentence: str = ""
    typed: str = ""
    link: StageEvidence | None = None
    standing: str = ""
    reason: str = ""

    @property
    def evidence(self) -> int | None:
        return self.link.pk if self.link else None

    @property
    def counts(self) -> bool:
        return self.standing == "counts"

    @property
    def key(self) -> str:
        return f"m{self.point.milestone}" if self.point.milestone else f"s{self.point.stage}"

    @property
    def label(self) -> str:
        name = f"：{self.point.name}" if self.point.name else ""
        return f"{self.item.name}　{STAGE_SHORT[self.point.kind]}{name}"


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


def _fit_words(like: Likeness, point: SyncPoint, day: date) -> list[str]:
    """What a chip says of the fit, in words: what the record speaks of, the state of the stage, what it would become."""
    days = (day - point.day).days if point.day else 0
    words = [f"写到{quoted(like.words[0])}"] if like.words else ["还没有写到这项业务"]
    if point.state == SyncState.MISSING:
        words.insert(0, f"缺失已 {point.lag} 天")
    if point.day:
        words.append("与业务同一天" if days == 0 else f"业务之{'前' if days < 0 else '后'} {abs(days)} 天")
    if outcome(point, day) == "too_early":
        words.append("过早，不计入")
    return words


def offers(user: Actor, activity: Activity, limit: int = 6) -> list[Offer]:
    """Return the Offers for a record, saved or not: the most urgent missing stage first, then by what the record says.

    activity: with organisation, day, title, codes, content; a saved one also with hosts and resolutions.
    """
    items = items_near(user, activity.organisation, activity.day)
    found, linked = [], set()
    decisions: list[str] = []
    judged: list[HostKind] = []
    if activity.pk:
        rows = StageEvidence.objects.active().filter(activity=activity)
        linked = set(rows.values_list("stage", "milestone"))
        decisions, judged = [row.text for row in activity.resolutions.all()], hosts_of(activity)
    for point in sync_points(list(items)):
        if not point.takes_links or (point.stage, point.milestone) in linked:
            continue
        if point.day is None or abs((point.day - activity.day).days) > SPAN.days:
            continue
        days, done = (activity.day - point.day).days, point.state == SyncState.SYNCHRONISED
        if (done and abs(days) > FAR_FROM_DONE) or refusal(point, activity, judged, recording=True):
            continue
        item = items[point.item]
        look = item_words(item, point)
        like = likeness(look, activity.title, activity.content, decisions)
        missing = point.state == SyncState.MISSING
        # The gap that one click would close comes before what is proved or still to come.
        rank = (not missing, done, -like.weight, -(point.lag or 0) if missing else abs(days), point.stage)
        sentence = matching_sentence(look, activity.content, decisions)
        found.append(Offer(point, item, rank, _fit_words(like, point, activity.day), sentence=sentence))
    return sorted(found, key=lambda row: (row.rank, row.point.milestone or 0))[:limit]


def offer_of(activity: Activity, stage: SyncStage, milestone: Milestone | None) -> Offer:
    """Return the Offer of one point for a saved record, whatever it says of the work."""
    point = point_of(stage, milestone.pk if milestone else None)
    decisions = [row.text for row in activity.resolutions.all()]
    sentence = matching_sentence(item_words(stage.item, point), activity.content, decisions)
    return Offer(point, stage.item, sentence=sentence)


def links_of(user: Actor, activity: Activity) -> list[Offer]:
    """Return the Offers that stand for the links of a saved record to items that `user` may read, with their doubts."""
    rows = StageEvidence.objects.visible_to(user).active().filter(activity=activity)
    links = list(rows.select_related("stage", "added_by", "branch").order_by("pk"))
    ids = {row.stage.item_id for row in links}
    items = {row.pk: row for row in WorkItem.objects.filter(pk__in=ids).select_related("organisation", "lead")}
    points = {}
    for point in sync_points(list(ids)):
        points[(point.stage, point.milestone)] = point
        points.setdefault((point.stage, None), point)
    found = []
    for row in links:
        point = points[(row.stage_id, row.milestone_id)]
        item = items[point.item]
        proof = next((proof for proof in point.proofs if proof.evidence == row.pk), None)
        offer = Offer(point, item, doubts=fit(point, activity, item), link=row)
        if proof is not None:
            offer.standing, offer.reason = proof.standing.value, proof.reason
        found.append(offer)
    return found


def all_points(user: Actor, activity: Activity) -> list[tuple[str, str]]:
    """Return [(key, label)] of every point of the readable items for a select: for what the offers leave out."""
    items = WorkItem.objects.visible_to(user).filter(
        starts__lte=activity.day + 3 * SPAN, ends__gte=activity.day - 3 * SPAN, stopped_on__isnull=True
    )
    items = {row.pk: row for row in items.order_by("-starts", "pk")[:200]}
    found = [Offer(point, items[point.item]) for point in sync_points(list(items))]
    return [(row.key, row.label) for row in found if row.point.takes_links]
