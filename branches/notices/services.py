"""Send and read notices."""

from django.db import transaction

from branches import audit
from branches.notices.models import Feedback, Notice
from common import clock
from common.operator import OPERATOR


def notice_send(*, by, to, kind, text, url="", about=""):
    """Send one line to one account and return the Notice. Part of the caller's transaction; not audited by itself."""
    return Notice.objects.create(
        recipient=to, sender=None if by is OPERATOR else by, kind=kind, text=text[:300], url=url, about=about
    )


@transaction.atomic
def notices_read(*, by, pk=None):
    """Mark one notice (or all) of `by` as read; return how many changed."""
    rows = Notice.objects.filter(recipient=by, read_at__isnull=True)
    if pk is not None:
        rows = rows.filter(pk=pk)
    return rows.update(read_at=clock.now())


@transaction.atomic
def feedback_send(*, by, text, page=""):
    """Keep what a user wrote in the feedback box."""
    feedback = Feedback(author=by, text=text, page=page[:300])
    feedback.full_clean()
    feedback.save()
    audit.record(by=by, verb="feedback.send", obj=feedback)
    return feedback
