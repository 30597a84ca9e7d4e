"""At whom a step waits: the seat of a step, resolved along the tree of the day on which a run began."""

from collections import defaultdict
from datetime import date

from branches.access.models import User
from branches.places.models.departments import Coverage
from branches.places.models.organisations import Kind, Organisation
from branches.reach.models import Appointment
from responsibilities.policies.models import PolicySeat
from responsibilities.portfolios.models import LeaderPortfolio
from responsibilities.requirements.services import OFFICE

# From the ground up.
_LEVELS = (Kind.SMALL_GROUP, Kind.BRANCH, Kind.GENERAL_BRANCH, Kind.COMMITTEE, Kind.PARTY_GROUP)
# At which kind of organisation a seat stands, and which roles hold it.
SEATS: dict[str, tuple[Kind, tuple[str, ...]]] = {
    PolicySeat.BRANCH_SECRETARY: (Kind.BRANCH, ("branch_secretary",)),
    PolicySeat.BRANCH_COMMITTEE: (Kind.BRANCH, ("branch_secretary", "branch_officer", "organisation_officer")),
    PolicySeat.GENERAL_BRANCH: (Kind.GENERAL_BRANCH, ("general_branch_secretary",)),
    PolicySeat.STAFF: (Kind.COMMITTEE, OFFICE),
    PolicySeat.COMMITTEE: (Kind.COMMITTEE, ("committee_secretary",)),
    PolicySeat.DISCIPLINE: (Kind.COMMITTEE, ("discipline_officer",)),
    PolicySeat.LEADER: (Kind.PARTY_GROUP, ("leader", "party_group_secretary")),
    PolicySeat.PARTY_GROUP: (Kind.PARTY_GROUP, ("party_group_secretary",)),
}
# Who answers for an organisation, whatever the seat.
_ANSWERING: dict[str, tuple[str, ...]] = {
    Kind.SMALL_GROUP: ("group_leader",),
    Kind.BRANCH: ("branch_secretary", "branch_officer", "organisation_officer"),
    Kind.GENERAL_BRANCH: ("general_branch_secretary",),
    Kind.COMMITTEE: OFFICE,
    Kind.PARTY_GROUP: ("party_group_secretary", *OFFICE),
}


class Waits:
    """Where one step waits. holder: a leader in person. vacant_at: where nobody holds the seat, so that it waits above."""

    __slots__ = ("holder", "organisation", "vacant_at")

    def __init__(self, organisation: int, holder: int | None = None, vacant_at: int | None = None):
        self.organisation, self.holder, self.vacant_at = organisation, holder, vacant_at


class SeatMap:
    """The tree, the appointments and the portfolios of one day, read once for all steps of all runs that open."""

    def __init__(self, day: date):
        self._day = day
        self._places = {place.pk: place for place in Organisation.objects.order_by()}
        self._held: dict[tuple[int, str], list[int]] = defaultdict(list)
        seats = Appointment.objects.in_force(day).filter(organisation__isnull=False, user__is_active=True)
        for place, role, user in seats.order_by("pk").values_list("organisation", "role", "user"):
            self._held[place, role].append(user)
        self._leaders: dict[int, int] | None = None

    def _chain(self, place: int) -> list[Organisation]:
        found = []
        here: Organisation | None = self._places[place]
        while here is not None:
            found.append(here)
            here = self._places.get(here.parent_id) if here.parent_id else None
        return found

    def _anybody(self, place: Organisation, roles: tuple[str, ...]) -> bool:
        # The office of the committee is appointed at the committee or at the party group (decisions 8).
        places = [place.pk]
        if place.kind == Kind.COMMITTEE and place.parent_id:
            places.append(place.parent_id)
        if place.kind == Kind.SMALL_GROUP and place.parent_id:
            return any(self._held[one, role] for one in (place.pk,) for role in roles) or bool(
                self._held[place.parent_id, "branch_secretary"]
            )
        return any(self._held[one, role] for one in places for role in roles)

    def _of_leader(self, place: int) -> int | None:
        """Return the account of the leader in whose portfolio a branch lies: of its departments, or as contact point."""
        if self._leaders is None:
            self._leaders = {}
            rows = LeaderPortfolio.objects.in_force(self._day).order_by("-pk")
            covering = dict(Coverage.objects.in_force(self._day).order_by().values_list("department", "organisation"))
            said = list(rows.values_list("leader", "department", "contact"))
            for leader, department, contact in [*sorted(said, key=lambda row: row[1] is not None)]:
                at = contact if department is None else covering.get(department)
                if at is not None:
                    self._leaders[at] = leader
        return next((self._leaders[one.pk] for one in self._chain(place) if one.pk in self._leaders), None)

    def waits_at(self, seat: str, initiator: int) -> Waits:
        """Return where a step with this seat waits in a run of the organisation with this id.

        The nearest organisation of the seat's kind at or above it; where there is none, or nobody holds the seat, the next
        level above that somebody answers for. A seat that the policy does not say is the initiator's.
        """
        chain = self._chain(initiator)
        if seat not in SEATS:
            kind = chain[0].kind
            roles = _ANSWERING[kind]
        else:
            kind, roles = SEATS[seat]
        if seat == PolicySeat.LEADER:
            leader = self._of_leader(initiator)
            if leader is not None:
                return Waits(chain[-1].pk, holder=leader)
        rank = _LEVELS.index(Kind(kind))
        fitting = [place for place in chain if _LEVELS.index(Kind(place.kind)) >= rank] or chain[-1:]
        first = fitting[0]
        if self._anybody(first, roles if first.kind == kind else _ANSWERING[first.kind]):
            return Waits(first.pk)
        for place in fitting[1:]:
            if self._anybody(place, _ANSWERING[place.kind]):
                return Waits(place.pk, vacant_at=first.pk)
        return Waits(first.pk, vacant_at=first.pk)


def seat_words(seat: str, holder: User | None = None) -> str:
    """Return who has a step, in words: the seat, of a leader his name."""
    if holder is not None:
        return f"{holder.name}同志"
    return PolicySeat(seat).label if seat in PolicySeat.values else "未写明"
