"""The jobs that read and write an uploaded year plan."""

from members.imports.worker import Work, jobs_of
from responsibilities.work.imports import import_work, plan_work
from responsibilities.work.rights import arranges_anywhere

PLAN_WORK = jobs_of(
    Work("import_work_plan", "import_work"), plan_work, import_work, may=arranges_anywhere, lost="部署业务"
)
