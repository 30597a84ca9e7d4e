"""Notes of care: each opening says why and leaves an entry; five years after its end a note is blanked."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q

from branches import audit
from branches.audit.limits import done_since
from common import clock, crypto
from common.database import one_transaction
from common.errors import TooMany
from common.fields import reveal
from common.operator import OPERATOR, Actor, account_of
from members.care.models import CareEvent, CareMark
from members.care.rights import is_own, require_keeper
from members.care.rules import blank_before

# “看看” says nothing to the member who reads it on his own page.
REASON_LEAST, REASON_MOST = 4, 200


@one_transaction
def note_open(*, by: Actor, row: CareMark | CareEvent, reason: str) -> str:
    """Return the plain note and leave who read whose, and why; at most settings.UNMASKS_PER_DAY a day and account.

    Raises Http404 for whoever neither keeps the roster of the branch nor is the person.
    """
    if not is_own(by, row.member):
        require_keeper(by, row.member.home)
    if len(reason.strip()) < REASON_LEAST:
        raise ValidationError({"reason": f"请写明查看原因，至少 {REASON_LEAST} 个字。"})
    if not row.note:
        raise ValidationError("没有备注。")
    account = account_of(by)
    if account is not None and done_since(account.pk, clock.midnight(), "care.note") >= settings.UNMASKS_PER_DAY:
        raise TooMany(
            f"您今天已查看备注 {settings.UNMASKS_PER_DAY} 次，明天可以再查看。",
            clock.seconds_until(clock.midnight() + timedelta(days=1)),
        )
    try:
        plain = reveal(row, "note")
    except crypto.CannotBeShown as error:
        raise ValidationError(str(error)) from None
    audit.record(by=by, verb="care.note", obj=row, organisation=row.member.home, note=reason)
    return plain


@one_transaction
def notes_blank() -> int:
    """Blank the notes of marks that ended, and of events that were, five years ago, and of members who are forgotten."""
    before = blank_before(clock.today())
    gone = Q(member__forgotten_on__isnull=False)
    marks = CareMark.objects.select_for_update(of=("self",)).filter(Q(ends__lt=before) | gone).exclude(note="")
    events = CareEvent.objects.select_for_update(of=("self",)).filter(Q(day__lt=before) | gone).exclude(note="")
    done = 0
    both: tuple[tuple[Any, Any], ...] = ((CareMark, marks), (CareEvent, events))
    for model, rows in both:
        found = list(rows.select_related("member__home__parent"))
        for row in found:
            audit.record(by=OPERATOR, verb="care.blank", obj=row, organisation=row.member.home_id)
        model._default_manager.filter(pk__in=[row.pk for row in found]).update(note="")
        done += len(found)
    return done
