"""The yearly analysis of those in development (队伍分析, dev-analysis-1y), counted by itself: numbers of people, nobody by name."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from branches.places.models.organisations import Kind, Organisation, OrganisationQuerySet
from branches.reach.intervals import tree_order, within
from branches.reach.rights import REVIEW
from common import clock
from common.documents.sheet import Sheet, SheetPart, SheetTable
from common.operator import Actor
from common.periods import YEAR, Period
from members.development.limits import limits
from members.development.models.cases import CaseOutcome, DevelopmentCase
from members.development.selectors.cases import Case, standings, with_all
from members.development.steps import step
from members.roster.models.members import MemberStage

_STAGES = (MemberStage.APPLICANT, MemberStage.ACTIVIST, MemberStage.CANDIDATE, MemberStage.PROBATIONARY)
# Up to which age, in words; of the last everybody older.
_AGES = ((25, "25 岁及以下"), (30, "26 至 30 岁"), (35, "31 至 35 岁"), (45, "36 至 45 岁"), (200, "46 岁及以上"))
_UNKNOWN = "未登记"


@dataclass(frozen=True)
class Line:
    """What one branch, or all together, has of each stage."""

    name: str
    numbers: Sequence[int]

    @property
    def total(self) -> int:
        return sum(self.numbers)


@dataclass(frozen=True)
class Analysis:
    """organisation, year: whose and of when; as_of: the day. all, branches: by stage; groups: (heading, [(words, number)]).

    moved: (words, number) of what happened in the year. late: (step, due, late, open) of the limits of the year.
    """

    organisation: Organisation
    year: int
    as_of: date
    all: Line
    branches: list[Line]
    groups: list[tuple[str, list[tuple[str, int]]]]
    moved: list[tuple[str, int]]
    late: list[tuple[str, int, int, int]]


def analysing(user: Actor) -> OrganisationQuerySet:
    """Return the committees whose cases `user` reviews, the highest first."""
    return Organisation.objects.visible_to(user, REVIEW).filter(kind=Kind.COMMITTEE).in_tree_order()


def analysed(user: Actor, organisation: Organisation, year: int) -> Analysis:
    """Return the Analysis of the cases below an organisation as far as `user` reviews them; of a past year on its last day."""
    as_of = min(clock.today(), date(year, 12, 31))
    rows = DevelopmentCase.objects.visible_to(user, REVIEW).filter(
        within(organisation, "member__home__"), opened_on__lte=as_of
    )
    cases = standings(with_all(rows.order_by(*tree_order("member__home__"), "pk")), as_of)
    open_ = [case for case in cases if case.file.closed_on is None]
    homes: dict[int, list[Case]] = {}
    for case in open_:
        homes.setdefault(case.row.member.home_id, []).append(case)
    branches = [_line(mine[0].row.member.home.label, mine) for mine in homes.values()]
    span = Period(YEAR, year)
    return Analysis(
        organisation,
        year,
        as_of,
        _line("合计", open_),
        branches,
        _groups(open_, as_of),
        _moved(cases, span),
        _limits(cases, span, as_of),
    )


def _line(name: str, cases: Iterable[Case]) -> Line:
    counted = Counter(case.standing.stage for case in cases)
    return Line(name, [counted[stage] for stage in _STAGES])


def _groups(cases: Sequence[Case], as_of: date) -> list[tuple[str, list[tuple[str, int]]]]:
    people = [case.row.member for case in cases]
    ages = Counter(_age(member.birth_date, as_of) for member in people)
    words = [*(name for _, name in _AGES), _UNKNOWN]
    return [
        ("年龄", [(name, ages[name]) for name in words if ages[name]]),
        ("性别", sorted(Counter(member.sex or _UNKNOWN for member in people).items())),
        ("学历", sorted(Counter(member.education or _UNKNOWN for member in people).items())),
    ]


def _age(born: date | None, as_of: date) -> str:
    if born is None:
        return _UNKNOWN
    age = as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))
    return next(name for most, name in _AGES if age <= most)


def _moved(cases: Iterable[Case], span: Period) -> list[tuple[str, int]]:
    """What happened in the year, by the steps that took effect in it."""
    names = {"1": "递交入党申请", "3": "确定为积极分子", "8a": "列为发展对象", "17": "批准为预备党员"}
    found: Counter[str] = Counter()
    for case in cases:
        for key, name in names.items():
            view = case.standing.of(key)
            found[name] += bool(view.stood and view.entry is not None and view.entry.day in span)
        if case.row.closed_on is not None and case.row.closed_on in span:
            found[CaseOutcome(case.row.outcome).label] += 1
    return [
        (name, found[name]) for name in (*names.values(), *CaseOutcome.labels) if name in names.values() or found[name]
    ]


def _limits(cases: Iterable[Case], span: Period, as_of: date) -> list[tuple[str, int, int, int]]:
    """Each step with a limit that fell due in the year: how often, how often late, how often still open past its day."""
    due: Counter[str] = Counter()
    late: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for case in cases:
        for one in limits(case.file, case.standing, as_of):
            if one.due in span and (one.due < as_of or one.done is not None):
                due[one.key] += 1
                late[one.key] += one.late
                left[one.key] += one.done is None
    keys = sorted(due, key=lambda key: step(key).order)
    return [(step(key).name, due[key], late[key], left[key]) for key in keys]


def sheet_of(found: Analysis) -> Sheet:
    """Return the analysis on paper, for the meeting that hears it."""
    heads = ["党支部", *(str(stage.label) for stage in _STAGES), "合计"]
    rows = [[line.name, *line.numbers, line.total] for line in (*found.branches, found.all)]
    parts = [
        SheetPart(
            "队伍现状",
            table=SheetTable(heads, rows if found.all.total else [], [52, 22, 22, 22, 22, 16]),
            empty="没有正在培养的人。",
        )
    ]
    parts += [
        SheetPart(f"{name}结构", facts=[(words, f"{number} 人") for words, number in lines])
        for name, lines in found.groups
        if lines
    ]
    parts.append(SheetPart("本年情况", facts=[(words, f"{number} 人") for words, number in found.moved]))
    table = SheetTable(["环节", "到期", "逾期办理", "到期未办"], [list(row) for row in found.late], [72, 28, 28, 28])
    parts.append(SheetPart("时限执行情况", table=table, empty="本年没有到期的环节。"))
    told = f"截至 {clock.in_full(found.as_of)}，在培养、发展中的共 {found.all.total} 人。"
    return Sheet(
        f"{found.organisation.label} {found.year} 年入党积极分子队伍分析",
        found.organisation.name,
        found.as_of,
        told=told,
        parts=parts,
    )
