"""Whose turn it is with a submitted record, and who can act where none of them has ever signed in."""

from dataclasses import dataclass

from branches.reach.access import who_can
from branches.reach.models import Appointment
from branches.reach.rights import REVIEW
from members.activities.models import Activity, ActivityState, ActivityWriter

# Of those who may review a record so many are read, the nearest first.
_READ = 20


@dataclass(frozen=True)
class Turn:
    """Appointments whose holders may review a record. nearest: whose queue holds it; absent: none of them ever signed in.

    instead: where they are absent, those of the next level of whom somebody has signed in.
    """

    nearest: list[Appointment]
    absent: bool
    instead: list[Appointment]


def turn_of(activity: Activity) -> Turn | None:
    """Return whose turn it is with a record; None for one that waits for nobody. Two statements."""
    if activity.state != ActivityState.SUBMITTED:
        return None
    writers = set(ActivityWriter.objects.filter(activity=activity).values_list("user_id", flat=True))
    able = [row for row in who_can(REVIEW, activity.organisation, _READ) if row.user_id not in writers]
    levels: dict[int | None, list[Appointment]] = {}
    for row in able:
        levels.setdefault(row.organisation_id, []).append(row)
    nearest, *further = levels.values() or [[]]
    absent = bool(nearest) and not any(row.user.last_login for row in nearest)
    instead = next((rows for rows in further if any(row.user.last_login for row in rows)), []) if absent else []
    return Turn(nearest, absent, [row for row in instead if row.user.last_login])
