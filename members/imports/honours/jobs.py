"""The jobs that read and write an uploaded list of honours."""

from branches.reach.access import holds_anywhere
from branches.reach.rights import MEMBERS
from members.imports.honours.plan import plan_honours
from members.imports.honours.write import import_honours
from members.imports.worker import Work, jobs_of

HONOURS = jobs_of(
    Work("import_honours_plan", "import_honours"),
    plan_honours,
    import_honours,
    may=lambda by: holds_anywhere(by, MEMBERS),
    lost="登记表彰",
)
