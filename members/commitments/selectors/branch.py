"""A branch's commitments of a year, and many branches in numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import Prefetch, Q

from branches.places.models.organisations import Organisation
from common import clock
from members.commitments.measured import judged_on
from members.commitments.models import Commitment, CommitmentState, Kept, Pledge
from members.commitments.rules import due_of, kept, personal_due
from members.commitments.selectors.rosters import Pledger, pledgers
from members.roster.models.posts import COMMITTEE_SEATS, Post
from members.roster.namesakes import told_apart

# How a row looks: key of a chip (branches/frame/states.py).
_LOOKS = {
    CommitmentState.DRAFTED: "pledge_waiting",
    CommitmentState.REVIEWED: "reviewed",
    CommitmentState.PUBLISHED: "pledge_published",
    CommitmentState.APPRAISED: "pledge_published",
}
KEPT_LOOKS = {Kept.FULFILLED: "fulfilled", Kept.PARTLY: "partly", Kept.NOT: "not_fulfilled"}


def look_of(pledge: Pledge) -> str:
    """Return the key of the chip of a pledge by its grade."""
    return KEPT_LOOKS[Kept(pledge.grade)] if pledge.grade else "pledge_open"


@dataclass
class Line:
    """One member. due: until when he publishes, None where he owes nothing. pledges: (standing pledge, its chip)."""

    person: Pledger
    post: str
    due: date | None
    commitment: Commitment | None = None
    pledges: list[tuple[Pledge, str]] = field(default_factory=list)

    @property
    def look(self) -> str:
        if self.commitment is None:
            if self.person.exempt or self.due is None:
                return "pledge_free"
            return "pledge_missing" if clock.today() <= self.due else "pledge_overdue"
        if self.commitment.is_returned:
            return "pledge_returned"
        grade = kept(pledge.grade for pledge, _ in self.pledges) if self.commitment.is_public else ""
        return KEPT_LOOKS[Kept(grade)] if grade else _LOOKS[CommitmentState(self.commitment.state)]

    @property
    def term(self) -> str:
        """Until when he has to publish, or that it is over."""
        return f"{clock.in_words(self.due)}{'前' if clock.today() <= self.due else '到期'}" if self.due else ""

    @property
    def counts(self) -> str:
        """「3 项，兑现 2」 once something is said of them, else 「3 项」."""
        number = len(self.pledges)
        done = sum(pledge.grade == Kept.FULFILLED for pledge, _ in self.pledges)
        return f"{number} 项，兑现 {done}" if self.commitment and self.commitment.is_public else f"{number} 项"


@dataclass
class BranchYear:
    """A branch and year, in roster order."""

    branch: Organisation
    year: int
    due: date
    lines: list[Line]

    def _with(self, *states: str) -> list[Line]:
        return [line for line in self.lines if line.commitment is not None and line.commitment.state in states]

    @property
    def made(self) -> list[Line]:
        return [line for line in self.lines if line.commitment is not None]

    @property
    def waiting(self) -> list[Line]:
        return [one for one in self._with(CommitmentState.DRAFTED) if one.commitment and not one.commitment.is_returned]

    @property
    def reviewed(self) -> list[Line]:
        return self._with(CommitmentState.REVIEWED)

    @property
    def public(self) -> list[Line]:
        return self._with(CommitmentState.PUBLISHED, CommitmentState.APPRAISED)

    @property
    def to_appraise(self) -> list[Line]:
        return self._with(CommitmentState.PUBLISHED)

    @property
    def appraised(self) -> list[Line]:
        return self._with(CommitmentState.APPRAISED)

    @property
    def missing(self) -> list[Line]:
        return [line for line in self.lines if line.commitment is None and line.due is not None]

    @property
    def pledges(self) -> list[Pledge]:
        return [pledge for line in self.made for pledge, _ in line.pledges]

    @property
    def kept(self) -> int:
        return self.number(Kept.FULFILLED)

    def number(self, *grades: str) -> int:
        return sum(pledge.grade in grades for line in self.public for pledge, _ in line.pledges)


def branch_year(branch: Organisation, year: int) -> BranchYear:
    """Return the BranchYear as of today: four statements, whatever the number of members."""
    due, day = due_of(year), judged_on(year, clock.today())
    people = _told_apart(pledgers(day, [branch.pk]).get(branch.pk, []))
    rows = Commitment.objects.filter(year=year, member__in=[one.member for one in people])
    rows = rows.select_related("member__home", "appraised_in").prefetch_related(
        Prefetch("pledges", Pledge.objects.standing().select_related("replaces", "activity"), to_attr="standing")
    )
    made = {row.member_id: row for row in rows}
    posts = _posts(branch, day)
    lines = []
    for person in people:
        own = None if person.exempt else personal_due(person.since, year, due)
        line = Line(person, posts.get(person.member, ""), own, made.get(person.member))
        if line.commitment is not None:
            line.pledges = [(pledge, look_of(pledge)) for pledge in line.commitment.standing]  # type: ignore[attr-defined]
        lines.append(line)
    return BranchYear(branch, year, due, lines)


def _told_apart(people: Sequence[Pledger]) -> list[Pledger]:
    """Return the people of a list with what tells those of one name apart."""
    names = told_apart({one.member: one.name for one in people})
    return [replace(one, name=names[one.member]) for one in people]


def _posts(branch: Organisation, day: date) -> dict[int, str]:
    rows = Post.objects.in_force(day).filter(Q(organisation=branch) | Q(organisation__parent=branch))
    found: dict[int, str] = {}
    for member, kind, label in ((row.member_id, row.kind, row.get_kind_display()) for row in rows.order_by("pk")):
        if kind in COMMITTEE_SEATS or member not in found:
            found.setdefault(member, label)
    return found


@dataclass(frozen=True)
class BranchCount:
    """A branch in numbers: members who owe a commitment, commitments made, public, pledges, and how many of these were kept."""

    branch: Organisation
    owed: int
    made: int
    public: int
    pledges: int
    fulfilled: int
    partly: int
    appraised: int


def branch_counts(branches: Sequence[Organisation], year: int) -> list[BranchCount]:
    """Return the numbers of some branches, in their order, in three statements."""
    due, ids = due_of(year), [branch.pk for branch in branches]
    people = pledgers(judged_on(year, clock.today()), ids)
    places = {one.member: place for place, rows in people.items() for one in rows}
    by_place: dict[int, list[Commitment]] = {}
    rows = Commitment.objects.filter(year=year, member__memberships__organisation__in=ids).distinct()
    for row in rows.prefetch_related(Prefetch("pledges", Pledge.objects.standing(), to_attr="standing")):
        if row.member_id in places:
            by_place.setdefault(places[row.member_id], []).append(row)
    return [_count(branch, people.get(branch.pk, ()), by_place.get(branch.pk, ()), year, due) for branch in branches]


def _count(
    branch: Organisation, people: Iterable[Pledger], made: Sequence[Commitment], year: int, due: date
) -> BranchCount:
    owed = sum(not one.exempt and personal_due(one.since, year, due) is not None for one in people)
    public = [row for row in made if row.is_public]
    grades = [pledge.grade for row in public for pledge in row.standing]  # type: ignore[attr-defined]
    return BranchCount(
        branch,
        owed,
        len(made),
        len(public),
        len(grades),
        grades.count(Kept.FULFILLED),
        grades.count(Kept.PARTLY),
        sum(row.state == CommitmentState.APPRAISED for row in made),
    )


def public_list(branch: Organisation, year: int) -> list[Line]:
    """Return what everybody of a branch may read: names, pledges and states of what is published, in roster order."""
    return branch_year(branch, year).public
