"""Plan outside the lock, write inside one transaction; plan again when somebody wrote in between."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from branches import audit
from branches.audit.models import AuditEntry
from branches.imports.report import CHANGED, NEW, UNCHANGED, WRONG, Plan
from common import crash_points, database, progress
from common.operator import Actor

IMPORT_LOCK = 7_302_010
TRIES = 3
# What a plan builds on; a later audit entry of one of these makes it stale.
_READ = (
    "organisation",
    "term",
    "department",
    "coverage",
    "member",
    "membership",
    "post",
    "activity",
    "workitem",
    "syncstage",
    "policy",
    "policyversion",
    "developmentcase",
    "partywork",
    "caremark",
    "honour",
)

Make = Callable[[], list[Plan]]
Write = Callable[[list[Plan], Actor], object]
Around = Callable[[list[Plan]], AbstractContextManager[object]]


def nothing_around(plans: list[Plan]) -> AbstractContextManager[object]:
    return nullcontext()


class Stale(Exception):
    """Somebody wrote to what the plan was made from."""


def stamp() -> int:
    """Return the number of the newest audit entry: whatever is written leaves one in the same transaction."""
    return AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def run(make: Make, write: Write, by: Actor, *, what: str, around: Around = nothing_around) -> list[Plan]:
    """Plan and write; returns the plans.

    make: () → list of Plans (reads only). write: (plans, by) → how many objects were written, inside the transaction.
    around: plans → context manager that the writing runs in, inside the transaction: what it raises gives all of it up.
    With any error nothing is written. The plan is made before the lock is taken (decisions 31); where somebody else
    wrote meanwhile it is made again, the last time inside the lock.
    """
    for attempt in range(TRIES):
        last = attempt == TRIES - 1
        seen = stamp()
        plans = None if last else make()
        if plans is not None and not worth_writing(plans):
            return plans
        try:
            return _write(plans, seen, make, write, by, what=what, around=around)
        except Stale:
            continue
        except IntegrityError:
            # A unique row that somebody else wrote after the check: plan again and see it.
            if last:
                raise ValidationError("数据刚被他人改动，请稍后再导入。") from None
    raise AssertionError("the last try plans inside the lock")


def worth_writing(plans: list[Plan]) -> bool:
    """Tell whether the plans have no error and something to write."""
    return not any(plan.errors for plan in plans) and any(plan.items for plan in plans)


def _write(
    plans: list[Plan] | None, seen: int, make: Make, write: Write, by: Actor, *, what: str, around: Around
) -> list[Plan]:
    with progress.writing(), transaction.atomic():
        database.advisory_lock(IMPORT_LOCK)
        if plans is None:
            plans = make()
            if not worth_writing(plans):
                return plans
        elif AuditEntry.objects.filter(pk__gt=seen, object_type__in=_READ).exists():
            raise Stale
        with around(plans):
            progress.begin(progress.WRITING, sum(len(plan.items) for plan in plans))
            write(plans, by)
            audit.record(by=by, verb="import", note=f"{what}：{summary(plans)}"[:1000])
        crash_points.point("import.commit")
        progress.check()
    return plans


def summary(plans: list[Plan]) -> str:
    """Return the counts of the plans in one Chinese sentence."""
    parts = []
    for plan in plans:
        counts = plan.counts
        text = f"新增 {counts[NEW]}、更改 {counts[CHANGED]}、不变 {counts[UNCHANGED]}"
        parts.append(f"{plan.ledger.name}{text}" + (f"、有误 {counts[WRONG]}" if counts[WRONG] else ""))
    return "；".join(parts)
