"""The board of many lists: its numbers are kept (kept.py), and only the slots of one duty's holders are judged, a page at a time.

It costs the same whatever the number of lists. What it says of duties equals what the board of few lists (board.py) judges one by
one; a test compares them. What it does not say: since when one of many holders is behind, and how more than MEMBERS own lists of
members stand.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Exists, Max, Q, QuerySet, Subquery, Sum

from branches.access.models import User
from branches.places.models.organisations import Organisation, tree_order
from branches.reach.intervals import above_outer
from branches.reach.reach import organisations, reach_of
from branches.reach.rights import VIEW
from responsibilities.duties.headline import OVERDUE, Headline
from responsibilities.duties.kept import Keeper
from responsibilities.duties.models import LEVEL_ORDER, Duty, DutyList, Level
from responsibilities.duties.progress import Progress, duty_slots, elapsed, progress
from responsibilities.duties.proofs.scope import NARROW
from responsibilities.duties.selectors.board import (
    GROUPED,
    Board,
    Card,
    Row,
    holders_in_words,
    in_chain_order,
    is_behind,
    lists_elsewhere,
    open_card,
    unit_of,
    urgency,
    whole_in_words,
)
from responsibilities.duties.selectors.holders import holders_each
from responsibilities.duties.selectors.wording import CARD_OF, CARDS, OPTIONAL, chip, role_of, tone
from responsibilities.duties.slot import DONE, LEFT_OUT, NOT_ALIVE, STATE_NAMES, DutySlot, Slots
from responsibilities.duties.tallies import Tallies, Tally, by_hand, key_of, level_of, measure, tallied
from responsibilities.duties.templates import templates

# A person's own list: what stands on it is read list by list, since not everybody reads all of them.
PERSONAL = (Level.PARTY_GROUP_SECRETARY, Level.LEADER)
# So few lists of a level are shown duty by duty; of more each line stands for all holders.
SINGLY = 10
# So many members' lists are judged for a page, from what concerns them alone.
MEMBERS = 300
# So many duties written by hand are judged at a time, to find those in a state.
LOOKED_AT = 100
_READ = ("list__organisation__parent", "list__holder", "list__member__account")


class WideBoard:
    """All issued duties of a year that a user may read, of more lists than are judged for a page.

    lists: what he reads, within `top` where one is chosen; counts: {level: how many}; age: of what is kept of the year.
    """

    def __init__(
        self,
        user: User,
        year: int,
        as_of: date,
        lists: QuerySet[DutyList],
        counts: Mapping[str, int],
        *,
        top: Organisation | None,
        keep: Keeper,
        age: tuple[datetime | None, bool],
    ):
        self.user, self.year, self.as_of, self.top, self.keep = user, year, as_of, top, keep
        self.of_user, self.counts = lists, counts
        self.elapsed = elapsed(year, as_of)
        self.age, self.rebuilding = age
        self.chosen: DutyList | None = None
        # {duty id: its slots} of those that were judged for a row.
        self.judged: Slots = {}
        self.told = self.age is not None and not self.rebuilding
        self.tallies = self._kept() if self.told else Tallies()

    # ---- what is kept

    def _kept(self) -> Tallies:
        whole, alone = _tops(self.user, self.top)
        found = self.keep.below(self.year, whole)
        if alone:
            found.add(self.keep.at(self.year, alone))
        for key in [key for key in found.keys if level_of(key) in PERSONAL]:
            del found.keys[key]
        for level in PERSONAL:
            found.lists.pop(level, None)
        for row in self.few:
            if row.level in PERSONAL and row.pk in self.of_few:
                found.add(self.of_few[row.pk])
        if self.members is not None:
            found.add(tallied(self.members.all, self.members.slots, self.as_of))
        return found

    @cached_property
    def members(self) -> Board | None:
        """The board of the members' lists, which nobody keeps; None where there are none, or too many to judge."""
        if not 0 < self.counts.get(Level.MEMBER, 0) <= MEMBERS:
            return None
        return Board(self.user, self.year, self.as_of, self.of_user.filter(level=Level.MEMBER), narrow=True)

    @cached_property
    def of_few(self) -> dict[int, Tallies]:
        """{list id: Tallies} of the lists of the levels that have only some."""
        return self.keep.of_lists(self.year, [row.pk for row in self.few]) if self.few else {}

    @cached_property
    def few(self) -> list[DutyList]:
        """The lists of the levels that have only some, from the top down."""
        levels = [level for level, number in self.counts.items() if number <= NARROW and level not in GROUPED]
        rows = self.of_user.filter(level__in=levels).select_related("organisation__parent", "holder", "member__account")
        return list(rows.order_by(*tree_order("organisation__"), "pk"))

    @cached_property
    def holders(self) -> dict[int, list[User]]:
        """{list id: [User]} of the lists of `few`, as `holders_each`."""
        return holders_each(self.few, min(self.as_of, date(self.year, 12, 31)))

    @property
    def lists(self) -> dict[int, DutyList]:
        return {row.pk: row for row in self.few}

    def narrow(self, duty_list: DutyList | None) -> None:
        """Show the duties of one DutyList only; the cards stay those of all."""
        self.chosen = duty_list

    # ---- the page as a whole

    @cached_property
    def all(self) -> bool:
        return any(self.counts.values())

    @cached_property
    def others(self) -> dict[str, int]:
        """{level: number of lists} of a level that are not among those shown here."""
        return lists_elsewhere(self.year, self.counts)

    @cached_property
    def elsewhere(self) -> set[Level]:
        """Levels of which there are lists that this user does not read: not missing, only not his."""
        return {CARD_OF[level] for level in self.others} - {CARD_OF[level] for level in self.counts}

    @property
    def whole(self) -> str:
        """Of what whole the numbers are; members' lists are in none."""
        mine = 1 if self.chosen else sum(self.counts.values())
        others = sum(self.others.values())
        text = whole_in_words(mine, sum(self.counts.values()) + others, others)
        members = self.counts.get(Level.MEMBER, 0)
        return text + (f"（党员的 {members} 份不汇总）" if members > MEMBERS and not self.chosen else "")

    def head(self) -> Headline:
        """Return the Headline of what is shown."""
        of = self.tallies if self.chosen is None else self.of_few.get(self.chosen.pk, Tallies())
        return of.headline(of.keys, of.lists)

    def _keys(self, levels: Iterable[str]) -> list[str]:
        return [key for key in self.tallies.keys if level_of(key) in levels]

    def cards(self, state: str = "") -> list[Card]:
        """Return the Cards of the chain, from the top down; with a state each says how many duties are in it."""
        cards = []
        for card, levels, name in CARDS:
            number = sum(self.counts.get(level, 0) for level in levels)
            if card in OPTIONAL and not number:
                continue
            keys = self._keys(levels)
            total = _together(self.tallies.keys[key] for key in keys)
            found = total.progress()
            who = "不在查阅范围内" if card in self.elsewhere else "尚无清单"
            if number:
                people = [user for row in self.few if row.level in levels for user in self.holders[row.pk]]
                who = holders_in_words(card, number, lambda people=people: people)  # type: ignore[misc]  # bound at once
            cards.append(
                Card(
                    card,
                    name,
                    role_of(card),
                    who,
                    self.tallies.headline(keys, levels),
                    found,
                    is_behind(found, self.elapsed),
                    number,
                    total.fits(state) if state else None,
                    self._instead(card),
                )
            )
        return cards

    def _instead(self, card: Level) -> str:
        if card == Level.MEMBER and self.counts.get(Level.MEMBER, 0) > MEMBERS:
            return "逐个党支部查看"
        return "" if self.told else "正在汇总"

    # ---- the panel of rows

    def level(self, data: Mapping[str, Any]) -> Level:
        """Return the card that is open; as `Board.level`."""
        fitting = None
        if data.get("state"):
            fits = [key for key, tally in self.tallies.keys.items() if tally.fits(data["state"])]
            fitting = {CARD_OF[level_of(key)] for key in fits}
        return open_card(data, {CARD_OF[level] for level in self.counts}, fitting)

    def opened(self, level: Level, data: Mapping[str, Any], key: str) -> tuple[Sequence[Row], bool, str]:
        """Return (rows, whether they stand for several holders, title of the panel); as `Board.opened`."""
        view, state = data.get("view") or "level", data.get("state") or ""
        card = next(row for row in CARDS if row[0] == level)
        name, title = card[2], f"{card[2]}责任"
        if view == "overdue":
            rows = [row for row in self._grouped(self.counts, state) if row.found.overdue]
            return sorted(rows, key=_urgency), True, "逾期的责任"
        if view == "item":
            return self._by_item(state), True, "按责任事项"
        if self.chosen is not None:
            return self._singly([self.chosen], "", state), False, title
        if key and level not in (*PERSONAL, Level.MEMBER):
            rows_of = self._holders(key, state)
            first = next(iter(rows_of[:1]), None)
            return rows_of, False, first.duty.text if first is not None else title
        mine = [row for row in self.few if row.level in card[1]]
        if level == Level.MEMBER:
            return self._members(data, key, name)
        if mine and level not in GROUPED and (level in PERSONAL or len(mine) <= SINGLY):
            rows = self._singly(mine, key, state)
            return rows, False, rows[0].duty.text if key and rows else title
        return sorted(self._grouped(card[1], state), key=_urgency), True, title

    def _singly(self, lists: list[DutyList], key: str, state: str) -> list[Row]:
        """Return one Row for each duty of a few lists, as it is kept; what was written by hand is judged."""
        by_pk = {row.pk: row for row in lists}
        duties = list(Duty.objects.filter(list__in=by_pk).order_by("order", "pk"))
        for duty in duties:
            duty.list = by_pk[duty.list_id]
        hand = [duty for duty in duties if by_hand(key_of(duty))]
        slots = duty_slots(hand, as_of=self.as_of) if hand else {}
        self.judged |= slots
        rows = []
        for duty in duties:
            if key and duty.key != key:
                continue
            if duty.pk in slots:
                rows.append(judged_row(duty, slots[duty.pk], self.as_of, state))
            elif duty.list_id in self.of_few:
                tally = self.of_few[duty.list_id].keys.get(key_of(duty), Tally())
                found = tally.progress(self.as_of)
                look, word = chip(found, (), self.as_of)
                if not state or tally.fits(state):
                    rows.append(Row(duty, found, [], look, word, tone(found), [duty]))
        return sorted((row for row in rows if row is not None), key=urgency)

    def _members(self, data: Mapping[str, Any], key: str, name: str) -> tuple[Sequence[Row], bool, str]:
        """The rows of members' lists, where a branch is chosen or there are not many."""
        if self.members is None:
            many = self.counts.get(Level.MEMBER, 0) > MEMBERS
            return [], True, f"{name}责任" + ("　先选定一个党支部" if many else "")
        return self.members.opened(Level.MEMBER, {**data, "view": "level"}, key)

    def _samples(self, levels: Iterable[str]) -> dict[str, Duty]:
        """Return {name of a duty: one of its kind}: of the first list of each level, else of any."""
        first = Q(pk__in=[])
        for level in levels:
            lists = self.of_user.filter(level=level).order_by(*tree_order("organisation__"), "pk")
            first |= Q(list=Subquery(lists.values("pk")[:1]))
        found = self._by_key(Duty.objects.filter(first))
        missing = [key for key in self._keys(levels) if key not in found and not by_hand(key)]
        if missing:
            rows = Duty.objects.filter(list__in=self.of_user.order_by().values("pk"), key__in=missing)
            found = self._by_key(rows) | found
        return found

    def _by_key(self, duties: QuerySet[Duty]) -> dict[str, Duty]:
        rows = duties.select_related(*_READ, "serves__list").order_by("-pk")
        return {key_of(row): row for row in rows}

    def _grouped(self, levels: Iterable[str], state: str = "") -> list[Row]:
        """Return one Row for each template (and one for all that was written by hand at a level) over all its holders."""
        samples = self._samples(list(levels))
        # Of a level with one list the dates are known.
        alone = {row.level: self.of_few.get(row.pk) for row in self.few if self.counts.get(row.level) == 1}
        rows = []
        for key in self._keys(levels):
            level = Level(level_of(key))
            dated = alone.get(level)
            tally = self.tallies.keys[key] if dated is None else dated.keys.get(key, Tally())
            duty = samples.get(key) or self._by_hand(key)
            if duty is None or (state and not tally.fits(state)):
                continue
            found, unit = tally.progress(self.as_of), unit_of(level)
            late = tally.ways[OVERDUE]
            note = f"{tally.owed} {unit}" + (f"，{late} {unit[0]}逾期" if late else "")
            if state:
                note = f"{tally.fits(state)} {unit}{STATE_NAMES[state]}"
            if by_hand(key):
                duty.text = "本级自行增加的事项"
            row = Row(duty, found, [], found.state, _word(found, late, unit), tone(found), [duty], note, opens=key)
            if dated is not None and not by_hand(key):
                row.opens, row.note = "", ""
                row.state, row.word = chip(found, (), self.as_of)
            rows.append(row)
        return rows

    def _by_hand(self, key: str) -> Duty | None:
        return self._duties(key).select_related(*_READ, "serves__list").order_by("pk").first() if by_hand(key) else None

    def _duties(self, key: str) -> QuerySet[Duty]:
        """The duties of this name that the user reads."""
        level = level_of(key)
        rows = Duty.objects.filter(list__in=self.of_user.filter(level=level).order_by().values("pk"))
        return rows.exclude(key__in=[row.key for row in templates(level)]) if by_hand(key) else rows.filter(key=key)

    def _by_item(self, state: str) -> list[Row]:
        rows = {key_of(row.duty): row for row in self._grouped(self.counts, state)}

        def served_by(row: Row) -> Row | None:
            return rows.get(row.duty.serves.key) if row.duty.serves and row.duty.serves.key else None

        return in_chain_order(rows.values(), served_by)

    def _holders(self, key: str, state: str) -> "_Holders":
        """The duties of this name, those past a date first."""
        if key not in self.tallies.keys:
            return _Holders(Duty.objects.none(), 0, self)
        rows = self._duties(key)
        behind = self.keep.number(self.year, measure(key), "overdue", "list__organisation")
        rows = rows.annotate(behind=behind)
        if state:
            fits = self.keep.number(self.year, measure(key, state), "numerator", "list__organisation")
            rows = rows.annotate(fits=fits).filter(fits__gt=0)
        ordered = rows.order_by("-behind", *tree_order("list__organisation__"), "order", "pk").select_related(*_READ)
        if state and by_hand(key):
            # What was written by hand has one number for all of an organisation: which of them it is, is judged.
            places = rows.order_by().values("list__organisation").annotate(number=Max("fits"))
            return _Fitting(ordered, places.aggregate(whole=Sum("number"))["whole"] or 0, self, state)
        return _Holders(ordered, rows.count(), self)

    # ---- the duty beside them

    def selected(self, pk: int, rows: Sequence[Row], state: str) -> Duty | None:
        """Return the duty shown beside the rows of a page; as `Board.selected`."""
        mine = Duty.objects.filter(list__in=self.of_user.order_by().values("pk")).select_related(*_READ)
        asked = mine.filter(pk=pk).first() if pk else None
        if asked is not None or not rows:
            return asked
        first = rows[0]
        if first.opens and level_of(first.opens) != Level.MEMBER and first.opens in self.tallies.keys:
            holder = next(iter(self._holders(first.opens, state)[:1]), None)
            return holder.duty if holder is not None else first.duty
        return first.duty


class _Holders(Sequence):
    """The duties of one name, judged a page at a time. number: how many there are; board: keeps what was judged."""

    def __init__(self, duties: QuerySet[Duty], number: int, board: WideBoard):
        self.duties, self.number, self.board = duties, number, board

    def __len__(self) -> int:
        return self.number

    def __getitem__(self, part: Any) -> Any:
        if not isinstance(part, slice):
            return self[part : part + 1][0]
        return [row for row in self._judged(part) if row is not None]

    def _judged(self, part: slice, state: str = "") -> list[Row | None]:
        duties, as_of = list(self.duties[part]), self.board.as_of
        slots = duty_slots(duties, as_of=as_of)
        self.board.judged |= slots
        return [judged_row(duty, slots[duty.pk], as_of, state) for duty in duties]


class _Fitting(_Holders):
    """Those of the duties that stand in a state. number: as it is kept; a page is looked for from the first duty on."""

    def __init__(self, duties: QuerySet[Duty], number: int, board: WideBoard, state: str):
        super().__init__(duties, number, board)
        self.state = state

    def __getitem__(self, part: Any) -> Any:
        if not isinstance(part, slice):
            return self[part : part + 1][0]
        last = self.number if part.stop is None else min(part.stop, self.number)
        found: list[Row] = []
        for first in itertools.count(0, LOOKED_AT):
            rows = self._judged(slice(first, first + LOOKED_AT), self.state)
            found += [row for row in rows if row is not None]
            if len(found) >= last or len(rows) < LOOKED_AT:
                return found[: self.number][part]
        return []


def judged_row(duty: Duty, slots: list[DutySlot], as_of: date, state: str = "") -> Row | None:
    """Return the Row of one duty; None unless a slot stands in the state asked for."""
    if state and not any(slot.stands == state for slot in slots):
        return None
    found = progress(slots, as_of)
    look, word = chip(found, slots, as_of)
    return Row(duty, found, slots, look, word, tone(found), [duty])


def _tops(user: User, top: Organisation | None) -> tuple[set[int], set[int]]:
    """Return (ids of organisations that are read with all below them, none below another; ids of those read alone)."""
    reach = reach_of(user)
    if top is not None:
        below = reach.whole or any(seat.below and seat.gives(VIEW) for seat in reach.over(top.pk))
        return ({top.pk}, set()) if below else (set(), {top.pk})
    if reach.whole:
        return set(organisations().filter(parent=None).values_list("pk", flat=True)), set()
    downwards, alone = reach.places(VIEW)
    if len(downwards) + len(alone) > 1 and downwards:
        higher = organisations().filter(above_outer(strictly=True), pk__in=downwards)
        rows = organisations().filter(pk__in=downwards | alone).exclude(Exists(higher))
        tops = set(rows.values_list("pk", flat=True))
        return downwards & tops, (alone & tops) - downwards
    return downwards, alone


def _together(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.add(tally)
    return total


def _word(found: Progress, late: int, unit: str) -> str:
    if found.overdue:
        return f"{late} {unit[0]}逾期"
    return STATE_NAMES[found.state]


def _urgency(row: Row) -> tuple[int, int, int, int]:
    """By how many are behind, then what is open, then the rest, in the order of the list."""
    level = LEVEL_ORDER.index(row.duty.list.level)
    if row.found.overdue:
        return (0, -row.found.overdue, level, row.duty.order)
    return (2 if row.found.state in (*DONE, *LEFT_OUT, NOT_ALIVE) else 1, 0, level, row.duty.order)
