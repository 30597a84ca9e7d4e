"""The register of one branch: who is looked after, what asks for a visit, when somebody was there last; and branches in numbers."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Sum

from branches.places.models.organisations import Organisation
from branches.settings import dated
from common import clock
from common.periods import add_months
from members.care.models import BIRTHDAY, CareEvent, CareHelp, CareMark, EventKind, HelpKind, MarkKind
from members.care.rules import (
    ANSWERED,
    BEFORE_PRC,
    COMING,
    EVENT,
    LATE,
    OPEN,
    OVERDUE,
    UNDETERMINED,
    Occasion,
    Visit,
    birthday_in,
    is_few,
    least_of,
    missed,
    told,
)
from members.care.selectors.occasions import Placed, joined_before_prc, occasions, visits_of
from members.roster.models.members import Member
from members.roster.namesakes import told_apart

DUE, DONE, LATER, MISSED, REST = "due", "done", "later", "missed", "rest"
_HEADINGS = {
    DUE: "该走访了",
    DONE: "已走访",
    LATER: "以后",
    MISSED: "已过时限未走访（当时走访过的，补登记那一天的记录）",
    REST: "其他关怀对象",
}
_STATES = {OPEN: DUE, OVERDUE: DUE, ANSWERED: DONE, LATE: DONE, COMING: LATER, UNDETERMINED: LATER}
_NAMES = dict(MarkKind.choices) | dict(EventKind.choices)
# What was answered is shown for so long.
_SHOWN = timedelta(days=45)


@dataclass
class Line:
    """One occasion of a member, or a member without one. tags: kinds of his marks; why: what asks; last: the last visit.

    asks: a visit from now on answers it.
    """

    member: int
    name: str
    tags: list[str]
    why: str
    occasion: Occasion | None = None
    last: Visit | None = None
    asks: bool = False

    @property
    def due_words(self) -> str:
        if self.occasion is None:
            return ""
        if self.occasion.due is None:
            return f"{self.occasion.opens.year}年节假日安排尚未收录"
        return f"{self.occasion.due.month}月{self.occasion.due.day}日前"


@dataclass
class Register:
    """groups: [(heading, lines)], those to be visited first. kinds: {label of a kind: members}; people: members on it."""

    groups: list[tuple[str, list[Line]]] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)
    people: int = 0

    def _lines(self, heading: str) -> list[Line]:
        return next((lines for name, lines in self.groups if name == heading), [])

    def of_kind(self, kind: str) -> list[tuple[str, list[Line]]]:
        """Return the groups with those lines alone whose member has a mark of a kind (its label); all for ""."""
        if not kind:
            return self.groups
        found = [(name, [line for line in lines if kind in line.tags]) for name, lines in self.groups]
        return [(name, lines) for name, lines in found if lines]

    @property
    def due(self) -> list[Line]:
        return self._lines(_HEADINGS[DUE])


def year_around(today: date) -> tuple[date, date]:
    """Return between which days what falls due is shown: this year, and the spring of the next where it is near."""
    last = date(today.year, 12, 31)
    return date(today.year, 1, 1), date(today.year + 1, 3, 31) if today.month >= 10 else last


def register(branch: Organisation) -> Register:
    """Return the Register of a branch as of today."""
    today = clock.today()
    first, last = year_around(today)
    placed = occasions(first, last, [branch.pk], today, undetermined=True)
    marks: dict[int, list[str]] = defaultdict(list)
    names: dict[int, str] = {}
    rows = CareMark.objects.in_force(today).filter(member__home=branch).order_by("member", "starts")
    for member, kind, name in rows.values_list("member", "kind", "member__name"):
        marks[member].append(_NAMES[kind])
        names[member] = name
    for _, member, name in joined_before_prc([branch.pk]):
        names[member] = name
        if _NAMES[MarkKind.PRE1949] not in marks[member]:
            marks[member].append(_NAMES[MarkKind.PRE1949])
    names |= {one.occasion.member: one.name for one in placed}
    names = told_apart(names)
    visits = visits_of({*marks, *(one.occasion.member for one in placed)}, today)
    groups: dict[str, list[Line]] = {key: [] for key in _HEADINGS}
    for one in sorted(placed, key=lambda row: (row.occasion.due or date.max, row.occasion.member)):
        if (key := _group(one, today)) is not None:
            groups[key].append(replace(_line(one, marks, visits), name=names[one.occasion.member], asks=key == DUE))
    shown = {line.member for lines in groups.values() for line in lines}
    for member in sorted(marks):
        if member not in shown:
            own = visits.get(member)
            groups[REST].append(Line(member, names[member], marks[member], "", None, own[-1] if own else None))
    kinds = Counter(tag for tags in marks.values() for tag in tags)
    people = len({*marks, *(line.member for line in groups[DUE])})
    return Register([(_HEADINGS[key], lines) for key, lines in groups.items() if lines], dict(kinds), people)


def _group(one: Placed, today: date) -> str | None:
    key = MISSED if missed(one.occasion, today) else _STATES[one.occasion.state]
    answered = one.occasion.answered
    return None if key == DONE and (answered is None or answered.day < today - _SHOWN) else key


def _line(one: Placed, marks: dict[int, list[str]], visits: dict[int, list[Visit]]) -> Line:
    occasion = one.occasion
    kinds = "、".join(_NAMES[kind] for kind in occasion.kinds)
    why = f"{clock.in_words(occasion.opens)}{kinds}" if occasion.kind == EVENT else occasion.name
    own = visits.get(occasion.member)
    return Line(occasion.member, one.name, marks.get(occasion.member, []), why, occasion, own[-1] if own else None)


def visits_of_year(branch: Organisation, year: int) -> list[tuple[str, int]]:
    """Return [(what was answered, how many occasions)] of a branch and year: all of it from records."""
    last = min(date(year, 12, 31), clock.today())
    found = Counter(
        one.occasion.name
        for one in occasions(date(year, 1, 1), date(year, 12, 31), [branch.pk], last)
        if one.occasion.state in (ANSWERED, LATE)
    )
    return sorted(found.items())


def birthdays(branch: Organisation, today: date) -> tuple[int, list[tuple[date, Member, int]]]:
    """Return (month, [(day, member, years in the Party)]) of political birthdays, this month's until the 20th, then the next's.

    Nobody's where the agency does not hint at them.
    """
    month = today.month if today.day <= 20 else add_months(today.replace(day=1), 1).month
    which = dated.whole(BIRTHDAY, today)
    if not which:
        return month, []
    year = today.year + (month < today.month)
    found = []
    for member in Member.objects.on_roster(branch, today).order_by("pk"):
        day = birthday_in(member.joined_on, member.full_on, which, month)
        if day is not None and year > day.year:
            found.append((day, member, year - day.year))
    return month, sorted(found, key=lambda row: (row[0].day, row[1].pk))


@dataclass(frozen=True)
class BranchCount:
    """A branch in numbers, as they are told above it: [(kind, 「不足3人」 or a number)], occasions of this year.

    visits: (due, answered), None where they are so few, or stand beside so small a number, that the one tells the other; overdue:
    whether some are.
    """

    branch: Organisation
    kinds: list[tuple[str, str]]
    visits: tuple[int, int] | None
    overdue: bool


def branch_counts(branches: Sequence[Organisation]) -> list[BranchCount]:
    """Return the numbers of some branches, in their order: no names, and no small number of any kind."""
    today, ids = clock.today(), [branch.pk for branch in branches]
    kinds: dict[int, Counter[str]] = defaultdict(Counter)
    rows = CareMark.objects.in_force(today).filter(member__home__in=ids).order_by()
    old = {(place, MarkKind.PRE1949.value, member) for place, member, _ in joined_before_prc(ids)}
    for place, kind, _ in {*rows.values_list("member__home", "kind", "member"), *old}:
        kinds[place][kind] += 1
    states: dict[int, Counter[str]] = defaultdict(Counter)
    befell: Counter[int] = Counter()
    for one in occasions(date(today.year, 1, 1), date(today.year, 12, 31), ids, today):
        states[one.branch][one.occasion.state] += 1
        befell[one.branch] += one.occasion.kind == EVENT
    return [_branch_count(branch, kinds[branch.pk], states[branch.pk], befell[branch.pk]) for branch in branches]


def _branch_count(branch: Organisation, kinds: Counter[str], states: Counter[str], befell: int) -> BranchCount:
    """befell: visits that are due for what befell somebody; beside those of the marks all of them would tell it."""
    due = sum(states.values()) - states[COMING]
    hidden = is_few(least_of(due, [*kinds.values(), befell]))
    return BranchCount(
        branch,
        [(MarkKind(kind).label, told(number)) for kind, number in sorted(kinds.items())],
        None if hidden else (due, states[ANSWERED] + states[LATE]),
        bool(states[OVERDUE]),
    )


@dataclass(frozen=True)
class OfMember:
    """What is kept of one member: marks, events, help, occasions of this year; since when, where he joined before the PRC was founded."""

    marks: list[CareMark]
    events: list[CareEvent]
    helps: list[Any]
    occasions: list[Occasion]
    joined_before_prc: date | None = None


def of_member(member: Member) -> OfMember:
    today = clock.today()
    first, last = year_around(today)
    placed = occasions(first, last, [member.home_id], today, undetermined=True)
    return OfMember(
        list(member.care_marks.order_by(F("ends").desc(nulls_first=True), "-starts")),
        list(member.care_events.order_by("-day")),
        list(member.care_helps.select_related("decided_in").order_by("-on")),
        [one.occasion for one in placed if one.occasion.member == member.pk],
        member.joined_on if member.joined_on is not None and member.joined_on < BEFORE_PRC else None,
    )


def granted(members: set[int], first: date, last: date) -> dict[int, Any]:
    """Return {member id: yuan} of what was granted to some members between two days."""
    rows: Any = CareHelp.objects.filter(member__in=members, kind=HelpKind.GRANT, on__range=(first, last)).order_by()
    return dict(rows.values("member").annotate(total=Sum("amount")).values_list("member", "total"))
