"""What the shell shows of the rooms below and of this one: how many records, reports and links wait for the user's yes."""

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
from responsibilities.work.selectors.uptake import to_take_in
from responsibilities.work.selectors.waiting import waiting_links

_KEPT = 1000
_statements: dict[tuple[int, tuple[Seat, ...], date], tuple[str, tuple[Any, ...]]] = {}


def counts(request: Request) -> dict[str, SimpleLazyObject]:
    """Context processor: `review_waiting` (records), `reports_waiting` (of duties), `links_waiting` (of evidence),
    `own_work_waiting` (items that branches registered themselves), `waiting_words` (all four), asked only where shown."""
    scope = getattr(request, "scope", None)
    if scope is None or REVIEW not in ROLES[scope.role].rights:
        return {}
    all_four = SimpleLazyObject(lambda: _waiting(request.user))
    return {
        "review_waiting": SimpleLazyObject(lambda: all_four[0]),
        "reports_waiting": SimpleLazyObject(lambda: all_four[1]),
        "links_waiting": SimpleLazyObject(lambda: all_four[2]),
        "own_work_waiting": SimpleLazyObject(lambda: all_four[3]),
        "waiting_words": SimpleLazyObject(lambda: _words(*all_four)),
    }


def _words(records: int, reports: int, links: int, items: int) -> str:
    """Return 「18 条记录、8 份责任报告」: what waits, as the heading of the queue says it."""
    parts = ((records, "条记录"), (reports, "份责任报告"), (links, "条业务佐证"), (items, "项自行登记的业务"))
    return "、".join(f"{number} {word}" for number, word in parts if number)


def _waiting(user: User) -> tuple[int, int, int, int]:
    """Return (records, reports, links, own work) in one statement: every page of whoever reviews asks all four.

    Django needs far longer to write this statement than the database to answer it, so its text is kept: it differs only
    by account, seats and day; who else holds a grant, and what waits, it reads itself.
    """
    key = (user.pk, tuple(reach_of(user).seats), clock.today())
    if key not in _statements:
        if len(_statements) >= _KEPT:
            _statements.clear()
        numbers = User.objects.filter(pk=user.pk).annotate(
            records=_number(waiting_for(user)),
            reports=_number(reports_to_judge(user)),
            links=_number(waiting_links(user)),
            items=_number(to_take_in(user)),
        )
        _statements[key] = numbers.values_list("records", "reports", "links", "items").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(*_statements[key])
        return cursor.fetchone()


def _number(rows: QuerySet[Any]) -> Coalesce:
    """Return how many `rows` there are, as an expression."""
    one = rows.order_by().annotate(all=Value(1)).values("all").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(one), 0)
