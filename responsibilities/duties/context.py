"""What the shell shows of the rooms below and of this one: how many records, reports and links wait for the user's yes.

Every page of whoever reviews shows it, so nothing is counted further than is said: 99+.
"""

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import IntegerField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.functional import SimpleLazyObject

from branches.access.models import User
from branches.reach.reach import Seat, reach_of
from branches.reach.rights import REVIEW, ROLES
from common import clock
from common.paging import number_words
from common.requests import Request
from members.reviews.selectors import waiting_for
from responsibilities.duties.rights import reports_to_judge
from responsibilities.work.selectors.uptake import to_take_in
from responsibilities.work.selectors.waiting import waiting_links

# Counted and said are so many at most; of more it is said that there are more.
MOST = 99
# Pages that say how many of each wait. Any other that asks for one of the four is right, and a statement dearer.
SAY_FOUR = {"home", "dashboard", "review_queue", "sync_board"}
_KEPT = 1000
_UNITS = ("条记录", "份责任报告", "条业务佐证", "项自行登记的业务")
_Statement = tuple[str, tuple[Any, ...]]
_statements: dict[tuple[str, int, tuple[Seat, ...], date], _Statement] = {}


def counts(request: Request) -> dict[str, SimpleLazyObject]:
    """Context processor: `review_waiting` (records), `reports_waiting` (of duties), `links_waiting` (of evidence),
    `own_work_waiting` (items that branches registered themselves), `waiting_words` (all four), `waiting_badge` (their sum);
    in words (99+), "" for none, asked only where shown."""
    scope = getattr(request, "scope", None)
    if scope is None or REVIEW not in ROLES[scope.role].rights:
        return {}
    waits = _Waits(request)
    return {
        "review_waiting": SimpleLazyObject(lambda: said(waits.four[0])),
        "reports_waiting": SimpleLazyObject(lambda: said(waits.four[1])),
        "links_waiting": SimpleLazyObject(lambda: said(waits.four[2])),
        "own_work_waiting": SimpleLazyObject(lambda: said(waits.four[3])),
        "waiting_words": SimpleLazyObject(lambda: _words(waits.four)),
        "waiting_badge": SimpleLazyObject(lambda: said(waits.sum)),
    }


class _Waits:
    """What waits for the user of a request. Most pages say the sum alone; those that say more ask for all four at once."""

    def __init__(self, request: Request):
        self.request = request
        match = getattr(request, "resolver_match", None)
        self.says_four = match is not None and match.url_name in SAY_FOUR

    @cached_property
    def first(self) -> tuple[int, ...]:
        return self.four if self.says_four else first_waiting(self.request.user)

    @property
    def sum(self) -> int:
        return sum(self.first)

    @cached_property
    def four(self) -> tuple[int, ...]:
        return waiting(self.request.user) if self.says_four or self.sum > MOST else self.first


def said(number: int) -> str:
    """Return a number of waiting things in words: "" for none, 99+ where more wait."""
    return number_words(number, MOST) if number else ""


def _words(four: tuple[int, ...]) -> str:
    """Return 「18 条记录、8 份责任报告」: what waits, as the heading of the queue says it."""
    return "、".join(f"{said(number)} {unit}" for number, unit in zip(four, _UNITS, strict=True) if number)


def waiting(user: User) -> tuple[int, ...]:
    """Return (records, reports, links, own work), each at most MOST + 1, in one statement."""
    return _asked("four", user, _four)


def first_waiting(user: User) -> tuple[int, ...]:
    """Return (records, reports, links, own work) among the first MOST + 1 that are found: all, where there are not more.

    The database looks for no links, the dearest to judge, where enough of the others wait.
    """
    return _asked("first", user, _first)


def _asked(what: str, user: User, statement: Callable[[User], _Statement]) -> tuple[int, ...]:
    """Return the numbers that a statement about the user gives.

    Django needs far longer to write these statements than the database to answer them, so their text is kept: it differs only
    by account, seats and day; who else holds a grant, and what waits, it reads itself.
    """
    key = (what, user.pk, tuple(reach_of(user).seats), clock.today())
    if key not in _statements:
        if len(_statements) >= _KEPT:
            _statements.clear()
        _statements[key] = statement(user)
    with connection.cursor() as cursor:
        cursor.execute(*_statements[key])
        return cursor.fetchone()


def _all_four(user: User) -> list[QuerySet[Any]]:
    rows = (waiting_for(user), reports_to_judge(user), waiting_links(user), to_take_in(user))
    return [one.order_by().values("pk") for one in rows]


class _Number(Subquery):
    """How many rows a statement of its own gives."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS waiting)"
    output_field = IntegerField()


def _four(user: User) -> _Statement:
    numbers = {f"number_{index}": Coalesce(_Number(rows[: MOST + 1]), 0) for index, rows in enumerate(_all_four(user))}
    return User.objects.filter(pk=user.pk).annotate(**numbers).values_list(*numbers).query.sql_with_params()


def _first(user: User) -> _Statement:
    numbered = [
        rows.annotate(which=Value(which, output_field=IntegerField())).values("which")
        for which, rows in enumerate(_all_four(user))
    ]
    records, reports, links, own_work = numbered
    try:
        sql, params = reports.union(own_work, records, links, all=True)[: MOST + 1].query.sql_with_params()
    except EmptyResultSet:
        return "SELECT 0, 0, 0, 0", ()
    columns = ", ".join(f"COUNT(*) FILTER (WHERE which = {which})" for which in range(len(numbered)))
    return f"SELECT {columns} FROM ({sql}) AS waiting", params  # nosec B608
