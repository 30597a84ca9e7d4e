"""Write what belongs to a record: its attendance, its resolutions, the hosts it invites. All in the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.core.exceptions import ValidationError

from branches.places.models.organisations import Organisation
from members.activities.models import Activity, ActivityHost, Attendance, Resolution
from members.roster.models.members import Member

# A resolution: what was decided, who carries it out, until when.
Decision = tuple[str, Member | None, date | None]


def attendance_write(
    activity: Activity, organisation: Organisation, attendance: Mapping[int, tuple[str, str]], *, alone: bool = False
) -> None:
    """Insert the attendance of one organisation; ValidationError where another host has recorded the same person.

    alone: the record is new, so that nobody can have recorded anything yet.
    """
    others = Attendance.objects.filter(activity=activity, member__in=attendance)
    taken = None if alone else others.select_related("member", "organisation__parent").first()
    if taken is not None:
        raise ValidationError({"attendance": f"{taken.member}的考勤已由{taken.organisation}登记。"})
    Attendance.objects.bulk_create(
        Attendance(activity=activity, member_id=pk, organisation=organisation, state=state, reason=reason)
        for pk, (state, reason) in attendance.items()
    )


def resolutions_write(activity: Activity, rows: Sequence[Decision], new: bool) -> None:
    """Write the resolutions anew; one that reads as before keeps the mark that it was carried out."""
    done = {}
    if not new:
        old = Resolution.objects.filter(activity=activity)
        done = {(row.text, row.owner_id, row.due): row for row in old if row.done_on}
        old.delete()
    Resolution.objects.bulk_create(
        Resolution(
            activity=activity,
            order=order,
            text=text,
            owner=owner,
            due=due,
            done_on=was.done_on if was else None,
            counted_on=was.counted_on if was else None,
            done_by_id=was.done_by_id if was else None,
        )
        for order, (text, owner, due) in enumerate(rows, start=1)
        for was in [done.get((text, getattr(owner, "pk", None), due))]
    )


def hosts_invite(activity: Activity, hosts: Iterable[Organisation], existing: set[int]) -> None:
    """Invite other hosts by name; a record counts there once their own secretary has confirmed it (decisions 10)."""
    wanted = {host.pk: host for host in hosts if host.pk != activity.organisation_id}
    gone = existing - set(wanted)
    if gone:
        Attendance.objects.filter(activity=activity, organisation__in=gone).delete()
        ActivityHost.objects.filter(activity=activity, organisation__in=gone).delete()
    ActivityHost.objects.bulk_create(
        ActivityHost(activity=activity, organisation=host) for pk, host in wanted.items() if pk not in existing
    )
