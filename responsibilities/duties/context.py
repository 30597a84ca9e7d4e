"""What the shell shows of the rooms below and of this one: how many records and reports wait for the user's review."""

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.functional import SimpleLazyObject

from branches.access.models import User
from branches.reach.reach import Seat, reach_of
from branches.reach.rights import REVIEW, ROLES
from common import clock
from common.requests import Request
from members.reviews.selectors import waiting_for
from responsibilities.duties.rights import reports_to_judge

_KEPT = 1000
_statements: dict[tuple[int, tuple[Seat, ...], date], tuple[str, tuple[Any, ...]]] = {}


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
    """Return (records, reports) in one statement: every page of whoever reviews asks both.

    Django needs far longer to write this statement than the database to answer it, so its text is kept: it differs only
    by account, seats and day; who else holds a grant, and what waits, it reads itself.
    """
    key = (user.pk, tuple(reach_of(user).seats), clock.today())
    if key not in _statements:
        if len(_statements) >= _KEPT:
            _statements.clear()
        numbers = User.objects.filter(pk=user.pk).annotate(
            records=_number(waiting_for(user)), reports=_number(reports_to_judge(user))
        )
        _statements[key] = numbers.values_list("records", "reports").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(*_statements[key])
        return cursor.fetchone()


def _number(rows: QuerySet[Any]) -> Coalesce:
    """Return how many `rows` there are, as an expression."""
    one = rows.order_by().annotate(all=Value(1)).values("all").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(one), 0)
