"""The board and its rates: of little work judged anew for the page, of much found among what the last fill judged.

Both say the same of the same work; a test compares them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from branches.places.models.organisations import Organisation
from common.operator import Actor
from common.periods import Period
from responsibilities.requirements.kept import keeper
from responsibilities.work.judged import JudgedPoint
from responsibilities.work.models import SyncStageKind
from responsibilities.work.selectors import board, judged_board
from responsibilities.work.selectors.board import Choices, Figures, Selection
from responsibilities.work.selectors.items import in_charge, items_in, mix_of
from responsibilities.work.selectors.judged_board import BY_DEPARTMENT, BY_LEADER, BY_STAGE, Asked, JudgedBoard, Ordered
from responsibilities.work.selectors.rates import Rate, by_department, by_leader, by_stage, by_tree, rates

# So many items are judged for a page: what an agency of fifty branches has in a year.
RECKONED = 100


@dataclass
class Readable:
    """Everything that a reader may read of a period. selection: judged anew; None where it is too much for a page. age, rebuilding:
    of what the last fill judged, where that is shown.
    """

    user: Actor
    period: Period
    choices: Choices
    selection: Selection | None = None
    age: datetime | None = None
    rebuilding: bool = False

    def chosen(self, state: str, filters: dict[str, Any]) -> "Chosen":
        """Return what a state of the address and the keywords of `board.narrow` choose of it."""
        if self.selection is None:
            return JudgedChosen(state, JudgedBoard(self.user, self.period, Asked(**filters)))
        if isinstance(place := filters.get("branch"), Organisation):
            filters = filters | {"branch": place.pk}
        return LiveChosen(state, self.selection, board.narrow(self.selection, **filters), filters)


def readable(user: Actor, period: Period, *, branch: str = "", anew: bool = False) -> Readable:
    """Return what `user` may read of a Period. branch: id that the address names; anew: judged anew, however much it is."""
    rows = items_in(user, period)
    first, kept = list(rows[: RECKONED + 1]), keeper()
    if len(first) > RECKONED and kept is not None and JudgedPoint.objects.exists():
        age, rebuilding = kept.age()
        offered = judged_board.choices(user, period, branch)
        if age is not None and not anew:
            return Readable(user, period, offered, None, age, rebuilding)
        return Readable(user, period, offered, board.selected(rows, period))
    selection = board.selected(first if len(first) <= RECKONED else rows, period)
    return Readable(user, period, board.choices(selection), selection)


class Chosen:
    """What the address asks for, as the pages show it."""

    figures: Figures

    def ids(self) -> Sequence[int] | Ordered:
        """Return the ids of the items that are listed, those with most problems first."""
        raise NotImplementedError

    def selection(self, ids: list[int]) -> Selection:
        """Return these items with their points as they are now."""
        raise NotImplementedError

    def mix(self) -> dict[str, Any]:
        """Return how the records serve the work, as items.mix_of."""
        raise NotImplementedError

    def anything(self) -> bool:
        """Whether anything at all is readable."""
        raise NotImplementedError

    def stages(self) -> dict[SyncStageKind, Rate]:
        """Return the Rate of each stage that has points."""
        raise NotImplementedError

    def by_department(self) -> dict[tuple[int | None, str], Rate]:
        """Return {(id of the leading department or None, its name or ""): Rate}."""
        raise NotImplementedError

    def by_leader(self) -> dict[tuple[int | str | None, str], Rate]:
        """Return {(account or name of the leader in charge or None, his name or ""): Rate}."""
        raise NotImplementedError


class LiveChosen(Chosen):
    def __init__(self, state: str, whole: Selection, chosen: Selection, filters: dict[str, Any]):
        self.state, self.whole, self.chosen = state, whole, chosen
        self.figures = board.figures(chosen, filters.get("stage", ""))

    def ids(self) -> Sequence[int]:
        return board.ordered(self.chosen, self.state)

    def selection(self, ids: list[int]) -> Selection:
        return self.chosen

    def mix(self) -> dict[str, Any]:
        return mix_of(self.chosen.counted)

    def anything(self) -> bool:
        return bool(self.whole.items)

    def stages(self) -> dict[SyncStageKind, Rate]:
        return rates(self.chosen.counted, by_stage, self.chosen.points)

    def by_department(self) -> dict[tuple[int | None, str], Rate]:
        names = {item.lead_id: item.lead.name for item in self.chosen.items.values() if item.lead}
        found = rates(self.chosen.counted, by_department(self.chosen.items), self.chosen.points)
        return {(key, names.get(key, "")): rate for key, rate in found.items()}

    def by_leader(self) -> dict[tuple[int | str | None, str], Rate]:
        names = {item.leader_id or item.leader_name: in_charge(item) for item in self.chosen.items.values()}
        found = rates(self.chosen.counted, by_leader(self.chosen.items), self.chosen.points)
        return {(key, names.get(key or "", "")): rate for key, rate in found.items()}

    def by_place(self) -> dict[int, Rate]:
        """Return {organisation id: Rate} of all at or below which something is carried, in the order of the tree."""
        parents = {pk: place.parent for pk, place in self.chosen.tree.items()}
        found = rates(self.chosen.counted, by_tree(self.chosen.items, parents), self.chosen.points)
        return {pk: found[pk] for pk in self.chosen.tree if pk in found}


class JudgedChosen(Chosen):
    def __init__(self, state: str, found: JudgedBoard):
        self.state, self.board = state, found
        self._figures: Figures | None = None

    @property
    def branch(self) -> Organisation | None:
        return self.board.asked.branch

    @property
    def figures(self) -> Figures:  # type: ignore[override]
        if self._figures is None:
            self._figures = self.board.figures()
        return self._figures

    def ids(self) -> Ordered:
        return self.board.ordered(self.state, self.figures)

    def selection(self, ids: list[int]) -> Selection:
        return self.board.selection(ids)

    def mix(self) -> dict[str, Any]:
        return self.board.mix()

    def anything(self) -> bool:
        # More than a page judges is readable.
        return True

    def stages(self) -> dict[SyncStageKind, Rate]:
        found = self.board.rates_by(*BY_STAGE)
        return {kind: found[kind.value,] for kind in SyncStageKind if (kind.value,) in found}

    def by_department(self) -> dict[tuple[int | None, str], Rate]:
        return {(pk, name or ""): rate for (pk, name), rate in self.board.rates_by(*BY_DEPARTMENT).items()}

    def by_leader(self) -> dict[tuple[int | str | None, str], Rate]:
        found: dict[tuple[int | str | None, str], Rate] = {}
        for (pk, known, name), rate in self.board.rates_by(*BY_LEADER).items():
            key = (pk or name or None, known if pk else name)
            found.setdefault(key, Rate()).join(rate)
        return found
