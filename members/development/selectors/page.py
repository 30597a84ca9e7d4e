"""The page of one case: its steps by stage with day or limit, article, proof and state; what it waits for now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS, REVIEW
from branches.rulebook import rule, short_citation
from common import clock
from common.operator import Actor
from members.activities.models import Activity
from members.development.checks import DOCUMENTS
from members.development.models.cases import CaseRole, CaseStep, DevelopmentCase
from members.development.rights import acts_at, decided_at
from members.development.selectors.cases import Case, takes_back, without
from members.development.selectors.step_words import CANCEL_EARLY, before_it, chip, lines_of, mark, under, when
from members.development.standing import (
    DONE_LATE,
    OVERDUE,
    PAPER,
    SKIPPED,
    STOPPED,
    UNCOUNTED,
    StepView,
)
from members.development.steps import COLUMNS, CONSENT, LISTING, REVIEWS, STOP, VOTE_ON_FULL, WARN, Step, step
from members.roster.models.members import Member, Membership

# Steps that have a page of their own: people, reviews, notice, papers.
OWN_PAGES = {"5": "contact", "6": "review", "9": "introducer", "25": "documents"}


@dataclass
class StepRow:
    """One step on the page. when, under: its day or limit, and the article; mark: class of its point; state, word: of its chip.

    evidence: its records, of which those at `readable` places open; may_post, may_replace: the notice (8a); may_remove, may_explain,
    may_accept, may_except: of the entry.
    """

    view: StepView
    entry: CaseStep | None
    when: str
    under: str
    mark: str
    state: str
    word: str
    lines: list[str] = field(default_factory=list)
    evidence: list[Activity] = field(default_factory=list)
    readable: set[int] = field(default_factory=set)
    may_enter: bool = False
    may_post: bool = False
    may_replace: bool = False
    may_remove: bool = False
    may_explain: bool = False
    may_accept: bool = False
    may_except: bool = False

    @property
    def day(self) -> date | None:
        """Until when it is owed, or from when on it may be done."""
        return self.view.due or self.view.from_day

    @property
    def acts(self) -> bool:
        """Whether something of it can be entered now."""
        return self.may_enter or self.may_post or self.may_replace

    @property
    def voted(self) -> bool:
        """Whether the assembly voted in it, so that there is a resolution."""
        return getattr(self.entry, "vote", None) is not None


@dataclass(frozen=True)
class Stage:
    name: str
    note: str
    rows: list[StepRow]


def stages(case: Case, user: Actor) -> list[Stage]:
    """Return the steps by stage as `user` sees them; what is not asked here is left out."""
    today = clock.today()
    row = case.row
    rights = {
        "members": access.has_right(user, MEMBERS, row.member.home),
        "review": access.has_right(user, REVIEW, decided_at(row)),
    }
    entries = {one.pk: one for one in row.entries.all()}
    readable = _readable(user, entries.values())
    found = []
    for key, (name, _) in COLUMNS.items():
        views = [one for one in case.standing.steps if one.step.column == key and one.state != SKIPPED]
        rows = [_row(case, view, entries, rights, user, today) for view in views]
        for one in rows:
            one.readable = readable
        found.append(Stage(name, _note(views), rows))
    return found


def left_of(found: list[Stage]) -> list[Stage]:
    """Return the stages with those steps alone that are still to be done."""
    left = [Stage(one.name, one.note, [row for row in one.rows if not row.view.stood]) for one in found]
    return [one for one in left if one.rows]


def coming(found: list[Stage], first: str) -> list[StepRow]:
    """Return what else can be entered now or has its day, beside the step `first`: those with a day first, by day."""
    rows = [row for one in found for row in one.rows if row.view.step.key != first]
    rows = [row for row in rows if row.day is not None or (row.may_enter and row.view.open)]
    return sorted(
        (row for row in rows if not row.view.stood or row.view.step.key == "6"),
        key=lambda row: (row.day is None, row.day or date.max),
    )


def _readable(user: Actor, entries: Iterable[CaseStep]) -> set[int]:
    """Return the organisations whose records, among those of the entries, `user` reads; one statement."""
    places = {one.activity.organisation_id for one in entries if one.activity is not None}
    return set(Organisation.objects.visible_to(user).filter(pk__in=places).values_list("pk", flat=True))


def _note(views: Iterable[StepView]) -> str:
    numbered = [one for one in views if one.step.numbered]
    done = [one for one in numbered if one.stood]
    if not done:
        return f"{len(numbered)} 步未开始"
    late = sum(one.state == DONE_LATE for one in done)
    words = f"{len(done)} 步已办"
    return f"{words}，其中 {late} 步有迟办或欠缺" if late else words


def _row(
    case: Case, view: StepView, entries: dict[int, CaseStep], rights: dict[str, bool], user: Actor, today: date
) -> StepRow:
    entry = entries.get(view.entry.pk) if view.entry is not None else None
    state, word = chip(case, view, today)
    point = mark(view)
    if point == "now" and case.row.closed_on is not None:
        point = "todo"
    row = StepRow(view, entry, when(case, view), under(view), point, state, word)
    row.lines = lines_of(case, view, entry)
    # A record of another organisation is named and not opened.
    records = [one.activity for one in entries.values() if one.key == view.step.key and one.activity is not None]
    if entry is not None and view.step.key != "11":
        shown = [*before_it(case, view), entry]
        row.evidence = [one.activity for one in shown if one.activity is not None]
    else:
        row.evidence = records
    row.may_enter = _may_enter(case, view, user)
    if view.step.key == LISTING:
        row.may_post, row.may_replace = _may_post(case, view, user)
    if entry is not None and case.row.closed_on is None:
        own_side = access.has_right(user, *takes_back(case, view.step))
        row.may_remove = own_side and entry.key != "1"
        wrong = any(fault.level == WARN and not fault.settled for fault in view.faults)
        row.may_explain = wrong and rights["members"] and not entry.explanation
        account = getattr(user, "pk", None)
        row.may_accept = bool(entry.explanation) and entry.accepted_by_id is None and rights["review"]
        row.may_accept = row.may_accept and entry.added_by_id != account
        row.may_except = view.state == STOPPED and entry.key == "11" and rights["review"]
        row.may_except = row.may_except and entry.added_by_id != account
    return row


def what_falls(case: Case, entry: CaseStep) -> str:
    """Return what takes effect no more without an entry, and what the person is then."""
    after = without(case, entry)
    fallen = [one.step.name for one in case.standing.steps if one.stood and not after.of(one.step.key).stood]
    others = [name for name in fallen if name != step(entry.key).name]
    said = f"{'、'.join(others)}不再生效。" if others else ""
    if after.stage != case.standing.stage:
        said += f"{case.row.member.name}由{case.standing.stage.label}变为{after.stage.label}。"
    return said


def _may_enter(case: Case, view: StepView, user: Actor) -> bool:
    if case.row.closed_on is not None or view.step.key == "21":
        return False
    if not access.has_right(user, *acts_at(case.row, view.step)):
        return False
    if view.stood:
        # What rests on paper is not entered anew; an activist who was listed is reviewed no more.
        return view.step.key in OWN_PAGES and view.state != PAPER and view.step.key != REVIEWS
    return view.open and not _refused(case, view)


def _refused(case: Case, view: StepView) -> bool:
    """Whether an entry of today could take no effect: its first day lies ahead, or something has to be done before."""
    if view.step.key == LISTING:
        notice = case.file.notice
        if notice is None or notice.last is None:
            return True
    # To cancel a probation is decided before its end, too.
    ahead = view.from_day is not None and view.step.key != VOTE_ON_FULL
    return ahead or bool(case.standing.blocking(view.step))


def _may_post(case: Case, view: StepView, user: Actor) -> tuple[bool, bool]:
    """Return whether `user` may post the notice, or another in its place: once the superior has consented."""
    if case.row.closed_on is not None or not case.standing.of(CONSENT).stood:
        return False, False
    if case.file.notice is None:
        return not view.stood and access.has_right(user, *acts_at(case.row, view.step)), False
    return False, access.has_right(user, *takes_back(case, view.step))


def wants_notice(case: Case) -> bool:
    """Whether nobody can be listed before a notice was posted (第十三条)."""
    return case.file.notice is None and not case.standing.of(LISTING).stood


def missing_words(case: Case, spec: Step) -> str:
    """Return what has to be done before a step, "" where nothing has."""
    missing = case.standing.blocking(spec)
    return f"须先办{'、'.join(one.name for one in missing)}" if missing else ""


def early_words(case: Case, spec: Step) -> str:
    """Return what is said of a step whose first day lies ahead, or that waits for another, "" where it may be entered."""
    view = case.standing.of(spec.key)
    if missing := missing_words(case, spec):
        return f"{missing}；此前的登记不生效。"
    if view.from_day is None:
        return view.note if case.standing.missing(spec) and not view.stood else ""
    words = f"{view.from_day:%Y-%m-%d} 起可以办理；此前的登记不生效。"
    return f"{words}{CANCEL_EARLY}" if spec.key == VOTE_ON_FULL else words


def headline(case: Case) -> str:
    """Return the finding of the page: what is next and until when, or what stops it."""
    name, today = case.row.member.name, clock.today()
    if case.row.closed_on is not None:
        return f"{name}：{case.row.get_outcome_display()}（{case.row.closed_on:%Y-%m-%d}）"
    view = case.standing.next
    if view is None:
        return f"{name}：各步均已办理"
    if view.state == STOPPED:
        if all(fault.decided for fault in view.faults if fault.level == STOP):
            # What was decided otherwise, or not carried, lacks nothing.
            return f"{name}：{view.note.split('。')[0]}"
        return f"{name}：{view.step.name}没有生效"
    if view.state == OVERDUE and view.due is not None:
        return f"{name}：{view.step.name}逾期 {(today - view.due).days} 天"
    if view.state == UNCOUNTED:
        return f"{name}：{view.step.name}{view.note}"
    if view.note:
        said = view.note.rstrip("。")
        # The notice is spoken of in the words of the step itself.
        return f"{name}：{said}" if view.step.key == LISTING else f"{name}：{view.step.name}，{said}"
    if view.due is not None:
        return f"{name}：{view.due:%-m月%-d日}前{view.step.name}"
    return f"{name}：下一步{view.step.name}"


def done_words(case: Case) -> str:
    """Return 「25 步中已办 8 步，其中 1 步迟办」."""
    numbered = [one for one in case.standing.steps if one.step.numbered]
    done = [one for one in numbered if one.stood]
    late = sum(one.state == DONE_LATE for one in done)
    words = f"{len(numbered)} 步中已办 {len(done)} 步"
    return f"{words}，其中 {late} 步有迟办或欠缺" if late else words


def papers(case: Case) -> list[dict[str, Any]]:
    """Return the six papers, each with since when and where it is kept, or that it is not there yet."""
    kept = {one.kind: one for one in case.row.documents.all()}
    return [{"name": name, "paper": kept.get(kind)} for kind, name in DOCUMENTS.items()]


def people_of(row: DevelopmentCase, day: date) -> QuerySet[Member]:
    """Return the full members of the branch on a day, the person himself left out."""
    there = Membership.objects.in_force(day).filter(organisation=row.member.home_id).order_by()
    rows = Member.objects.filter(pk__in=there.values("member"), full_on__lte=day).exclude(pk=row.member_id)
    return rows.order_by("pk")


def serving(row: DevelopmentCase, role: str) -> list[int]:
    """Return the ids of those who accompany a case now in a role."""
    rows = CaseRole.objects.filter(case=row, role=role, ends__isnull=True)
    return list(rows.values_list("member", flat=True))


def applicants(user: Actor) -> QuerySet[Member]:
    """Return the people of the roster before admission of whom no case is open, whom `user` keeps."""
    cases = DevelopmentCase.objects.open().order_by().values("member")
    rows = Member.objects.visible_to(user, MEMBERS).exclude(pk__in=cases)
    return rows.select_related("home__parent").order_by("initials", "pk")


def voters_of(activity: Activity) -> dict[str, int]:
    """Return the figures of an assembly that stand in its record: those with a vote expected and present."""
    found = {"expected": activity.voters_expected, "present": activity.voters_present}
    return {name: number for name, number in found.items() if number is not None}


def citation_of(view: StepView | None) -> str:
    """Return the article that a step still to come rests on, "" where it has none."""
    return short_citation(rule(view.step.rules[0])) if view is not None and view.step.rules else ""


def next_key(case: Case) -> str:
    """Return the key of the step that the button of the head enters, "" where nothing is to be entered."""
    view = case.standing.next
    return view.step.key if view is not None and view.step.key != "21" else ""


def step_label(key: str) -> str:
    return step(key).label


def rules_of(spec: Step) -> dict[str, Any]:
    """Return {"rules": [(what the text asks, its article)]} of a step."""
    return {"rules": [(rule(one).zh, short_citation(rule(one))) for one in spec.rules]}
