"""The board of the four synchronisations: which items, in which order, what they come to."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict

from django.db.models import QuerySet

from branches.places.models.departments import Department
from branches.places.models.organisations import Organisation
from branches.places.selectors.names import label_with_end
from common import clock
from common.names import named
from common.operator import Actor
from common.periods import YEAR, Period
from responsibilities.work.models import Closure, SyncStageKind, SyncState, WorkItem
from responsibilities.work.selectors.items import in_charge, items_in
from responsibilities.work.selectors.rates import pending_words
from responsibilities.work.stages import DUE, SyncPoint, closing_point, closure, sync_points

WAITS, CLOSED, OPEN = "waits", Closure.CLOSED.value, Closure.OPEN.value
# The item was given up: neither closed nor open.
GIVEN_UP = "given_up"
OF_ITEMS = (CLOSED, OPEN, GIVEN_UP)
# What `state` of the address may say, besides nothing.
STATES = {
    SyncState.MISSING.value: "缺失",
    SyncState.LAGGING.value: "滞后",
    WAITS: "待登记",
    SyncState.TO_CONFIRM.value: "待确认",
    CLOSED: "已闭环",
    OPEN: "未闭环",
    GIVEN_UP: "已终止",
    SyncState.SYNCHRONISED.value: "同步",
    SyncState.WAIVED.value: "免予同步",
    SyncState.ENDED.value: "终止的环节",
    "due": "应同步",
}


@dataclass(frozen=True)
class Place:
    """An organisation as the board names it."""

    label: str
    parent: int | None


@dataclass
class Selection:
    """The items that the address asks for and their points; `counted` are the points of the period, stage, branch asked for.

    tree: {organisation id: Place} of the whole tree. helpers: {item id: ids of helping departments}.
    """

    period: Period
    items: dict[int, WorkItem] = field(default_factory=dict)
    points: list[SyncPoint] = field(default_factory=list)
    counted: list[SyncPoint] = field(default_factory=list)
    tree: dict[int, Place] = field(default_factory=dict)
    helpers: dict[int, set[int]] = field(default_factory=dict)

    def of(self, points: Iterable[SyncPoint]) -> dict[int, list[SyncPoint]]:
        """Return {item id: [points]}."""
        by_item: dict[int, list[SyncPoint]] = {pk: [] for pk in self.items}
        for point in points:
            if point.item in by_item:
                by_item[point.item].append(point)
        return by_item

    def label(self, place: int) -> str:
        return self.tree[place].label if place in self.tree else ""

    def carried_by(self, point: SyncPoint) -> list[int]:
        """Ids of those who carry the point; where nobody does, of who arranged the item."""
        return point.carriers or [self.items[point.item].organisation_id]

    def below(self, place: int) -> Callable[[int | None], bool]:
        """Whether an id lies at or below `place`: a function of the id."""

        def inside(pk: int | None) -> bool:
            while pk is not None and pk != place:
                pk = self.tree[pk].parent if pk in self.tree else None
            return pk is not None

        return inside


class StageCount(TypedDict):
    """The head of a column of the board."""

    kind: str
    label: str
    counted: bool
    synchronised: int
    lagging: int
    missing: int
    to_confirm: int


@dataclass(frozen=True)
class Figures:
    """What the board says above its rows. numbers: {state of the address: number}, of items or of points (OF_ITEMS)."""

    numbers: dict[str, int]
    columns: list[StageCount]


@dataclass(frozen=True)
class Choices:
    """What the filter offers: departments and leaders by what the address says of them, organisations as (id, label), or as a
    queryset where there may be many.
    """

    period: Period
    departments: dict[int, str]
    leaders: dict[str, str]
    places: list[tuple[int, str]] | QuerySet[Organisation]


def this_year() -> Period:
    return Period.containing(YEAR, clock.today())


def load(user: Actor, period: Period) -> Selection:
    """Return the Selection of all that `user` may read in a Period; eight statements at any size.

    A point counts when its day lies in the period, or when it has no date yet.
    """
    return selected(items_in(user, period), period)


def selected(items: Iterable[WorkItem], period: Period) -> Selection:
    """Return the Selection of these items."""
    found = Selection(period, {row.pk: row for row in items})
    found.points = sync_points(list(found.items))
    found.counted = [row for row in found.points if not row.left_out and (row.day is None or row.day in period)]
    rows = Organisation.objects.in_tree_order()
    rows = rows.values_list("pk", "short_name", "name", "parent", "archived_on")
    found.tree = {pk: Place(label_with_end(short or name, gone), parent) for pk, short, name, parent, gone in rows}
    helped = WorkItem.helpers.through.objects.filter(workitem__in=list(found.items))
    for item, department in helped.values_list("workitem", "department"):
        found.helpers.setdefault(item, set()).add(department)
    return found


def choices(readable: Selection) -> Choices:
    """Return what the filter offers for everything that is readable."""
    items = readable.items.values()
    departments = {row.lead_id: row.lead.name for row in items if row.lead_id and row.lead}
    helping = {pk for mine in readable.helpers.values() for pk in mine} - set(departments)
    if helping:
        departments |= dict(Department.objects.filter(pk__in=helping).values_list("pk", "name"))
    leaders = {
        str(row.leader_id or row.leader_name): in_charge(row) for row in items if row.leader_id or row.leader_name
    }
    shown = {place for point in readable.points for place in readable.carried_by(point)}
    for place in list(shown):
        above = readable.tree[place].parent if place in readable.tree else None
        while above is not None:
            shown.add(above)
            above = readable.tree[above].parent
    places = [(pk, place.label) for pk, place in readable.tree.items() if pk in shown]
    return Choices(readable.period, departments, leaders, places)


def narrow(
    selection: Selection,
    *,
    department: int | None = None,
    leader: int | str | None = None,
    branch: int | None = None,
    kind: str = "",
    stage: str = "",
    word: str = "",
) -> Selection:
    """Return the Selection reduced to what the filters say.

    department: id of the leading or a helping one. leader: account id, or a name as written. branch: id of an
    organisation; points carried at or below it count. kind: WorkKind. stage: SyncStageKind. word: part of the name or of its pinyin initials.
    """

    def keeps(item: WorkItem) -> bool:
        departments = {item.lead_id} | selection.helpers.get(item.pk, set())
        return (
            (not department or department in departments)
            and (not leader or leader in (item.leader_id, item.leader_name))
            and (not kind or item.kind == kind)
            and (not word or named(item.name, word))
        )

    items = {pk: item for pk, item in selection.items.items() if keeps(item)}
    counted = [point for point in selection.counted if point.item in items and (not stage or point.kind == stage)]
    if branch:
        inside = selection.below(branch)
        carried = [point for point in selection.points if any(inside(place) for place in selection.carried_by(point))]
        kept = {point.item for point in carried}
        items = {pk: item for pk, item in items.items() if pk in kept}
        counted = [point for point in counted if any(inside(place) for place in selection.carried_by(point))]
    points = [point for point in selection.points if point.item in items]
    return replace(selection, items=items, points=points, counted=counted)


def closure_state(counted: Sequence[SyncPoint], all_points: Sequence[SyncPoint]) -> str:
    """Return CLOSED, OPEN, GIVEN_UP or "" of an item: "" where 考核 is not due, or not among the points that are asked for.

    counted, all_points: its own points, those asked for and all of them.
    """
    state, last = closure(all_points), closing_point(all_points)
    if state == Closure.ENDED:
        return GIVEN_UP
    return str(state.value) if last is not None and last in counted else ""


def fits(state: str, counted: Sequence[SyncPoint], all_points: Sequence[SyncPoint]) -> bool:
    """Whether an item belongs under a state of the address; counted, all_points: its own points."""
    if not state:
        return True
    if state in OF_ITEMS:
        return closure_state(counted, all_points) == state
    if state == WAITS:
        return any(point.waits for point in counted)
    if state == "due":
        return any(point.state in DUE for point in counted)
    return any(point.state == state for point in counted)


def ordered(selection: Selection, state: str = "") -> list[int]:
    """Return the ids of the items that fit `state`, those with most problems first."""
    counted, whole = selection.of(selection.counted), selection.of(selection.points)

    def rank(pk: int) -> tuple[Any, ...]:
        states = [point.state for point in counted[pk]]
        days = max((point.lag or 0 for point in counted[pk] if point.state == SyncState.MISSING), default=0)
        return (
            -states.count(SyncState.MISSING),
            -states.count(SyncState.LAGGING),
            -sum(point.waits for point in counted[pk]),
            -days,
            closure(whole[pk]) in (Closure.CLOSED, Closure.ENDED),
            selection.items[pk].starts,
            pk,
        )

    return sorted((pk for pk in selection.items if fits(state, counted[pk], whole[pk])), key=rank)


def counts(selection: Selection) -> dict[str, int]:
    """Return {state of the address: number}: items of all, of closed, open and given up ones, points of the others."""
    counted, whole = selection.of(selection.counted), selection.of(selection.points)
    of_items = [closure_state(counted[pk], mine) for pk, mine in whole.items()]
    states = [point.state for point in selection.counted]
    numbers = {state.value: states.count(state) for state in SyncState}
    return (
        numbers
        | {state: of_items.count(state) for state in OF_ITEMS}
        | {
            "": len(selection.items),
            "due": sum(numbers[state.value] for state in DUE),
            WAITS: sum(point.waits for point in selection.counted),
        }
    )


def stage_count(kind: SyncStageKind, states: Mapping[str, int], *, counted: bool = True) -> StageCount:
    """Return the head of a column. states: how many points of the stage are in which state."""
    return {
        "kind": kind.value,
        "label": str(kind.label),
        "counted": counted,
        "synchronised": states.get(SyncState.SYNCHRONISED, 0),
        "lagging": states.get(SyncState.LAGGING, 0),
        "missing": states.get(SyncState.MISSING, 0),
        "to_confirm": states.get(SyncState.TO_CONFIRM, 0),
    }


def figures(selection: Selection, stage: str = "") -> Figures:
    """Return what the board says above its rows; where one SyncStageKind is asked for, the other columns count nothing."""
    columns = []
    for kind in SyncStageKind:
        states = Counter(str(point.state) for point in selection.counted if point.kind == kind)
        columns.append(stage_count(kind, states, counted=stage in ("", kind)))
    return Figures(counts(selection), columns)


def finding(found: Figures) -> str:
    """Return the headline of Figures with items: how many points are not synchronised, and in which stage most."""
    numbers = found.numbers
    wrong = {row["label"]: row["lagging"] + row["missing"] for row in found.columns}
    number, due = sum(wrong.values()), numbers[SyncState.SYNCHRONISED.value]
    unconfirmed, waiting = numbers[SyncState.TO_CONFIRM.value], numbers[WAITS]
    if number:
        return f"{number} 处不同步，{max(wrong, key=lambda label: wrong[label])}最多{pending_words(unconfirmed)}"
    if due or waiting or unconfirmed:
        # While something is open nobody says that all is well.
        words = [
            f"应同步 {due} 处，{f'同步 {due} 处' if waiting or unconfirmed else '全部同步'}" if due else "",
            pending_words(unconfirmed).removeprefix("，"),
            f"{waiting} 处业务日期待登记" if waiting else "",
        ]
        return "，".join(filter(None, words))
    freed = numbers[SyncState.WAIVED.value] + numbers[SyncState.ENDED.value]
    if freed and freed == sum(numbers[state.value] for state in SyncState):
        return f"{numbers['']} 项重点业务，各环节免予同步或已终止"
    return f"{numbers['']} 项重点业务，还没有到期的环节"
