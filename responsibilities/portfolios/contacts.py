"""Which branches somebody looks after as a leader, for the subjects below that show him what waits there."""

from datetime import date

from common.operator import Actor, account_of
from responsibilities.portfolios.models import LeaderPortfolio


def branches_of(user: Actor, day: date) -> list[int]:
    """Return the ids of the contact branches of an account on a day."""
    account = account_of(user)
    if account is None:
        return []
    rows = LeaderPortfolio.objects.in_force(day).filter(leader=account.pk, contact__isnull=False)
    return sorted(set(rows.values_list("contact", flat=True)))
