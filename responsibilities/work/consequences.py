"""What a new value of a setting changes of the states of stages, reckoned before it is set."""

from collections import Counter
from datetime import date
from decimal import Decimal

from branches.places.models.organisations import Organisation
from branches.settings import dated
from common import clock
from common.periods import YEAR, Period
from responsibilities.requirements.consequences import named_places
from responsibilities.work.models import SyncState
from responsibilities.work.stages import DUE, SyncPoint, sync_points

_SHOWN = (SyncState.SYNCHRONISED, SyncState.LAGGING, SyncState.MISSING, SyncState.TO_CONFIRM, SyncState.NOT_DUE)


def consequences(key: str, value: Decimal, since: date) -> list[str]:
    """Return sentences: what the stages of this year would be, had the value held all along; and from when it does."""
    year = Period.containing(YEAR, clock.today())
    line = dated.with_value(dated.timeline(key), year.first, value)
    before = _by_stage(sync_points(first=year.first, last=year.last))
    after = _by_stage(sync_points(first=year.first, last=year.last, instead={key: line}))
    changed = [(row, after[name]) for name, row in before.items() if row.state != after[name].state]
    words = f"业务日期在 {since:%Y-%m-%d} 及以后的按新值判定，以前的不变"
    due = sum(row.state in DUE for row in before.values())
    head = f"按今年已到期的 {due} 个环节推算，"
    if not changed:
        return [f"{head}状态没有变化", words]
    return [f"{head}{_moved(changed)}；涉及 {_carriers(changed)}", words]


def _by_stage(points: list[SyncPoint]) -> dict[tuple[int, int | None], SyncPoint]:
    return {(point.stage, point.milestone): point for point in points}


def _moved(changed: list[tuple[SyncPoint, SyncPoint]]) -> str:
    """Return 「2 个由滞后变为同步，1 个由缺失变为未到期」."""
    moves = Counter((old.state, new.state) for old, new in changed)
    ordered = sorted(moves, key=lambda move: tuple(_SHOWN.index(state) if state in _SHOWN else 9 for state in move))
    return "，".join(f"{moves[move]} 个由{SyncState(move[0]).label}变为{SyncState(move[1]).label}" for move in ordered)


def _carriers(changed: list[tuple[SyncPoint, SyncPoint]]) -> str:
    ids = {place for row, _ in changed for place in row.carriers}
    kinds = dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "kind"))
    return named_places(ids, kinds) or "未明确承办的业务"
