"""What is counted of cases: mistakes that nobody above accepted the reason of, and limits kept in time; pure reads.

Rules: 发展党员工作细则 as the rules `dev-*` of the rulebook hold it. A mistake counts in the month of its day, at the branch where the
person belonged on that day; one of the committee's own steps at the committee above that branch then.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from branches.jobs.models import ChangeMark
from branches.places.models.organisations import Kind, OrganisationVersion
from common.periods import add_months
from members.activities.selectors.marked import of_marked_records
from members.development.limits import limits
from members.development.models.cases import CaseRole, CaseStep, DevelopmentCase
from members.development.models.papers import CaseReview
from members.development.selectors.cases import Case, standings, with_all
from members.development.services.effects import SUBJECT
from members.development.standing import PAPER, SKIPPED, STOPPED, Fault
from members.development.steps import COMMITTEE, STOP, step
from members.roster.models.members import Membership

FAULTS, COMMITTEE_FAULTS, IN_TIME = "development.faults", "development.committee-faults", "development.in_time"
# In the order of the deductions of their indicators: a limit passed, something lacks; of a committee its analysis left out before.
FAULT_KINDS = ("发展环节超过规定时限且无说明", "缺少规定的材料或表决要素")
COMMITTEE_FAULT_KINDS = ("未做年度积极分子队伍分析", "审批超过3个月且无批准延长", "审批缺少规定环节")
_APPROVAL_MONTHS = 3
# The committee's steps whose mistakes are its own: talk, approval, filing (mechanisms I-1).
ITS_OWN = frozenset({"16", "16a", "17", "18", "23a", "24"})
REVIEW = "6"


@dataclass(frozen=True)
class CaseItem:
    """What a case counts once, in the month of `due`.

    thing: id of the case. owed: it is one of so many that were due; of mistakes nothing is owed. done: it is, late or not.
    """

    thing: int
    organisation: int
    measure: str
    due: date
    done: bool
    owed: bool = False
    late: bool = False
    overdue: bool = False


@dataclass(frozen=True)
class CaseFault:
    """One mistake with its case and where it counts. committee: it is the committee's."""

    case: int
    organisation: int
    committee: bool
    fault: Fault

    @property
    def kind(self) -> int:
        """Its place in FAULT_KINDS, or in COMMITTEE_FAULT_KINDS."""
        return (0 if self.fault.late else 1) + (1 if self.committee else 0)


@dataclass(frozen=True)
class CaseLimit:
    """One limit with its case and where it counts: until when a step was owed, and when it was done."""

    case: int
    organisation: int
    key: str
    due: date
    done: date | None

    @property
    def late(self) -> bool:
        return self.done is not None and self.done > self.due


class _Places:
    """Where a case counts on a day: the branch of the person, and the committee above it as the tree stood then."""

    def __init__(self, cases: Sequence[Case]):
        self.stays: dict[int, list[tuple[int, date, date]]] = defaultdict(list)
        rows = Membership.objects.filter(member__in={case.row.member_id for case in cases}).order_by("starts")
        for member, place, starts, ends in rows.values_list("member", "organisation", "starts", "ends"):
            self.stays[member].append((place, starts, ends or date.max))
        self.above: dict[int, list[tuple[int | None, str, date, date]]] = defaultdict(list)
        branches = {place for stays in self.stays.values() for place, _, _ in stays}
        versions = OrganisationVersion.objects.exclude(kind__in=(Kind.BRANCH, Kind.SMALL_GROUP))
        versions = (versions | OrganisationVersion.objects.filter(organisation__in=branches)).order_by("starts")
        columns = ("organisation", "parent", "kind", "starts", "ends")
        for place, parent, kind, starts, ends in versions.values_list(*columns) if branches else ():
            self.above[place].append((parent, kind, starts, ends or date.max))

    def branch(self, case: Case, day: date) -> int:
        stays = self.stays[case.row.member_id]
        there = next((place for place, first, last in stays if first <= day <= last), None)
        # Before the first stay it is the first, after the last the last.
        before = [place for place, first, _ in stays if first <= day]
        return there or (before[-1] if before else stays[0][0] if stays else case.row.member.home_id)

    def committee(self, case: Case, day: date) -> int | None:
        """Return the id of the nearest committee above the branch, None where none stood there."""
        place: int | None = self.branch(case, day)
        while place is not None:
            parent, kind = self._version(place, day)
            if kind == Kind.COMMITTEE:
                return place
            place = parent
        return None

    def _version(self, place: int, day: date) -> tuple[int | None, str]:
        rows = self.above.get(place, [])
        found = next((row for row in rows if row[2] <= day <= row[3]), rows[0] if rows else (None, "", day, day))
        return found[0], found[1]


def cases_at(as_of: date, branches: Collection[int] | None) -> QuerySet[DevelopmentCase]:
    """Return the cases opened by a day, of people who ever belonged to one of these branches (ids; None: of all)."""
    rows = DevelopmentCase.objects.filter(opened_on__lte=as_of).order_by("pk")
    if branches is not None:
        stays = Membership.objects.filter(organisation__in=branches).order_by()
        rows = rows.filter(member__in=stays.values("member"))
    return rows


def _judged(as_of: date, cases: Collection[int] | None = None, branches: Collection[int] | None = None) -> list[Case]:
    rows = cases_at(as_of, branches)
    return standings(with_all(rows if cases is None else rows.filter(pk__in=cases)), as_of)


def case_faults(as_of: date, cases: Collection[int] | None = None) -> list[CaseFault]:
    """Return the mistakes of cases (ids; all when None) as they stand on a day, those without an accepted reason."""
    return _faults(_judged(as_of, cases))


def _faults(judged: Sequence[Case]) -> list[CaseFault]:
    places = _Places(judged)
    found = []
    for case in judged:
        for fault in case.standing.faults:
            if not fault.counts:
                continue
            above = places.committee(case, fault.day) if fault.key in ITS_OWN else None
            where = above if above is not None else places.branch(case, fault.day)
            found.append(CaseFault(case.pk, where, above is not None, fault))
    return found


def case_limits(
    as_of: date, cases: Collection[int] | None = None, branches: Collection[int] | None = None
) -> list[CaseLimit]:
    """Return the limits of cases (ids) or of branches (ids), of all when both are None, as they stand on a day."""
    return _limits(_judged(as_of, cases, branches), as_of)


def _limits(judged: Sequence[Case], as_of: date) -> list[CaseLimit]:
    places = _Places(judged)
    found = []
    for case in judged:
        for one in limits(case.file, case.standing, as_of):
            above = places.committee(case, one.due) if step(one.key).who == COMMITTEE else None
            where = above if above is not None else places.branch(case, one.due)
            found.append(CaseLimit(case.pk, where, one.key, one.due, one.done))
    return found


def development_items(as_of: date, cases: Collection[int] | None = None) -> Iterator[CaseItem]:
    """Yield the CaseItems of cases (ids; all when None) that were opened by a day, as they stand on it."""
    judged = _judged(as_of, cases)
    for one in _faults(judged):
        measure = COMMITTEE_FAULTS if one.committee else FAULTS
        yield CaseItem(one.case, one.organisation, measure, one.fault.day, True)
    for limit in _limits(judged, as_of):
        done, overdue = limit.done is not None, limit.done is None and limit.due < as_of
        yield CaseItem(limit.case, limit.organisation, IN_TIME, limit.due, done, True, limit.late, overdue)


def cases_written(marks: Sequence[ChangeMark]) -> set[int]:
    """Return the ids of the cases that `marks` concern: named, of people who belonged there, or resting on a record they name."""
    named = {mark.thing for mark in marks if mark.subject == SUBJECT and mark.thing is not None}
    places = {mark.organisation_id for mark in marks if mark.subject in (SUBJECT, "membership") and mark.thing is None}
    rows = DevelopmentCase.objects.order_by()
    if places:
        stays = Membership.objects.filter(organisation__in=places).order_by()
        accompanied = CaseRole.objects.filter(member__in=stays.values("member")).order_by()
        found = rows.filter(Q(member__in=stays.values("member")) | Q(pk__in=accompanied.values("case")))
        named |= set(found.values_list("pk", flat=True))
    records = [mark for mark in marks if mark.subject == "activity"]
    if records:
        named |= _resting_on(records)
    return named


def _resting_on(marks: Sequence[ChangeMark]) -> set[int]:
    of_one = Q(activity__in={mark.thing for mark in marks if mark.thing is not None})
    several = [mark for mark in marks if mark.thing is None]
    written = of_one | of_marked_records(several) if several else of_one
    found: set[int] = set()
    for rows in (CaseStep.objects.filter(written), CaseReview.objects.filter(written)):
        found |= set(rows.order_by().values_list("case", flat=True))
    return found


def reviews_owed(first: date, last: date, branches: Collection[int] | None, as_of: date) -> dict[int, list[CaseLimit]]:
    """Return {branch: half-yearly reviews of activists that are due between two days} as they stand on a day (第十一条)."""
    found: dict[int, list[CaseLimit]] = defaultdict(list)
    for one in case_limits(as_of, branches=branches):
        if one.key == REVIEW and first <= one.due <= last and (branches is None or one.organisation in branches):
            found[one.organisation].append(one)
    return found


@dataclass(frozen=True)
class Span:
    """Cases between two days, at some organisations. faults: by organisation, then day; led: ids of the branches that led a case."""

    faults: list[CaseFault]
    led: set[int]


def cases_between(first: date, last: date, as_of: date, places: Collection[int], *, branches: bool) -> Span:
    """Return the Span of some organisations (ids), as cases stand on a day. branches: they are branches, and no committee is asked for."""
    judged = _judged(as_of, branches=places if branches else None)
    wanted, where = {*places}, _Places(judged)
    faults = [one for one in _faults(judged) if first <= one.fault.day <= last and one.organisation in wanted]
    led = set()
    for case in judged:
        begins, ends = max(first, case.row.opened_on), min(last, as_of, case.row.closed_on or date.max)
        if begins <= ends:
            led |= {where.branch(case, begins), where.branch(case, ends)}
    return Span(sorted(faults, key=lambda one: (one.organisation, one.fault.day, one.case)), led & wanted)


@dataclass(frozen=True)
class Heard:
    """Something that was decided in a case and who had to hear it before. branch: of the person then.

    key: of the step that hears; decided_on: day of the decision, None while it is open (of a general branch alone); heard_on: None where
    nobody heard.
    """

    case: int
    branch: int
    key: str
    decided_on: date | None
    heard_on: date | None
    due: date

    @property
    def late(self) -> bool:
        return self.heard_on is not None and self.decided_on is not None and self.heard_on > self.decided_on


# Step that hears: (step after which it does, step that decides).
_HEARS = {"16a": ("15", "17"), "23a": ("23", "24"), "15a": ("15", "17")}


def heard_before(as_of: date, keys: Collection[str]) -> list[Heard]:
    """Return what steps `keys` (16a, 23a, 15a) had to hear, as cases stand on a day: each approval, with whether it was heard before.

    Of the Party group once the committee has decided (dev-agency-approval); of a general branch from the vote on (dev-approver).
    """
    judged = _judged(as_of)
    places, found = _Places(judged), []
    for case in judged:
        for key in keys:
            after, decides = (case.standing.of(name) for name in _HEARS[key])
            view = case.standing.of(key)
            decided = decides.entry.day if decides.entry is not None and not decides.entry.uncounted else None
            begun = after.entry.day if after.stood and after.entry is not None else None
            day = decided if key != "15a" or decided is not None else begun and add_months(begun, _APPROVAL_MONTHS)
            if day is None or view.state == SKIPPED or view.state == PAPER:
                continue
            if decided is None and case.file.closed_on is not None and case.file.closed_on <= day:
                # The case ended before anybody had to hear it.
                continue
            heard = view.entry.day if view.stood and view.entry is not None else None
            found.append(Heard(case.pk, places.branch(case, day), key, decided, heard, day))
    return found


def approved_wrongly(first: date, last: date, as_of: date, places: Collection[int]) -> list[tuple[int, int, date]]:
    """Return [(case, branch, day)] of the approvals between two days that stand on a step that is stopped, as cases stand on a day.

    What is decided in the system is refused while a stop stands; an approval from outside is recorded with it (mechanisms I-1).
    """
    judged, wanted = _judged(as_of, branches=places), {*places}
    where, found = _Places(judged), []
    for case in judged:
        for key in ("17", "24"):
            view = case.standing.of(key)
            wrong = [fault for fault in view.faults if fault.level == STOP and fault.counts]
            if view.state == STOPPED and view.entry is not None and wrong and first <= view.entry.day <= last:
                found.append((case.pk, where.branch(case, view.entry.day), view.entry.day))
    return [row for row in found if row[1] in wanted]
