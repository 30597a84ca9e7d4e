"""What an organisation itself owes, and what a person owes: a few lines for start pages and files."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.http import urlencode

from branches.places.models.organisations import Kind, Organisation
from branches.reach.models import Appointment
from common import clock
from common.periods import YEAR, Period
from members.roster.models.members import Member
from members.roster.models.posts import COMMITTEE_SEATS, Post
from responsibilities.requirements.addresses import form_url
from responsibilities.requirements.keys import person_key
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.requirement import Requirement
from responsibilities.requirements.rules import LIVE_RULES
from responsibilities.requirements.selectors import cell_state, days_of, requirement_name, requirements
from responsibilities.requirements.services import address

SHOWN = 6
_OPEN = (State.OVERDUE, State.DUE_SOON, State.NOT_DUE)
_OF_COMMITTEE = ("committee_secretary", "committee_staff", "discipline_officer")


@dataclass(frozen=True)
class Line:
    """One requirement as a panel shows it."""

    row: Requirement
    name: str
    state: str
    days: int | None
    url: str


@dataclass(frozen=True)
class Below:
    """What the branches of a general branch owe in a year, summed; url: the list that makes the numbers."""

    owed: int
    met: int
    late: int
    overdue: int
    url: str


@dataclass(frozen=True)
class OwnOwed:
    """What one organisation owes in a year: its numbers, what waits (the latest first), and the whole list's address.

    below: of a general branch, which owes little itself (rulebook 1.5); None for others.
    """

    place: Organisation
    owed: int
    met: int
    overdue: int
    lines: list[Line]
    more: int
    url: str
    below: "Below | None" = None

    @property
    def folded(self) -> int:
        """How many lines wait below the first look on the phone: those that press nobody yet."""
        return sum(line.row.state not in (State.OVERDUE, State.DUE_SOON) for line in self.lines) + self.more

    @property
    def title(self) -> str:
        """The head of the panel: of a branch the rest stands on its secretary's page already. It is of the year, also beside a quarter."""
        return (
            "书记、换届等事项"
            if self.place.kind == Kind.BRANCH
            else f"{clock.today().year}年{self.place.label}应办事项"
        )


def own_place(scope: Appointment | None) -> Organisation | None:
    """Return the organisation whose own requirements the holder of an appointment answers for, None where there is none.

    The office of the committee may be appointed at the Party group above it (decisions 8).
    """
    place: Organisation | None = scope.organisation if scope else None
    if place is None or scope is None or place.kind == Kind.SMALL_GROUP:
        return None
    if scope.role in _OF_COMMITTEE and place.kind == Kind.PARTY_GROUP:
        rows = Organisation.objects.filter(parent=place, kind=Kind.COMMITTEE, archived_on__isnull=True)
        return rows.in_tree_order().first()
    return place


def line_of(row: Requirement, *, keeps: bool = False) -> Line:
    """Return a requirement as a line. keeps: its reader keeps the roster there, and is led to the form that does it, where one is."""
    form = row.row.form if keeps else ""
    url = form_url(form, row.organisation, row.period) if form else address(row)
    return Line(row, requirement_name(row), cell_state(row), days_of(row), url)


def waiting_first(rows: list[Requirement]) -> list[Requirement]:
    """Return what is still open, the overdue first, then by day."""
    waiting = [row for row in rows if row.state in _OPEN]
    return sorted(waiting, key=lambda row: (row.state != State.OVERDUE, row.due, row.rule, row.person))


def own_owed(place: Organisation, today: date | None = None, *, keeps: bool = False) -> OwnOwed:
    """Return what `place` itself owes this year; of a branch what its secretary and its term owe, the rest is his page.

    keeps: as for `line_of`.
    """
    today = today or clock.today()
    year = Period.containing(YEAR, today)
    rules = [row for row in LIVE_RULES if not row.counted]
    found = requirements(year, organisations=[place.pk], rules=rules, carried=True)
    rows = [row for row in found if row.organisation == place.pk and row.applies]
    open_rows = waiting_first(rows)
    query = urlencode({"organisation": place.pk, "scope": "own", "period": str(year)})
    return OwnOwed(
        place,
        owed=len(rows),
        met=sum(row.state in (State.MET, State.MET_LATE) for row in rows),
        overdue=sum(row.state == State.OVERDUE for row in rows),
        lines=[line_of(row, keeps=keeps) for row in open_rows[:SHOWN]],
        more=max(0, len(open_rows) - SHOWN),
        url=f"{reverse('requirement_list')}?{query}",
        below=_below(place, year) if place.kind == Kind.GENERAL_BRANCH else None,
    )


def _below(place: Organisation, year: Period) -> Below:
    ids = set(Organisation.objects.within(place).exclude(pk=place.pk).values_list("pk", flat=True))
    found = requirements(year, organisations=sorted(ids), rules=LIVE_RULES) if ids else []
    rows = [row for row in found if row.organisation in ids and row.applies]
    query = urlencode({"organisation": place.pk, "scope": "below", "period": str(year)})
    return Below(
        owed=len(rows),
        met=sum(row.state in (State.MET, State.MET_LATE) for row in rows),
        late=sum(row.state == State.MET_LATE for row in rows),
        overdue=sum(row.state == State.OVERDUE for row in rows),
        url=f"{reverse('requirement_list')}?{query}",
    )


def member_owed(member: Member, today: date | None = None) -> list[Line]:
    """Return what a person himself owes this year: at each organisation where he holds a seat, and in his branch."""
    year = Period.containing(YEAR, today or clock.today())
    posts = Post.objects.filter(member=member, kind__in=COMMITTEE_SEATS).in_force_during(year.first, year.last)
    places = {*posts.order_by().values_list("organisation", flat=True), member.home_id}
    if member.account_id:
        places |= _led(member.account_id, year)
    rules = [row for row in LIVE_RULES if row.personal]
    key = person_key(member.pk)
    rows = [
        row for row in requirements(year, organisations=sorted(places), rules=rules, carried=True) if row.person == key
    ]
    return [line_of(row) for row in sorted(rows, key=lambda row: (row.due, row.rule))]


def _led(account: int, year: Period) -> set[int]:
    """Organisations that the account was appointed to lead, and the committees below a Party group."""
    seats = Appointment.objects.filter(user=account).in_force(min(year.last, clock.today()))
    ids = set(seats.order_by().values_list("organisation", flat=True)) - {None}
    return ids | set(Organisation.objects.filter(parent__in=ids, kind=Kind.COMMITTEE).values_list("pk", flat=True))
