"""Closing a plan: outcomes are frozen once, after the year and its days of grace."""

from datetime import date, timedelta

from assessments.targets.models import PlanState, Target, TargetOutcome, TargetPlan
from assessments.targets.selectors.places import places_owing
from assessments.targets.selectors.standings import asked_now, planned_at, standings
from branches import audit
from branches.settings import dated
from common import clock
from common.database import one_transaction
from common.operator import OPERATOR


def plans_to_close(today: date) -> list[TargetPlan]:
    """Return the issued plans whose year and days of grace have passed."""
    grace = dated.whole("grace_days", today)
    rows = TargetPlan.objects.filter(state=PlanState.ISSUED, year__lt=today.year).select_related("organisation")
    return [plan for plan in rows if date(plan.year, 12, 31) + timedelta(days=grace) < today]


def plans_closed() -> int:
    """Close what is to be closed, once facts of today are known; return how many plans were. Run every night."""
    asked = asked_now()
    if asked.day != clock.today():
        return 0
    due = plans_to_close(clock.today())
    for plan in due:
        plan_close(plan=plan)
    return len(due)


@one_transaction
def plan_close(*, plan: TargetPlan) -> TargetPlan:
    """Freeze how far every organisation came and close the plan; twice changes nothing."""
    fresh = TargetPlan.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=plan.pk)
    if fresh.state != PlanState.ISSUED:
        return fresh
    asked = asked_now()
    targets = list(Target.objects.filter(plan=fresh, children__isnull=True).select_related("plan__organisation"))
    for target in targets:
        places = {place.pk: place for place in [fresh.organisation, *places_owing(target)]}
        found = standings([target], list(places.values()), asked)
        owed = planned_at(target, list(places.values()), asked)
        TargetOutcome.objects.bulk_create(
            TargetOutcome(
                target=target,
                organisation_id=pk,
                numerator=standing.value.numerator if standing.value is not None else None,
                denominator=standing.value.denominator if standing.value is not None else None,
                planned=owed[pk] if target.measure else None,
                progress=standing.percent,
                state=standing.state,
                as_of=asked.day or clock.today(),
            )
            for (_, pk), standing in found.items()
        )
    with audit.change(by=OPERATOR, verb="target.close", obj=fresh, organisation=fresh.organisation):
        fresh.state, fresh.closed_on = PlanState.CLOSED, clock.today()
        fresh.save(update_fields=["state", "closed_on"])
    return fresh
