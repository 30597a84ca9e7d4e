"""Dues in facts: member-months that were due, and those whose amount nobody fixed."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from branches.places.models.organisations import Kind
from branches.settings import dated
from common.periods import Period
from members.activities.ties import uncounted_words
from members.dues.models import DUES_DAY, DuesUse
from members.dues.rules import OWED, PAID, PAID_LATE, UNKNOWN, due_day
from members.dues.selectors.lives import counted

MEMBER_MONTHS, UNRATED = "dues.member-months", "dues.unrated"
COMMITTEE_FAULTS = "dues.committee-faults"
# In the order of the deductions of their indicator.
COMMITTEE_FAULT_KINDS = ("使用未经集体讨论", "年度未公布")
# A quarter's month falls due two months later, one between vote and approval with the approval, which comes within six months.
TAIL = 190


def month_counts(
    month: Period, places: Collection[int] | None, as_of: date
) -> Iterator[tuple[int, str, int, int | None, int, int]]:
    """Yield (branch id, measure, numerator, denominator, late, overdue) of a month as it stands on a day.

    MEMBER_MONTHS: paid, late ones included, of those that are due; nothing of who is spared or has no amount. UNRATED: months begun of
    members without an amount: unknown, not owed.
    """
    for (place, _), one in sorted(counted([month], places, as_of).items(), key=lambda pair: pair[0][0]):
        came, owed = one[PAID] + one[PAID_LATE], one[OWED]
        if came or owed:
            yield place, MEMBER_MONTHS, came, came + owed, one[PAID_LATE], owed
        if one[UNKNOWN]:
            yield place, UNRATED, one[UNKNOWN], None, 0, 0


@dataclass(frozen=True)
class UseFault:
    """A use of dues that no meeting decided on, or one that does not count (fee-collective). use: its id; why: in words."""

    use: int
    organisation: int
    day: date
    why: str


def use_faults(as_of: date, uses: Collection[int] | None = None, held_until: date | None = None) -> Iterator[UseFault]:
    """Yield the UseFaults of committees, as they stand on a day. uses: ids, all when None.

    held_until: a meeting after that day is none.
    """
    rows = DuesUse.objects.filter(organisation__kind=Kind.COMMITTEE, on__lte=as_of).order_by("on", "pk")
    if uses is not None:
        rows = rows.filter(pk__in=uses)
    until = as_of if held_until is None else min(as_of, held_until)
    for row in rows.select_related("decided_in").prefetch_related("decided_in__judgements"):
        if why := _undecided(row, until):
            yield UseFault(row.pk, row.organisation_id, row.on, why)


def _undecided(use: DuesUse, until: date) -> str:
    meeting = use.decided_in
    if meeting is None:
        return "没有集体讨论的会议记录"
    if meeting.day > until:
        return "集体讨论在考核期截止之后"
    return uncounted_words(meeting, meeting.judgements.all(), is_confirmed=True)


def uses_of(organisations: Collection[int]) -> set[int]:
    """Return the ids of the uses of committees (ids)."""
    rows = DuesUse.objects.filter(organisation__in=organisations, organisation__kind=Kind.COMMITTEE).order_by()
    return set(rows.values_list("pk", flat=True))


def turns_between(since: date, as_of: date) -> bool:
    """Return whether a month may stand otherwise on `as_of` than on `since` though nobody wrote: one began, or its last day passed."""
    if (since.year, since.month) != (as_of.year, as_of.month):
        return True
    month = Period("month", since.year, since.month)
    last = due_day(month, int(dated.at(dated.timeline(DUES_DAY), month.last)))
    return since <= last < as_of
