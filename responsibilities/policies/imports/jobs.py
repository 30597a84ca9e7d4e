"""The jobs that read and write an uploaded catalogue of policies."""

from members.imports.worker import Work, jobs_of
from responsibilities.policies.imports.plan import plan_policies
from responsibilities.policies.imports.write import import_policies
from responsibilities.policies.rights import writes_anywhere

CATALOGUE = jobs_of(
    Work("import_policies_plan", "import_policies"),
    plan_policies,
    import_policies,
    may=writes_anywhere,
    lost="登记制度",
)
