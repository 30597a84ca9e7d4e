"""The jobs that read and write an uploaded catalogue; what they share with ledgers is in members/imports/worker.py."""

from branches.jobs import services as jobs
from common.operator import Actor
from members.imports.services import Work
from members.imports.worker import given_up, plan_batch, write_batch
from responsibilities.policies.imports.plan import plan_policies
from responsibilities.policies.imports.write import import_policies
from responsibilities.policies.rights import writes_anywhere

CATALOGUE = Work("import_policies_plan", "import_policies")


def _check_right(by: Actor) -> None:
    if not writes_anywhere(by):
        raise jobs.JobFailed("登记制度的权限已终止，未写入任何内容。")


@jobs.job(CATALOGUE.plan, alone=True, given_up=given_up)
def _plan(by: Actor, *, batch: int) -> str:
    _check_right(by)
    return plan_batch(by, batch, plan_policies)


@jobs.job(CATALOGUE.write, alone=True, given_up=given_up)
def _write(by: Actor, *, batch: int) -> str:
    _check_right(by)
    return write_batch(by, batch, import_policies)
