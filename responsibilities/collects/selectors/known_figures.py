"""What the system already knows about organisations, by the label a sender would type (asking once).

Each entry reads one source; a source is one statement (requirements and stages a few) for any number of organisations.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from rapidfuzz import fuzz

from branches.places.models.organisations import Organisation, within
from common import clock
from common.text import fold
from members.activities.models import ATTENDING, ActivityKindCode, AttendanceState
from members.roster.models.members import MemberStage
from members.roster.models.posts import COMMITTEE_SEATS, PostKind
from responsibilities.collects.selectors.known_sources import Sources
from responsibilities.requirements.models import RequirementState as State
from responsibilities.work.models import SyncState
from responsibilities.work.stages import DUE

NUMBER, RATE, DATE, TEXT = "number", "rate", "date", "text"
BEST = 3
# Below this likeness (0–100) a label is not taken for the same thing.
ALIKE = 62
_YEAR = re.compile("今年|本年度?")
_WHOSE = re.compile("^(本|各)?党?支部")
_COUNTED = re.compile("(人数|次数|项数|个数|总数|数量|数|情况)$")
_PARTY = (MemberStage.FULL, MemberStage.PROBATIONARY)


# What one source says: {organisation id: a number, (numerator, denominator), a date or a text}.
Fraction = tuple[int, int]
ByPlace = dict[int, Any]
Read = Callable[[Sources], ByPlace]


@dataclass(frozen=True)
class KnownFigure:
    """One thing the system knows. words: other names of it. read: Sources → {organisation id: value}.

    kind: NUMBER (adds up), RATE ((numerator, denominator), adds up part by part), DATE, TEXT. What `read` gives leaves out
    organisations with a number of 0, and those without a rate, a date or a text.
    """

    key: str
    label: str
    words: tuple[str, ...]
    read: Read
    kind: str = NUMBER


def _count(places: Iterable[int]) -> ByPlace:
    return dict(Counter(places))


def _people(*stages: MemberStage, sex: str | None = None) -> Read:
    def read(sources: Sources) -> ByPlace:
        return _count(
            place
            for place, stage, its, joined in sources.roster
            if stage in stages
            and (sex is None or its == sex)
            and (stage not in _PARTY or (joined is not None and joined <= sources.day))
        )

    return read


def _seats(sources: Sources) -> ByPlace:
    seats = {(place, member) for place, kind, member, _ in sources.posts if kind in COMMITTEE_SEATS}
    return _count(place for place, _ in seats)


def _secretary(sources: Sources) -> ByPlace:
    return {place: name for place, kind, _, name in sources.posts if kind == PostKind.SECRETARY}


def _activities(*codes: str) -> Read:
    names = {f"activities.{code}" for code in codes}

    def read(sources: Sources) -> ByPlace:
        numbers: Counter[int] = Counter()
        for place, measure, number in sources.activities:
            if measure in names:
                numbers[place] += number
        return dict(numbers)

    return read


def _attendance(sources: Sources) -> ByPlace:
    rates: dict[int, Fraction] = {}
    for place, measure, number in sources.attendance:
        state = measure.removeprefix("attendance.")
        if state in (*ATTENDING, AttendanceState.LEAVE, AttendanceState.ABSENT):
            came, all_of = rates.get(place, (0, 0))
            rates[place] = (came + number * (state in ATTENDING), all_of + number)
    return rates


def _owed(*states: State) -> Read:
    def read(sources: Sources) -> ByPlace:
        return _count(row.organisation for row in sources.owed if not states or row.state in states)

    return read


def _talked(sources: Sources) -> ByPlace:
    return {row.organisation: row.done for row in sources.owed if row.row.counts_members and row.done}


def _stages(*states: SyncState) -> Read:
    return lambda sources: _count(place for place, state in sources.stages if state in states)


CATALOGUE = [
    KnownFigure("members", "党员人数", ("党员总数", "党员数", "在册党员"), _people(*_PARTY)),
    KnownFigure("full_members", "正式党员人数", ("正式党员数",), _people(MemberStage.FULL)),
    KnownFigure("probationary", "预备党员人数", ("预备党员数",), _people(MemberStage.PROBATIONARY)),
    KnownFigure("activists", "入党积极分子人数", ("积极分子数", "积极分子"), _people(MemberStage.ACTIVIST)),
    KnownFigure("women", "女党员人数", ("女性党员数", "妇女党员"), _people(*_PARTY, sex="女")),
    KnownFigure("small_groups", "党小组数", ("党小组个数", "小组数"), lambda sources: _count(sources.groups)),
    KnownFigure("seats", "支委会委员数", ("支部委员人数", "委员人数", "班子成员数"), _seats),
    KnownFigure("secretary", "书记姓名", ("支部书记", "党支部书记", "书记是谁"), _secretary, TEXT),
    KnownFigure(
        "term", "任期届满日期", ("换届时间", "届满日期", "任期截止"), lambda sources: dict(sources.terms), DATE
    ),
    KnownFigure("departments", "覆盖处室数", ("处室数", "覆盖部门数"), lambda sources: _count(sources.departments)),
    KnownFigure("activities", "今年活动次数", ("开展活动次数", "组织生活次数"), _activities(*ActivityKindCode.values)),
    *(
        KnownFigure(
            f"activities.{code}", f"今年{code.label}次数", (code.label, f"{code.label}开展次数"), _activities(code)
        )
        for code in ActivityKindCode
    ),
    KnownFigure("attendance", "今年到会率", ("出勤率", "参会率", "考勤率"), _attendance, RATE),
    KnownFigure("owed", "今年应办义务项数", ("应办事项数",), _owed()),
    KnownFigure("owed_met", "今年已办义务项数", ("完成义务数", "已完成事项数"), _owed(State.MET, State.MET_LATE)),
    KnownFigure("owed_overdue", "今年逾期义务项数", ("逾期事项数", "未完成事项数"), _owed(State.OVERDUE)),
    KnownFigure("talked", "今年已谈心谈话党员人数", ("谈心谈话人数", "谈话人数"), _talked),
    KnownFigure("stages_due", "今年应同步环节数", ("四同步应办环节",), _stages(*DUE)),
    KnownFigure("stages_synchronised", "今年已同步环节数", ("四同步完成环节",), _stages(SyncState.SYNCHRONISED)),
    KnownFigure(
        "resolutions_open", "未办结决议数", ("未落实决议", "在办决议"), lambda sources: _count(sources.resolutions)
    ),
    KnownFigure(
        "supervisions_open", "未销号督查数", ("在办督查", "未办结督查"), lambda sources: _count(sources.supervisions)
    ),
]
BY_KEY = {entry.key: entry for entry in CATALOGUE}
_NAMES = [(entry, [fold(entry.label), *map(fold, entry.words)]) for entry in CATALOGUE]


def _bare(text: str) -> str:
    return _YEAR.sub("", text)


def _core(text: str) -> str:
    """The thing without whose it is and that it is counted: 党课 of 今年支部党课次数."""
    text = _bare(text)
    core = _WHOSE.sub("", _COUNTED.sub("", text))
    return core if len(core) >= 2 else text


def matching(label: str, limit: int = BEST) -> list[KnownFigure]:
    """Return up to `limit` entries that a typed label may mean, the likeliest first; [] where nothing is alike."""
    asked = _bare(fold(label))
    if len(asked) < 2:
        return []
    core = _core(asked)
    found: list[tuple[float, int, KnownFigure]] = []
    for place, (entry, names) in enumerate(_NAMES):
        likeness = max(
            100 if asked == _bare(name) else max(fuzz.ratio(core, _core(name)), 0.9 * _part(core, _core(name)))
            for name in names
        )
        if likeness >= ALIKE:
            found.append((-likeness, place, entry))
    return [entry for _, _, entry in sorted(found, key=lambda row: row[:2])[:limit]]


def _part(one: str, other: str) -> float:
    # A part of two characters (「党员」) is in everything and says nothing.
    return fuzz.partial_ratio(one, other) if min(len(one), len(other)) >= 3 else 0


def exact(label: str) -> KnownFigure | None:
    """Return the entry whose name or other name is exactly the label, or None."""
    asked = _bare(fold(label))
    return next((entry for entry, names in _NAMES if asked in [_bare(name) for name in names]), None)


@dataclass(frozen=True)
class Values:
    """Of one entry: by organisation (those asked for) and in all; None where nothing is known."""

    entry: KnownFigure
    by_place: ByPlace
    total: Any

    @property
    def words(self) -> str:
        """The total as it is written, or how many organisations have one."""
        if self.entry.kind in (NUMBER, RATE):
            return shown(self.entry.kind, self.total)
        known = sum(value is not None for value in self.by_place.values())
        return f"{known}／{len(self.by_place)} 个组织有"


def values(keys: Iterable[str], organisations: Iterable[Organisation], day: date | None = None) -> dict[str, Values]:
    """Return {key: Values} for the organisations (instances) on `day` (default today).

    A general branch stands for itself and the branches below it, a branch for its small groups too; in a total each
    organisation counts once. Numbers are 0 where nothing is recorded; a rate without any attendance is None (unknown).
    """
    below = _below(organisations)
    everything = sorted({place for inside in below.values() for place in inside})
    sources = Sources(everything, day or clock.today())
    return {key: _values(BY_KEY[key], sources, below, everything) for key in dict.fromkeys(keys) if key in BY_KEY}


def _below(organisations: Iterable[Organisation]) -> dict[int, set[int]]:
    places = list(organisations)
    if not places:
        return {}
    condition = Q(pk__in=[])
    for place in places:
        condition |= within(place, "")
    candidates = list(Organisation.objects.filter(condition).order_by())
    return {place.pk: {one.pk for one in candidates if place.contains(one)} for place in places}


def _values(entry: KnownFigure, sources: Sources, below: dict[int, set[int]], everything: list[int]) -> Values:
    known = entry.read(sources)
    if entry.kind in (DATE, TEXT):
        return Values(entry, {place: known.get(place) for place in below}, None)
    by_place = {place: _sum(entry.kind, known, inside) for place, inside in below.items()}
    return Values(entry, by_place, _sum(entry.kind, known, everything))


def _sum(kind: str, known: ByPlace, places: Iterable[int]) -> int | Fraction | None:
    if kind == NUMBER:
        return sum(known.get(place, 0) for place in places)
    parts = [known[place] for place in places if place in known]
    came, all_of = sum(part[0] for part in parts), sum(part[1] for part in parts)
    return (came, all_of) if all_of else None


def shown(kind: str, value: Any) -> str:
    """Return a value as a page writes it; 未知 for none."""
    if value is None:
        return "未知"
    if kind == RATE:
        return f"{100 * value[0] / value[1]:.1f}%（{value[0]}／{value[1]}）"
    return str(value)


def plain(kind: str, value: Any) -> str:
    """Return a value as it is kept: 12, 11/12, 2027-05-20, or "" for none."""
    if value is None:
        return ""
    if kind == RATE:
        return f"{value[0]}/{value[1]}"
    return str(value)


def from_plain(kind: str, text: str) -> Any:
    """Return the value that `plain` kept, a date as its text."""
    if not text:
        return None
    if kind == RATE:
        came, _, all_of = text.partition("/")
        return int(came), int(all_of)
    return int(text) if kind == NUMBER else text
