"""Cases as the rules read them: everything of many cases in a constant number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Exists, Prefetch, QuerySet

from branches.places.models.organisations import Kind, Organisation
from branches.reach.intervals import above_outer
from branches.settings import dated
from common import clock
from common.operator import Actor
from members.activities.models import Activity, ActivityJudgement, Length
from members.activities.study import StudyRules, study_rules
from members.activities.ties import uncounted_words
from members.development.file import CaseFile, Entry, Notice, Person, Vote
from members.development.models.cases import CaseRole, CaseStep, DevelopmentCase
from members.development.rules import judge
from members.development.standing import CaseStanding
from members.development.steps import ASKED_AT_TAKING_OVER, PAPER_UNTIL
from members.roster.models.members import Member
from members.roster.models.standing import AwayKind, MemberStage, Standing

_BARS = (Standing.UNDER_WATCH, Standing.SANCTIONED)
NO_APPROVER = "没有有审批权限的机关党委，须由上级工委审批。"


@dataclass(frozen=True)
class Case:
    """A case with its file and how it stands."""

    row: DevelopmentCase
    file: CaseFile
    standing: CaseStanding

    @property
    def pk(self) -> int:
        return self.row.pk


def with_all(rows: QuerySet[DevelopmentCase]) -> QuerySet[DevelopmentCase]:
    """Return the rows with everything that `standings` reads; a constant number of statements."""
    judged = Prefetch("activity__judgements", ActivityJudgement.objects.order_by("pk"))
    entries = CaseStep.objects.standing().select_related("activity", "vote", "added_by").order_by("day", "pk")
    roles = CaseRole.objects.select_related("member").prefetch_related("member__party_statuses")
    return rows.select_related("member__home__parent").prefetch_related(
        "member__aways",
        Prefetch("entries", entries.prefetch_related(judged)),
        Prefetch("roles", roles.order_by("starts", "pk")),
        "reviews",
        "notices",
        "documents",
    )


def standings(rows: Iterable[DevelopmentCase], today: date | None = None) -> list[Case]:
    """Return the Cases of rows that `with_all` read, judged on a day (today unless said); three further statements.

    What is over is judged on its last day: nothing is asked of it since.
    """
    until = today or date.max
    today = today or clock.today()
    cases = list(rows)
    approved = _under_a_committee({row.member.home_id for row in cases})
    expiry = dated.whole("admit_full_on_expiry", today) == 1
    rules = study_rules()
    found = []
    for row in cases:
        approver = "" if row.member.home_id in approved else NO_APPROVER
        file = _file(row, until, approver=approver, expiry=expiry, rules=rules)
        found.append(Case(row, file, judge(file, min(today, row.closed_on or today))))
    return found


def case_of(row: DevelopmentCase, today: date | None = None) -> Case:
    """Return one Case, read anew."""
    return standings(with_all(DevelopmentCase.objects.filter(pk=row.pk)), today)[0]


def cases_for(user: Actor) -> QuerySet[DevelopmentCase]:
    """Return the open cases that `user` may read."""
    return DevelopmentCase.objects.visible_to(user).open()


def open_case(member: Member) -> DevelopmentCase | None:
    """Return the open case of a person, None where there is none."""
    return DevelopmentCase.objects.open().filter(member=member.pk).first()


def _under_a_committee(places: set[int]) -> set[int]:
    """Return those of the organisations that a committee stands above: it admits, no general branch and no Party group does."""
    rows = Organisation.objects.order_by().filter(pk__in=places)
    committees = Organisation.objects.order_by().filter(above_outer(strictly=True), kind=Kind.COMMITTEE)
    return set(rows.filter(Exists(committees)).values_list("pk", flat=True))


def _file(row: DevelopmentCase, until: date, *, approver: str, expiry: bool, rules: StudyRules) -> CaseFile:
    """Return the case as it stood on a day: nothing of later."""
    kept = [one for one in row.entries.all() if one.day <= until]
    entries = [_entry(one) for one in kept]
    parent = row.member.home.parent
    return CaseFile(
        born=row.member.birth_date,
        opened_on=row.opened_on,
        entries=_trained(entries, kept, rules),
        people=[_person(one, until) for one in row.roles.all() if one.starts <= until],
        reviews=[one.day for one in row.reviews.all() if one.day <= until],
        notice=_notice(row, until),
        documents=frozenset(one.kind for one in row.documents.all() if one.held_on <= until),
        taken_over_on=row.taken_over_on,
        paper=PAPER_UNTIL[MemberStage(row.taken_over_as)] if row.taken_over_as else "",
        closed_on=row.closed_on if row.closed_on is not None and row.closed_on <= until else None,
        general_branch=parent is not None and parent.kind == Kind.GENERAL_BRANCH,
        approver=approver,
        leaving=row.leaving_on,
        floating=_floats(row, until),
        expiry_is_full=expiry,
        days=_paper_days(row, entries, until),
    )


def _paper_days(row: DevelopmentCase, entries: Sequence[Entry], until: date) -> dict[str, date]:
    days = {one.key: one.day for one in entries if one.key in ASKED_AT_TAKING_OVER}
    held = [one.held_on for one in row.documents.all() if one.held_on <= until]
    return days | ({"25": max(held)} if held else {})


def _entry(row: CaseStep) -> Entry:
    vote = getattr(row, "vote", None)
    return Entry(
        pk=row.pk,
        key=row.key,
        day=row.day,
        result=row.result,
        text=row.text,
        uncounted=_uncounted(row.activity),
        vote=None
        if vote is None
        else Vote(
            vote.about, vote.expected, vote.present, vote.yes, vote.no, vote.abstain, vote.written_yes, vote.months
        ),
        explained=row.accepted_by_id is not None,
        excepted=row.excepted_by_id is not None,
        by=row.added_by_id,
    )


def _uncounted(activity: Activity | None) -> str:
    return "" if activity is None else uncounted_words(activity, activity.judgements.all(), is_confirmed=True)


def _trained(entries: list[Entry], rows: Iterable[CaseStep], rules: StudyRules) -> list[Entry]:
    """Return the entries, each of the training with the days and hours of it and those before: several days may be one training."""
    days: set[date] = set()
    minutes, known = 0, False
    found = []
    for entry, row in zip(entries, rows, strict=True):
        if entry.key == "11" and not entry.uncounted:
            length = row.activity.length if row.activity is not None else Length(entry.day)
            days.update(day for day, _ in length.spread(0))
            if (taken := rules.minutes(length)) is not None:
                minutes, known = minutes + taken, True
            entry = replace(entry, days=len(days), hours=minutes / 60 if known else None)
        found.append(entry)
    return found


def _person(row: CaseRole, until: date) -> Person:
    statuses = row.member.party_statuses.all()
    spells = {state: [(one.starts, one.ends) for one in statuses if one.state == state] for state in _BARS}
    return Person(
        row.member.name,
        row.role,
        row.starts,
        row.ends if row.ends is not None and row.ends <= until else None,
        row.member.full_on,
        barred=spells[Standing.UNDER_WATCH],
        sanctioned=spells[Standing.SANCTIONED],
    )


def _floats(row: DevelopmentCase, until: date) -> bool:
    """Whether the person is noted as one who works elsewhere while his notice hangs, or now."""
    notice = _notice(row, until)
    day = notice.posted if notice is not None else min(until, clock.today())
    aways = (one for one in row.member.aways.all() if one.kind == AwayKind.FLOATING)
    return any(one.starts <= day and (one.ends is None or day <= one.ends) for one in aways)


def _notice(row: DevelopmentCase, until: date) -> Notice | None:
    posted = (one for one in row.notices.all() if one.posted_on <= until)
    last = max(posted, key=lambda one: (one.posted_on, one.pk), default=None)
    if last is None:
        return None
    return Notice(last.posted_on, last.first, last.last, tuple(last.places), last.objections)


def by_organisation(cases: Iterable[Case]) -> dict[int, list[Case]]:
    """Return {branch: its Cases}."""
    found: dict[int, list[Case]] = defaultdict(list)
    for case in cases:
        found[case.row.member.home_id].append(case)
    return found
