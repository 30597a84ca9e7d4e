"""What is wrong with the plan of a year at a committee (plans.faults): two faults, each once a year, judged when it is asked.

The committee's scheme deducts for them (lead-plan; rules resp-annual-plan, resp-list); the day is the agency's own
setting, as that of the duty pg-plan. General branches carry out what the committee plans: nothing is asked of them here.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from assessments.targets.models import PlanState, Split, Target, TargetPlan, TargetShare
from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.text import quoted
from responsibilities.duties.models import DutyList, Level, ListState

PLAN_FAULTS = "plans.faults"
# In the order of the deductions of the indicator.
UNAPPROVED, UNSHARED = range(2)
FAULTS = ("年初未报党组审定", "未分解到支部")
# Last day (month, day) on which the plan of a year is approved.
APPROVED_BY = (3, 31)
# So many branches without share or list are named.
NAMED = 3


@dataclass(frozen=True)
class PlanFault:
    """One of the two at one committee. kind: UNAPPROVED, UNSHARED. found: what is wrong, in words; "" where nothing is."""

    organisation: int
    kind: int
    due: date
    found: str
    plan: int | None


def plan_faults(year: int, committees: Collection[int], as_of: date) -> list[PlanFault]:
    """Return the two PlanFaults of each of some organisations that is a committee, as of a day after their due day.

    UNAPPROVED: neither its plan nor one above it names, by APPROVED_BY, the meeting that approved it. UNSHARED: a branch
    that stood on that day and stands still has neither a share of an issued target nor an issued duty list of the year.
    """
    due = date(year, *APPROVED_BY)
    found = []
    for place in Organisation.objects.filter(pk__in=committees, kind=Kind.COMMITTEE).order_by("pk"):
        above = [place.pk, *place.get_ancestors().values_list("pk", flat=True)]
        plans = list(
            TargetPlan.objects.filter(year=year, organisation__in=above)
            .select_related("approved_in")
            .order_by("-organisation__level")
        )
        nearest = plans[0].pk if plans else None
        found.append(PlanFault(place.pk, UNAPPROVED, due, _unapproved(year, plans, due), nearest))
        found.append(PlanFault(place.pk, UNSHARED, due, _unshared(place, plans, due, as_of), nearest))
    return found


def _unapproved(year: int, plans: list[TargetPlan], due: date) -> str:
    if not plans:
        return f"{year}年没有制定目标计划"
    days: list[date] = [plan.approved_in.day for plan in plans if plan.approved_in is not None]
    if not days:
        return f"{quoted(str(plans[0]))}没有登记审定的会议"
    first = min(days)
    return (
        "" if first <= due else f"{quoted(str(plans[0]))}{clock.in_words(first)}才经审定，应在{clock.in_words(due)}前"
    )


def _unshared(place: Organisation, plans: list[TargetPlan], due: date, as_of: date) -> str:
    """Name the branches that have neither; a target that every branch owes leaves none."""
    bound = [plan.pk for plan in plans if plan.state != PlanState.DRAFT and plan.issued_on and plan.issued_on <= as_of]
    targets = list(Target.objects.filter(plan__in=bound))
    if any(row.split == Split.SAME and Kind.BRANCH in row.applies for row in targets):
        return ""
    shares = TargetShare.objects.in_force(as_of).filter(target__in=targets, planned__gt=0).order_by()
    lists = DutyList.objects.filter(year=due.year, level=Level.BRANCH, state=ListState.ISSUED, issued_on__lte=as_of)
    branches = Organisation.objects.within(place).filter(kind=Kind.BRANCH).existing(due).existing(as_of)
    branches = branches.exclude(pk__in=shares.values("organisation"))
    left = list(
        branches.exclude(pk__in=lists.order_by().values("organisation")).in_tree_order().select_related("parent")
    )
    named = "、".join(branch.label for branch in left[:NAMED])
    if not left:
        return ""
    return f"{named}{f'等 {len(left)} 个支部' if len(left) > NAMED else ''}没有分到目标，也没有责任清单"
