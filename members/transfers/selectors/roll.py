"""The roster of a branch as it was on any day, with who is shown apart."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from branches.places.models.organisations import Organisation
from members.activities.selectors.rosters import posts_by_member, roster
from members.roster.models.members import Member, Membership, stands
from members.roster.models.standing import Away, PartyStatus, Standing


@dataclass(frozen=True)
class Line:
    """One member on a day. standing, away: in words, "" where nothing is to be said."""

    member: Member
    stage: str
    group: str
    seat: str
    standing: str
    away: str

    @property
    def remark(self) -> str:
        return "，".join(filter(None, [self.standing, self.away]))


@dataclass(frozen=True)
class Roll:
    """voters: how many of the lines have a vote. apart: who belonged there with a suspended membership: expected nowhere."""

    lines: list[Line]
    voters: int
    apart: list[Line]


def roll_of(organisation: Organisation, day: date) -> Roll:
    """Return the Roll of a branch or small group on `day`; six statements, whatever the number of members."""
    members = list(roster(organisation, day))
    there = Membership.objects.in_force(day).filter(Q(organisation=organisation) | Q(small_group=organisation))
    apart = list(Member.objects.filter(stands(Standing.SUSPENDED, day), pk__in=there.values("member")).order_by("pk"))
    ids = [member.pk for member in (*members, *apart)]
    groups = dict(there.filter(member__in=ids).values_list("member", "small_group__short_name"))
    rows = PartyStatus.objects.in_force(day).filter(member__in=ids)
    standings = {row.member_id: row for row in rows}
    aways = {row.member_id: row for row in Away.objects.in_force(day).filter(member__in=ids)}
    seats = posts_by_member(organisation, day)

    def line(member: Member) -> Line:
        standing, away = standings.get(member.pk), aways.get(member.pk)
        return Line(
            member,
            "预备党员" if member.probationary_on(day) else "正式党员",
            groups.get(member.pk) or "",
            seats.get(member.pk, ""),
            standing.word if standing is not None and standing.state != Standing.NORMAL else "",
            f"{away.get_kind_display()}（{away.place}）" if away is not None else "",
        )

    return Roll([line(one) for one in members], sum(one.votes_on(day) for one in members), [line(one) for one in apart])
