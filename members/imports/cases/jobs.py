"""The jobs that read and write an uploaded ledger of those in development; what they share with others is in members/imports/worker.py."""

from branches.jobs import services as jobs
from branches.reach.access import holds_anywhere
from branches.reach.rights import MEMBERS
from common.operator import Actor
from members.imports.cases.plan import plan_cases
from members.imports.cases.write import import_cases
from members.imports.services import Work
from members.imports.worker import given_up, plan_batch, write_batch

CASES = Work("import_cases_plan", "import_cases")


def _check_right(by: Actor) -> None:
    if not holds_anywhere(by, MEMBERS):
        raise jobs.JobFailed("登记党员的权限已终止，未写入任何内容。")


@jobs.job(CASES.plan, alone=True, given_up=given_up)
def _plan(by: Actor, *, batch: int) -> str:
    _check_right(by)
    return plan_batch(by, batch, plan_cases)


@jobs.job(CASES.write, alone=True, given_up=given_up)
def _write(by: Actor, *, batch: int) -> str:
    _check_right(by)
    return write_batch(by, batch, import_cases)
