"""Write a planned ledger of those in development with the services of the pages, all or nothing."""

from typing import Any

from branches.imports.report import Plan
from branches.imports.run import nothing_around, run
from common.operator import Actor
from members.development.services.cases import case_take_over
from members.imports.cases.plan import plan_cases
from members.imports.rows import write_rows


def write_cases(plans: list[Plan], by: Actor) -> None:
    """Take over the planned cases; a refusal names its row."""
    for plan in plans:
        write_rows(
            plan.items,
            lambda item: case_take_over(by=by, member=item.member, opened_on=item.days["1"], days=item.days),
        )


def import_cases(
    by: Actor, files: Any, *, what: str = "导入发展党员台账", around: Any = nothing_around, **options: Any
) -> list[Plan]:
    """Plan and write a ledger, all or nothing; returns [Plan]. `files` and options as for plan_cases."""
    return run(lambda: plan_cases(by, files, **options), write_cases, by, what=what, around=around)
