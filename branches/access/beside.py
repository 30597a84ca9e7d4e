"""Who counts as a second person beside whom (access rule 10).

Whoever was handed the one-time code of an account may have signed in with it himself, and nobody can see that he did. So
the account is no second person beside him: what he asked it does not confirm, what he wrote it does not review, until
another was handed a newer code, or its owner has used it for seven days under the eyes of its branch and of the auditor.
Over the accounts of the agency's highest posts time alone is not enough.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q

from branches.access.models import User
from branches.reach.models import Appointment
from common import clock
from common.operator import Actor, account_of

BESIDE_DAYS = 7
# Of a reset of theirs another is always the second person: with their code the agency is opened.
HIGHEST = ("committee_secretary", "leader", "party_group_secretary")


def _since() -> Q:
    return Q(code_used_at__isnull=True) | Q(code_used_at__gt=clock.now() - timedelta(days=BESIDE_DAYS))


def hands_of(accounts: Iterable[int], *, ever: bool = False) -> dict[int, set[int]]:
    """Return {account id: ids of all who may be acting by it}: its own, whoever was handed its code, who was handed his, …

    ever: however long ago the code was used. One statement for each step of the longest chain.
    """
    given: dict[int, int | None] = {}
    asked = set(accounts)
    ahead = set(asked)
    while ahead:
        rows = User.objects.filter(pk__in=ahead, code_by__isnull=False)
        found = dict((rows if ever else rows.filter(_since())).values_list("pk", "code_by"))
        given |= {account: found.get(account) for account in ahead}
        ahead = {giver for giver in found.values() if giver is not None} - given.keys()
    return {account: _chain(given, account) for account in asked}


def _chain(given: dict[int, int | None], account: int) -> set[int]:
    chain: set[int] = set()
    step: int | None = account
    while step is not None and step not in chain:
        chain.add(step)
        step = given.get(step)
    return chain


def of_one_hand(first: Actor, second: Actor, *, ever: bool = False) -> bool:
    """Return whether one person may be acting by both accounts; ever: as for `hands_of`. The operator is never another."""
    one, two = account_of(first), account_of(second)
    if one is None or two is None:
        return False
    hands = hands_of((one.pk, two.pk), ever=ever)
    return bool(hands[one.pk] & hands[two.pk])


def givers_of(user: Actor) -> set[int]:
    """Return the ids of those beside whom `user` is no second person now; without a statement where nobody is.

    user: as its row was read in this request.
    """
    account = account_of(user)
    if account is None or account.code_by_id is None:
        return set()
    used = account.code_used_at
    if used is not None and used <= clock.now() - timedelta(days=BESIDE_DAYS):
        return set()
    return hands_of((account.pk,))[account.pk] - {account.pk}


def bond_of(asker: Actor, confirmer: Actor) -> str:
    """Return what of a reset the auditor should know of its two persons, in words: who holds code or post by the other; "" for nothing."""
    one, two = account_of(asker), account_of(confirmer)
    if one is None or two is None:
        return ""
    said = []
    if two.code_by_id == one.pk:
        said.append("确认人的一次性口令由申请人发放")
    if one.code_by_id == two.pk:
        said.append("申请人的一次性口令由确认人发放")
    if Appointment.objects.in_force(clock.today()).filter(user=two, appointed_by=one).exists():
        said.append("确认人的职务由申请人任命")
    return "，".join(said)
