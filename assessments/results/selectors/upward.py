"""What an upper organisation is measured by: what those below it owe, the work they carry, what it issued and who is covered."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from assessments import scoring
from assessments.facts.tree_on import parents_on
from assessments.results.periods import counted_until
from assessments.results.selectors.scoring_items import Entry, requirement_entries, whole_item
from assessments.schemes.measures import BELOW, DEPARTMENTS_COVERED, UPPER
from assessments.scoring.schemes import Scheme
from branches.places.models.organisations import Kind
from branches.places.selectors.coverage import coverage_of_departments
from branches.places.selectors.names import labels
from common import clock
from common.periods import Period
from common.text import quoted
from responsibilities.measures import SYNC_CLOSURE
from responsibilities.requirements.selectors import Requirement
from responsibilities.supervision.models import SUPERVISIONS_CLOSED
from responsibilities.supervision.selectors.notices import supervision_closings
from responsibilities.work.models import Closure, WorkItem
from responsibilities.work.stages import SyncPoint, closing_point, closure, sync_points

# {organisation: its kind} of those that a scheme assesses.
Assessed = Mapping[int, str]


def upward_entries(
    scheme: Scheme, rows: Collection[Requirement], period: Period, as_of: date, assessed: Assessed
) -> list[Entry]:
    """Return the Entries of what a scheme reads beyond what its organisations owe themselves; nothing for a scheme without such.

    rows: all Requirements that the scheme reads, of every organisation. Each thing counts once at each organisation above it.
    """
    read = {measure for _, row in scheme.indicators() for measure in row.measures}
    upper = {pk for pk, kind in assessed.items() if kind in UPPER}
    entries: list[Entry] = []
    if not upper and not {SYNC_CLOSURE, DEPARTMENTS_COVERED} & read:
        return entries
    tree = parents_on(min(period.last, as_of))
    if upper:
        entries += _below(read, rows, upper, tree)
    if SYNC_CLOSURE in read:
        entries += _closures(period, as_of, assessed, tree)
    if upper and SUPERVISIONS_CLOSED in read:
        entries += _supervisions(period, as_of, upper, tree)
    if DEPARTMENTS_COVERED in read:
        entries += _departments(min(period.last, as_of), assessed)
    return entries


def above(place: int, tree: Mapping[int, int | None]) -> list[int]:
    """Return what stands above an organisation, the nearest first."""
    found: list[int] = []
    step = tree.get(place)
    while step is not None and step not in found:
        found.append(step)
        step = tree.get(step)
    return found


def _below(read: set[str], rows: Iterable[Requirement], upper: set[int], tree: Mapping[int, int | None]) -> list[Entry]:
    wanted = [row for row in rows if f"{BELOW}{row.rule}" in read]
    names = labels({row.organisation for row in wanted}) if wanted else {}
    return [
        Entry(place, f"{BELOW}{row.rule}", entry.item, entry.records)
        for row, entry in zip(wanted, requirement_entries(wanted, names), strict=True)
        for place in above(row.organisation, tree)
        if place in upper
    ]


def _closures(period: Period, as_of: date, assessed: Assessed, tree: Mapping[int, int | None]) -> list[Entry]:
    """Items whose 考核 was due in the period: closed is met, open is not (judgement 3.6)."""
    by_item: dict[int, list[SyncPoint]] = {}
    for point in sync_points(as_of=as_of, held_until=counted_until(period)):
        by_item.setdefault(point.item, []).append(point)
    names = dict(WorkItem.objects.filter(pk__in=by_item).values_list("pk", "name"))
    found = []
    for pk, points in by_item.items():
        last, state = closing_point(points), closure(points)
        if last is None or last.day is None or last.day not in period or state not in (Closure.CLOSED, Closure.OPEN):
            continue
        name = quoted(names[pk])
        closed = state == Closure.CLOSED
        item = scoring.Item(
            scoring.MET if closed else scoring.OVERDUE,
            name,
            ("stage", pk, last.kind),
            unit="项",
            text="" if closed else f"{name}到考核时没有闭环",
        )
        places = {place for carrier in last.carriers for place in (carrier, *above(carrier, tree))}
        found += [Entry(place, SYNC_CLOSURE, item) for place in sorted(places & {*assessed})]
    return found


def _supervisions(period: Period, as_of: date, upper: set[int], tree: Mapping[int, int | None]) -> list[Entry]:
    rows = supervision_closings(period, min(as_of, counted_until(period)))
    return [
        Entry(place, SUPERVISIONS_CLOSED, whole_item(row, "督查", ("supervision", row.pk), "件", "销号"))
        for row in rows
        for place in above(row.organisation, tree)
        if place in upper
    ]


def _departments(day: date, assessed: Assessed) -> list[Entry]:
    """Departments and whether a Party organisation covers them: the committee answers for the agency's."""
    committees = [pk for pk, kind in assessed.items() if kind == Kind.COMMITTEE]
    if not committees:
        return []
    day = min(day, clock.today())
    return [
        Entry(
            place,
            DEPARTMENTS_COVERED,
            scoring.Item(
                scoring.MET if row.coverage else scoring.OVERDUE,
                row.department.name,
                unit="个",
                text="" if row.coverage else f"{row.department.name}没有党组织覆盖",
            ),
        )
        for row in coverage_of_departments(day)
        for place in committees
    ]
