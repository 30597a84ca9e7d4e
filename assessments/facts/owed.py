"""Facts as the list of requirements asks for them (responsibilities/requirements/kept.py)."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from django.db.models import Case, Count, IntegerField, QuerySet, Subquery, Value, When

from assessments.facts.fill import age_and_rebuilding, with_rebuilding
from assessments.facts.models import Fact, FillState
from branches.jobs.models import Heartbeat
from common.periods import Period
from common.together import count_together
from responsibilities.requirements.kept import Asked, Key
from responsibilities.requirements.rules import COUNTED_RULES, REQUIREMENT_RULES_BY_ID

_ALL_RULES = {row.rule for row in COUNTED_RULES}


class FactsKeep:
    def age(self) -> tuple[datetime | None, bool]:
        return age_and_rebuilding()

    def stands(self, periods: Collection[str]) -> tuple[datetime | None, bool, bool]:
        slots = FillState.objects.filter(family="requirement", period__in=periods, state=FillState.State.DONE)
        done = slots.order_by().values("family").annotate(number=Count("pk")).values("number")
        row = with_rebuilding(Heartbeat.objects.filter(name="rollup")).annotate(done=Subquery(done)).first()
        return (row.at, row.rebuilding, (row.done or 0) == len(periods)) if row else (None, False, False)

    def counts(self, asked: Asked, states: Collection[str], most: int) -> dict[str, int]:
        return count_together(
            {
                state: _facts(replace(asked, state=state)).order_by().values_list("pk")[:most]
                for state in states
                if asked.state in ("", state)
            }
        )

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
    # Nothing is due before its own period begins: what earlier years left lies before that in the index.
    first = min((Period.parse(name).first for name in asked.periods), default=date.min)
    rows = rows.filter(due__gte=first if asked.first is None else max(first, asked.first))
    # No other facts have a state: where all are asked for, the index of what is owed holds everything that is.
    if not set(asked.rules) >= _ALL_RULES:
        rows = rows.filter(measure__in=[REQUIREMENT_RULES_BY_ID[rule].measure for rule in asked.rules])
    if asked.places is not None:
        rows = rows.filter(organisation__in=asked.places.order_by().values("pk"))
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.last is not None:
        rows = rows.filter(due__lte=asked.last)
    return rows
