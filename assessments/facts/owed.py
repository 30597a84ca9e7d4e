"""Facts as the list of requirements asks for them (responsibilities/requirements/kept.py)."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When

from assessments.facts.fill import age_and_rebuilding
from assessments.facts.models import Fact, FillState
from responsibilities.requirements.kept import Asked, Key
from responsibilities.requirements.rules import COUNTED_RULES, REQUIREMENT_RULES_BY_ID

_ALL_RULES = {row.rule for row in COUNTED_RULES}


class FactsKeep:
    def age(self) -> tuple[datetime | None, bool]:
        return age_and_rebuilding()

    def holds(self, periods: Iterable[str]) -> bool:
        wanted = set(periods)
        done = FillState.objects.filter(family="requirement", period__in=wanted, state=FillState.State.DONE)
        return int(done.count()) == len(wanted)

    def counts(self, asked: Asked) -> dict[str, int]:
        rows = _facts(asked).values_list("state").annotate(number=Count("*")).order_by()
        return dict(rows)

    def keys(self, asked: Asked, first: int, last: int) -> list[Key]:
        places = [When(measure=f"requirement.{rule}", then=Value(place)) for place, rule in enumerate(asked.rules)]
        rows = (
            _facts(asked)
            .annotate(rule_at=Case(*places, default=Value(len(places)), output_field=IntegerField()))
            .order_by("due", "organisation", "rule_at", "period")
            .values_list("organisation", "measure", "period", "state", "due")
        )
        return [
            Key(place, measure.removeprefix("requirement."), period, state, due)
            for place, measure, period, state, due in rows[first:last]
            # A fact with a state has a day.
            if due is not None
        ]


def _facts(asked: Asked) -> QuerySet[Fact]:
    rows = Fact.objects.filter(period__in=asked.periods).exclude(state="")
    # No other facts have a state: where all are asked for, the index of what is owed holds everything that is.
    if not set(asked.rules) >= _ALL_RULES:
        rows = rows.filter(measure__in=[REQUIREMENT_RULES_BY_ID[rule].measure for rule in asked.rules])
    if asked.places is not None:
        rows = rows.filter(organisation__in=asked.places.order_by().values("pk"))
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.first is not None:
        rows = rows.filter(due__gte=asked.first)
    if asked.last is not None:
        rows = rows.filter(due__lte=asked.last)
    return rows
