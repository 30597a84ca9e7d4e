"""Which sums of a branch are told above it: nothing from which, with the sums of the others, a small one could be reckoned."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum

from branches.places.models.organisations import Organisation
from common.periods import MONTH, Period
from members.dues.models import DuesPayment
from members.dues.rules import FEWEST, tells_one, untold_beside

# Of the branches of one parent: {(branch id, first day of a month): (payers, yuan)}.
Came = dict[tuple[int, date], tuple[int, Decimal]]


def came_at(parents: Iterable[int | None], period: Period) -> dict[int | None, Came]:
    """Return {parent id: Came} of the branches below these, of the months of a period; one statement."""
    rows = _standing(period).filter(organisation__parent__in=[pk for pk in parents if pk is not None])
    rows = rows.values_list("organisation__parent", "organisation", "month")
    found: dict[int | None, Came] = defaultdict(dict)
    for parent, place, month, payers, total in rows.annotate(
        payers=Count("member", distinct=True), total=Sum(F("amount") + F("extra"))
    ):
        found[parent][place, month] = (payers, total)
    return found


def _standing(period: Period) -> QuerySet[DuesPayment, Any]:
    return DuesPayment.objects.standing().filter(month__range=(period.first, period.last)).order_by()


def _payers(came: Came, month: Period) -> dict[int, int]:
    return {place: payers for (place, first), (payers, _) in came.items() if first == month.first}


def untold_in(came: Came, month: Period) -> set[int]:
    """Return the ids of the branches of one parent whose sums of a month are not told above them (rules.untold_beside)."""
    return untold_beside(_payers(came, month))


def untold_months(branch: Organisation, year: int) -> set[Period]:
    """Return the months of a year whose sums are not told above a branch, for its own sake or for that of a sister; one statement."""
    whole = Period("year", year)
    came = came_at([branch.parent_id], whole)[branch.parent_id]
    return {month for month in whole.parts(MONTH) if branch.pk in untold_in(came, month)}


def telling_months(organisation: Organisation, year: int) -> set[Period]:
    """Return the months of a year in which the sum of all below an organisation would tell that of one branch of few payers.

    So it is where no sister's sum can be left out with it. Two statements, one where no branch has few payers.
    """
    whole = Period("year", year)
    rows = _standing(whole).filter(organisation__in=Organisation.objects.within(organisation).order_by().values("pk"))
    rows = rows.values("organisation", "month").annotate(payers=Count("member", distinct=True))
    parents = set(rows.filter(payers__lt=FEWEST).values_list("organisation__parent", flat=True))
    if not parents:
        return set()
    groups = came_at(parents, whole).values()
    return {
        month
        for month in whole.parts(MONTH)
        if any(tells_one(found, untold_beside(found)) for found in (_payers(came, month) for came in groups))
    }
