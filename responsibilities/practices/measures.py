"""Measures of practices: own values of the organisation whose practice it is, from the rows that the pages show."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import F, OuterRef, Subquery

from branches.settings import dated
from common.periods import MONTH, Period
from responsibilities.policies.models import PolicyVersion
from responsibilities.practices.models import GOES_ON, SPREAD_MIN, Adoption, AdoptionLevel, Formalisation


@dataclass(frozen=True)
class Adopted:
    """An adoption that counts for the owner of its practice. organisation: id of who adopted; day: of the judgement."""

    owner: int
    practice: int
    title: str
    organisation: int
    day: date


# An adoption ends when its organisation says so, and with that.
_ENDS = ("ends", "organisation__archived_on")


def _end(ends: date | None, archived: date | None) -> date:
    """Return the day on which an adoption ended, date.max while it goes on."""
    return min(ends or date.max, archived or date.max)


def adopted_in(period: Period, organisations: Collection[int] | None, as_of: date) -> list[Adopted]:
    """Return the adoptions by others, found better by their superior and judged in `period` by `as_of`, in order.

    One counts where it still went on after the last day of the month of its judgement (after `as_of` in the month that runs):
    what stops later was worth it till then, and changes no month that is over. Each organisation counts once for a practice,
    however often it stops and adopts it again. organisations: owners, None: all.
    """
    rows = Adoption.objects.filter(
        judged_on__lte=min(period.last, as_of), level=AdoptionLevel.BETTER, result__in=GOES_ON
    ).exclude(organisation=F("practice__organisation"))
    if organisations is not None:
        rows = rows.filter(practice__organisation__in=organisations)
    columns = ("practice__organisation", "practice", "practice__title", "organisation", "judged_on", *_ENDS)
    first: dict[tuple[int, int], Adopted] = {}
    for owner, practice, title, place, day, *ends in rows.order_by("judged_on", "pk").values_list(*columns):
        if _end(*ends) > min(Period.containing(MONTH, day).last, as_of):
            first.setdefault((practice, place), Adopted(owner, practice, title, place, day))
    return [row for row in first.values() if row.day >= period.first]


def adopted_counts(period: Period, organisations: Collection[int] | None, as_of: date) -> dict[int, int]:
    """Return {owner: how many `adopted_in` finds}."""
    return dict(Counter(row.owner for row in adopted_in(period, organisations, as_of)))


def spread_counts(period: Period, organisations: Collection[int] | None, as_of: date) -> dict[int, int]:
    """Return {owner: practices that became formalised, or reached `spread_min` adoptions elsewhere, in `period` by `as_of`}.

    Each practice once, whichever of the two came first and whether both did. Formalised on the first day on which a version of
    its policy that is a whole mechanism was in force; the number is reached on the first day on which so many organisations went on at once, each from
    the day on which it said so until it stopped.
    """
    last = min(period.last, as_of)
    if last < period.first:
        return {}
    owners = _formalised(period.first, last) | _reached(period.first, last, dated.whole(SPREAD_MIN, last))
    if organisations is not None:
        owners = {practice: owner for practice, owner in owners.items() if owner in set(organisations)}
    return dict(Counter(owners.values()))


def _formalised(first: date, last: date) -> dict[int, int]:
    """Return {practice: owner} of those whose first whole version, the one that was formalised or a later one, began then."""
    whole = PolicyVersion.objects.issued().whole().order_by("in_force_from")
    whole = whole.filter(policy=OuterRef("policy_version__policy"), number__gte=OuterRef("policy_version__number"))
    rows = Formalisation.objects.order_by().annotate(day=Subquery(whole.values("in_force_from")[:1]))
    days: dict[int, date] = {}
    owners: dict[int, int] = {}
    for practice, owner, day in rows.values_list("practice", "practice__organisation", "day"):
        if day is not None:
            days[practice], owners[practice] = min(days.get(practice, day), day), owner
    return {practice: owners[practice] for practice, day in days.items() if first <= day <= last}


def _reached(first: date, last: date, number: int) -> dict[int, int]:
    """Return {practice: owner} of those that `number` other organisations went on with at once, first within these days."""
    rows = Adoption.objects.filter(result__in=GOES_ON, reported_on__lte=last)
    rows = rows.exclude(organisation=F("practice__organisation")).order_by("reported_on", "pk")
    spans: dict[tuple[int, int], list[tuple[int, date, date]]] = defaultdict(list)
    for practice, owner, place, said, *ends in rows.values_list(
        "practice", "practice__organisation", "organisation", "reported_on", *_ENDS
    ):
        if said is not None:
            spans[practice, owner].append((place, said, _end(*ends)))
    days = {key: _first_day(own, number) for key, own in spans.items()}
    return {practice: owner for (practice, owner), day in days.items() if day is not None and day >= first}


def _first_day(spans: Collection[tuple[int, date, date]], number: int) -> date | None:
    """Return the first day on which `number` organisations went on, None where there is none.

    spans: (organisation, first day, the day on which it stopped: not one of them any more), by first day.
    """
    for _, day, _ in spans:
        if len({place for place, said, ends in spans if said <= day < ends}) >= number:
            return day
    return None
