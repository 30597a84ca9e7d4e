"""Targets from a sheet: all of them, or none with what is wrong by row."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from assessments.targets.models import PlanState, Target, TargetPlan
from assessments.targets.services.aims import target_add
from assessments.targets.services.plans import locked_plan
from assessments.targets.sheet import LEDGER, SheetRow
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor
from common.text import quoted
from responsibilities.assigning import require_assigns

# Under which column stands what is wrong with a field that has none of its own.
_COLUMN_OF = {"stages": "criterion", "split": "applies", "parent": "code", "direction": "planned", "__all__": "name"}
# Targets that a file may hold.
MOST = 200


class RefusedRows(ValidationError):
    """What keeps the targets of a file from being written, one sentence for each row and column."""


@one_transaction
def targets_import(*, by: Actor, plan: TargetPlan, rows: Sequence[SheetRow]) -> int:
    """Add the targets of a file to a draft and return how many; RefusedRows with every fault, and nothing is written."""
    plan = locked_plan(plan)
    require_assigns(by, plan.organisation)
    if plan.state != PlanState.DRAFT:
        raise Conflict("目标计划已经下达，不能再导入。", record=plan)
    if not rows:
        raise RefusedRows(["文件中没有目标。"])
    if len(rows) > MOST:
        raise RefusedRows([f"一次最多导入 {MOST} 个目标，文件中有 {len(rows)} 个。"])
    known = {target.code: target for target in Target.objects.filter(plan=plan)}
    faults: list[str] = []
    wrong: set[str] = set()
    for row in rows:
        if row.above in wrong:
            # What is wrong above is said there.
            wrong.add(row.data.code)
            continue
        if row.data.code in known:
            faults.append(_said(row, "code", f"序号{quoted(row.data.code)}已有。"))
            continue
        if row.above and row.above not in known:
            faults.append(_said(row, "code", f"没有序号为{quoted(row.above)}的上级目标，上级应排在前面。"))
            continue
        row.data.parent = known.get(row.above)
        try:
            with transaction.atomic():
                made = target_add(by=by, plan=plan, data=row.data)
        except ValidationError as error:
            faults += _faults(row, error)
            wrong |= {row.data.code} - {""}
        else:
            known[made.code] = made
    if faults:
        raise RefusedRows(faults)
    return len(rows)


def _faults(row: SheetRow, error: ValidationError) -> list[str]:
    if hasattr(error, "error_dict"):
        return [_said(row, name, text) for name, texts in error.message_dict.items() for text in texts]
    return [_said(row, "name", text) for text in error.messages]


def _said(row: SheetRow, name: str, text: str) -> str:
    label = LEDGER.label(_COLUMN_OF.get(name, name))
    return f"第 {row.row} 行{quoted(label)}：{text}"
