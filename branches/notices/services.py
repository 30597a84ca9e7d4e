"""Send and read notices."""

from typing import Any

from branches import audit
from branches.notices.models import Feedback, Notice
from common import clock
from common.database import one_transaction
from common.operator import Actor, account_of


def notice_send(*, by: Actor, to: Any, kind: str, text: str, url: str = "", about: str = "") -> Notice:
    """Send one line to one account and return the Notice. Part of the caller's transaction; not audited by itself."""
    return Notice.objects.create(
        recipient=to, sender=account_of(by), kind=kind, text=text[:300], url=url, about=about, sent=clock.now()
    )


def notices_settled(*, to: Any, kind: str, about: str) -> None:
    """Take away what asked an account for an answer that is given or not wanted any more; the trail has the answer."""
    Notice.objects.filter(recipient=to, kind=kind, about=about).delete()


@one_transaction
def notices_read(*, by: Actor, pk: int | None = None) -> int:
    """Mark one notice (or all) of `by` as read; return how many changed."""
    rows = Notice.objects.filter(recipient=account_of(by), read_at__isnull=True)
    if pk is not None:
        rows = rows.filter(pk=pk)
    return rows.update(read_at=clock.now())


@one_transaction
def feedback_send(*, by: Actor, text: str, page: str = "") -> Feedback:
    """Keep what a user wrote in the feedback box."""
    feedback = Feedback(author=account_of(by), text=text, page=page[:300])
    feedback.full_clean()
    feedback.save()
    audit.record(by=by, verb="feedback.send", obj=feedback)
    return feedback
