"""An identity number that somebody out of one's reach bears: refused without saying so, and only so often (C44, rule 1).

Whether such a person exists is not told to whoever may not see him. That a number is taken cannot be hidden from somebody
who tries to register it (a number stands once in the system), so the answer is the same for whatever reason, names the
superior who can look, and may be had for few different numbers a day: then the account registers no number until midnight,
and the security auditors are told.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from branches import audit
from branches.access.auditors import tell_auditors
from common import clock, database
from common.database import one_transaction
from common.errors import TooMany
from common.operator import Actor, account_of
from members.roster.models.refusals import NumberRefusal

ELSEWHERE = "这个证件号码不能在这里登记。请先核对；号码无误的，请联系上级党组织（机关党委）核对后办理。"
_ACCOUNT_LOCKS = 7_500_000_000


class Elsewhere(ValidationError):
    """The number belongs to somebody whom the writer may not see; `index` is its blind index."""

    def __init__(self, index: str) -> None:
        super().__init__({"identity": ELSEWHERE})
        self.index = index


def _today(account: Any) -> set[str]:
    """Return the blind indexes that were refused to an account today."""
    day = clock.day_of(clock.real_now())
    return set(NumberRefusal.objects.filter(user=account, day=day).values_list("identity_index", flat=True))


def numbers_left(by: Actor) -> int:
    """Return how many further numbers may be refused to `by` by name today; TooMany when none. The operator sees everybody."""
    account, limit = account_of(by), settings.NUMBER_REFUSALS_PER_DAY
    if account is None:
        return limit
    left = limit - len(_today(account))
    if left <= 0:
        opens = clock.midnight() + timedelta(days=1)
        raise TooMany(
            f"今天有 {limit} 个证件号码未能登记，已达每日上限，{clock.in_words(clock.day_of(opens))} 0 时起可以再登记。"
            "急需办理的，请联系上级党组织（机关党委）。",
            clock.seconds_until(opens),
        )
    return left


@one_transaction
def numbers_refused(*, by: Actor, indexes: Collection[str]) -> None:
    """Note that these numbers (their blind indexes) were refused to `by`; the same one counts once a day.

    One audit entry without a number; at half of the limit and at the limit the security auditors are told.
    """
    account, limit = account_of(by), settings.NUMBER_REFUSALS_PER_DAY
    if account is None or not indexes:
        return
    database.advisory_lock(_ACCOUNT_LOCKS + account.pk)
    day, before = clock.day_of(clock.real_now()), _today(account)
    new = set(indexes) - before
    if not new:
        return
    NumberRefusal.objects.filter(user=account, day__lt=day).delete()
    NumberRefusal.objects.bulk_create(NumberRefusal(user=account, identity_index=index, day=day) for index in new)
    number = len(before) + len(new)
    audit.record(by=by, verb="member.number_refused", after={"今天": number, "上限": limit})
    if any(len(before) < line <= number for line in ((limit + 1) // 2, limit)):
        tell_auditors(
            text=f"账号 {account.username} 今天登记了 {number} 个属于其权限之外人员的证件号码（上限 {limit} 个），请核查是否在试探。",
            about=f"number/{account.pk}",
        )


@contextmanager
def number_asked(by: Actor, number: object) -> Iterator[None]:
    """Guard a write that sets an identity number (falsy: it sets none): refused when none is left, noted when it is Elsewhere.

    To be put round the write's own transaction: what is noted outlives its rollback.
    """
    if number:
        numbers_left(by)
    try:
        yield
    except Elsewhere as refused:
        numbers_refused(by=by, indexes=[refused.index])
        raise
