"""The duties of a board as rows of a file, in the order of the lists' numbers.

Those of many lists are judged some lists at a time: what is held does not grow with the agency. They are judged as they stand now;
where the board is made of what is kept, that tells of which duties nothing in the state asked for is known, and these are left out.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from branches.places.models.organisations import tree_order
from common import clock
from responsibilities.duties.headline import OVERDUE
from responsibilities.duties.models import Duty, DutyList, Level
from responsibilities.duties.progress import Progress, duty_slots, progress
from responsibilities.duties.selectors.board import Board
from responsibilities.duties.selectors.wide_board import WideBoard
from responsibilities.duties.selectors.wording import CARDS
from responsibilities.duties.slot import DutySlot
from responsibilities.duties.tallies import Tallies, key_of, level_of

# So many lists are judged at a time, from what concerns them alone (proofs/scope.NARROW).
PART = 100
# What a row is made of, and the row.
Line = Callable[[Duty, Progress, list[DutySlot]], Sequence[Any]]


@dataclass(frozen=True)
class Chosen:
    """Which duties are asked for. level: a card of the chain, None all; state: of DutySlot, "" any; overdue: those past a date."""

    level: Level | None = None
    state: str = ""
    overdue: bool = False

    @property
    def sifted(self) -> bool:
        """Whether it takes judging to tell which they are."""
        return bool(self.state or self.overdue)

    def has(self, found: Progress, slots: Sequence[DutySlot]) -> bool:
        if self.overdue and not found.overdue:
            return False
        return not self.state or any(slot.stands == self.state for slot in slots)

    def may_have(self, kept: Tallies | None, duty: Duty) -> bool:
        """Whether a duty may be one of them, by what is kept of its list; of what is not kept any may."""
        tally = kept.keys.get(key_of(duty)) if kept is not None else None
        if tally is None:
            return True
        if self.overdue and not any(numbers[2] for numbers in tally.states.values()):
            return False
        return not self.state or tally.fits(self.state) > 0


def exported(board: Board | WideBoard, chosen: Chosen, line: Line, most: int) -> Iterator[Sequence[Any]]:
    """Yield the rows of the duties chosen, in the order of their numbers, of more than `most` not all."""
    if isinstance(board, Board):
        duties = board.of_level(chosen.level) if chosen.level else board.duties
        for duty in duties:
            if chosen.has(board.found[duty.pk], board.slots[duty.pk]):
                yield line(duty, board.found[duty.pk], board.slots[duty.pk])
        return
    rows: list[tuple[int, int, Sequence[Any]]] = []
    for part in _parts(_lists(board, chosen)):
        rows += _judged(board, part, chosen, line)
        if len(rows) > most:
            break
    yield from (cells for _, _, cells in sorted(rows, key=lambda row: row[:2]))


def too_many(board: Board | WideBoard, chosen: Chosen, most: int) -> bool:
    """Whether it is clear before any duty is judged that more than `most` are asked for, or more than that of members, whose lists
    nobody keeps and of which each would have to be judged to find those in a state.
    """
    if isinstance(board, Board):
        return False
    if chosen.sifted and board.chosen is None and board.told and _kept_number(board, chosen) > most:
        return True
    lists = _lists(board, chosen)
    if chosen.sifted:
        lists = lists.filter(level=Level.MEMBER)
    return Duty.objects.filter(list__in=lists.order_by().values("pk")).order_by()[: most + 1].count() > most


def _kept_number(board: WideBoard, chosen: Chosen) -> int:
    """How many duties are kept as past a date, or as in the state asked for; 0 where both are asked for together."""
    if chosen.state and chosen.overdue:
        return 0
    levels = _levels(chosen.level)
    tallies = [tally for key, tally in board.tallies.keys.items() if levels is None or level_of(key) in levels]
    return sum(tally.ways[OVERDUE] if chosen.overdue else tally.fits(chosen.state) for tally in tallies)


def _levels(card: Level | None) -> tuple[Level, ...] | None:
    return None if card is None else next(levels for key, levels, _ in CARDS if key == card)


def _lists(board: WideBoard, chosen: Chosen) -> QuerySet[DutyList]:
    lists = board.of_user if board.chosen is None else board.of_user.filter(pk=board.chosen.pk)
    levels = _levels(chosen.level)
    return lists if levels is None else lists.filter(level__in=levels)


def _parts(lists: QuerySet[DutyList]) -> Iterator[dict[int, DutyList]]:
    """Yield {id: DutyList} of some lists after the others, neighbours in the tree together."""
    ids = list(lists.order_by(*tree_order("organisation__"), "pk").values_list("pk", flat=True))
    for start in range(0, len(ids), PART):
        rows = DutyList.objects.filter(pk__in=ids[start : start + PART])
        yield {row.pk: row for row in rows.select_related("organisation__parent", "holder", "member__account")}


def _judged(
    board: WideBoard, lists: dict[int, DutyList], chosen: Chosen, line: Line
) -> Iterator[tuple[int, int, Sequence[Any]]]:
    """Yield (number in its list, id, row) of the duties of these lists that are chosen."""
    # Of an earlier day nothing tells what is past its date by now.
    fresh = board.told and board.age is not None and clock.day_of(board.age) == board.as_of
    kept = board.keep.of_lists(board.year, list(lists)) if chosen.sifted and fresh else {}
    duties = []
    for duty in Duty.objects.filter(list__in=lists).order_by("order", "pk"):
        duty.list = lists[duty.list_id]
        if not chosen.sifted or chosen.may_have(kept.get(duty.list_id), duty):
            duties.append(duty)
    slots = duty_slots(duties, as_of=board.as_of)
    for duty in duties:
        found = progress(slots[duty.pk], board.as_of)
        if chosen.has(found, slots[duty.pk]):
            yield duty.order, duty.pk, line(duty, found, slots[duty.pk])
