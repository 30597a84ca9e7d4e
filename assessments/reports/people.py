"""Who answers for what a report names, as of its day: secretaries of branches, leaders in charge, who signs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from branches.places.models.departments import Coverage
from branches.places.models.organisations import Kind, Organisation
from branches.reach.models import Appointment
from responsibilities.portfolios.models import LeaderPortfolio

_HEADS = ("branch_secretary", "general_branch_secretary")


@dataclass(frozen=True)
class People:
    """Names on a day. secretaries, leaders: {organisation id: name}; top: of the Party group's secretary, signer: of the committee's."""

    secretaries: dict[int, str]
    leaders: dict[int, str]
    top: str
    signer: str

    def leader_of(self, places: Iterable[int]) -> str:
        """Return the leaders in charge of these branches, each once; where there is none, the committee's secretary."""
        found = [self.leaders[place] for place in places if place in self.leaders]
        return "、".join(dict.fromkeys(found)) or self.signer

    def secretaries_of(self, places: Iterable[int]) -> str:
        """Return the secretaries of these branches, each once, at most three."""
        found = list(dict.fromkeys(self.secretaries[place] for place in places if place in self.secretaries))
        return "、".join(found[:3]) + (f"等 {len(found)} 人" if len(found) > 3 else "")


def people_on(day: date) -> People:
    """Return the People of the agency on `day`; in four statements."""
    seats: dict[str, dict[int | None, str]] = {}
    rows = Appointment.objects.in_force(day).select_related("user").order_by("starts", "pk")
    roles = (*_HEADS, "party_group_secretary", "committee_secretary")
    for seat in rows.filter(role__in=roles):
        seats.setdefault(seat.role, {}).setdefault(seat.organisation_id, seat.user.name)
    secretaries = {place: name for role in reversed(_HEADS) for place, name in seats.get(role, {}).items() if place}
    return People(
        secretaries,
        _leaders(day),
        next(iter(seats.get("party_group_secretary", {}).values()), ""),
        next(iter(seats.get("committee_secretary", {}).values()), ""),
    )


def _leaders(day: date) -> dict[int, str]:
    """{branch: name of the leader in charge}: of the department it covers, else whose contact branch it is."""
    departments: dict[int, str] = {}
    contacts: dict[int, str] = {}
    for row in LeaderPortfolio.objects.in_force(day).select_related("leader").order_by("starts", "pk"):
        if row.department_id:
            departments.setdefault(row.department_id, row.leader.name)
        elif row.contact_id:
            contacts.setdefault(row.contact_id, row.leader.name)
    found: dict[int, str] = {}
    for cover in Coverage.objects.in_force(day).order_by("pk"):
        if cover.department_id in departments:
            found.setdefault(cover.organisation_id, departments[cover.department_id])
    return contacts | found


def committee_and_root() -> tuple[Organisation | None, Organisation | None]:
    """Return (committee of the agency, root): who reports, and to whom."""
    root = Organisation.objects.root()
    committee = Organisation.objects.filter(kind=Kind.COMMITTEE, parent=root).in_tree_order().first()
    return committee, root
