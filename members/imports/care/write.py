"""Write a planned table of whom a branch looks after with the services of the pages, all or nothing."""

from typing import Any

from branches.imports.report import Plan
from branches.imports.run import nothing_around, run
from common.operator import Actor
from members.care.services.keeping import mark_begin
from members.imports.care.plan import plan_marks
from members.imports.rows import write_rows


def write_marks(plans: list[Plan], by: Actor) -> None:
    """Begin the planned marks; a refusal names its row."""
    for plan in plans:
        write_rows(
            plan.items,
            lambda item: mark_begin(by=by, member=item.member, kind=item.kind, day=item.day, note=item.note),
        )


def import_marks(
    by: Actor, files: Any, *, what: str = "导入关怀对象登记", around: Any = nothing_around, **options: Any
) -> list[Plan]:
    """Plan and write a table, all or nothing; returns [Plan]. `files` and options as for plan_marks."""
    return run(lambda: plan_marks(by, files, **options), write_marks, by, what=what, around=around)
