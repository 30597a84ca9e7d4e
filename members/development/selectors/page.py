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
from members.development.checks import DOCUMENTS, cites_on
from members.development.models.cases import CaseRole, CaseStep, DevelopmentCase
from members.development.rights import acts_at
from members.development.selectors.board import chip_of
from members.development.selectors.cases import Case
from members.development.standing import (
    DONE,
    DONE_LATE,
    LATER,
    NOT_DUE,
    OVERDUE,
    PAPER,
    SKIPPED,
    STOPPED,
    UNCOUNTED,
    StepView,
)
from members.development.steps import COLUMNS, WARN, Step, step
from members.roster.models.members import Member, Membership

NO_LIMIT = "规则未定期限"
# Steps that have a page of their own: people, reviews, notice, papers.
OWN_PAGES = {"5": "contact", "6": "review", "9": "introducer", "25": "documents"}


@dataclass
class StepRow:
    """One step on the page. when, under: its day or limit, and the article; mark: class of its point; state, word: of its chip.

    evidence: its records, of which those at `readable` places open; may_remove, may_explain, may_accept,
    may_except: of the entry.
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
    may_remove: bool = False
    may_explain: bool = False
    may_accept: bool = False
    may_except: bool = False

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
    rights = {name: access.has_right(user, right, row.member.home) for name, right in _RIGHTS.items()}
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


_RIGHTS = {"members": MEMBERS, "review": REVIEW}


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
    state, word = _chip(view, today)
    mark = _mark(view)
    if mark == "now" and case.row.closed_on is not None:
        mark = "todo"
    row = StepRow(view, entry, _when(case, view), _under(view), mark, state, word)
    row.lines = _lines(case, view, entry)
    # A record of another organisation is named and not opened.
    records = [one.activity for one in entries.values() if one.key == view.step.key and one.activity is not None]
    row.evidence = records if entry is None or view.step.key == "11" else [one for one in [entry.activity] if one]
    row.may_enter = _may_enter(case, view, user)
    if entry is not None:
        own_side = access.has_right(user, *acts_at(case.row, view.step))
        row.may_remove = own_side and entry.key != "1" and case.row.closed_on is None
        wrong = any(fault.level == WARN and not fault.settled for fault in view.faults)
        row.may_explain = wrong and rights["members"] and not entry.explanation
        account = getattr(user, "pk", None)
        row.may_accept = bool(entry.explanation) and entry.accepted_by_id is None and rights["review"]
        row.may_accept = row.may_accept and entry.added_by_id != account
        row.may_except = view.state == STOPPED and entry.key == "11" and rights["review"]
        row.may_except = row.may_except and entry.added_by_id != account
    return row


def _may_enter(case: Case, view: StepView, user: Actor) -> bool:
    if case.row.closed_on is not None or view.step.key == "21":
        return False
    if not access.has_right(user, *acts_at(case.row, view.step)):
        return False
    return view.open or (view.step.key in OWN_PAGES and view.stood)


def _chip(view: StepView, today: date) -> tuple[str, str]:
    if view.state == DONE:
        return "step_done", ""
    if view.state == DONE_LATE:
        late = next((fault.words for fault in view.faults if fault.level == WARN), "")
        return "step_late", "迟办" if "迟" in late else "有欠缺"
    if view.state == PAPER:
        return "on_paper", ""
    if view.state == LATER:
        return "", ""
    return chip_of(view, today)


def _mark(view: StepView) -> str:
    """Class of the point before a step: done, done with a warning, now, stopped or to come."""
    if view.state in (DONE, PAPER):
        return "ok"
    if view.state == DONE_LATE:
        return "okl"
    if view.state in (STOPPED, UNCOUNTED):
        return "stop"
    return "todo" if view.state in (LATER, NOT_DUE) else "now"


def _when(case: Case, view: StepView) -> str:
    if view.step.key == "6" and view.due is not None:
        return f"下次 {view.due:%Y-%m-%d} 前"
    if view.state == PAPER and view.entry is None:
        return "以纸质材料为准"
    if view.entry is not None:
        return f"{view.entry.day:%Y-%m-%d}"
    if view.due is not None:
        return f"{view.due:%Y-%m-%d} 前"
    if view.from_day is not None:
        return f"{view.from_day:%Y-%m-%d} 起"
    return _limit_words(view.step)


def _limit_words(spec: Step) -> str:
    """How a limit reads before the step that it counts from: 「第 13 步后 1 个月内」."""
    for check in spec.checks:
        if check.check == "within":
            return f"第 {check.of} 步后 {check.months} 个月内"
        if check.check == "after":
            return f"第 {check.of} 步满 {check.months} 个月后"
    return NO_LIMIT


def _under(view: StepView) -> str:
    """Return the article of a step; what was decided before the text of 2026 keeps its own and shows none."""
    if not view.step.rules:
        return ""
    day = view.entry.day if view.entry is not None and view.stood else None
    if not cites_on(day):
        return "按当时的细则"
    return short_citation(rule(view.step.rules[0]))


def _lines(case: Case, view: StepView, entry: CaseStep | None) -> list[str]:
    """Return what stands below the name of a step."""
    lines = [view.step.hint] if view.step.hint and not view.stood else []
    people = {"5": "contact", "9": "introducer"}
    if view.step.key in people:
        names = [one.member.name for one in case.row.roles.all() if one.role == people[view.step.key] and not one.ends]
        lines += [f"正式党员 {len(names)} 名：{'、'.join(names)}"] if names else []
    if view.step.key == "6" and case.file.reviews:
        days = "、".join(f"{day:%Y-%m-%d}" for day in sorted(case.file.reviews))
        lines.append(f"已考察 {len(case.file.reviews)} 次：{days}")
    if view.step.key == "8a" and case.file.notice is not None:
        lines.append(_notice_line(case))
    if entry is not None:
        lines += [text for text in (vote_line(entry), entry.document, entry.text) if text]
        if entry.explanation:
            lines.append(f"情况说明：{entry.explanation}{'（已采纳）' if entry.accepted_by_id else '（待上级采纳）'}")
        if entry.except_reason:
            lines.append(f"特殊情况：{entry.except_reason}")
    if view.state in (STOPPED, UNCOUNTED) or (view.note and not view.stood):
        lines.append(view.note)
    lines += [fault.words for fault in view.faults if view.state != STOPPED]
    return lines


def _notice_line(case: Case) -> str:
    notice = case.file.notice
    assert notice is not None
    places = "、".join(notice.places)
    span = f"公示 {notice.first:%m-%d} 至 {notice.last:%m-%d}" if notice.first and notice.last else "公示期待定"
    said = "" if notice.objections is None else f"，收到意见 {notice.objections} 条"
    return f"{notice.posted:%Y-%m-%d} 张贴于{places}，{span}{said}"


def vote_line(entry: CaseStep) -> str:
    """Return the counts of a vote in one line, "" where the step rests on none."""
    vote = getattr(entry, "vote", None)
    if vote is None:
        return ""
    written = f"（含书面 {vote.written_yes}）" if vote.written_yes else ""
    months = f" {vote.months} 个月" if vote.months else ""
    return (
        f"{vote.get_about_display()}{months}：应到 {vote.expected} 人，实到 {vote.present} 人，"
        f"赞成 {vote.yes + vote.written_yes} 票{written}，不赞成 {vote.no} 票，弃权 {vote.abstain} 票"
    )


def headline(case: Case) -> str:
    """Return the finding of the page: what is next and until when, or what stops it."""
    name, today = case.row.member.name, clock.today()
    if case.row.closed_on is not None:
        return f"{name}：{case.row.get_outcome_display()}（{case.row.closed_on:%Y-%m-%d}）"
    view = case.standing.next
    if view is None:
        return f"{name}：各步均已办理"
    if view.state == STOPPED:
        return f"{name}：{view.step.name}没有生效"
    if view.state == OVERDUE and view.due is not None:
        return f"{name}：{view.step.name}逾期 {(today - view.due).days} 天"
    if view.note:
        return f"{name}：{view.note.rstrip('。')}"
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


def next_key(case: Case) -> str:
    """Return the key of the step that the button of the head enters, "" where nothing is to be entered."""
    view = case.standing.next
    return view.step.key if view is not None and view.step.key != "21" else ""


def step_label(key: str) -> str:
    return step(key).label


def rules_of(spec: Step) -> dict[str, Any]:
    """Return {"rules": [(what the text asks, its article)]} of a step."""
    return {"rules": [(rule(one).zh, short_citation(rule(one))) for one in spec.rules]}
