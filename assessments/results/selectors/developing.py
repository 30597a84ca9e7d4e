"""Mistakes of development and of a committee's dues as items to be scored: of a branch those of its cases, of a committee those of approvals and its analysis.

No item names a person: whoever may not read the case learns the step and the day.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from assessments import scoring
from assessments.results.selectors.scoring_items import Entry, requirement_item
from common.periods import MONTH, Period
from common.text import quoted
from members.development.measured import COMMITTEE_FAULTS, FAULTS, CaseFault, cases_between
from members.development.steps import step
from members.dues.measured import COMMITTEE_FAULTS as DUES_FAULTS
from members.dues.measured import MEMBER_MONTHS, use_faults
from members.dues.rules import NOT_DUE, OWED, PAID, PAID_LATE
from members.dues.selectors.lives import counted
from responsibilities.requirements.rule import RequirementRule
from responsibilities.requirements.yearly import ANALYSES, PUBLICATIONS, owed_in

DEVELOPMENT = frozenset({FAULTS, COMMITTEE_FAULTS})
_NAME = "发展党员"


def development_entries(read: Collection[str], period: Period, day: date, places: Collection[int]) -> list[Entry]:
    """Return the Entries of the measures in `read`, as cases stand on `day`, of some organisations (ids).

    A branch without a case in the period owes nothing; one with cases and without a mistake has it whole.
    """
    span = cases_between(period.first, period.last, day, places, branches=COMMITTEE_FAULTS not in read)
    found = [entry for one in span.faults if (entry := _of_fault(one)).measure in read]
    if FAULTS in read:
        wrong = {entry.place for entry in found if entry.measure == FAULTS}
        whole = scoring.Item(scoring.MET, _NAME, ("development",))
        found += [Entry(place, FAULTS, whole) for place in sorted(span.led - wrong)]
    if COMMITTEE_FAULTS in read:
        found += _yearly(ANALYSES, COMMITTEE_FAULTS, period, day, places, fault=0)
    return found


def _of_fault(one: CaseFault) -> Entry:
    fault, name = one.fault, step(one.fault.key).name
    # What the case itself says of it may name people.
    words = f"{quoted(name)}{'超过规定时限' if fault.late else '缺少规定的材料或要素'}（{fault.day:%Y-%m-%d}）"
    item = scoring.Item(scoring.OVERDUE, name, ("case", one.case), unit="处", text=words, fault=one.kind)
    return Entry(one.organisation, COMMITTEE_FAULTS if one.committee else FAULTS, item)


def dues_entries(period: Period, day: date, places: Collection[int]) -> list[Entry]:
    """Return the Entries of dues at committees: uses that no meeting decided on, and the publication of the year (fee-collective)."""
    found = _yearly(PUBLICATIONS, DUES_FAULTS, period, day, places, fault=1)
    wanted = {*places}
    for one in use_faults(day, held_until=day):
        if one.organisation in wanted and one.day in period:
            text = f"党费使用（{one.day:%Y-%m-%d}）{one.why}"
            item = scoring.Item(
                scoring.OVERDUE, "党费使用", ("dues_use", period.year, one.organisation), unit="笔", text=text
            )
            found.append(Entry(one.organisation, DUES_FAULTS, item))
    return found


def months_entries(period: Period, day: date, places: Collection[int]) -> list[Entry]:
    """Return an Entry for each month of each branch that keeps dues: of so many that were due, how many came in time and late.

    Months of whom no amount is fixed are unknown and left out; they stand on the month's page, and the amounts are a requirement.
    """
    found = []
    months = [month for month in period.parts(MONTH) if month.first <= day]
    for (place, month), one in sorted(counted(months, places, day).items(), key=lambda pair: (pair[0][0], pair[0][1])):
        name, target = f"{month.short()}党费", ("dues", str(month), place)
        paid, late, owed = one[PAID], one[PAID_LATE], one[OWED]
        if whole := paid + late + owed:
            state = scoring.OVERDUE if owed else scoring.MET_LATE if late else scoring.MET
            item = scoring.Item(state, name, target, whole, paid, late, "人月", late_word="逾期交纳")
            found.append(Entry(place, MEMBER_MONTHS, item))
        elif one[NOT_DUE]:
            found.append(Entry(place, MEMBER_MONTHS, scoring.Item(scoring.NOT_DUE, name, target, unit="人月")))
    return found


def _yearly(
    rules: Sequence[RequirementRule], measure: str, period: Period, day: date, places: Collection[int], *, fault: int
) -> list[Entry]:
    """What is owed once a year, in the period in which it is due; before that it is not due yet. fault: number of its deduction."""
    found = []
    for row in owed_in(rules, period.year, day, places, held_until=day):
        item = requirement_item(row, {}) if row.due in period else scoring.Item(scoring.NOT_DUE, row.row.short)
        found.append(Entry(row.organisation, measure, replace(item, fault=fault), tuple(row.records)))
    return found
