"""What is owed, as pages, facts, scores and exports ask for it (decisions 19–24).

Nothing is stored: the same question gives the same answer everywhere. The arithmetic is in `reckoning`, `people`, `terms`.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from branches.places.models.organisations import Organisation
from branches.rulebook import OWN_SETTING, citation, rule, short_citation
from branches.settings import dated
from branches.settings.dated import Timeline
from common import clock
from common.periods import YEAR, Period
from members.activities.selectors.counting import UNREVIEWED, Uncounted
from members.roster.models.members import Member
from responsibilities.requirements.gathered import periods_of
from responsibilities.requirements.models import OVERDUE_RETURNED
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.people import people_rows
from responsibilities.requirements.reckoning import Reckoning
from responsibilities.requirements.requirement import Requirement
from responsibilities.requirements.rules import (
    COUNTED_RULES,
    LIVE_RULES,
    REQUIREMENT_RULES_BY_ID,
    RequirementRule,
)
from responsibilities.requirements.terms import term_rows

__all__ = ["Requirement", "periods_of", "requirements"]

# What other subjects count (tallied.py).
TOLD_RULES = tuple(row for row in LIVE_RULES if row.tally or row.where)


def requirements(
    span: Period,
    *,
    organisations: Iterable[int] | None = None,
    as_of: date | None = None,
    rules: Iterable[RequirementRule] = COUNTED_RULES,
    carried: bool = False,
    instead: Mapping[str, Timeline] | None = None,
    held_until: date | None = None,
) -> list[Requirement]:
    """Return the Requirements whose own period lies within `span`.

    span: a Period. organisations: ids to look at (all when None), the small groups of branches among them included. as_of:
    the day on which states are judged (default today). rules: rows of the rule table; by default those that rates and
    scores are made of. carried: also those of the year before that are due in the span's year. instead: settings in place
    of the kept ones. held_until: nothing that was held after that day counts, whenever it was
    entered. The number of statements does not depend on the number of organisations, periods or records.
    """
    ids = None if organisations is None else list(organisations)
    data = Reckoning(span, ids, as_of or clock.today(), rules, carried=carried, instead=instead, held_until=held_until)
    return _all_of(data)


def _all_of(data: Reckoning) -> list[Requirement]:
    return [*data.rows(), *people_rows(data), *term_rows(data)]


@dataclass(frozen=True)
class YearOfBranch:
    """What one branch and its groups owe in a year, and what they are exempt from: {(organisation, rule): [(first, last, reason)]}.

    told: gives what they owe by some of TOLD_RULES, judged when it is asked for.
    """

    rows: list[Requirement]
    exempt: Mapping[tuple[int, str], Sequence[tuple[date, date, str]]]
    told: Callable[[Container[RequirementRule]], list[Requirement]]


def year_of_branch(place: int, year: Period) -> YearOfBranch:
    """Return the YearOfBranch of an organisation (id) as of today, with what is carried into the year: read once for a page."""
    data = Reckoning(year, [place], clock.today(), (*COUNTED_RULES, *TOLD_RULES), carried=True)
    rows = [*data.rows(COUNTED_RULES), *people_rows(data), *term_rows(data)]
    return YearOfBranch(rows, data.exempt, lambda rules: list(data.rows(rules)))


def members_named(ids: Iterable[int]) -> list[Member]:
    """Return the Members of these ids in roster order, for pages that name who is missing."""
    return list(Member.objects.filter(pk__in=ids).order_by("pk"))


def requirement_name(row: Requirement) -> str:
    """Return 「10月支委会」, 「四季度党员大会」, 「2026年组织生活会」."""
    period = f"{row.period.year}年" if row.period.kind == YEAR else row.period.short()
    who = f"（{row.person_name}）" if row.person else ""
    # 2026年度任务安排, not 2026年年度任务安排.
    short = row.row.short.removeprefix("年") if period.endswith("年") else row.row.short
    return f"{period}{short}{who}"


def one_requirement(
    organisation: Organisation, rule_id: str, period: Period, as_of: date | None = None, person: str = ""
) -> Requirement | None:
    """Return the Requirement at an address, or None when nothing of the kind is owed there.

    person: key of who owes it; without one the first of a personal rule.
    """
    row = REQUIREMENT_RULES_BY_ID.get(rule_id)
    if row is None or row.alive and row.period != period.kind:
        return None
    owed = requirements(period, organisations=[organisation.pk], as_of=as_of, rules=[row])
    mine = (one for one in owed if one.organisation == organisation.pk and person in ("", one.person))
    return next(mine, None)


def basis(row: Requirement, *, short: bool = False) -> str:
    """Return what a page cites for a requirement: the agency's own setting where it lets less count than the article."""
    key = row.row.narrowing_setting
    if key and dated.number(key, row.period.first):
        return OWN_SETTING
    return (short_citation if short else citation)(rule(row.rule))


def period_counted(organisation: Organisation, row: RequirementRule, day: date, record: int | None = None) -> Period:
    """Return the period that a record of `day` counts for: its own, or the year before while that may still be met.

    record: id of a saved record.
    """
    own = Period.containing(row.period, day)
    if not row.due_setting or row.period != YEAR:
        return own
    before = one_requirement(organisation, row.rule, own.previous())
    if before is None or not before.applies or day > before.due:
        return own
    return own.previous() if record in before.records or not before.met else own


def days_of(row: Requirement, today: date | None = None) -> int | None:
    """Return days late for an overdue row, days left for one still to come, None otherwise."""
    today = today or clock.today()
    if row.state == State.OVERDUE:
        return (today - row.due).days
    if row.state in (State.DUE_SOON, State.NOT_DUE):
        return (row.due - today).days
    return None


def found_words(row: Requirement) -> str:
    """Return why what was found does not meet a row, "" where nothing was found: 10月15日的记录不计入：到会 1 人，…."""
    return uncounted_words(row.found)


def uncounted_words(found: Sequence[Uncounted], name: str = "") -> str:
    """Return why records that were found do not count, the last of them in words, "" for none. name: of their kind."""
    if not found:
        return ""
    last = found[-1]
    more = f"（另有 {len(found) - 1} 条也不计入）" if len(found) > 1 else ""
    # What waits for its review will count; the rest does not.
    joint = "" if last.reason == UNREVIEWED else "不计入："
    return f"{last.day:%-m月%-d日}的{name}记录{joint}{last.reason}{more}"


def cell_state(row: Requirement) -> str:
    """Return the key under which a row is shown everywhere: met but under review, returned (and overdue), or its own state."""
    if row.state in (State.MET, State.MET_LATE) and row.waiting:
        return "submitted"
    if row.returned and row.state == State.OVERDUE:
        return OVERDUE_RETURNED
    if row.returned and row.state not in (State.MET, State.MET_LATE, State.EXEMPT, State.NOT_APPLICABLE):
        return "returned"
    return row.state
