"""The jobs that read and write an uploaded year plan; what they share with ledgers is in members/imports/worker.py."""

from branches.jobs import services as jobs
from common.operator import Actor
from members.imports.services import Work
from members.imports.worker import given_up, plan_batch, write_batch
from responsibilities.work.imports import import_work, plan_work
from responsibilities.work.rights import arranges_anywhere

PLAN_WORK = Work("import_work_plan", "import_work")


def _check_right(by: Actor) -> None:
    if not arranges_anywhere(by):
        raise jobs.JobFailed("部署业务的权限已终止，未写入任何内容。")


@jobs.job(PLAN_WORK.plan, alone=True, given_up=given_up)
def _plan(by: Actor, *, batch: int) -> str:
    _check_right(by)
    return plan_batch(by, batch, plan_work)


@jobs.job(PLAN_WORK.write, alone=True, given_up=given_up)
def _write(by: Actor, *, batch: int) -> str:
    _check_right(by)
    return write_batch(by, batch, import_work)
