"""Page of the duty lists: the chain of levels with how far each is, and the duties of the chosen one."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, QuerySet

from branches.access.models import User
from branches.places.models.organisations import tree_order
from common import clock
from common.operator import Actor
from responsibilities.duties.headline import Headline, headline
from responsibilities.duties.models import LEVEL_ORDER, Duty, DutyList, Level, ListState
from responsibilities.duties.progress import Progress, duty_slots, elapsed, progress
from responsibilities.duties.rights import making
from responsibilities.duties.selectors.holders import holders_each
from responsibilities.duties.selectors.wording import (
    CARD_OF,
    CARDS,
    OPTIONAL,
    chip,
    frequency,
    own_number,
    role_of,
    short_basis,
    tone,
)
from responsibilities.duties.slot import DONE, LEFT_OUT, OVERDUE, STATE_NAMES, DutySlot

# A level is behind when its progress is so many points below the share of the year that has passed.
MARGIN = 10
GROUPED = (Level.BRANCH, Level.MEMBER)
# Up to so many lists are named to the database one by one.
FEW = 300


def _duties_of(lists: Mapping[int, DutyList], year: int) -> QuerySet[Duty]:
    """Return the duties of these lists; a long list of ids is not named, the year's rows are sifted by the database."""
    if len(lists) <= FEW:
        return Duty.objects.filter(list__in=list(lists))
    return Duty.objects.filter(list__year=year, list__state=ListState.ISSUED)


@dataclass
class Card:
    """One level of the chain. head: how its duties stand; found: its occurrences, for the bar against the time elapsed.

    behind: below the time elapsed, or overdue. fits: duties in the state asked for, or None. instead: what stands there in place
    of numbers that are not known, or "".
    """

    level: Level
    name: str
    role: str
    who: str
    head: Headline
    found: Progress
    behind: bool
    lists: int
    fits: int | None = None
    instead: str = ""


@dataclass
class Row:
    """One duty, or the same duty of several holders. url parameters are the template's business."""

    duty: Duty
    found: Progress
    slots: list[DutySlot]
    state: str = ""
    word: str = ""
    tone: str = ""
    duties: list[Duty] = field(default_factory=list)
    note: str = ""
    depth: int = 0
    # How often and on which basis; whose it is, where rows are not grouped.
    small: str = ""
    place: str = ""
    # What the address says to see it holder by holder, "" where it is one duty.
    opens: str = ""


class Board:
    """All issued duties of a year that a user may read, with their slots; filters are applied to what is in memory."""

    # Said beside the numbers where they were reckoned before the page.
    age: datetime | None = None
    rebuilding = False

    def __init__(self, user: User, year: int, as_of: date, lists: QuerySet[DutyList], *, narrow: bool = False):
        self.user, self.as_of, self.year = user, as_of, year
        # Read once and shared: thousands of duties hang on some hundred lists.
        lists = lists.select_related("organisation__parent", "holder", "member__account")
        self.lists = {row.pk: row for row in lists.order_by(*tree_order("organisation__"), "pk")}
        rows = _duties_of(self.lists, year).order_by("order", "pk")
        self.all = [duty for duty in rows if duty.list_id in self.lists]
        for duty in self.all:
            duty.list = self.lists[duty.list_id]
        self.holders = holders_each(list(self.lists.values()), min(as_of, date(year, 12, 31)))
        self.slots = duty_slots(self.all, as_of=as_of, holders=self.holders, narrow=narrow)
        self.found = {duty.pk: progress(self.slots[duty.pk], as_of) for duty in self.all}
        self.duties: list[Duty] = self.all
        self.by_pk = {duty.pk: duty for duty in self.all}
        self.elapsed = elapsed(year, as_of)

    @cached_property
    def others(self) -> dict[str, int]:
        """{level: number of lists} of a level that are not among those shown here."""
        return lists_elsewhere(self.year, Counter(row.level for row in self.lists.values()))

    @cached_property
    def elsewhere(self) -> set[Level]:
        """Levels of which there are lists that this user does not read: not missing, only not his."""
        return {CARD_OF[level] for level in self.others} - {CARD_OF[row.level] for row in self.lists.values()}

    def narrow(self, duty_list: DutyList | None) -> None:
        """Show the duties of one DutyList only (all when None); the cards stay those of all."""
        if duty_list is not None:
            self.duties = [duty for duty in self.all if duty.list_id == duty_list.pk]

    def total(self, duties: Iterable[Duty] | None = None) -> Progress:
        """Return the Progress over the slots of some duties (all shown by default)."""
        duties = self.duties if duties is None else duties
        return progress([slot for duty in duties for slot in self.slots[duty.pk]], self.as_of)

    def head(self, duties: Iterable[Duty] | None = None) -> Headline:
        """Return the Headline of some duties (all shown by default)."""
        return headline(self.duties if duties is None else duties, self.slots, self.as_of)

    @property
    def whole(self) -> str:
        """Of what whole the numbers are: the lists read here, and how many there are in all."""
        mine, others = len({duty.list_id for duty in self.duties}), sum(self.others.values())
        return whole_in_words(mine, len(self.lists) + others, others)

    def fitting(self, duties: Iterable[Duty], state: str) -> list[Duty]:
        """Return the duties any slot of which `stands` in a state; all where none is asked for."""
        if not state:
            return list(duties)
        return [duty for duty in duties if any(slot.stands == state for slot in self.slots[duty.pk])]

    def cards(self, state: str = "") -> list[Card]:
        """Return the Cards of the chain, from the top down; with a state each says how many duties are in it."""
        cards = []
        for card, levels, name in CARDS:
            mine = [duty for duty in self.all if duty.list.level in levels]
            lists = {duty.list_id: duty.list for duty in mine}
            if card in OPTIONAL and not lists:
                continue
            total = self.total(mine)
            fits = len(self.fitting(mine, state)) if state else None
            cards.append(
                Card(
                    card,
                    name,
                    role_of(card),
                    self._who(card, lists),
                    self.head(mine),
                    total,
                    is_behind(total, self.elapsed),
                    len(lists),
                    fits,
                )
            )
        return cards

    def _who(self, card: Level, lists: Mapping[int, DutyList]) -> str:
        if not lists:
            return "不在查阅范围内" if card in self.elsewhere else "尚无清单"
        return holders_in_words(card, len(lists), lambda: [user for pk in lists for user in self.holders[pk]])

    def level(self, data: Mapping[str, Any]) -> Level:
        """Return the card that is open: the one asked for, the first with duties in the state asked for, or the nearest one."""
        fitting: set[Level] | None = None
        if data.get("state"):
            fitting = {CARD_OF[duty.list.level] for duty in self.fitting(self.duties, data["state"])}
        return open_card(data, {CARD_OF[duty.list.level] for duty in self.duties}, fitting)

    def opened(self, level: Level, data: Mapping[str, Any], key: str) -> tuple[Sequence[Row], bool, str]:
        """Return (rows, whether they stand for several holders, title of the panel). key: the template that is unfolded, or ""."""
        view, state = data.get("view") or "level", data.get("state") or ""
        name = next(name for card, _, name in CARDS if card == level)
        if view == "overdue":
            return self.overdue(state), False, "逾期的责任"
        if view == "item":
            return self.by_item(self.duties, state), True, "按责任事项"
        duties = self.of_level(level)
        if key:
            duties = [duty for duty in duties if (duty.key or f"#{duty.pk}") == key]
            return self.rows(duties, state), False, duties[0].text if duties else f"{name}责任"
        if level in GROUPED and not data.get("list") and len({duty.list_id for duty in duties}) > 1:
            return self.grouped(duties, state), True, f"{name}责任"
        return self.rows(duties, state), False, f"{name}责任"

    def selected(self, pk: int, rows: Sequence[Row], state: str) -> Duty | None:
        """Return the duty shown beside the rows of a page: the one asked for, or that of the first row which most needs a hand."""
        if pk in self.by_pk or not rows:
            return self.by_pk.get(pk)
        needy = self.fitting(rows[0].duties, state)
        return max(needy, key=lambda duty: self.found[duty.pk].days or 0 if self.found[duty.pk].overdue else -1)

    def of_level(self, card: Level) -> list[Duty]:
        """Return the duties of one card of the chain."""
        levels = next(levels for key, levels, _ in CARDS if key == card)
        return [duty for duty in self.duties if duty.list.level in levels]

    def rows(self, duties: Iterable[Duty], state: str = "") -> list[Row]:
        """Return one Row for each duty, those that need a hand first. state: of DutySlot, keeps those in it."""
        return sorted((self._row(duty) for duty in self.fitting(duties, state)), key=urgency)

    def _row(self, duty: Duty) -> Row:
        found, slots = self.found[duty.pk], self.slots[duty.pk]
        state, word = chip(found, slots, self.as_of)
        return Row(duty, found, slots, state, word, tone(found), [duty])

    def grouped(self, duties: Iterable[Duty], state: str = "") -> list[Row]:
        """Return one Row for each template (or duty written by hand) over all its holders, in the order of the list."""
        groups: dict[tuple[int, str], list[Duty]] = {}
        for duty in duties:
            groups.setdefault((LEVEL_ORDER.index(duty.list.level), duty.key or f"#{duty.pk}"), []).append(duty)
        rows = []
        for mine in groups.values():
            slots = [slot for duty in mine for slot in self.slots[duty.pk]]
            found = progress(slots, self.as_of)
            key, word = chip(found, slots, self.as_of)
            late = sum(self.found[duty.pk].overdue > 0 for duty in mine)
            opens = mine[0].key if len(mine) > 1 else ""
            row = Row(mine[0], found, slots, key, word, tone(found), mine, opens=opens)
            owed = sum(self.found[duty.pk].total > 0 for duty in mine)
            unit = unit_of(mine[0].list.level)
            row.note = f"{owed} {unit}" + (f"，{late} {unit[0]}逾期" if late else "")
            if len(mine) > 1 and found.state == OVERDUE:
                row.word = f"{late} {unit[0]}逾期"
            rows.append(row)
            if state:
                fits = len(self.fitting(mine, state))
                row.note = f"{fits} {unit}{STATE_NAMES[state]}" if fits else ""
        if state:
            rows = [row for row in rows if row.note]
        return sorted(rows, key=urgency)

    def by_item(self, duties: Iterable[Duty], state: str = "") -> list[Row]:
        """Return the grouped rows in the order of the chain: each duty, below it (deeper) those that serve it."""
        rows = self.grouped(duties, state)
        home = {duty.pk: row for row in rows for duty in row.duties}
        return in_chain_order(
            rows, lambda row: next((home[duty.serves_id] for duty in row.duties if duty.serves_id in home), None)
        )

    def overdue(self, state: str = "") -> list[Row]:
        """Return one Row for each duty that is past a date, the longest first."""
        return self.rows([duty for duty in self.duties if self.found[duty.pk].overdue], state)


def is_behind(total: Progress, elapsed: int) -> bool:
    """Whether something is overdue, or clearly less is fulfilled than of the year has passed (elapsed: in per cent)."""
    return bool(total.overdue) or (total.share is not None and total.share < elapsed - MARGIN)


def in_chain_order(rows: Iterable[Row], served_by: Callable[[Row], Row | None]) -> list[Row]:
    """Return the rows in the order of the chain, each with those below it that serve it. served_by: row → the row it serves."""
    below: dict[int, list[Row]] = {}
    tops: list[Row] = []
    for row in sorted(rows, key=lambda row: (LEVEL_ORDER.index(row.duty.list.level), row.duty.order, row.duty.pk)):
        upper = served_by(row)
        if upper is None or upper is row:
            tops.append(row)
        else:
            below.setdefault(id(upper), []).append(row)
    ordered: list[Row] = []

    def walk(row: Row, depth: int) -> None:
        row.depth = depth
        ordered.append(row)
        for one in below.get(id(row), ()):
            walk(one, depth + 1)

    for row in tops:
        walk(row, 0)
    return ordered


def issued_lists(user: Actor, year: int, places: QuerySet[Any, Any] | None = None) -> QuerySet[DutyList]:
    """Return the issued lists of a year that the user may read. places: at these organisations alone."""
    lists = DutyList.objects.visible_to(user).filter(year=year, state=ListState.ISSUED)
    return lists if places is None else lists.filter(organisation__in=places)


def lists_elsewhere(year: int, shown: Mapping[str, int]) -> dict[str, int]:
    """Return {level: number of issued lists} of a year beside those shown. shown: {level: number}."""
    issued = DutyList.objects.filter(year=year, state=ListState.ISSUED).order_by().values_list("level")
    return {level: number - shown.get(level, 0) for level, number in issued.annotate(lists=Count("pk"))}


def whole_in_words(mine: int, everything: int, others: int) -> str:
    """Say of what whole the numbers are: the lists read here, how many there are in all, and of them not chosen or not his."""
    if mine == everything:
        return f"全部 {mine} 份清单"
    return f"{mine} 份清单，全部 {everything} 份" + ("，其余不在所选或查阅范围内" if others else "")


def holders_in_words(card: Level, lists: int, people: Callable[[], Iterable[User]]) -> str:
    """Say who answers for the lists of a card: how many, or by name where there is one list."""
    units = {Level.BRANCH: "个党支部", Level.MEMBER: "名党员", Level.LEADER: "位班子成员"}
    if card in units:
        return f"{lists} {units[card]}"
    if card == Level.GENERAL_BRANCH and lists > 1:
        return f"{lists} 个党总支"
    names = {user.pk: user.name for user in people()}
    if not names:
        return "暂无责任人"
    first = next(iter(names.values()))
    return first if len(names) == 1 else f"{first}等 {len(names)} 人"


def unit_of(level: str) -> str:
    """Return what a holder of a level is called where many are counted."""
    return {Level.BRANCH: "个党支部", Level.MEMBER: "名党员"}.get(Level(level), "份清单")


# The card that opens by itself: the first of these of which there are duties.
_NEAREST = (
    Level.COMMITTEE,
    Level.GENERAL_BRANCH,
    Level.BRANCH,
    Level.LEADER,
    Level.PARTY_GROUP_SECRETARY,
    Level.MEMBER,
)


def open_card(data: Mapping[str, Any], there: Collection[Level], fitting: Collection[Level] | None) -> Level:
    """Return the card that is open. data: of the filter; there: cards with duties; fitting: in the state asked for, or None."""
    if data.get("list"):
        return CARD_OF[data["list"].level]
    if data.get("level"):
        return CARD_OF[Level(data["level"])]
    first = next((card for card, _, _ in CARDS if card in fitting), None) if fitting is not None else None
    return first or next((level for level in _NEAREST if level in there), Level.COMMITTEE)


def urgency(row: Row) -> tuple[int, int, int, int]:
    """Overdue by days, then what is open by its date, then the rest, in the order of the list."""
    if row.found.overdue:
        return (0, -(row.found.days or 0), row.duty.order, row.duty.pk)
    if row.found.state in (*DONE, *LEFT_OUT):
        return (2, 0, row.duty.order, row.duty.pk)
    return (1, row.found.days or 0, row.duty.order, row.duty.pk)


def line_note(duty: Duty) -> str:
    """Return the small line under a duty: how often, on which basis."""
    base = short_basis(duty)
    return f"{frequency(duty)}　{base}" + ("　本机关设定" if own_number(duty) and base != "本机关设定" else "")


def behind_together(user: Actor, duty: Duty) -> list[Duty]:
    """Return the duties of the same template, year and level, past a date, of all lists that the user makes or issues."""
    rows = Duty.objects.visible_to(user).filter(
        list__in=DutyList.objects.filter(making(user)).order_by().values("pk"),
        list__year=duty.list.year,
        list__level=duty.list.level,
        list__state=ListState.ISSUED,
        key=duty.key or "-",
    )
    duties = list(rows.select_related("list__organisation", "list__holder", "list__member__account").order_by("pk"))
    slots, today = duty_slots(duties), clock.today()
    return [one for one in duties if any(slot.behind(today) for slot in slots[one.pk])]
