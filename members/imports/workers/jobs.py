"""The jobs that read and write an uploaded roster of Party workers."""

from branches.reach.access import holds_anywhere
from branches.reach.rights import MEMBERS
from members.imports.worker import Work, jobs_of
from members.imports.workers.plan import plan_workers
from members.imports.workers.write import import_workers

WORKERS = jobs_of(
    Work("import_workers_plan", "import_workers"),
    plan_workers,
    import_workers,
    may=lambda by: holds_anywhere(by, MEMBERS),
    lost="管理名册",
)
