"""The board of much business work: counted, ordered and grouped by the database, among points as the last fill judged them.

What it says of a selection is what board.py and rates.py say of the same one judged anew; a test holds one against the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

from django.db.models import Case, CharField, Count, Exists, F, IntegerField, Min, OuterRef, Q, QuerySet, Value, When

from branches.places.models.departments import Department
from branches.places.models.organisations import Organisation
from branches.places.selectors.names import label_with_end
from branches.reach.intervals import within, within_outer
from branches.reach.reach import reach
from branches.reach.rights import VIEW
from common import clock
from common.operator import Actor
from common.periods import Period
from common.together import Rows, read_together
from members.activities.models import Activity
from responsibilities.work.judged import JudgedPlace, JudgedPoint, JudgedRecord
from responsibilities.work.models import Closure, SyncStageKind, SyncState, WorkCarrier, WorkItem
from responsibilities.work.selectors.board import (
    CLOSED,
    GIVEN_UP,
    OPEN,
    WAITS,
    Choices,
    Figures,
    Place,
    Selection,
    StageCount,
    stage_count,
)  # fmt: skip
from responsibilities.work.selectors.items import items_in, mix_from
from responsibilities.work.selectors.rates import Rate
from responsibilities.work.stages import DUE, sync_points

# So many items have what concerns them read in one statement: a page, not the whole board to be printed.
FEW = 40
_COUNTED = ("kind", "state", "number", "waiting", "closed", "open")
_SETTLED = (Closure.CLOSED, Closure.ENDED)
# Columns that name a group of points, for the three groupings.
BY_STAGE, BY_DEPARTMENT, BY_LEADER = ("kind",), ("item__lead", "item__lead__name"), (
    "item__leader", "item__leader__name", "item__leader_name",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the address asks for: as of board.narrow, but for branch, which is the Organisation itself."""

    department: int | None = None
    leader: int | str | None = None
    branch: Organisation | None = None
    kind: str = ""
    stage: str = ""
    word: str = ""


class JudgedBoard:
    """What a reader sees of a period. readable: all of it; items: what the address asks for."""

    def __init__(self, user: Actor, period: Period, asked: Asked):
        self.user, self.period, self.asked, self.today = user, period, asked, clock.today()
        self.readable: QuerySet[WorkItem] = items_in(user, period)
        self.items = self._narrowed(self.readable)

    def _narrowed(self, items: Any) -> QuerySet[WorkItem]:
        asked = self.asked
        if asked.department:
            helped = WorkItem.helpers.through.objects.filter(department=asked.department)
            items = items.filter(Q(lead=asked.department) | Q(pk__in=helped.values("workitem")))
        if isinstance(asked.leader, int):
            items = items.filter(leader=asked.leader)
        elif asked.leader:
            items = items.filter(leader_name=asked.leader)
        if asked.kind:
            items = items.filter(kind=asked.kind)
        if asked.word:
            items = items.named(asked.word)
        if asked.branch:
            carried = JudgedPlace.objects.filter(within(asked.branch))
            items = items.filter(pk__in=carried.values("point__item"))
        return items

    @property
    def points(self) -> QuerySet[JudgedPoint]:
        """The points that count: of the period or without a date, of the stage and the branch asked for."""
        rows = JudgedPoint.objects.filter(self._counts(), item__in=self.items.order_by().values("pk")).order_by()
        if self.asked.branch:
            rows = rows.filter(pk__in=JudgedPlace.objects.filter(within(self.asked.branch)).values("point"))
        return rows

    def _counts(self, path: str = "") -> Q:
        dated = Q(**{f"{path}day__isnull": True})
        dated |= Q(**{f"{path}day__range": (self.period.first, self.period.last)})
        of_stage = Q(**{f"{path}kind": self.asked.stage}) if self.asked.stage else Q()
        return Q(**{f"{path}left_out": False}) & dated & of_stage

    def _waits(self, path: str = "") -> Q:
        open_ = {"state": SyncState.NOT_DUE, "happened__isnull": True, "planned__lt": self.today}
        return Q(**{f"{path}{name}": value for name, value in open_.items()})

    @cached_property
    def _sums(self) -> dict[str, Rows]:
        """Points by stage and state, items, and how the records that count serve the work; in one statement."""
        points = self.points.values_list("kind", "state").annotate(
            number=Count("pk"),
            waiting=Count("pk", filter=self._waits()),
            closed=Count("pk", filter=Q(closes=True, closure=Closure.CLOSED)),
            open=Count("pk", filter=Q(closes=True, closure=Closure.OPEN)),
        )
        ended = Exists(JudgedPoint.objects.filter(item=OuterRef("pk"), closure=Closure.ENDED))
        items = self.items.order_by().annotate(all=Value(1)).values_list("all")
        records = JudgedRecord.objects.filter(point__in=self.points).values("activity")
        served = Activity.objects.filter(pk__in=records).order_by().values_list("way", "building")
        return read_together(
            {
                "points": points,
                "items": items.annotate(number=Count("pk"), given_up=Count("pk", filter=Q(ended))),
                "served": served.annotate(number=Count("pk")),
            }
        )

    def figures(self) -> Figures:
        """Return what the board says above its rows."""
        rows = [dict(zip(_COUNTED, row, strict=True)) for row in self._sums["points"]]
        number, given_up = self._sums["items"][0][1:] if self._sums["items"] else (0, 0)

        def sum_of(column: str, state: str = "") -> int:
            return sum(row[column] for row in rows if state in ("", row["state"]))

        numbers = {state.value: sum_of("number", state.value) for state in SyncState}
        numbers |= {"": number, GIVEN_UP: given_up, WAITS: sum_of("waiting")}
        numbers |= {CLOSED: sum_of("closed"), OPEN: sum_of("open")}
        numbers["due"] = sum(numbers[state.value] for state in DUE)
        columns: list[StageCount] = [
            stage_count(
                kind,
                {row["state"]: row["number"] for row in rows if row["kind"] == kind},
                counted=self.asked.stage in ("", kind),
            )
            for kind in SyncStageKind
        ]
        return Figures(numbers, columns)

    def ordered(self, state: str, figures: Figures) -> "Ordered":
        """Return the ids of the items that fit a state of the address, those with most problems first."""
        return Ordered(self, state, figures)

    def fitting(self, state: str) -> QuerySet[WorkItem]:
        """Return the items that fit a state of the address (board.fits)."""
        if not state:
            return self.items
        if state == GIVEN_UP:
            ended = JudgedPoint.objects.filter(closure=Closure.ENDED)
            return self.items.filter(pk__in=ended.values("item"))
        if state in (CLOSED, OPEN):
            fits = Q(closes=True, closure=state)
        elif state == WAITS:
            fits = self._waits()
        else:
            fits = Q(state__in=DUE) if state == "due" else Q(state=state)
        return self.items.filter(pk__in=self.points.filter(fits).values("item"))

    def ranked(self, state: str) -> QuerySet[WorkItem]:
        """Return the items in the order of board.ordered."""
        mine = Q(judged__in=self.points) if self.asked.branch else self._counts("judged__")
        missing = mine & Q(judged__state=SyncState.MISSING)
        settled = Exists(JudgedPoint.objects.filter(item=OuterRef("pk"), closure__in=_SETTLED))
        return (
            self.fitting(state)
            .order_by()
            .annotate(
                missing=Count("judged", filter=missing),
                lagging=Count("judged", filter=mine & Q(judged__state=SyncState.LAGGING)),
                waiting=Count("judged", filter=mine & self._waits("judged__")),
                # The longest missing first: each day all of them are missing a day longer.
                oldest=Min("judged__happened", filter=missing),
                settled=settled,
            )
            .order_by(
                "-missing", "-lagging", "-waiting", F("oldest").asc(nulls_last=True), "settled", "starts", "pk"
            )
        )  # fmt: skip

    def selection(self, ids: list[int]) -> Selection:
        """Return the Selection of single items, judged anew: what the rows of a page show."""
        rows = WorkItem.objects.filter(pk__in=ids).select_related("organisation__parent", "lead", "leader")
        found = Selection(self.period, {row.pk: row for row in rows})
        found.points = sync_points(ids, few=len(ids) <= FEW)
        named = {place for point in found.points for place in point.carriers}
        named |= set(WorkCarrier.objects.filter(item__in=ids).values_list("organisation", flat=True))
        named |= {row.organisation_id for row in found.items.values()}
        found.tree = places_named(named)
        return found

    def mix(self) -> dict[str, Any]:
        """Return what items.mix_of says of the records that count at the points."""
        return mix_from((way, building, number) for way, building, number in self._sums["served"])

    def rates_by(self, *columns: str) -> dict[tuple[Any, ...], Rate]:
        """Return {values of these columns of a point: Rate}, in one statement."""
        return _rates(self.points, columns)

    def rates_at(self, places: list[int]) -> dict[int, Rate]:
        """Return {organisation id: Rate} of what is carried at or below each of these, none of which lies below another.

        In one statement; the tree is nowhere deeper than three steps below an organisation that is asked for.
        """
        steps = ["organisation" + "__parent" * step for step in range(4)]
        at = Case(*[When(**{f"places__{step}__in": places}, then=F(f"places__{step}")) for step in steps])
        rows = _rates(self.points.annotate(at=at).filter(at__isnull=False), ("at",))
        return {place: rate for (place,), rate in rows.items()}


class Ordered:
    """Ids of items, as many as a page asks for at a time."""

    def __init__(self, board: JudgedBoard, state: str, figures: Figures):
        self.board, self.state = board, state
        self.known = figures.numbers[state] if state in ("", GIVEN_UP, CLOSED, OPEN) else None

    def __len__(self) -> int:
        if self.known is None:
            self.known = int(self.board.fitting(self.state).order_by().count())
        return self.known

    @overload
    def __getitem__(self, wanted: int) -> int: ...
    @overload
    def __getitem__(self, wanted: slice) -> list[int]: ...
    def __getitem__(self, wanted: int | slice) -> int | list[int]:
        found = self.board.ranked(self.state).values_list("pk", flat=True)[wanted]
        return found if isinstance(found, int) else list(found)

    def __iter__(self) -> Iterator[int]:
        return iter(self[0 : len(self)])


def places_named(ids: set[int]) -> dict[int, Place]:
    """Return {id: Place} of organisations, one statement."""
    rows = Organisation.objects.filter(pk__in=ids).order_by()
    rows = rows.values_list("pk", "short_name", "name", "parent", "archived_on")
    return {pk: Place(label_with_end(short or name, gone), parent) for pk, short, name, parent, gone in rows}


def choices(user: Actor, period: Period, branch: str = "") -> Choices:
    """Return what the filter of the board offers. branch: id that the address names, "" for none.

    Organisations within reach are a queryset, to be searched; beside them the one that is named, where something is carried.
    """
    readable = items_in(user, period).order_by()
    helped = WorkItem.helpers.through.objects.filter(workitem__in=readable.values("pk"))
    departments = Department.objects.filter(
        Q(pk__in=readable.values("lead")) | Q(pk__in=helped.values("department"))
    ).order_by()
    found = read_together(
        {
            "departments": departments.values_list("pk", "name"),
            "leaders": readable.values_list("leader", "leader__name", "leader_name").distinct(),
        }
    )
    leaders = {str(pk or name): known if pk else name for pk, known, name in found["leaders"] if pk or name}
    offered = Q(reach(user, VIEW, ""))
    if branch.isascii() and branch.isdigit() and len(branch) < 19:
        carried = JudgedPlace.objects.filter(point__item__in=readable.values("pk")).order_by().values("organisation")
        below = Organisation.objects.filter(within_outer(), pk__in=carried).order_by()
        offered |= Q(pk=int(branch)) & Q(Exists(below))
    places = Organisation.objects.filter(offered).select_related("parent").in_tree_order()
    return Choices(period, dict(found["departments"]), leaders, places)


def _rates(points: QuerySet[JudgedPoint], columns: tuple[str, ...]) -> dict[tuple[Any, ...], Rate]:
    late = Case(When(state__in=(SyncState.SYNCHRONISED, SyncState.LAGGING), then=F("lag")), output_field=IntegerField())
    closing = Case(
        When(closes=True, closure__in=(Closure.CLOSED, Closure.OPEN), then=F("closure")),
        default=Value(""),
        output_field=CharField(),
    )
    rows = points.annotate(days=late, closing=closing).values_list(*columns, "state", "days", "closing")
    found: dict[tuple[Any, ...], Rate] = {}
    for *key, state, days, closing_state, number in rows.annotate(number=Count("pk", distinct=True)):
        rate = found.setdefault(tuple(key), Rate())
        rate.count(state, number, days)
        rate.items += number if closing_state else 0
        rate.closed += number if closing_state == Closure.CLOSED else 0
    return found
