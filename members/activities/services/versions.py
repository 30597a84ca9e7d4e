"""Move the versions of a record along with its review (states.py, corrections.py); in the caller's transaction."""

from typing import Any

from common import clock
from common.operator import Actor, account_of
from members.activities.judgement import judgements_write
from members.activities.models import (
    Activity,
    ActivityHost,
    ActivityKind,
    ActivityRevision,
    Attendance,
    Resolution,
    RevisionState,
)
from members.activities.services.records import mark_activity
from members.activities.versions import Version, columns_back, version_of


def submitted_revision(activity: Activity) -> ActivityRevision | None:
    """Return the correction of a record that waits for its review, or None; the caller holds its row."""
    return activity.revisions.filter(state=RevisionState.SUBMITTED).select_related("author").first()


def accepted_keep(activity: Activity) -> ActivityRevision:
    """Keep the accepted record as it stands as a version, the first one or the one that was accepted last; return it."""
    row = activity.revisions.filter(state=RevisionState.ACCEPTED).order_by("number").last()
    if row is None:
        row = ActivityRevision(
            activity=activity,
            number=1,
            state=RevisionState.ACCEPTED,
            author=activity.author,
            created=activity.created,
            submitted_at=activity.submitted_at,
            reviewer=activity.reviewer,
            reviewed_at=activity.reviewed_at,
        )
    row.data = version_of(activity)
    row.save()
    return row


def revision_accept(activity: Activity, by: Actor) -> None:
    """A correction that was submitted is accepted with its record."""
    activity.revisions.filter(state=RevisionState.SUBMITTED).update(
        state=RevisionState.ACCEPTED, reviewer=account_of(by), reviewed_at=clock.now()
    )


def revision_back(activity: Activity, revision: ActivityRevision, to: str, **columns: Any) -> None:
    """Give a submitted correction back to its writers; the record says again what was accepted last, and counts as that.

    to: DRAFT (withdrawn) or RETURNED. The caller has brought the record's state back to accepted.
    """
    for name, value in {"state": to, "version": revision.version + 1, **columns}.items():
        setattr(revision, name, value)
    revision.save()
    accepted = activity.revisions.filter(state=RevisionState.ACCEPTED).order_by("number").last()
    if accepted is not None:
        mark_activity(activity)
        _put_back(activity, accepted.data)
        mark_activity(activity)


def _put_back(activity: Activity, version: Version) -> None:
    for name, value in columns_back(version).items():
        setattr(activity, name, value)
    activity.save()
    ActivityKind.objects.filter(activity=activity).delete()
    ActivityKind.objects.bulk_create(
        ActivityKind(activity=activity, kind=kind, made_up=made_up) for kind, made_up in version["kinds"]
    )
    gone = _hosts_back(activity, version)
    _attendance_back(activity, version, {activity.organisation_id, *gone})
    _resolutions_back(activity, version)
    judgements_write(activity)


def _hosts_back(activity: Activity, version: Version) -> set[int]:
    """Invite again whom the correction had left out, and leave out whom it had invited; return the ids of the former.

    A host of both keeps what it has confirmed meanwhile.
    """
    wanted = {row["organisation"]: row for row in version["hosts"]}
    there = set(activity.hosts.values_list("organisation_id", flat=True))
    new = there - set(wanted)
    Attendance.objects.filter(activity=activity, organisation__in=new).delete()
    ActivityHost.objects.filter(activity=activity, organisation__in=new).delete()
    gone = set(wanted) - there
    moment = ActivityHost._meta.get_field("confirmed_at").to_python
    ActivityHost.objects.bulk_create(
        ActivityHost(
            activity=activity,
            organisation_id=pk,
            confirmed_by_id=wanted[pk]["confirmed_by"],
            confirmed_at=moment(wanted[pk]["confirmed_at"]),
        )
        for pk in sorted(gone)
    )
    return gone


def _attendance_back(activity: Activity, version: Version, places: set[int]) -> None:
    Attendance.objects.filter(activity=activity, organisation__in=places).delete()
    taken = set(activity.attendance.values_list("member_id", flat=True))
    Attendance.objects.bulk_create(
        Attendance(
            activity=activity,
            member_id=row["member"],
            organisation_id=row["organisation"],
            state=row["state"],
            reason=row["reason"],
        )
        for row in version["attendance"]
        if row["organisation"] in places and row["member"] not in taken
    )


def _resolutions_back(activity: Activity, version: Version) -> None:
    """Write the accepted resolutions again; one that was carried out meanwhile stays so."""
    old = Resolution.objects.filter(activity=activity)
    done = {
        (row.text, row.owner_id, str(row.due or "")): (row.done_on, row.done_by_id, row.counted_on)
        for row in old
        if row.done_on
    }
    old.delete()
    Resolution.objects.bulk_create(
        Resolution(
            activity=activity,
            order=order,
            text=row["text"],
            owner_id=row["owner"],
            due=row["due"],
            done_on=marked[0],
            done_by_id=marked[1],
            counted_on=marked[2],
        )
        for order, row in enumerate(version["resolutions"], start=1)
        for marked in [
            done.get(
                (row["text"], row["owner"], row["due"] or ""),
                (row.get("done_on"), row.get("done_by"), row.get("counted_on")),
            )
        ]
    )
