"""How often an account did something, so that a limit holds also for two at once (controls C42, C45, C64).

What leaves an entry is counted in the trail; what leaves none, in one row of the account. Both lie in the database: a
count in the memory of a process would be one for each process.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, F, Q, Value, When

from branches.audit.models import AuditEntry, UsageCount
from common import clock, database

# Beside the locks of single purposes; an account's own number is added.
_ACCOUNT_LOCKS = 7_400_000_000


def done_since(account: int, since: datetime, verbs: str) -> int:
    """Return how many entries the account (its id) left since a moment; verbs: how they end.

    Until the transaction ends nobody else counts for this account: whoever comes second sees what the first wrote
    (on SQLite write transactions stand in one line anyway). Must be called inside a transaction.
    """
    database.advisory_lock(_ACCOUNT_LOCKS + account)
    return AuditEntry.objects.filter(actor_id=account, at__gte=since, verb__endswith=verbs).count()


@dataclass(frozen=True)
class Limit:
    """So many of something within each span of so many seconds, by the clock: each hour, each minute."""

    what: str
    most: int
    seconds: int


def take(account: int, limit: Limit, number: int = 1) -> int:
    """Count `number` more for the account (its id) and return 0; or, where that is beyond the limit, the seconds to wait.

    What is refused is not counted. One statement decides, so that of two at the last exactly one passes.
    """
    moment = int(clock.real_now().timestamp())
    slot = moment // limit.seconds
    UsageCount.objects.bulk_create([UsageCount(account=account, what=limit.what)], ignore_conflicts=True)
    row = UsageCount.objects.filter(account=account, what=limit.what)
    free = row.filter(~Q(slot=slot) | Q(number__lte=limit.most - number))
    more = Case(When(slot=slot, then=F("number") + number), default=Value(number))
    return 0 if free.update(number=more, slot=slot) else limit.seconds - moment % limit.seconds
