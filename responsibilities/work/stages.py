"""The four synchronisations: what state each stage is in, and by how many days the Party side followed (decisions 28).

Derived, never stored: the same function answers board, rates, facts, scores, duties and exports. A stage that runs long
has several business dates (milestones); each is a point of its own, and the stage shows the worst of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from branches.settings import dated as dated_settings
from branches.settings.start import not_yet, timelines_and_start
from common import clock
from members.activities.models import COUNTING_STATES, ActivityJudgement
from responsibilities.work.models import Milestone, StageEvidence, SyncStage, SyncStageKind, SyncState, WorkCarrier

# What `sync_points` is asked about: ids, a queryset of one column of ids, or all.
Items = Iterable[int] | QuerySet[Any, Any] | None
Chosen = dict[str, Any]
Timeline = list[tuple[date | None, Decimal]]

STAGES = tuple(SyncStageKind)
# The worst first: what a stage with several points shows, and how the board sorts.
WORST = (SyncState.MISSING, SyncState.LAGGING, SyncState.NOT_DUE, SyncState.SYNCHRONISED, SyncState.WAIVED)
# What was owed and can be counted; the rest is left out of every rate.
DUE = (SyncState.SYNCHRONISED, SyncState.LAGGING, SyncState.MISSING)


@dataclass(frozen=True)
class Proof:
    """One standing link of a point: a record or a paper, and the day that counts; None: it does not count (yet)."""

    evidence: int
    activity: int | None
    day: date
    counts: bool


# {(stage, milestone or None): its links}
Proofs = dict[tuple[int, int | None], list[Proof]]


@dataclass
class SyncPoint:
    """One business date of an item and the Party work that goes with it.

    stage, item, milestone: ids (milestone None for a stage without milestones). kind: a SyncStageKind. name: of the milestone,
    or "". lag: days from business to Party date (negative: earlier); of a missing one, days from the business date to
    the day of judging (as_of). carriers: ids of the organisations that carry the item on the business date, the leading
    one first. tolerance: days that were allowed on the business date. early: its day lies before the agency's start:
    nothing was owed then, and no rate, fact or score knows it.
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
    reason: str = ""
    as_of: date | None = None
    tolerance: int = 7
    early: bool = False

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
    def chip(self) -> str:
        """The state as a chip shows it: not due is not said of what only waits for its date to be noted."""
        if self.early:
            return "not_applicable"
        return "waits" if self.waits else str(self.state)


def judge(
    happened: date | None, party_days: Sequence[date], tolerance: int, as_of: date
) -> tuple[SyncState, date | None, int | None]:
    """Return (state, Party date, lag) of one point.

    happened: actual business date or None. party_days: days of the records that count. tolerance: days. as_of: day of
    judging. Party work before the business date is never late (rulebook README 6).
    """
    if happened is None or happened > as_of:
        return SyncState.NOT_DUE, min((day for day in party_days if day <= as_of), default=None), None
    party = min((day for day in party_days if day <= as_of), default=None)
    if party is None:
        days = (as_of - happened).days
        return (SyncState.MISSING if days > tolerance else SyncState.NOT_DUE), None, days
    lag = (party - happened).days
    return (SyncState.LAGGING if lag > tolerance else SyncState.SYNCHRONISED), party, lag


def sync_points(
    items: Items = None, *, as_of: date | None = None, first: date | None = None, last: date | None = None
) -> list[SyncPoint]:
    """Return the SyncPoints of work items, in the order of items and stages, in four statements whatever their number.

    items: ids or a queryset of WorkItem pks, all when None. as_of: day of judging (default today); what came later is
    left out. first, last: only points whose day (SyncPoint.day) lies between them.
    """
    as_of = as_of or clock.today()
    stages = SyncStage.objects.select_related("item").order_by("item_id", "pk")
    chosen: Chosen = {}
    if items is not None:
        items = items if hasattr(items, "query") else list(items)
        stages, chosen = stages.filter(item__in=items), {"item__in": items}
    settings, start = timelines_and_start("sync_tolerance_days")
    tolerance = settings["sync_tolerance_days"]
    parts = _milestones(chosen)
    proofs = _proofs(chosen, as_of)
    carriers = _carriers(chosen)
    points = []
    for stage in sorted(stages, key=lambda row: (row.item_id, STAGES.index(row.stage))):
        milestones: list[Milestone | None] = [*parts.get(stage.pk, ())]
        for milestone in milestones or [None]:
            point = _point(stage, milestone, proofs, tolerance, as_of)
            if point.day is not None and point.day < start:
                point.state, point.reason, point.lag, point.early = SyncState.WAIVED, not_yet(start), None, True
            if first and last and not (point.day and first <= point.day <= last):
                continue
            day = point.day or as_of
            point.carriers = [
                place for place, ended in carriers.get(stage.item_id, ()) if ended is None or ended >= day
            ]
            points.append(point)
    return points


def _milestones(chosen: Chosen) -> dict[int, list[Milestone]]:
    by_stage: dict[int, list[Milestone]] = {}
    rows = Milestone.objects.filter(**{f"stage__{key}": value for key, value in chosen.items()})
    for row in rows.order_by("planned_on", "pk"):
        by_stage.setdefault(row.stage_id, []).append(row)
    return by_stage


def _carriers(chosen: Chosen) -> dict[int, list[tuple[int, date | None]]]:
    by_item: dict[int, list[tuple[int, date | None]]] = {}
    rows = WorkCarrier.objects.filter(**chosen).order_by("-leads", "pk")
    for item, place, *ends in rows.values_list("item_id", "organisation_id", "ended", "organisation__archived_on"):
        # Nothing is carried by an organisation that no longer stands.
        by_item.setdefault(item, []).append((place, min((day for day in ends if day), default=None)))
    return by_item


def _proofs(chosen: Chosen, as_of: date) -> Proofs:
    """Return {(stage, milestone or None): [Proof]} of the standing links."""
    rows = StageEvidence.objects.active().filter(**{f"stage__{key}": value for key, value in chosen.items()})
    past = as_of < clock.today()
    if past:
        rows = rows.filter(Q(activity__submitted_at__isnull=True) | Q(activity__submitted_at__date__lte=as_of))
    proofs: Proofs = {}
    judged = ActivityJudgement.objects.filter(activity=OuterRef("activity"), valid=True)
    rows = rows.annotate(valid=Exists(judged)).order_by("pk")
    for pk, stage, milestone, activity, day, recorded_day, state, valid in rows.values_list(
        "pk", "stage_id", "milestone_id", "activity_id", "day", "activity__day", "activity__state", "valid"
    ):
        counts = activity is None or (state in COUNTING_STATES and valid)
        proofs.setdefault((stage, milestone), []).append(Proof(pk, activity, day or recorded_day, counts))
    return proofs


def _point(
    stage: SyncStage, milestone: Milestone | None, proofs: Proofs, tolerance: Timeline, as_of: date
) -> SyncPoint:
    row = milestone or stage
    point = SyncPoint(
        item=stage.item_id,
        stage=stage.pk,
        kind=SyncStageKind(stage.stage),
        milestone=milestone.pk if milestone else None,
        name=milestone.name if milestone else "",
        planned=row.planned_on,
        happened=row.happened_on,
        as_of=as_of,
    )
    point.proofs = list(proofs.get((stage.pk, point.milestone), ()))
    if milestone is not None:
        # A link made before the stage was divided serves the whole of it.
        point.proofs += proofs.get((stage.pk, None), ())
    days = [proof.day for proof in point.proofs if proof.counts]
    allowed = int(dated_settings.at(tolerance, point.happened or as_of))
    point.tolerance = allowed
    point.state, point.party, point.lag = judge(point.happened, days, allowed, as_of)
    stopped = stage.item.stopped_on
    if stage.waived_at is not None and clock.day_of(stage.waived_at) <= as_of:
        point.state, point.reason = SyncState.WAIVED, stage.waived_reason
    elif stopped is not None and stopped <= as_of and point.happened is None:
        point.state, point.reason = SyncState.WAIVED, f"{stopped:%Y年%-m月%-d日}终止：{stage.item.stop_reason}"
    return point


def worst(points: Iterable[SyncPoint]) -> SyncPoint:
    """Return the point that a stage shows for several: missing, lagging, not due, synchronised; the greater lag first."""
    return min(points, key=lambda point: (WORST.index(point.state), -(point.lag or 0), point.day or date.max))


def closure(points: Iterable[SyncPoint]) -> tuple[int, int]:
    """Return (stages synchronised, stages owed) of one item: it is closed when they are equal and not zero.

    A stage is synchronised when all its points are; waived ones are not owed.
    """
    done = owed = 0
    for kind in STAGES:
        mine = [point.state for point in points if point.kind == kind]
        mine = [state for state in mine if state != SyncState.WAIVED]
        if mine:
            owed += 1
            done += all(state == SyncState.SYNCHRONISED for state in mine)
    return done, owed
