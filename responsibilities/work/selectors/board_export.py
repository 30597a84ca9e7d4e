"""The board as a table."""

from collections.abc import Iterable

from responsibilities.work.models import SyncState
from responsibilities.work.selectors.board import Selection
from responsibilities.work.selectors.items import in_charge, stage_name


def export_rows(selection: Selection, ids: Iterable[int], stage: str = "") -> tuple[list[str], list[list[object]]]:
    """Return (columns, rows) of the board as a table: one row for each point that it shows, or for those of one stage."""
    whole = selection.of([point for point in selection.points if not stage or point.kind == stage])
    columns = [
        "重点业务", "类别", "牵头处室", "分管领导", "承办支部", "环节", "业务计划", "业务实际", "党建日期", "相差天数", "状态",
        "佐证数", "原因",
    ]  # fmt: skip
    rows: list[list[object]] = []
    for pk in ids:
        item = selection.items[pk]
        for point in whole[pk]:
            rows.append(
                [
                    item.name,
                    item.get_kind_display(),
                    item.lead.name if item.lead else "",
                    in_charge(item),
                    "、".join(selection.label(place) for place in point.carriers),
                    stage_name(point),
                    point.planned,
                    point.happened,
                    point.party,
                    point.lag,
                    SyncState(point.state).label,
                    len(point.proofs),
                    point.reason or point.found,
                ]
            )
    return columns, rows
