"""Who can read a published report: all of it, or the extract about his branch (loaders.py asks the same of one user)."""

from assessments.reports.models import Report
from branches.access.models import User
from branches.places.models.organisations import Kind, Organisation
from branches.reach.models import Appointment
from branches.reach.rights import REPORTS, ROLES
from common import clock

_WHOLE = (Kind.PARTY_GROUP, Kind.COMMITTEE)


def readers_of(report: Report) -> list[User]:
    """Return the accounts that can read a report today, each once; in three statements."""
    roles = [key for key, role in ROLES.items() if REPORTS in role.named_rights]
    seats = Appointment.objects.giving_power(clock.today()).filter(role__in=roles, user__is_active=True)
    assessed = [int(row["key"]) for row in report.body["branches"] if str(row["key"]).isdecimal()]
    parents = dict(Organisation.objects.order_by().values_list("pk", "parent"))
    concerned: set[int] = set()
    for branch in assessed:
        above: int | None = branch
        while above is not None and above not in concerned:
            concerned.add(above)
            above = parents.get(above)
    found: dict[int, User] = {}
    for seat in seats.select_related("user", "organisation").order_by("pk"):
        place = seat.organisation
        if place is not None and (place.kind in _WHOLE or place.pk in concerned):
            found.setdefault(seat.user_id, seat.user)
    return list(found.values())
