"""What is planned for a member on his telephone: a secret address, made and ended by himself, that says no name and no reason.

The secret part is kept as a digest alone: it is shown once, and whoever copies the database cannot use it.
"""

import secrets

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.crypto import salted_hmac

from branches import audit
from branches.access.models import User
from branches.audit.limits import Limit, take
from common import agencies, clock
from common.database import one_transaction
from common.operator import account_of
from members.activities.calendars import Event, answered
from members.activities.models.leave import Leave, LeaveState
from members.activities.selectors.ahead import concerning
from members.files.models import CalendarAddress
from members.roster.models.members import Member

_SALT = "own-calendar"
_MOST = 60
# A telephone asks a few times an hour.
READS = Limit("calendar", 60, 3600)
NOT_OWN = "只能为本人设置手机日历。"


def _digest(token: str) -> str:
    key = agencies.signing_key()
    return salted_hmac(_SALT, token, secret=key, algorithm="sha256").hexdigest()


def _check(by: User, member: Member) -> None:
    if member.account_id is None or member.account_id != getattr(account_of(by), "pk", None):
        raise ValidationError(NOT_OWN)


@one_transaction
def address_make(*, by: User, member: Member) -> str:
    """Make the secret part of a member's address and return it, this once; one that he had ends with it."""
    _check(by, member)
    # Held: of two who make one at once the second ends that of the first.
    Member.objects.select_for_update().only("pk").get(pk=member.pk)
    token = secrets.token_urlsafe(32)
    row = CalendarAddress.objects.filter(member=member).first() or CalendarAddress(member=member)
    with audit.change(by=by, verb="own_calendar.make", obj=row, organisation=member.home):
        row.account, row.digest, row.made_on = by, _digest(token), clock.today()
        row.save()
    return token


@one_transaction
def address_end(*, by: User, member: Member) -> bool:
    """End a member's address; returns whether there was one."""
    _check(by, member)
    row = CalendarAddress.objects.select_for_update().filter(member=member).first()
    if row is None:
        return False
    audit.record(
        by=by,
        verb="own_calendar.end",
        obj=row,
        organisation=member.home,
        before={"made_on": row.made_on.isoformat()},
        after={},
    )
    row.delete()
    return True


def member_at(token: str) -> Member | None:
    """Return the member whose address has this secret part, None where it has ended, with his account or by his wish."""
    row = CalendarAddress.objects.filter(digest=_digest(token)).select_related("member__home", "account").first()
    if row is None or not row.account.is_active or row.member.account_id != row.account_id:
        return None
    found: Member = row.member
    return found


def seconds_to_wait(member: Member) -> int:
    """Count one reading and return 0, or the seconds to wait where there were too many this hour."""
    assert member.account_id is not None
    return take(member.account_id, READS)


def calendar_of(member: Member) -> HttpResponse:
    """Return what is planned for a member: kind, organisation, time and place. Titles may name people, so they stay here."""
    agreed = Leave.objects.filter(member=member, state=LeaveState.AGREED).order_by()
    rows = concerning(member, clock.today()).exclude(pk__in=agreed.values("activity"))
    rows = rows.select_related("organisation__parent").prefetch_related("kinds").order_by("day", "starts_at", "pk")
    return answered("我的组织生活", "own", [Event(row, row.kinds_label) for row in rows[:_MOST]])
