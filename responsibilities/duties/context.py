"""What the shell shows of the rooms below and of this one: how many records and reports wait for the user's review."""

from typing import Any

from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.functional import SimpleLazyObject

from branches.access.models import User
from branches.reach.rights import REVIEW, ROLES
from common.requests import Request
from members.reviews.selectors import waiting_for
from responsibilities.duties.rights import reports_to_judge


def counts(request: Request) -> dict[str, SimpleLazyObject]:
    """Context processor: `review_waiting` (records) and `reports_waiting` (of duties), asked only where they are shown."""
    scope = getattr(request, "scope", None)
    if scope is None or REVIEW not in ROLES[scope.role].rights:
        return {}
    both = SimpleLazyObject(lambda: _both(request.user))
    return {
        "review_waiting": SimpleLazyObject(lambda: both[0]),
        "reports_waiting": SimpleLazyObject(lambda: both[1]),
    }


def _both(user: User) -> tuple[int, int]:
    """Return (records, reports) in one statement: every page of whoever reviews asks both."""
    numbers = User.objects.filter(pk=user.pk).annotate(
        records=_number(waiting_for(user)), reports=_number(reports_to_judge(user))
    )
    return numbers.values_list("records", "reports").get()


def _number(rows: QuerySet[Any]) -> Coalesce:
    """Return how many `rows` there are, as an expression."""
    one = rows.order_by().annotate(all=Value(1)).values("all").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(one), 0)
