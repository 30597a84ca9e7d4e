"""Write a planned ledger of those in development with the services of the pages, all or nothing."""

from typing import Any

from django.core.exceptions import ValidationError

from branches.imports.report import Plan
from branches.imports.run import nothing_around, run
from common import progress
from common.errors import Conflict
from common.operator import Actor
from members.development.services.cases import case_take_over
from members.imports.cases.plan import plan_cases


def write_cases(plans: list[Plan], by: Actor) -> None:
    """Take over the planned cases; a refusal names its row."""
    for plan in plans:
        for item in plan.items:
            try:
                case_take_over(by=by, member=item.member, opened_on=item.days["1"], days=item.days)
            except (ValidationError, Conflict) as error:
                said = "；".join(error.messages) if isinstance(error, ValidationError) else error.message
                raise ValidationError(f"第 {item.row} 行：{said}") from None
            progress.tick()


def import_cases(
    by: Actor, files: Any, *, what: str = "导入发展党员台账", around: Any = nothing_around, **options: Any
) -> list[Plan]:
    """Plan and write a ledger, all or nothing; returns [Plan]. `files` and options as for plan_cases."""
    return run(lambda: plan_cases(by, files, **options), write_cases, by, what=what, around=around)
