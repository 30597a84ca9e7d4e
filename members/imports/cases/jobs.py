"""The jobs that read and write an uploaded ledger of those in development."""

from branches.reach.access import holds_anywhere
from branches.reach.rights import MEMBERS
from members.imports.cases.plan import plan_cases
from members.imports.cases.write import import_cases
from members.imports.worker import Work, jobs_of

CASES = jobs_of(
    Work("import_cases_plan", "import_cases"),
    plan_cases,
    import_cases,
    may=lambda by: holds_anywhere(by, MEMBERS),
    lost="登记党员",
)
