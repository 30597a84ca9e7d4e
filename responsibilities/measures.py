"""Measures of what is owed: one value per organisation and period, from the same functions as the pages."""

from dataclasses import dataclass

from django.db.models import Q

from responsibilities.models import RequirementState, StageEvidence, SyncStage, SyncState, WorkItem
from responsibilities.models import Stage as SyncKind
from responsibilities.requirement_rules import REQUIREMENT_RULES
from responsibilities.selectors.requirements import requirements
from responsibilities.sync import DUE, closure, sync_points

REQUIREMENT_MEASURES = {row.measure: f"{row.label}（应办）" for row in REQUIREMENT_RULES}
SYNC_CLOSURE, SYNC_WAIVED = "sync.closure", "sync.waived"
SYNC_MEASURES = {f"sync.{stage.value}": f"{stage.label}（同步的环节）" for stage in SyncKind} | {
    SYNC_CLOSURE: "四个环节闭环的重点业务",
    SYNC_WAIVED: "免予同步的环节",
}


def requirement_rows(period, organisations=None, as_of=None):
    """Yield the Requirements whose own period is exactly `period`, those that do not apply included."""
    rules = [row for row in REQUIREMENT_RULES if row.period == period.kind]
    return requirements(period, organisations=organisations, as_of=as_of, rules=rules)


def fraction(row):
    """Return (numerator, denominator, late, overdue) of a Requirement.

    Numerator: how many of the expected are done, at most as many as expected. Denominator: the expected. A requirement
    that is exempt or does not apply has no denominator: it is not zero of something, it is nothing owed.
    """
    if not row.applies:
        return 0, 0, 0, 0
    done = min(row.done, row.expected)
    late = max(0, done - min(row.on_time, row.expected))
    overdue = row.expected - done if row.state == RequirementState.OVERDUE else 0
    return done, row.expected, late, overdue


@dataclass(frozen=True)
class Share:
    """One thing that counts once for each organisation above any of `places` (a stage carried by two branches is one).

    numerator: 1 where it is as it should be. late: lagging. overdue: missing.
    """

    places: tuple
    measure: str
    numerator: int
    late: int = 0
    overdue: int = 0


def sync_shares(period, as_of):
    """Yield the Shares of the sync points whose business date lies in `period`: what was owed, what was waived, closure.

    A stage counts as due once its business side has happened and the Party side has come or the tolerance has passed; not
    due and waived ones are in no denominator. Closure (four of four) belongs to the period of the last stage's date.
    """
    within = (period.first, period.last)
    dated = Q(happened_on__range=within) | Q(happened_on__isnull=True, planned_on__range=within)
    dated |= Q(milestones__happened_on__range=within) | Q(milestones__planned_on__range=within)
    items = SyncStage.objects.filter(dated).order_by().values("item")
    points = sync_points(items, as_of=as_of)
    owners = dict(WorkItem.objects.values_list("pk", "organisation"))
    by_item = {}
    for point in points:
        by_item.setdefault(point.item, []).append(point)
        if point.day is None or point.day not in period:
            continue
        places = tuple(point.carriers or [owners[point.item]])
        if point.state in DUE:
            yield Share(
                places,
                f"sync.{point.kind}",
                int(point.state == SyncState.SYNCHRONISED),
                int(point.state == SyncState.LAGGING),
                int(point.state == SyncState.MISSING),
            )
        if point.state in DUE or point.state == SyncState.WAIVED:
            yield Share(places, SYNC_WAIVED, int(point.state == SyncState.WAIVED))
    for item, mine in by_item.items():
        ends = [point for point in mine if point.kind == SyncKind.ASSESSMENT and point.state in DUE]
        if ends and max(point.day for point in ends) in period:
            done, owed = closure(mine)
            yield Share(tuple(ends[-1].carriers or [owners[item]]), SYNC_CLOSURE, int(done == owed))


def sync_days_touched(marks):
    """Return the business days of the stages whose proof may have changed with the records that `marks` name.

    marks: ChangeMarks of activities (organisation, first_day, last_day). A record proves a stage of another month.
    """
    if not marks:
        return set()
    concerned = Q()
    for place in {mark.organisation_id for mark in marks}:
        mine = [mark for mark in marks if mark.organisation_id == place]
        first, last = min(mark.first_day for mark in mine), max(mark.last_day for mark in mine)
        concerned |= Q(activity__organisation=place, activity__day__range=(first, last))
    rows = StageEvidence.objects.filter(concerned)
    days = rows.values_list(
        "stage__happened_on",
        "stage__planned_on",
        "milestone__happened_on",
        "stage__milestones__happened_on",
        "stage__item__stages__happened_on",
    )
    return {day for row in days for day in row if day is not None}
