"""The board: open cases by stage, each with what is next, until when, and what it waits for."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from branches.reach.intervals import tree_order, within
from common import clock
from common.operator import Actor
from common.workdays import UnknownYear, is_workday
from members.development.ahead import PAST_LIMIT
from members.development.checks import DOCUMENTS, NOTICE_DAYS
from members.development.models.cases import CaseOutcome, DevelopmentCase
from members.development.selectors.cases import Case, cases_for, standings, with_all
from members.development.standing import DUE_SOON, NOT_DUE, OVERDUE, READY, STOPPED, UNCOUNTED, WAITING, StepView
from members.development.steps import COLUMNS, STOP

# Up to so many stand on the board; of more the reader chooses an organisation, or reads the list page by page.
MOST_ON_BOARD = 200
# Of full members whose papers are not filed so many are named.
MOST_UNFILED = 8
UNIT = " 个工作日"
# A column folds after so many.
FOLDS = 8
# Which states of a step a number above the board counts.
GROUPS = {
    "overdue": (OVERDUE,),
    "due_soon": (DUE_SOON,),
    "waiting": (WAITING, STOPPED, UNCOUNTED),
    "not_due": (NOT_DUE,),
    "ready": (READY,),
}


@dataclass(frozen=True)
class Card:
    """One person. state: chip; word: on it; line: what the date is counted from; due: for the order inside a column."""

    case: Case
    step: str
    group: str
    state: str
    word: str
    line: str
    due: date | None

    @property
    def name(self) -> str:
        """Return the name of the step that is next, without its number."""
        view = self.case.standing.next
        return view.step.name if view is not None else self.step

    @property
    def url(self) -> str:
        return reverse("development_detail", args=[self.case.pk])


@dataclass(frozen=True)
class Column:
    key: str
    name: str
    hint: str
    cards: list[Card]

    @property
    def first(self) -> list[Card]:
        return self.cards[:FOLDS]

    @property
    def rest(self) -> list[Card]:
        return self.cards[FOLDS:]


def found_cases(user: Actor, data: Mapping[str, Any]) -> QuerySet[DevelopmentCase]:
    """Return the open cases within reach that fit the filter, in the order of the tree."""
    rows = cases_for(user)
    if (place := data.get("organisation")) is not None:
        rows = rows.filter(within(place, "member__home__"))
    if q := data.get("q"):
        rows = rows.filter(Q(member__name__icontains=q) | Q(member__initials__icontains=q.lower()))
    return rows.order_by(*tree_order("member__home__"), "pk")


def cards_of(rows: Any, today: date | None = None) -> list[Card]:
    """Return the Card of each case of a queryset (or a page of one), in the order of the rows."""
    today = today or clock.today()
    return [card_of(case, today) for case in standings(with_all(rows), today)]


def board(cards: list[Card]) -> list[Column]:
    """Return the five columns; inside one by due day, those without one last."""
    return [
        Column(
            key,
            name,
            hint,
            sorted(
                (card for card in cards if card.case.standing.column == key),
                key=lambda card: (card.due is None, card.due or date.max),
            ),
        )
        for key, (name, hint) in COLUMNS.items()
    ]


def counts(cards: list[Card]) -> Counter[str]:
    """Return how many people stand in each of GROUPS; together they are everybody."""
    return Counter(card.group for card in cards)


def card_of(case: Case, today: date) -> Card:
    """Return the Card of one case."""
    view = case.standing.next
    if view is None:
        return Card(case, "已全部办理", "ready", "complete", "待办结", "", None)
    group = next((name for name, states in GROUPS.items() if view.state in states), "ready")
    return Card(
        case, view.step.label, group, *chip_in(case, view, today), line_of(case, view), view.due or view.from_day
    )


def unfiled(rows: QuerySet[DevelopmentCase]) -> QuerySet[DevelopmentCase]:
    """Return those of some cases that made full members whose papers are not all filed (25), the first to end first; filed: how many are."""
    kinds = Count("documents", distinct=True)
    over = rows.filter(outcome=CaseOutcome.FULL, member__left_on__isnull=True).annotate(filed=kinds)
    return over.filter(filed__lt=len(DOCUMENTS)).select_related("member__home").order_by("closed_on", "pk")


def unfiled_for(user: Actor) -> list[DevelopmentCase]:
    """Return those whose persons `user` keeps, as many as are named."""
    return list(unfiled(DevelopmentCase.objects.visible_to(user))[:MOST_UNFILED])


def chip_in(case: Case, view: StepView, today: date) -> tuple[str, str]:
    """Return `chip_of` a step, of a notice that runs how many of its working days it has hung."""
    days = notice_days(case, today) if view.state == WAITING else []
    if not days:
        return chip_of(view, today)
    return "waiting_step", f"公示 {sum(one['kind'] != 'next' for one in days)}/{len(days)}{UNIT}"


def chip_of(view: StepView, today: date) -> tuple[str, str]:
    """Return (state of the chip, its word) of a step that is still to come."""
    if view.state == OVERDUE and view.due is not None:
        return "overdue", f"逾期 {(today - view.due).days} 天"
    if view.state == DUE_SOON and view.due is not None:
        return "due_soon", f"{view.due:%-m月%-d日}前"
    if view.state == STOPPED:
        if view.due is None or view.due < today:
            return "stopped_step", "未生效"
        year = "" if view.due.year == today.year else f"{view.due.year}年"
        return "stopped_step", f"未生效，{year}{view.due:%-m月%-d日}前"
    if view.state == UNCOUNTED:
        return "to_confirm", "记录未计入"
    if view.state == WAITING:
        return "waiting_step", "等公示期满"
    if view.state == NOT_DUE:
        day = view.due or view.from_day
        return "not_due", f"{day:%Y-%m-%d}" if day else "未到期"
    return ("on_paper", "接续前已过") if view.note == PAST_LIMIT else ("no_limit", "规则未定期限")


def line_of(case: Case, view: StepView) -> str:
    """Return what the date of a step is counted from, or what it waits for, in a few words."""
    notice = case.file.notice
    if view.state == WAITING and notice is not None and notice.last is not None:
        return f"{notice.posted:%-m月%-d日}张贴，到 {notice.last:%-m月%-d日}满"
    if view.note:
        return view.note
    if view.since is not None:
        said = {
            "2": f"{clock.in_words(view.since)}收到申请，1 个月内",
            "6": f"上次 {clock.in_words(view.since)}，每半年 1 次",
            "15": f"{clock.in_words(view.since)}预审合格，1 个月内",
            "17": f"{clock.in_words(view.since)}大会通过，3 个月内审批",
            "20": f"{clock.in_words(view.since)}批复，1 个月内",
            "21": f"{view.since:%Y-%m-%d} 大会通过",
            "22": f"{view.since:%Y-%m-%d} 大会通过，满一年",
            "24": f"{clock.in_words(view.since)}大会通过，3 个月内",
        }
        return said.get(view.step.key, f"自 {view.since:%Y-%m-%d} 起")
    done = [one for one in case.standing.steps if one.stood and one.entry is not None]
    return f"{clock.in_words(done[-1].entry.day)}已办{done[-1].step.name}" if done and done[-1].entry else ""


def notice_days(case: Case, today: date) -> list[dict[str, Any]]:
    """Return the five working days of a notice that runs, each with whether it is past, today or to come; [] without one."""
    notice = case.file.notice
    if notice is None or notice.first is None or notice.last is None:
        return []
    found = []
    for number in range((notice.last - notice.first).days + 1):
        day = date.fromordinal(notice.first.toordinal() + number)
        if _works(day):
            kind = "today" if day == today else "past" if day < today else "next"
            found.append({"day": day, "kind": kind})
    return found[:NOTICE_DAYS]


def _works(day: date) -> bool:
    try:
        return is_workday(day)
    except UnknownYear:
        return False


def stops_of(case: Case) -> int:
    """Return how many stops stand in a case: for the list of those to look at first."""
    return sum(fault.level == STOP for fault in case.standing.faults)


def row_of(card: Card) -> list[Any]:
    """Return a card as a row of the file."""
    member = card.case.row.member
    column = COLUMNS[card.case.standing.column][0]
    return [member.name, member.home.label, member.get_stage_display(), column, card.step, card.due, card.word]
