"""The four synchronisations: what state each stage is in, and by how many days the Party side followed (decisions 28).

Derived, never stored: the same function answers board, rates, facts, scores, duties and exports. A stage that runs long
has several business dates (milestones); each is a point of its own, and the stage shows the worst of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet

from branches.settings import dated as dated_settings
from branches.settings.start import not_yet, timelines_and_start
from common import clock
from common.together import read_or_each
from responsibilities.work.models import (
    WEIGHING,
    Closure,
    SyncStage,
    SyncStageKind,
    SyncState,
    Uptake,
    WorkItem,
)
from responsibilities.work.qualifying import Standing, fault_of
from responsibilities.work.stage_reads import (
    Chosen,
    Link,
    Links,
    Part,
    above_columns,
    carriers_of,
    links_of,
    milestones_of,
    reads,
)

# What `sync_points` is asked about: ids, a queryset of one column of ids, or all.
Items = Iterable[int] | QuerySet[Any, Any] | None
Timeline = list[tuple[date | None, Decimal]]

STAGES = tuple(SyncStageKind)
# The worst first: what a stage with several points shows, and how the board sorts.
WORST = (
    SyncState.MISSING,
    SyncState.LAGGING,
    SyncState.TO_CONFIRM,
    SyncState.NOT_DUE,
    SyncState.SYNCHRONISED,
    SyncState.WAIVED,
    SyncState.ENDED,
)
# What was owed and can be counted; the rest is left out of every rate.
DUE = (SyncState.SYNCHRONISED, SyncState.LAGGING, SyncState.MISSING)
# Of which nothing is owed.
NOT_OWED = (SyncState.WAIVED, SyncState.ENDED)
EARLY_DAYS = {kind: f"sync_early_days_{kind.value}" for kind in SyncStageKind}


@dataclass(frozen=True, slots=True)
class Proof:
    """One standing link of a point: a record or a paper, its day, how it stands, and why where it does not count.

    pending: nobody has confirmed it yet, though its record is fit to show the stage.
    """

    evidence: int
    activity: int | None
    day: date
    standing: Standing
    reason: str = ""
    pending: bool = False

    @property
    def counts(self) -> bool:
        return self.standing == Standing.COUNTS


@dataclass(slots=True)
class SyncPoint:
    """One business date of an item and the Party work that goes with it.

    stage, item, milestone: ids (milestone None for a stage without milestones). kind: a SyncStageKind. name: of the milestone,
    or "". lag: days from business to Party date (negative: earlier); of a missing one, days from the business date to
    the day of judging (as_of). carriers: ids of the organisations that carry the item on the business date, the leading
    one first. allowed: ids of those whose meetings may show it: who carries it (who arranged it, where nobody does) and
    what stands above. tolerance: days that were allowed on the business date. early_days: a record that lies further
    before the business date is too early. left_out: its day lies before the agency's start, or a branch registered the work
    itself and nobody above has taken it in (uptake): nothing is owed, and no rate, fact or score knows it. ended: the item
    was given up by the day of judging. work: the item itself, as it was read along.
    """

    item: int
    stage: int
    kind: SyncStageKind
    milestone: int | None
    name: str
    planned: date | None
    happened: date | None
    state: SyncState = SyncState.NOT_DUE
    party: date | None = None
    lag: int | None = None
    proofs: list[Proof] = field(default_factory=list)
    carriers: list[int] = field(default_factory=list)
    allowed: frozenset[int] = frozenset()
    reason: str = ""
    as_of: date | None = None
    tolerance: int = 7
    early_days: int = 0
    left_out: bool = False
    uptake: Uptake = Uptake.ARRANGED
    ended: bool = False
    work: WorkItem | None = field(default=None, compare=False, repr=False)

    @property
    def day(self) -> date | None:
        """The date it belongs to: the actual business date, else the planned one, else None."""
        return self.happened or self.planned

    @property
    def waits(self) -> bool:
        """Whether the planned day has passed and nobody has said whether the business side took place."""
        passed = self.planned is not None and self.planned < (self.as_of or clock.today())
        return passed and self.happened is None and self.state == SyncState.NOT_DUE

    @property
    def found(self) -> str:
        """Why nothing of what is linked counts, "" where nothing is linked or something counts (judgement 1.6)."""
        if not self.proofs or any(proof.counts for proof in self.proofs):
            return ""
        return self.proofs[-1].reason

    @property
    def takes_links(self) -> bool:
        """Whether records are offered to it: something is owed, or may be once somebody has taken the work in."""
        return self.state not in NOT_OWED or (self.left_out and self.uptake == Uptake.WAITING)

    @property
    def chip(self) -> str:
        """The state as a chip shows it: not due is not said of what only waits for its date to be noted."""
        if self.left_out:
            return "not_applicable" if self.uptake in WEIGHING else f"own_{self.uptake}"
        return "waits" if self.waits else "given_up" if self.state == SyncState.ENDED else str(self.state)


def judge(
    happened: date | None, party_days: Sequence[date], tolerance: int, as_of: date, *, waiting: bool = False
) -> tuple[SyncState, date | None, int | None]:
    """Return (state, Party date, lag) of one point.

    happened: actual business date or None. party_days: days of the records that count. tolerance: days. as_of: day of
    judging. waiting: a record stands there that nobody has confirmed yet. Party work before the business date is never late
    (rulebook README 6).
    """
    party = min((day for day in party_days if day <= as_of), default=None)
    if happened is None or happened > as_of:
        return SyncState.NOT_DUE, party, None
    if party is None:
        days = (as_of - happened).days
        if waiting:
            return SyncState.TO_CONFIRM, None, days
        return (SyncState.MISSING if days > tolerance else SyncState.NOT_DUE), None, days
    lag = (party - happened).days
    return (SyncState.LAGGING if lag > tolerance else SyncState.SYNCHRONISED), party, lag


def sync_points(
    items: Items = None,
    *,
    as_of: date | None = None,
    first: date | None = None,
    last: date | None = None,
    instead: Mapping[str, Timeline] | None = None,
    held_until: date | None = None,
    few: bool = False,
) -> list[SyncPoint]:
    """Return the SyncPoints of work items, in the order of items and stages, in three to six statements whatever their number.

    items: ids or a queryset of WorkItem pks, all when None. as_of: day of judging (default today); what came later is
    left out, but for the confirmation of a link: the reviewer's days cost nobody anything. first, last: only points whose
    day (SyncPoint.day) lies between them. instead: timelines of settings in place of those that are set.
    held_until: records of later days do not count, but for those within the tolerance of their business date. few: the
    items are those of a page, and all that concerns them is read in one statement.
    """
    as_of = as_of or clock.today()
    stages = SyncStage.objects.select_related("item").order_by("item_id", "pk")
    stages = stages.annotate(**above_columns("item__organisation"))
    chosen: Chosen = {}
    if items is not None:
        items = items if hasattr(items, "query") else list(items)
        stages, chosen = stages.filter(item__in=items), {"item__in": items}
    settings, start = timelines_and_start("sync_tolerance_days", *EARLY_DAYS.values())
    settings |= instead or {}
    # Whoever names the items by a statement asks for those of one branch or of some holders.
    found = read_or_each({}, reads(chosen, as_of), few=few or hasattr(items, "query"))
    parts, carriers = milestones_of(found["milestones"]), carriers_of(found["carriers"])
    links = links_of(found, chosen, as_of)
    points = []
    # The stages of one item have mostly the same carriers.
    alike: dict[frozenset[int], frozenset[int]] = {}
    for work, stage in _by_item(stages.iterator() if items is None else stages):
        milestones: list[Part | None] = [*parts.get(stage.pk, ())]
        for milestone in milestones or [None]:
            point = _undecided(stage, milestone, as_of)
            point.work = work
            _carry(point, stage, carriers.get(stage.item_id, ()))
            point.allowed = alike.setdefault(point.allowed, point.allowed)
            point.early_days = int(dated_settings.at(settings[EARLY_DAYS[point.kind]], point.day or as_of))
            _decide(point, stage, links, settings["sync_tolerance_days"], held_until)
            _leave_out_others(point, stage.item, start)
            if first and last and not (point.day and first <= point.day <= last):
                continue
            points.append(point)
    return points


def _by_item(stages: Iterable[SyncStage]) -> Iterator[tuple[WorkItem, SyncStage]]:
    """Yield stages, which come by item, in the order of each, with one object for an item whatever the number of its stages."""
    for _, rows in groupby(stages, key=attrgetter("item_id")):
        mine = sorted(rows, key=lambda row: STAGES.index(SyncStageKind(row.stage)))
        for stage in mine:
            yield mine[0].item, stage


def _leave_out_others(point: SyncPoint, item: WorkItem, start: date) -> None:
    """Leave out what lies before the start, and what nobody above has taken in."""
    if point.day is not None and point.day < start:
        _leave_out(point, not_yet(start))
    elif not item.weighs:
        _leave_out(point, not_taken_in(item))


def _leave_out(point: SyncPoint, reason: str) -> None:
    point.state, point.reason, point.lag, point.left_out = SyncState.WAIVED, reason, None, True


def not_taken_in(item: WorkItem) -> str:
    """Return why nothing is owed of work that a branch registered itself and nobody above has taken in."""
    if item.uptake == Uptake.DECLINED:
        return f"自行登记的业务，上级不纳入：{item.uptake_reason}"
    return "自行登记的业务，待上级决定是否纳入"


def _undecided(stage: SyncStage, milestone: Part | None, as_of: date) -> SyncPoint:
    row = milestone or stage
    return SyncPoint(
        item=stage.item_id,
        stage=stage.pk,
        kind=SyncStageKind(stage.stage),
        milestone=milestone.pk if milestone else None,
        name=milestone.name if milestone else "",
        planned=row.planned_on,
        happened=row.happened_on,
        as_of=as_of,
        uptake=Uptake(stage.item.uptake),
    )


def _carry(point: SyncPoint, stage: Any, carriers: Iterable[tuple[int, date | None, frozenset[int]]]) -> None:
    """Note who carries the point on its day, and whose meetings may show it. stage: a SyncStage with the columns of `above_columns`."""
    day = point.day or point.as_of or clock.today()
    standing = [(place, above) for place, last, above in carriers if last is None or last >= day]
    point.carriers = [place for place, _ in standing]
    arranged = stage.item.organisation_id
    own = frozenset(pk for pk in (stage.above_1, stage.above_2, stage.above_3) if pk)
    for place, above in standing or [(arranged, own)]:
        point.allowed |= {place} | above


def _decide(
    point: SyncPoint, stage: SyncStage, links: Links, tolerance: Timeline, held_until: date | None = None
) -> None:
    """Judge one point by its links, a waiver, and whether the item was given up."""
    as_of = point.as_of or clock.today()
    mine = list(links.get((stage.pk, point.milestone), ()))
    if point.milestone is not None:
        # A link made before the stage was divided serves the whole of it.
        mine += links.get((stage.pk, None), ())
    point.proofs = [_proof(link, point) for link in mine]
    point.tolerance = int(dated_settings.at(tolerance, point.happened or as_of))
    until = as_of
    if held_until is not None and point.happened is not None:
        until = min(as_of, max(held_until, point.happened + timedelta(days=point.tolerance)))
        point.proofs = [_in_time(proof, until, as_of) for proof in point.proofs]
    days = [proof.day for proof in point.proofs if proof.counts and proof.day <= until]
    waiting = any(proof.standing == Standing.TO_CONFIRM and proof.day <= until for proof in point.proofs)
    point.state, point.party, point.lag = judge(point.happened, days, point.tolerance, as_of, waiting=waiting)
    stopped = stage.item.stopped_on
    point.ended = stopped is not None and stopped <= as_of
    if stage.waived_at is not None and clock.day_of(stage.waived_at) <= as_of:
        point.state, point.reason = SyncState.WAIVED, stage.waived_reason
    elif point.ended and stopped is not None and point.happened is None:
        point.state, point.reason = SyncState.ENDED, f"{stopped:%Y年%-m月%-d日}终止：{stage.item.stop_reason}"


def confirmed(point: SyncPoint, as_of: date) -> SyncPoint:
    """Return a point that waits to be confirmed as it will be once somebody has said yes to all of it; any other as it is."""
    if point.state != SyncState.TO_CONFIRM or point.happened is None:
        return point
    days = [proof.day for proof in point.proofs if proof.standing in (Standing.COUNTS, Standing.TO_CONFIRM)]
    state, party, lag = judge(point.happened, days, point.tolerance, as_of)
    return replace(point, state=state, party=party, lag=lag)


def _in_time(proof: Proof, until: date, as_of: date) -> Proof:
    """The proof as it stands for a period that is over: what came after its last day shows nothing there, and says so."""
    if proof.standing not in (Standing.COUNTS, Standing.TO_CONFIRM) or not until < proof.day <= as_of:
        return proof
    return replace(proof, standing=Standing.AFTER, reason=str(Standing.AFTER.label), pending=False)


def _proof(link: Link, point: SyncPoint) -> Proof:
    """Return how a link stands as proof of a point (judgement 3)."""
    standing, reason = (
        (Standing.COUNTS, "") if link.activity is None else fault_of(link.state, link.hosts, point.allowed)
    )
    fit = standing == Standing.COUNTS
    if fit:
        days = (point.day - link.day).days if point.day else 0
        if days > point.early_days and not link.early_reason:
            standing, reason = Standing.TOO_EARLY, f"早于业务日期 {days} 天，过早"
        elif not link.confirmed:
            standing, reason = Standing.TO_CONFIRM, "待上级确认"
    return Proof(link.evidence, link.activity, link.day, standing, reason, pending=fit and not link.confirmed)


def worst(points: Iterable[SyncPoint]) -> SyncPoint:
    """Return the point that a stage shows for several: missing, lagging, not due, synchronised; the greater lag first."""
    return min(points, key=lambda point: (WORST.index(point.state), -(point.lag or 0), point.day or date.max))


def progress(points: Iterable[SyncPoint]) -> tuple[int, int]:
    """Return (stages synchronised, stages owed) of one item; a stage is synchronised when all its points are."""
    done = owed = 0
    for kind in STAGES:
        mine = [point.state for point in points if point.kind == kind and point.state not in NOT_OWED]
        if mine:
            owed += 1
            done += all(state == SyncState.SYNCHRONISED for state in mine)
    return done, owed


def closing_point(points: Iterable[SyncPoint]) -> SyncPoint | None:
    """Return the last point of the stage 考核 that is due: closure belongs to its day and to who carries it; None: not yet."""
    due = [row for row in points if row.kind == SyncStageKind.ASSESSMENT and row.state in DUE and not row.left_out]
    return max(due, key=lambda row: row.day or date.min, default=None)


def closure(points: Sequence[SyncPoint]) -> Closure:
    """Return whether one item is closed: the one answer of board, rates, facts and report (judgement 3.6).

    points: all of the item. Closed: all stages that are due are synchronised, 考核 among them. What waits to be confirmed is
    not closed yet. An item that was given up is neither closed nor open.
    """
    if any(point.ended for point in points):
        return Closure.ENDED
    if closing_point(points) is None:
        return Closure.NOT_YET
    due = [point.state for point in points if not point.left_out and point.state in (*DUE, SyncState.TO_CONFIRM)]
    return Closure.CLOSED if all(state == SyncState.SYNCHRONISED for state in due) else Closure.OPEN
