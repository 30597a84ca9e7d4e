"""What stands beside a cadre as plain counts (工作量只列件数): records, duties, supervision notices of a year until a day, each opening its list."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from branches.reach.rights import VIEW
from common.operator import Actor
from common.periods import YEAR, Period
from members.activities.models import COUNTING_STATES, Activity
from members.cadres.above import DUTIES, SUPERVISIONS, Counted, Seat, counted
from members.cadres.selectors.register import Line
from members.roster.models.members import Member


@dataclass(frozen=True)
class Load:
    """Of one seat. None where nobody counts it (no room above is there), or nothing is his."""

    records: Counted | None
    duties: Counted | None
    supervisions: Counted | None


def loads_of(user: Actor, lines: Collection[Line], day: date) -> list[Load]:
    """Return a Load for each line, in their order, as far as `user` reads what is counted; a constant number of statements."""
    seats = [Seat(line.place.pk, line.member, line.kind) for line in lines]
    year = Period.containing(YEAR, day)
    records = _records(user, {seat.member for seat in seats}, year.first, day)
    duties, notices = (counted(what, user, seats, day) for what in (DUTIES, SUPERVISIONS))
    return [Load(records.get(seat.member), duties.get(seat.key), notices.get(seat.key)) for seat in seats]


def _records(user: Actor, members: Collection[int], first: date, last: date) -> dict[int, Counted]:
    """Return {member id: Counted} of the records that count and that somebody entered or chaired (经手), each once."""
    accounts = dict(Member.objects.filter(pk__in=members).order_by().values_list("pk", "account")) if members else {}
    by_account = {account: member for member, account in accounts.items() if account is not None}
    rows = Activity.objects.visible_to(user, VIEW).filter(state__in=COUNTING_STATES, day__range=(first, last))
    handled = rows.filter(Q(author__in=by_account) | Q(chair__in=members)).order_by()
    numbers: Counter[int] = Counter()
    for author, chair in handled.values_list("author", "chair"):
        numbers.update(member for member in {by_account.get(author), chair} if member in accounts)
    return {member: Counted(numbers[member], _list(member, first, last)) for member in accounts}


def _list(member: int, first: date, last: date) -> str:
    query = {"handled": member, "state": "counting", "from": first.isoformat(), "to": last.isoformat()}
    return f"{reverse('activity_list')}?{urlencode(query)}"
