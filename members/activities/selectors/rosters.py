"""Who is expected: rosters and committees as they were on a day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from branches.places.models.organisations import Kind, Organisation
from branches.reach.intervals import within
from members.activities.models import ActivityKindCode as Code
from members.activities.models.codes import picks
from members.roster.models.members import Member, Membership
from members.roster.models.posts import COMMITTEE_MINIMUM, COMMITTEE_SEATS, Post
from members.roster.models.standing import PARTY_STAGES, StageSpell

# Kinds at which those of an upper level go one by one.
VISITS = frozenset({Code.VISIT, Code.VISIT_BRANCH})


def roster(organisation: Organisation, day: date) -> QuerySet[Member]:
    """Return the party members of a branch or small group on `day`, in ledger order."""
    return Member.objects.on_roster(organisation, day).order_by("pk")


def on_the_way(organisation: Organisation, day: date) -> list[Member]:
    """Return those of a branch on `day` who are no Party members yet: they are talked with, and expected nowhere."""
    there = Membership.objects.in_force(day).filter(organisation=organisation).order_by()
    spells = StageSpell.objects.in_force(day).filter(member=OuterRef("pk"), stage__in=PARTY_STAGES)
    return list(Member.objects.filter(~Exists(spells), pk__in=there.values("member")).order_by("pk"))


def committee(organisation: Organisation, day: date) -> list[Member]:
    """Return the members holding a seat on the committee (of a Party group: its members) on `day`, secretary first."""
    seats = (
        Post.objects.in_force(day).filter(organisation=organisation, kind__in=COMMITTEE_SEATS).select_related("member")
    )
    order: list[str] = list(COMMITTEE_SEATS)
    members: dict[int, Member] = {}
    for seat in sorted(seats, key=lambda row: (order.index(row.kind), row.pk)):
        members.setdefault(seat.member_id, seat.member)
    return list(members.values())


def is_upper(organisation: Organisation) -> bool:
    """Whether an organisation stands above the branches: it has no roster, and calls whom it wishes to a training."""
    return organisation.kind not in (Kind.BRANCH, Kind.SMALL_GROUP)


def picks_people(organisation: Organisation, codes: Iterable[str]) -> bool:
    """Whether a record of these kinds may name others than those who are expected by roster or seat: a training of an upper level."""
    return Code.TRAINING in set(codes) and is_upper(organisation)


def below_it(organisation: Organisation, day: date, ids: Iterable[int]) -> list[Member]:
    """Return those of some members (ids) who belonged to an organisation above the branches, or to one below it, on `day`."""
    there = Membership.objects.in_force(day).filter(within(organisation), member__in=list(ids)).order_by()
    return list(Member.objects.filter(pk__in=there.values("member")).order_by("pk"))


def has_committee(organisation: Organisation, day: date) -> bool:
    """Return whether at least three committee seats are held on `day` (decisions 16)."""
    return len(committee(organisation, day)) >= COMMITTEE_MINIMUM


@dataclass(frozen=True)
class Committees:
    """Which of some organisations have a committee on which day. seats: {organisation: (member, first day or None, last or None)}."""

    seats: dict[int, list[tuple[int, date | None, date | None]]]

    def at(self, organisation: int, day: date) -> bool:
        """Return what `has_committee` does."""
        held = self.seats.get(organisation, ())
        members = {
            member
            for member, starts, ends in held
            if (starts is None or starts <= day) and (ends is None or day <= ends)
        }
        return len(members) >= COMMITTEE_MINIMUM


def committees(organisations: Iterable[int]) -> Committees:
    """Return the Committees of organisations (ids); one statement, none where there are none."""
    seats: dict[int, list[tuple[int, date | None, date | None]]] = defaultdict(list)
    if ids := set(organisations):
        rows = Post.objects.filter(organisation__in=ids, kind__in=COMMITTEE_SEATS).order_by()
        for place, member, starts, ends in rows.values_list("organisation", "member", "starts", "ends"):
            seats[place].append((member, starts, ends))
    return Committees(seats)


def expected(organisation: Organisation, codes: Iterable[str], day: date) -> list[Member]:
    """Return the members expected at an activity of these kinds on `day`, or [] where persons are picked (PICKED).

    Above the branch there is no roster; those who hold a seat there are expected, and nobody where no seat is known or
    where a few of them go somewhere (a visit).
    """
    codes = set(codes)
    if picks(codes):
        return []
    if organisation.kind not in (Kind.BRANCH, Kind.SMALL_GROUP):
        return [] if codes <= VISITS else committee(organisation, day)
    if codes == {Code.COMMITTEE_MEETING} and organisation.kind == Kind.BRANCH:
        return committee(organisation, day)
    return list(roster(organisation, day))


def posts_by_member(organisation: Organisation, day: date) -> dict[int, str]:
    """Return {member id: label} of the posts held in a branch and its small groups on `day`."""
    labels: dict[int, str] = {}
    rows = Post.objects.in_force(day).filter(Q(organisation=organisation) | Q(organisation__parent=organisation))
    for post in rows.select_related("organisation"):
        labels.setdefault(post.member_id, post.label)
    return labels
