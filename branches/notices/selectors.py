"""Notices and the feedback box as pages list them."""

from django.db.models import QuerySet

from branches.notices.models import Feedback, Notice
from common.operator import Actor


def notices_to(user: Actor) -> QuerySet[Notice]:
    """Return what `user` was told, with who said it."""
    return Notice.objects.filter(recipient=user.pk).select_related("sender")


def notices_about(about: str, kind: str = "") -> QuerySet[Notice]:
    """Return what was said about one thing to anybody, the newest first. kind: of this kind alone."""
    rows = Notice.objects.filter(about=about).order_by("-sent")
    return rows.filter(kind=kind) if kind else rows


def feedback_listed() -> QuerySet[Feedback]:
    """Return what was written in the feedback box, with its authors."""
    return Feedback.objects.select_related("author")
