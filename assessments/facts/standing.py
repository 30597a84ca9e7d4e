"""Facts as the board of the duty lists asks for them (responsibilities/duties/kept.py)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from django.db.models import Exists, Expression, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest, Least

from assessments.facts.fill import EVERYWHERE
from assessments.facts.models import Fact, FactPart, FillState
from assessments.facts.rows import NUMBERS
from branches.jobs.models import ChangeMark, Heartbeat
from responsibilities.duties.tallies import TALLIED, Numbers, Tallies, of_rows

FAMILY = "duty"


class StandingKeep:
    def age(self, year: int) -> tuple[datetime | None, bool] | None:
        waits = Exists(ChangeMark.objects.filter(subject__in=EVERYWHERE).order_by())
        slot = FillState.objects.filter(family=FAMILY, period=str(year))
        known, done = Exists(slot), Exists(slot.filter(state=FillState.State.DONE))
        row = Heartbeat.objects.filter(name="rollup").annotate(rebuilding=waits, known=known, done=done).first()
        if row is None:
            return None, False
        if not row.known:
            return None
        return (row.at, row.rebuilding) if row.done else (None, True)

    def below(self, year: int, places: Collection[int]) -> Tallies:
        return _tallies(_facts(year, places).values_list("measure", *NUMBERS))

    def at(self, year: int, places: Collection[int] | QuerySet, measures: Collection[str] = ()) -> Tallies:
        facts = _facts(year, places, measures) if measures else _facts(year, places)
        sums = [Sum(f"own_{name}") for name in NUMBERS]
        return _tallies(facts.order_by().values_list("measure").annotate(*sums))

    def of_lists(self, year: int, lists: Collection[int]) -> dict[int, Tallies]:
        return _of_parts(FactPart.objects.filter(period=str(year), thing__in=lists))

    def standing(self, lists: Mapping[int, int]) -> dict[int, Tallies]:
        of_years = Q(pk__in=[])
        for year in set(lists.values()):
            of_years |= Q(period=str(year), thing__in=[pk for pk, of in lists.items() if of == year])
        done = FillState.objects.filter(family=FAMILY, period=OuterRef("period"), state=FillState.State.DONE)
        parts = FactPart.objects.filter(of_years, Exists(done), Exists(Heartbeat.objects.filter(name="rollup")))
        return _of_parts(parts.filter(~Exists(ChangeMark.objects.filter(subject__in=EVERYWHERE).order_by())))

    def behind(self, year: int, places: QuerySet, measures: Collection[str]) -> int:
        rows = _facts(year, places, measures).filter(own_overdue__gt=0).order_by()
        return rows.values("organisation").distinct().count()

    def number(self, year: int, measure: str, column: str, organisation: str) -> Expression:
        own = Fact.objects.filter(organisation=OuterRef(organisation), period=str(year), measure=measure).order_by()
        return Coalesce(Subquery(own.values(f"own_{column}")[:1]), 0, output_field=IntegerField())


def _facts(year: int, places: Collection[int] | QuerySet, measures: Collection[str] = ()) -> QuerySet[Fact]:
    facts = Fact.objects.filter(organisation__in=places, period=str(year))
    if not measures:
        return facts.filter(measure__startswith=TALLIED)
    # Each of many names would be looked for at every place: between the least and the greatest, in the order of the database, there
    # is one look at each.
    if len(measures) > 1:
        names = [Value(name) for name in measures]
        facts = facts.filter(measure__gte=Least(*names), measure__lte=Greatest(*names))
    return facts.filter(measure__in=measures)


def _of_parts(parts: QuerySet[FactPart]) -> dict[int, Tallies]:
    rows = parts.filter(family=FAMILY).order_by().values_list("thing", "own")
    return {
        thing: of_rows({measure: _numbers(row) for _, measure, *row in own if measure.startswith(TALLIED)})
        for thing, own in rows
    }


def _numbers(row: list) -> Numbers:
    """Return the numbers of a part, and its date where it has one, and whether it is begun then."""
    numerator, denominator, late, overdue, *rest = row
    due = date.fromisoformat(rest[0]) if rest else None
    return Numbers(numerator, denominator, late, overdue, due, len(rest) > 1)


def _tallies(rows: Iterable[tuple]) -> Tallies:
    """Sum rows of (measure, numerator, denominator, late, overdue), one measure of several places among them."""
    sums: dict[str, Numbers] = {}
    for measure, numerator, denominator, late, overdue in rows:
        mine = sums.get(measure, Numbers(0, 0, 0, 0))
        sums[measure] = Numbers(
            mine.numerator + numerator, mine.denominator + (denominator or 0), mine.late + late, mine.overdue + overdue
        )
    return of_rows(sums)
