"""Plan the ledger of activities: every row against organisations, people and what is recorded already."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from types import SimpleNamespace

from branches.imports.places import Place
from branches.imports.report import NEW, UNCHANGED, Cells, Plan
from branches.places.models.organisations import Kind
from branches.settings.start import agency_start
from common import clock, progress
from common.numbers import stray
from common.tabular.words import split_names
from common.text import cell_text, is_blank_mark, parse_count, parse_date, person_name, quoted, text_of
from members.activities.absences import parse_absentees
from members.activities.models import ActivityState
from members.activities.quorum import BODIES, Quorum, counts_from_ledger, quorums_of
from members.activities.services.records import class_problems
from members.activities.vocabulary import parse_activity_kinds
from members.imports.exported import as_exported
from members.imports.people import Asked, Person, bare_names
from members.imports.recorded import Recorded

NOBODY = ()
_MONTH = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?:年|[-./])(?P<month>\d{1,2})月?(?:[-./]0?1)?(?:[（(](?P<kinds>.+)[）)])?$"
)
# What the exported list holds beside records that count.
_NOT_RECORDED = frozenset(
    state.label
    for state in (ActivityState.PLANNED, ActivityState.DRAFT, ActivityState.RETURNED, ActivityState.CANCELLED)
)
WITHOUT_FIGURES = "启用日期以后的活动未载人数，按台账认定并计入，请核对。"
_TEXTS = {"topic": 200, "place": 100, "content": 20_000}


@dataclass
class ActivityItem:
    """One row to write. `columns`: plain columns of Activity; `expected`: Persons on the roster of that day; `absent`:
    {Person: (state, reason)}; `unknown`: [(name, reason)]; `accounts`: whether the figures account for everybody;
    `quorums`: {kind: Quorum}; `existing`: id of the record to change; `made_up`: the codes with which it makes up for an
    earlier month, where it does."""

    place: Place
    row: int
    action: str
    day: date
    codes: tuple
    ordinal: int
    columns: dict
    chair: Person | None = None
    expected: list = field(default_factory=list)
    absent: dict = field(default_factory=dict)
    unknown: list = field(default_factory=list)
    accounts: bool = False
    quorums: dict[str, Quorum] = field(default_factory=dict)
    existing: int | None = None
    made_up: tuple = ()

    def states(self):
        """Return [(Person, state, reason)]: named absentees, the others present or not recorded (decisions 13)."""
        rest = "present" if self.accounts else "not_recorded"
        rows = [(person, *self.absent.get(person, (rest, ""))) for person in self.expected]
        return rows + [(p, *said) for p, said in self.absent.items() if p not in self.expected]


def asked_of(plan, places):
    """Return whom the rows of the ledger may mean (people.Asked): where they were held, and every name in them."""
    found, names = set(), set()
    for row in plan.table.rows:
        cells = Cells(Plan(plan.ledger, plan.table), row)
        place = cells.take("organisation", places.find)
        if place is not None:
            found |= {place.pk, (place.above(Kind.BRANCH) or place).pk} - {None}
        names.update(split_names(cells.take("chair", text_of(64), "")))
        names.add(person_name(cells.take("recorder", text_of(64), "")))
        names.update(absentee.name[:64] for absentee in _away(cells))
    return Asked(found, {bare for name in names for bare in bare_names(name)})


def plan_activities(plan, places, people):
    """Fill `plan` (with its table read). Reads only; what is recorded already is read a month at a time."""
    start = agency_start()
    same, seen = as_exported(plan, places), Counter()
    read = [item for row in plan.begin() if (item := _planned(plan, row, same, (places, people, start)))]
    recorded = Recorded([item for cells, item in read if cells is not None])
    hints, as_recorded = len(plan.notices), set()
    for cells, item in read:
        if cells is None:
            seen[item] += 1
            continue
        key = (item.place, item.day, frozenset(item.codes))
        seen[key] += 1
        item.ordinal = seen[key]
        item.action = recorded.compare(cells, item)
        if cells.count(item.action) and item.action != UNCHANGED:
            plan.items.append(item)
        if item.action == UNCHANGED:
            as_recorded.add(cells.number)
    # What is recorded already was looked at when it came: hints about it would hide those about new rows.
    plan.notices = [said for i, said in enumerate(plan.notices) if i >= hints or said.row not in as_recorded]


def _planned(plan, row, same, ground):
    """Return what `_plan_row` does; of a row that reads as a record was exported (None, its key among equals)."""
    if row.number not in same:
        return _plan_row(Cells(plan, row), *ground)
    plan.counts[UNCHANGED] += 1
    progress.tick()
    return None, (*same[row.number], frozenset(parse_activity_kinds(row.values.get("kind"))))


def _day(value):
    if is_blank_mark(value):
        raise ValueError("日期没有填写。")
    found = parse_date(value, today=clock.today(), past=True)
    if found > clock.today():
        raise ValueError(f"日期 {found.isoformat()} 晚于今天，台账只登记已开展的活动。")
    return found


def _makes_up(value, day, codes):
    """Return (first day of the month that a row makes up for, the codes that do): 2026年9月（主题党日）; (None, codes) of none."""
    if is_blank_mark(value) or day is None or not codes:
        return None, codes
    month = _MONTH.match(cell_text(value))
    if month is None or not 1 <= int(month["month"]) <= 12:
        raise ValueError("补办的月份请写成 2026年9月。")
    first = date(int(month["year"]), int(month["month"]), 1)
    if first >= day.replace(day=1):
        raise ValueError("补办的月份应早于活动日期所在的月份。")
    kinds = tuple(parse_activity_kinds(month["kinds"])) if month["kinds"] else codes
    if not set(kinds) <= set(codes):
        raise ValueError("括号中的类型不在活动类型一列中。")
    return first, kinds


def _away(cells):
    return cells.take("absent", lambda value: parse_absentees(value, cells.value("absent_reason")), NOBODY)


def _training(cells, day, codes):
    """Return {column: value} of the last day and the hours of a training, as far as the ledger has these columns."""
    last_day = cells.take("last_day", lambda value: None if is_blank_mark(value) else parse_date(value))
    hours = cells.take("hours", _hours)
    if day is not None and codes:
        problems = class_problems(codes, day, last_day, hours)
        for field_name, column in (("last_day", "last_day"), ("hours_stated", "hours")):
            if field_name in problems:
                cells.error(column, problems[field_name])
    known = cells.plan.table.matched
    found = {"last_day": last_day} if "last_day" in known else {}
    return found | ({"hours_stated": hours} if "hours" in known else {})


def _hours(value):
    if is_blank_mark(value):
        return None
    try:
        hours = Decimal(cell_text(value).removesuffix("学时").removesuffix("课时").strip())
    except InvalidOperation:
        raise ValueError("培训学时应是数字。") from None
    if hours != round(hours, 1) or not 0 < hours < 10_000:
        raise ValueError("培训学时应大于 0，最多一位小数。")
    return round(hours, 1)


def _count(value):
    return None if is_blank_mark(value) else parse_count(value)


def _organisation(cells, places):
    if is_blank_mark(cells.value("organisation")):
        cells.error("organisation", "党组织没有填写。")
        return None
    return cells.take("organisation", places.find)


def _plan_row(cells, places, people, start):
    """Read one row; returns (cells, item), or None when a cell is wrong or the activity is not on record yet."""
    state = cell_text(cells.value("state"))
    if state in _NOT_RECORDED:
        cells.notice("state", f"状态为{quoted(state)}，还不是已开展的活动记录，没有导入。")
        cells.count(UNCHANGED)
        return None
    day = cells.take("date", _day)
    place = _organisation(cells, places)
    codes = tuple(cells.take("kind", parse_activity_kinds, NOBODY))
    expected, present = cells.take("expected", _count), cells.take("present", _count)
    texts = {name: cells.take(name, text_of(most), "") for name, most in _TEXTS.items()}
    if expected is not None and present is not None and present > expected:
        cells.error("present", f"实到 {present} 人多于应到 {expected} 人。")
    chair_text, chairs = _chairs(cells, people)
    recorder = cells.take("recorder", text_of(64), "")
    for column in ("chair", "recorder", "absent"):
        if what := stray(cell_text(cells.value(column))):
            cells.error(column, f"这一列应填姓名，其中有像{what}的数字。")
    away = _away(cells)
    if place is not None and day is not None and place.archived_on and place.archived_on < day:
        cells.error("organisation", f"{place.label}在这一天已撤销。")
    month, made_up = cells.take("makes_up", lambda value: _makes_up(value, day, codes), (None, ()))
    training = _training(cells, day, codes)
    if cells.wrong:
        cells.count(UNCHANGED)
        return None
    columns = training | {
        "title": texts["topic"],
        "place": texts["place"],
        "content": texts["content"],
        "chair_name": chair_text,
        "recorder_name": person_name(recorder),
        "written_expected": expected,
        "written_present": present,
    }
    if "makes_up" in cells.plan.table.matched:
        # A ledger without the column says nothing of it.
        columns["makes_up_for"] = month
    item = ActivityItem(place, cells.number, NEW, day, codes, 1, columns, made_up=made_up)
    item.expected = people.expected(place, codes, day)
    wider = people.roster(place.above(Kind.BRANCH) or place, day)
    item.chair = _chair(chairs, item.expected, wider)
    _attend(cells, item, away, people, wider)
    _check_recorder(cells, columns["recorder_name"], people, day)
    _check_figures(cells, item, len(away), start)
    _set_quorum(item, people)
    if place.founded and day < place.founded:
        cells.notice("date", f"早于{place.label}的成立日期（{place.founded.isoformat()}），按原样保存。")
    return cells, item


def _chairs(cells, people):
    """Return the host cell as text and, for each name in it, everybody of that name; an unknown name is an error."""
    text = cells.take("chair", text_of(64), "")
    found = []
    for name in split_names(text):
        named = people.named(name)
        if not named:
            cells.error("chair", f"主持人{quoted(name[:20])}不在党员名册中，请核对姓名。")
        found.append(named)
    return text, found


def _chair(chairs, expected, wider):
    """Return the first host when the roster, the branch or the whole agency knows one person of the name only."""
    if not chairs:
        return None
    for circle in (expected, wider, chairs[0]):
        found = [person for person in chairs[0] if person in circle]
        if found:
            # A person whose own row is wrong is known by name only and is never written.
            return found[0] if len(found) == 1 and (found[0].pk or found[0].spans) else None
    return None


def _attend(cells, item, away, people, wider):
    """Put the named absentees to persons; a name that no roster of the day knows stays text (Contract)."""
    for absentee in away:
        name, reason = absentee.name[:64], absentee.reason[:100]
        person, twins = people.one_of(name, item.expected, wider if wider is not item.expected else NOBODY)
        if person is None:
            item.unknown.append((name, reason))
            if twins > 1:
                cells.notice("absent", f"名册中有 {twins} 名{quoted(name[:20])}，缺席人员按文字保存。")
            elif people.named(name):
                cells.notice("absent", f"{quoted(name[:20])}当日不在本组织名册，缺席人员按文字保存。")
            else:
                cells.notice("absent", f"没有找到缺席人员{quoted(name[:20])}，按文字保存。")
        else:
            item.absent[person] = (absentee.state, reason)
    if item.chair is not None and item.chair in item.absent:
        cells.notice("absent", f"主持人{quoted(item.chair.name)}又列在缺席人员中。")


def _check_recorder(cells, name, people, day):
    if not name:
        return
    named = people.named(name)
    if not named:
        cells.notice("recorder", f"记录人{quoted(name[:20])}不在党员名册中，按文字保存。")
    elif all(person.joined_on and person.joined_on > day for person in named):
        cells.notice("recorder", f"记录人{quoted(name[:20])}当日尚未入党，按文字保存。")


def _check_figures(cells, item, named_absent, start):
    """Decide whether the figures account for everybody on the roster (decisions 13, 14)."""
    expected, present = item.columns["written_expected"], item.columns["written_present"]
    for name, value in (("expected", expected), ("present", present)):
        if value is None:
            cells.notice(name, "没有填写，按未知保存。")
    if expected is None or present is None:
        if item.day >= start and any(code in BODIES for code in item.codes):
            # It counts as the ledger has it, so that history stays; of days that are reckoned somebody should look.
            cells.notice("expected" if expected is None else "present", WITHOUT_FIGURES)
        return
    fits = expected == len(item.expected)
    if item.expected and not fits:
        cells.notice("expected", f"应到 {expected} 人，当日名册 {len(item.expected)} 人。")
    if present + named_absent != expected:
        cells.notice("present", f"实到 {present} 人加缺席 {named_absent} 人不等于应到 {expected} 人。")
        return
    item.accounts = fits and not item.unknown and all(person in item.expected for person in item.absent)


def _set_quorum(item, people):
    """Compute the quorum of each kind from the written figures (decisions 15)."""
    # Planned people have no id yet, so the object itself stands for one.
    probationers = [
        SimpleNamespace(pk=id(person))
        for person in people.roster(item.place, item.day)
        if person.probationary_on(item.day)
    ]
    counts = counts_from_ledger(
        item.columns["written_expected"],
        item.columns["written_present"],
        probationers,
        {id(person) for person in item.absent},
    )
    item.quorums = quorums_of(item.codes, counts, item.place.kind == Kind.SMALL_GROUP)
