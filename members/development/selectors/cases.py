"""Cases as the rules read them: everything of many cases in a constant number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery

from branches.places.models.organisations import Kind, Organisation
from branches.reach.intervals import above_outer
from branches.reach.rights import REVIEW
from branches.settings import dated
from common import clock
from common.operator import Actor
from members.activities.models import COUNTING_STATES, Activity, ActivityJudgement, ActivityKindCode, Length
from members.activities.selectors.rosters import Committees, committees
from members.activities.study import StudyRules, study_rules
from members.activities.ties import uncounted_words
from members.development.checks import notice_days
from members.development.file import CaseFile, Entry, Notice, Person, Vote
from members.development.models.cases import CaseOutcome, CaseRole, CaseStep, DevelopmentCase
from members.development.models.papers import PublicNotice
from members.development.rights import acts_at, decided_at
from members.development.rules import judge
from members.development.standing import CaseStanding
from members.development.steps import ASKED_AT_TAKING_OVER, PAPER_UNTIL, VOTE_ON_FULL, Step, step
from members.roster.models.members import Member, Membership
from members.roster.models.standing import PARTY_STAGES, AwayKind, MemberStage, Standing
from members.roster.namesakes import called
from members.roster.sections import Reader

_BARS = (Standing.UNDER_WATCH, Standing.SANCTIONED)
NO_APPROVER = "没有有审批权限的机关党委，须由上级工委审批。"


@dataclass(frozen=True)
class Case:
    """A case with its file and how it stands. who: his name as a list of the cases that were read with it shows it."""

    row: DevelopmentCase
    file: CaseFile
    standing: CaseStanding
    who: str = ""

    @property
    def pk(self) -> int:
        return self.row.pk


def with_all(rows: QuerySet[DevelopmentCase]) -> QuerySet[DevelopmentCase]:
    """Return the rows with everything that `standings` reads; a constant number of statements."""
    judged = Prefetch("activity__judgements", ActivityJudgement.objects.order_by("pk"))
    entries = CaseStep.objects.standing().select_related("activity", "vote", "added_by").order_by("day", "pk")
    roles = CaseRole.objects.select_related("member").prefetch_related("member__party_statuses")
    came = Membership.objects.filter(member=OuterRef("member")).order_by("-starts")
    before = Membership.objects.filter(member=OuterRef("member"), starts__lt=OuterRef("starts"))
    moved = came.filter(Exists(before.exclude(organisation=OuterRef("organisation")).order_by()))
    # Who came from outside the agency moved to his branch, too (第三十五条).
    arrived = Member.objects.filter(pk=OuterRef("member"), transfers__kind="in", transfers__received_on__isnull=False)
    arrived_on = arrived.order_by("-transfers__received_on").values("transfers__received_on")[:1]
    rows = rows.annotate(moved_on=Subquery(moved.values("starts")[:1]), arrived_on=Subquery(arrived_on))
    return rows.select_related("member__home__parent").prefetch_related(
        "member__aways",
        Prefetch("entries", entries.prefetch_related(judged)),
        Prefetch("roles", roles.order_by("starts", "pk")),
        "reviews",
        "notices",
        "documents",
    )


def standings(rows: Iterable[DevelopmentCase], today: date | None = None) -> list[Case]:
    """Return the Cases of rows that `with_all` read, judged on a day (today unless said); four further statements.

    What is over is judged on its last day: nothing is asked of it since.
    """
    until = today or date.max
    today = today or clock.today()
    cases = list(rows)
    approved = _under_a_committee({row.member.home_id for row in cases})
    expiry = dated.whole("admit_full_on_expiry", today) == 1
    rules, names = study_rules(), called(row.member for row in cases)
    seated = committees(_assemblies(cases))
    found = []
    for row in cases:
        approver = "" if row.member.home_id in approved else NO_APPROVER
        file = _file(row, until, approver=approver, expiry=expiry, rules=rules, seated=seated)
        found.append(Case(row, file, judge(file, min(today, row.closed_on or today)), names[row.member_id]))
    return found


def case_of(row: DevelopmentCase, today: date | None = None) -> Case:
    """Return one Case, read anew."""
    return standings(with_all(DevelopmentCase.objects.filter(pk=row.pk)), today)[0]


def cases_for(user: Actor) -> QuerySet[DevelopmentCase]:
    """Return the open cases that `user` may read."""
    return DevelopmentCase.objects.visible_to(user).open()


def cases_of(reader: Reader) -> list[DevelopmentCase]:
    """Return all cases of the member of a file, the latest first; read once for every section that asks."""

    def read() -> list[DevelopmentCase]:
        return list(DevelopmentCase.objects.filter(member=reader.member).order_by("-opened_on"))

    found: list[DevelopmentCase] = reader.once("cases", read)
    return found


def open_case(member: Member) -> DevelopmentCase | None:
    """Return the open case of a person, None where there is none."""
    return DevelopmentCase.objects.open().filter(member=member.pk).first()


def resumable(row: DevelopmentCase) -> bool:
    """Whether a case that was given up may be gone on with: its person is here still and no Party member, and none of his came after it."""
    member = row.member
    if row.outcome != CaseOutcome.WITHDRAWN or member.stage in PARTY_STAGES or member.left_on is not None:
        return False
    return not DevelopmentCase.objects.filter(member=member.pk, pk__gt=row.pk).exists()


def _under_a_committee(places: set[int]) -> set[int]:
    """Return those of the organisations that a committee stands above: it admits, no general branch and no Party group does."""
    rows = Organisation.objects.order_by().filter(pk__in=places)
    committees = Organisation.objects.order_by().filter(above_outer(strictly=True), kind=Kind.COMMITTEE)
    return set(rows.filter(Exists(committees)).values_list("pk", flat=True))


def _assemblies(cases: Iterable[DevelopmentCase]) -> set[int]:
    """Return the organisations whose assemblies show what is for a branch committee."""
    entries = (one for row in cases for one in row.entries.all())
    return {one.activity.organisation_id for one in entries if one.activity is not None and _by_assembly(one)}


def _by_assembly(row: CaseStep) -> bool:
    return row.activity is not None and is_assembly(row.activity, step(row.key))


def is_assembly(activity: Activity, spec: Step) -> bool:
    """Whether a record that shows a step of the branch committee counts as an assembly, and as no meeting of it."""
    counts = {one.kind for one in activity.judgements.all() if one.valid}
    held_by = counts & {ActivityKindCode.ASSEMBLY, ActivityKindCode.COMMITTEE_MEETING}
    return spec.of_the_committee and held_by == {ActivityKindCode.ASSEMBLY}


def _file(
    row: DevelopmentCase, until: date, *, approver: str, expiry: bool, rules: StudyRules, seated: Committees
) -> CaseFile:
    """Return the case as it stood on a day: nothing of later."""
    kept = [one for one in row.entries.all() if one.day <= until]
    entries = [_entry(one, seated) for one in kept]
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
        moved_on=_moved(row, until),
        floating=_floats(row, until),
        expiry_is_full=expiry,
        days=_paper_days(row, entries, until),
    )


def _moved(row: DevelopmentCase, until: date) -> date | None:
    """Return when the person last came to another branch, or to the agency, as `with_all` read it."""
    days: list[date | None] = [row.moved_on, row.arrived_on]  # type: ignore[attr-defined]  # annotations
    return max((day for day in days if day is not None and day <= until), default=None)


def _paper_days(row: DevelopmentCase, entries: Sequence[Entry], until: date) -> dict[str, date]:
    days = {one.key: one.day for one in entries if one.key in ASKED_AT_TAKING_OVER}
    held = [one.held_on for one in row.documents.all() if one.held_on <= until]
    return days | ({"25": max(held)} if held else {})


def vote_of(row: CaseStep) -> Vote | None:
    """Return the vote of a step, None where there was none: those with a vote as the record of its meeting has them now, which may
    have been corrected since they were typed.
    """
    vote = getattr(row, "vote", None)
    if vote is None:
        return None
    expected, present = recorded_voters(row) or (vote.expected, vote.present)
    return Vote(vote.about, expected, present, vote.yes, vote.no, vote.abstain, vote.written_yes, vote.months)


def last_vote(row: DevelopmentCase) -> Vote | None:
    """Return the last vote on the end of a probation, None before there was one."""
    entries = row.entries.standing().filter(key=VOTE_ON_FULL).select_related("vote", "activity")
    entry = entries.order_by("day", "pk").last()
    return vote_of(entry) if entry is not None else None


def recorded_voters(row: CaseStep) -> tuple[int, int] | None:
    """Return (expected, present) of the record that a step rests on, None where it does not have both."""
    activity = row.activity
    if activity is None or activity.voters_expected is None or activity.voters_present is None:
        return None
    return activity.voters_expected, activity.voters_present


def _entry(row: CaseStep, seated: Committees) -> Entry:
    return Entry(
        pk=row.pk,
        key=row.key,
        day=row.day,
        result=row.result,
        text=row.text,
        uncounted=_uncounted(row),
        vote=vote_of(row),
        by_assembly=row.activity is not None and _by_assembly(row) and seated.at(row.activity.organisation_id, row.day),
        explained=row.accepted_by_id is not None,
        excepted=row.excepted_by_id is not None,
        by=row.added_by_id,
    )


def judged_for(activity: Activity, spec: Step) -> list[ActivityJudgement]:
    """Return how a record was judged with the kinds that show a step: a lecture that counts makes no assembly of too few."""
    return [one for one in activity.judgements.all() if one.kind in spec.records]


def _uncounted(row: CaseStep) -> str:
    if row.activity is None:
        return ""
    judged = judged_for(row.activity, step(row.key))
    if row.activity.state in COUNTING_STATES and not judged and row.activity.judgements.all():
        return "已关联，未计入：记录已改为其他活动类型"
    return uncounted_words(row.activity, judged, is_confirmed=True)


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


def hanging(row: DevelopmentCase, until: date = date.max) -> PublicNotice | None:
    """Return the notice of a case that counts on a day: the latest that no other has replaced; None before one was posted."""
    posted = (one for one in row.notices.all() if one.removed_at is None and one.posted_on <= until)
    return max(posted, key=lambda one: (one.posted_on, one.pk), default=None)


def _notice(row: DevelopmentCase, until: date) -> Notice | None:
    notice = hanging(row, until)
    if notice is None:
        return None
    first, last = (notice.first, notice.last) if notice.last is not None else notice_days(notice.posted_on)
    return Notice(notice.posted_on, first, last, tuple(notice.places), notice.objections)


def takes_back(case: Case, spec: Step) -> tuple[str, Organisation]:
    """Return (right, organisation) that whoever takes back a step holds: of what a decision above rests on, those who decided."""
    if case.standing.decision_on(spec.key) is not None:
        return REVIEW, decided_at(case.row)
    return acts_at(case.row, spec)


def without(case: Case, entry: CaseStep) -> CaseStanding:
    """Return how a case would stand without one of its entries."""
    left = [one for one in case.file.entries if one.pk != entry.pk]
    return judge(replace(case.file, entries=left), clock.today())


def by_organisation(cases: Iterable[Case]) -> dict[int, list[Case]]:
    """Return {branch: its Cases}."""
    found: dict[int, list[Case]] = defaultdict(list)
    for case in cases:
        found[case.row.member.home_id].append(case)
    return found
