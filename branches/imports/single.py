"""Plan an import of one file: what each of them begins with."""

from collections.abc import Callable, Mapping
from typing import Any

from branches.imports.report import Plan, read_ledger
from common.tabular.ledger import Ledger


def planned(
    ledger: Ledger,
    files: Mapping[str, Any],
    judge: Callable[[Plan], None],
    *,
    columns: Mapping[str, Mapping[str, str]] | None = None,
    sheets: Mapping[str, str] | None = None,
    strict: bool = True,
) -> list[Plan]:
    """Return [Plan] of the file in `files` ({key of the ledger: (source, filename)}), [] where there is none.

    judge: holds the rows of the table that was read against what is kept, and fills the Plan; not called where the file cannot be
    read. Other arguments as of members.imports.agency.plan_files.
    """
    if ledger.key not in files:
        return []
    source, filename = files[ledger.key]
    named, sheet = (columns or {}).get(ledger.key), (sheets or {}).get(ledger.key)
    plan = read_ledger(ledger, source, filename, columns=named, sheet=sheet, strict=strict)
    if not plan.errors:
        judge(plan)
    return [plan]
