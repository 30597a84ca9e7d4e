"""How often an account did something: counted in the trail, one account at a time, so that a limit holds under a race."""

from datetime import datetime

from branches.audit.models import AuditEntry
from common import database

# Beside the locks of single purposes; an account's own number is added.
_ACCOUNT_LOCKS = 7_400_000_000


def done_since(account: int, since: datetime, verbs: str) -> int:
    """Return how many entries the account (its id) left since a moment; verbs: how they end.

    Until the transaction ends nobody else counts for this account: whoever comes second sees what the first wrote
    (on SQLite write transactions stand in one line anyway). Must be called inside a transaction.
    """
    database.advisory_lock(_ACCOUNT_LOCKS + account)
    return AuditEntry.objects.filter(actor_id=account, at__gte=since, verb__endswith=verbs).count()
