"""What a record form stands on: an organisation, the kinds, a day, and the people there on that day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from branches.places.models.organisations import Kind, Organisation, tree_order
from members.activities.models import ActivityKindCode as Code
from members.activities.models.codes import picks
from members.activities.selectors.rosters import VISITS, committee, on_the_way, picks_people, roster
from members.roster.models.members import Member

# Below the general branch an organisation has a roster of its own.
WITH_ROSTER = (Kind.BRANCH, Kind.SMALL_GROUP)


@dataclass
class Ground:
    """members: the roster, empty above the branch; seats: the committee; others: who is talked with or trained beside them, or is named by a visit
    from above the branch; picked: who was called to a class of an upper level; people: all by id, and the present chair."""

    organisation: Organisation | None
    codes: list[str]
    members: list[Member] = field(default_factory=list)
    seats: list[Member] = field(default_factory=list)
    others: list[Member] = field(default_factory=list)
    picked: list[Member] = field(default_factory=list)
    people: dict[int, Member] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        organisation: Organisation | None,
        codes: list[str],
        day: date,
        chair: Member | None,
        *,
        kept: Collection[int] = (),
        named: Sequence[Member] = (),
    ) -> Self:
        """Read the people of an organisation on a day. chair: of the saved record, who may belong elsewhere by now.

        kept: ids of whom the saved record names, or the address of a training. named: persons whom a record from above the branches says it met.
        """
        ground = cls(organisation, codes)
        if organisation is not None:
            ground.members = list(roster(organisation, day)) if ground.has_roster else []
            ground.seats = committee(organisation, day)
            if ground.is_talk and organisation.kind == Kind.BRANCH:
                ground.others = on_the_way(organisation, day)
            elif ground.picks and not ground.has_roster:
                ground.others = list(named)
            elif ground.trains and organisation.kind == Kind.BRANCH and set(kept) - {one.pk for one in ground.members}:
                # Who is trained before he joins is on no roster.
                ground.others = [one for one in on_the_way(organisation, day) if one.pk in kept]
            if kept and picks_people(organisation, codes):
                ground.picked = list(Member.objects.filter(pk__in=kept).order_by(*tree_order("home__"), "pk"))
        ground.people = {member.pk: member for member in [*ground.members, *ground.seats, *ground.picked]}
        if chair is not None:
            ground.people.setdefault(chair.pk, chair)
        return ground

    @property
    def has_roster(self) -> bool:
        return self.organisation is not None and self.organisation.kind in WITH_ROSTER

    @property
    def is_talk(self) -> bool:
        return set(self.codes) == {Code.TALK}

    @property
    def trains(self) -> bool:
        return Code.TRAINING in self.codes

    @property
    def picks(self) -> bool:
        """Whether persons are picked whom the record met."""
        return picks(self.codes)

    def expected(self) -> list[Member]:
        """Return the members whose attendance is asked; where persons are picked, those who can be."""
        if self.organisation is None:
            return []
        if self.picks:
            return [*self.members, *self.others]
        if set(self.codes) == {Code.COMMITTEE_MEETING} and self.organisation.kind == Kind.BRANCH:
            return self.seats
        if self.has_roster:
            return [*self.members, *self.others]
        if self.picked:
            return self.picked
        return [] if set(self.codes) <= VISITS else self.seats
