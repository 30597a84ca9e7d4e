"""Measures of practices: own values of the organisation whose practice it is, from the rows that the pages show."""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date

from django.db.models import F, Min

from branches.settings import dated
from common.periods import Period
from responsibilities.practices.models import GOES_ON, SPREAD_MIN, Adoption, AdoptionLevel, Formalisation


def adopted_counts(period: Period, organisations: Collection[int] | None, as_of: date) -> dict[int, int]:
    """Return {owner: adoptions by others that go on and that their superior found better, judged in `period` by `as_of`}."""
    rows = Adoption.objects.filter(
        judged_on__range=(period.first, min(period.last, as_of)), level=AdoptionLevel.BETTER, result__in=GOES_ON
    ).exclude(organisation=F("practice__organisation"))
    if organisations is not None:
        rows = rows.filter(practice__organisation__in=organisations)
    return dict(Counter(rows.order_by().values_list("practice__organisation", flat=True)))


def spread_counts(period: Period, organisations: Collection[int] | None, as_of: date) -> dict[int, int]:
    """Return {owner: practices that became formalised, or reached `spread_min` adoptions elsewhere, in `period` by `as_of`}.

    Each practice once, whichever of the two came first and whether both did. Formalised on the first day on which a version of
    its policy was in force; the n-th organisation counts from the day on which it said that it goes on.
    """
    last = min(period.last, as_of)
    if last < period.first:
        return {}
    owners = _formalised(period.first, last) | _reached(period.first, last, dated.whole(SPREAD_MIN, last))
    if organisations is not None:
        owners = {practice: owner for practice, owner in owners.items() if owner in set(organisations)}
    return dict(Counter(owners.values()))


def _formalised(first: date, last: date) -> dict[int, int]:
    rows = Formalisation.objects.filter(policy_version__issued_at__isnull=False).order_by()
    days = rows.values("practice", "practice__organisation").annotate(day=Min("policy_version__in_force_from"))
    found = days.filter(day__range=(first, last)).values_list("practice", "practice__organisation")
    return dict(found)


def _reached(first: date, last: date, number: int) -> dict[int, int]:
    """Return {practice: owner} of those of which the `number`-th other organisation said within these days that it goes on."""
    rows = Adoption.objects.filter(result__in=GOES_ON, reported_on__lte=last)
    rows = rows.exclude(organisation=F("practice__organisation")).order_by()
    each = rows.values_list("practice", "practice__organisation", "organisation").annotate(day=Min("reported_on"))
    days: dict[tuple[int, int], list[date]] = defaultdict(list)
    for practice, owner, _, day in each:
        days[practice, owner].append(day)
    reached = {key: sorted(said)[number - 1] for key, said in days.items() if len(said) >= number}
    return {practice: owner for (practice, owner), day in reached.items() if day >= first}
