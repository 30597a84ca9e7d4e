"""The versions of one record for its pages, read in one statement."""

from dataclasses import dataclass, field

from django.db.models import QuerySet

from branches.reach.rights import RECORD
from common import clock
from common.operator import Actor
from members.activities.models import Activity, ActivityRevision, ActivityState, RevisionState
from members.activities.versions import Line, changes

_IN_HAND = (RevisionState.DRAFT, RevisionState.RETURNED)
_CHIPS = {
    RevisionState.SUBMITTED: "submitted",
    RevisionState.ACCEPTED: "accepted",
    RevisionState.DISCARDED: "cancelled",
}


@dataclass(frozen=True)
class Versions:
    """in_hand: the correction that its writers have, or None. pending: the submitted one. changes: what that changes.

    shown: the versions to be read, newest first; none where the record was never corrected. current: the one that the
    record's own page shows.
    """

    in_hand: ActivityRevision | None = None
    pending: ActivityRevision | None = None
    current: ActivityRevision | None = None
    changes: list[Line] = field(default_factory=list)
    shown: list[ActivityRevision] = field(default_factory=list)


def versions_of(activity: Activity) -> Versions:
    """Return the Versions of a record."""
    rows = list(activity.revisions.select_related("author", "reviewer").order_by("-number"))
    pending = next((row for row in rows if row.state == RevisionState.SUBMITTED), None)
    accepted = next((row for row in rows if row.state == RevisionState.ACCEPTED), None)
    if activity.state not in (ActivityState.SUBMITTED, ActivityState.ACCEPTED):
        pending = None
    shown = [row for row in rows if row.state not in _IN_HAND]
    for row in shown:
        row.said, row.chip = _said(row), _CHIPS[RevisionState(row.state)]
    return Versions(
        in_hand=next((row for row in rows if row.state in _IN_HAND), None),
        pending=pending,
        current=pending or accepted,
        changes=changes(accepted.data, pending.data) if pending and accepted else [],
        shown=shown,
    )


def version_row(activity: Activity, number: int) -> ActivityRevision | None:
    """Return one version of a record that may be read by whoever reads the record, or None."""
    return next((row for row in versions_of(activity).shown if row.number == number), None)


def _said(row: ActivityRevision) -> str:
    """Return who sent it and who reviewed it, and when."""
    who = row.author.name if row.author else "服务器操作员"
    sent = f"{clock.in_words(clock.day_of(row.submitted_at))} {who}报送" if row.submitted_at else f"{who}登记"
    if row.reviewed_at and row.reviewer:
        return f"{sent}，{clock.in_words(clock.day_of(row.reviewed_at))} {row.reviewer.name}审核"
    return sent


def corrections_in_hand(user: Actor) -> QuerySet[ActivityRevision]:
    """Return the corrections, begun or returned, of records that `user` may write."""
    records = Activity.objects.order_by().visible_to(user, RECORD)
    rows = ActivityRevision.objects.filter(activity__in=records.values("pk"), state__in=_IN_HAND)
    return (
        rows.select_related("activity__organisation__parent", "author")
        .prefetch_related("activity__kinds")
        .order_by("pk")
    )
