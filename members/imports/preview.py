"""What a page shows of planned ledgers: counts, errors, old and new values, and whether they still are what was shown."""

from collections.abc import Iterator
from typing import Any

from branches.imports.report import CHANGED, NEW, UNCHANGED, WRONG, Plan, RowChange, grouped
from branches.imports.run import worth_writing
from common.numbers import masked
from members.imports.models import ImportBatch, ImportLine, LineKind

SHOWN = 200  # groups of equal errors, and of equal notices
_NUMBERING = ("序号", "编号", "序")  # columns that no field wants
_CHUNK = 1000


class Changed(Exception):
    """What is recorded is no longer what the importer was shown; `plans` show what stands now, `rows` where."""

    def __init__(self, plans: list[Plan], rows: list[int]) -> None:
        super().__init__(rows)
        self.plans, self.rows = plans, rows

    @property
    def sentence(self) -> str:
        listed = "、".join(map(str, self.rows[:20])) + (
            f" … 行（共 {len(self.rows)} 行）" if len(self.rows) > 20 else " 行"
        )
        return f"第 {listed}所指的记录在核对之后被人改动，未写入任何内容。请按下面新的对照再次确认。"


def preview(plans: list[Plan]) -> dict[str, Any]:
    """Return what the page shows of the plans beside their lines, as plain JSON."""
    errors = grouped(error for plan in plans if not plan.like for error in plan.errors)
    likes = [[plan.ledger.key, plan.like.key, plan.like.title, plan.like.page] for plan in plans if plan.like]
    notices = grouped(notice for plan in plans for notice in plan.notices)
    return {
        "ledgers": [_ledger(plan) for plan in plans],
        "faults": [[g.ledger, g.rows_text, g.heading, g.sentence, g.suggestion] for g in errors[:SHOWN]],
        "fault_count": sum(len(plan.errors) for plan in plans),
        "fault_groups": len(errors),
        "likes": likes,
        "notices": [[g.ledger, g.rows_text, g.heading, g.sentence] for g in notices[:SHOWN]],
        "notice_count": sum(len(plan.notices) for plan in plans),
        "notice_groups": len(notices),
        "change_count": sum(len(plan.changes) for plan in plans),
        "missing_count": sum(len(plan.missing) for plan in plans),
        "rows": sum(plan.rows for plan in plans),
        "writes": worth_writing(plans),
    }


def _ledger(plan: Plan) -> dict[str, Any]:
    table = plan.table
    found = {
        "ledger": plan.ledger.key,
        "name": plan.ledger.name,
        "rows": plan.rows,
        "counts": {action: plan.counts[action] for action in (NEW, CHANGED, UNCHANGED, WRONG)},
    }
    if table is None or plan.like:
        return found | {"sheet": "", "matched": [], "unknown": [], "free": []}
    labels = {column.name: column.label for column in plan.ledger.fields}
    return found | {
        "sheet": masked(table.sheet),
        "matched": [[masked(table.matched[name]), labels[name], table.how[name]] for name in table.matched],
        # What holds a number of a person is no heading but a row without one.
        "unknown": [
            text
            for text in table.unknown
            if text not in _NUMBERING and text not in plan.ledger.aside and masked(text) == text
        ],
        "free": [[name, label] for name, label in labels.items() if name not in table.matched],
    }


def lines_replace(batch: ImportBatch, plans: list[Plan]) -> None:
    """Keep errors, changes and what is missing as the lines of the batch, in place of those there were."""
    batch.lines.all().delete()
    ImportLine.objects.bulk_create(_lines(batch, plans), batch_size=_CHUNK)


def _lines(batch: ImportBatch, plans: list[Plan]) -> Iterator[ImportLine]:
    position = 0
    wrong = any(plan.errors for plan in plans)
    for plan in plans:
        found: list[tuple[str, int, Any]] = [
            (LineKind.ERROR, e.row, [e.heading, e.sentence, e.suggestion]) for e in plan.errors
        ]
        if not wrong:
            found += [(LineKind.CHANGE, change.row, _change(change)) for change in plan.changes]
            found += [(LineKind.MISSING, 0, {"thing": m.thing, "where": m.where}) for m in plan.missing]
        for kind, row, data in found:
            position += 1
            yield ImportLine(batch=batch, kind=kind, position=position, ledger=plan.ledger.key, row=row, data=data)


def _change(change: RowChange) -> dict[str, Any]:
    return {"thing": change.thing, "by_hand": change.by_hand, "cells": [cell.plain() for cell in change.cells]}


def check_as_shown(batch: ImportBatch, plans: list[Plan]) -> None:
    """Raise Changed where the plans would change a cell otherwise than the importer was shown (or did not see at all)."""
    if not any(plan.changes for plan in plans):
        return
    lines = batch.lines.filter(kind=LineKind.CHANGE).values_list("ledger", "row", "data")
    shown = {(ledger, row): data["cells"] for ledger, row, data in lines}
    rows = [
        change.row
        for plan in plans
        for change in plan.changes
        if shown.get((change.ledger, change.row)) != _change(change)["cells"]
    ]
    if rows:
        raise Changed(plans, rows)
