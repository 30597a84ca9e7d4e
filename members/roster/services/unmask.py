"""Look at one encrypted field of one person, with a reason that stays in the trail (control C45)."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError

from branches import audit
from branches.access.auditors import tell_auditors
from branches.audit.limits import done_since
from branches.reach import access
from branches.reach.rights import IDENTITY
from common import clock, crypto
from common.database import one_transaction
from common.errors import TooMany
from common.fields import reveal
from common.operator import Actor, account_of
from members.roster.models.members import Member

FIELDS = {"identity": "公民身份号码", "phone": "手机号码"}


@one_transaction
def member_unmask(*, by: Actor, member: Member, field: str, reason: str) -> str:
    """Return the plain text of `field` ("identity" or "phone") and leave who, whose, which field and why.

    At most settings.UNMASKS_PER_DAY a day (of Shanghai) and account, counted in the trail; at half of them and at the
    last the security auditors are told. Raises TooMany beyond that, ValidationError when the field is empty or cannot
    be shown, Http404 or Forbidden without view_identity.
    """
    if field not in FIELDS:
        raise ValidationError({"field": "只能查看证件号码或电话。"})
    if not reason.strip():
        raise ValidationError({"reason": "请填写查看原因。"})
    access.require(by, IDENTITY, member.home)
    if not getattr(member, field):
        raise ValidationError(f"没有登记{FIELDS[field]}。")
    before = _looks_today(by)
    try:
        plain = reveal(member, field)
    except crypto.CannotBeShown as error:
        raise ValidationError(str(error)) from None
    audit.record(
        by=by, verb="member.unmask", obj=member, organisation=member.home, after={"field": FIELDS[field]}, note=reason
    )
    _tell(by, before + 1)
    return plain


def _looks_today(by: Actor) -> int:
    """Return how many numbers `by` has seen today; TooMany when these are as many as he may."""
    account = account_of(by)
    if account is None:
        return 0
    morning, limit = clock.midnight(), settings.UNMASKS_PER_DAY
    seen = done_since(account.pk, morning, "member.unmask")
    if seen >= limit:
        opens = morning + timedelta(days=1)
        raise TooMany(
            f"您今天已查看证件号码、手机号码 {seen} 次，达到每日上限（{limit} 次），"
            f"{clock.in_words(clock.day_of(opens))} 0 时起可以再查看。",
            clock.seconds_until(opens),
        )
    return seen


def _tell(by: Actor, number: int) -> None:
    """Tell the security auditors when an account has seen half of what it may see a day, and when all of it."""
    account, limit = account_of(by), settings.UNMASKS_PER_DAY
    if account is None or number not in ((limit + 1) // 2, limit):
        return
    words = f"账号 {account.username} 今天查看证件号码、手机号码 {number} 次"
    words += "，已达每日上限，请核查。" if number == limit else f"，已到每日上限（{limit} 次）的一半，请核查。"
    tell_auditors(text=words, about=f"unmask/{account.pk}")
    audit.record(by=by, verb="member.unmask_alarm", after={"次数": number, "上限": limit})
