"""Writes of policies, their runs, their receipts, and of records that close steps or studied a policy."""

from datetime import date, timedelta

from common import clock
from common.operator import OPERATOR
from members.activities.services.states import activity_accept, activity_submit
from members.activities.services.ties import tie_confirm
from responsibilities.duties.models import DutyList
from responsibilities.duties.services.duties import duty_add
from responsibilities.policies.imports.write import import_policies
from responsibilities.policies.models import PolicyVersion, RunStep
from responsibilities.policies.services import issuing, runs
from responsibilities.policies.services.opening import runs_turn
from responsibilities.policies.services.policies import CheckData, StepData, procedure_set
from responsibilities.policies.services.receipts import policy_note
from responsibilities.policies.services.ties import (
    STEPS as STEP_TIES,
)
from responsibilities.policies.services.ties import (
    STUDIES,
    step_tie,
    study_tie,
    tie_of_step_confirm,
    untie,
)
from tests.assessments.facts.writes.agency import TODAY, write
from tests.members.activities.records import draft
from tests.responsibilities.duties.world import line
from tests.responsibilities.policies.records import PAPERS, STEPS, in_force, written

SINCE = TODAY - timedelta(days=15)


def _begun(a, **changes):
    version = in_force(a.world, since=SINCE, **changes)
    return runs.run_begin(by=a.world.secretary_a, version=version, organisation=a.world.branch_a, subject="食堂意见")


def _first(run):
    return RunStep.objects.filter(run=run).order_by("step__order").first()


def _later(tie):
    """A tie made an hour after its record was submitted, on a day whose clock stands still."""
    type(tie).objects.filter(pk=tie.pk).update(added=clock.now() + timedelta(hours=1))
    return tie


@write
def policy_issued(a):
    version = written(a.world, issued_on=SINCE)
    yield
    issuing.policy_put_in_force(by=a.world.staff, version=version, in_force_from=SINCE)


@write
def policy_revised(a):
    version = in_force(a.world, since=date(2026, 3, 2))
    second = issuing.policy_revise(by=a.world.staff, policy=version.policy)
    PolicyVersion.objects.filter(pk=second.pk).update(issued_on=SINCE, document="机党发〔2026〕9号")
    yield
    issuing.policy_put_in_force(by=a.world.staff, version=second, in_force_from=SINCE)


@write
def policy_repealed(a):
    version = in_force(a.world, since=date(2026, 3, 2))
    yield
    issuing.policy_repeal(by=a.world.staff, version=version, day=TODAY - timedelta(days=40), reason="并入新制度")


@write
def policy_mended(a):
    version = in_force(a.world, since=SINCE, check=False)
    yield
    procedure_set(by=a.world.staff, version=version, steps=STEPS, check=CheckData(90))


@write
def policy_noted(a):
    version = in_force(a.world, since=SINCE)
    yield
    policy_note(by=a.world.secretary_a, version=version, organisation=a.world.branch_a)


@write
def policy_studied(a):
    version = in_force(a.world, since=SINCE)
    record = draft(a.world.branch_a, a.world.secretary_a, title="学习意见建议办理制度")
    study_tie(by=a.world.secretary_a, activity=record, version=version)
    record = activity_submit(by=a.world.secretary_a, activity=record)
    yield
    activity_accept(by=a.world.staff, activity=record)


@write
def policy_study_confirmed(a):
    version = in_force(a.world, since=SINCE)
    record = activity_submit(by=a.world.secretary_a, activity=draft(a.world.branch_a, a.world.secretary_a))
    record = activity_accept(by=a.world.staff, activity=record)
    tie = _later(study_tie(by=a.world.secretary_a, activity=record, version=version))
    yield
    tie_confirm(by=a.world.staff, table=STUDIES, tie=tie)


@write
def run_begun(a):
    version = in_force(a.world, since=SINCE)
    yield
    runs.run_begin(by=a.world.secretary_a, version=version, organisation=a.world.branch_a, subject="食堂意见")


@write
def runs_opened(a):
    version = in_force(a.world, since=SINCE, trigger="record", trigger_kinds=["visit"])
    record = draft(a.world.branch_a, a.world.secretary_a, kinds=["visit"], day=TODAY)
    activity_submit(by=a.world.secretary_a, activity=record)
    yield
    assert runs_turn() == 1 and version.pk


@write
def step_done_by_hand(a):
    run = _begun(a, steps=PAPERS)
    yield
    runs.step_done(by=a.world.secretary_a, step=_first(run), text="已提出")


@write
def step_skipped(a):
    # Of two, the other would fall due in its place.
    run = _begun(a, steps=STEPS[:1])
    yield
    runs.step_skip(by=a.world.staff, step=_first(run), reason="已合并")


@write
def run_cancelled(a):
    run = _begun(a)
    yield
    runs.run_cancel(by=a.world.staff, run=run, reason="事项取消")


def _tied(a):
    run = _begun(a)
    record = draft(a.world.branch_a, a.world.secretary_a, kinds=["committee_meeting"])
    step_tie(by=a.world.secretary_a, activity=record, step=_first(run))
    return activity_submit(by=a.world.secretary_a, activity=record), _first(run)


@write
def step_closed_by_a_record(a):
    record, _ = _tied(a)
    yield
    activity_accept(by=a.world.staff, activity=record)


@write
def step_opened_again_as_its_record_loses_its_tie(a):
    record, step = _tied(a)
    record = activity_accept(by=a.world.staff, activity=record)
    yield
    untie(a.world.secretary_a, STEP_TIES, record, step.pk, "关联错了")


@write
def step_tie_confirmed(a):
    run = _begun(a)
    record = draft(a.world.branch_a, a.world.secretary_a, kinds=["committee_meeting"])
    record = activity_submit(by=a.world.secretary_a, activity=record)
    record = activity_accept(by=a.world.staff, activity=record)
    tie = _later(step_tie(by=a.world.secretary_a, activity=record, step=_first(run)))
    yield
    tie_of_step_confirm(by=a.world.staff, tie=tie)


@write
def catalogue_read_in(a):
    version = in_force(a.world, since=SINCE, steps=(), check=False)
    yield
    lines = [
        "制度名称,印发日期,适用组织,步骤,由谁办理,几个工作日,形成什么,按期率应达（%）",
        f"{version.policy.title},{SINCE},党支部,研究,党支部书记,5,支委会,90",
        f"联席研究制度,{TODAY},党支部,,,,,",
    ]
    import_policies(a.world.staff, {"policies": ("\n".join(lines).encode("utf-8-sig"), "目录.csv")})


def _owed(a, version):
    """A duty of the first branch that a run of a policy's procedure proves."""
    own = DutyList.objects.get(level="branch", organisation=a.world.branch_a)
    duty_add(by=OPERATOR, duty_list=own, data=line(period="year", policy=version.policy), reason="补")


@write
def run_of_a_duty_begun_and_finished(a):
    version = in_force(a.world, since=SINCE, steps=PAPERS[:1])
    _owed(a, version)
    run = runs.run_begin(by=a.world.secretary_a, version=version, organisation=a.world.branch_a, subject="食堂意见")
    yield
    runs.step_done(by=a.world.secretary_a, step=_first(run), text="已提出")


@write
def run_of_a_duty_finished_by_a_record_of_the_committee(a):
    version = in_force(a.world, since=SINCE, steps=[StepData("委员会研究", "staff", 5, ["committee_plenary"])])
    _owed(a, version)
    run = runs.run_begin(by=a.world.secretary_a, version=version, organisation=a.world.branch_a, subject="食堂意见")
    record = draft(a.world.committee, a.world.staff, kinds=["committee_plenary"])
    step_tie(by=a.world.staff, activity=record, step=_first(run))
    record = activity_submit(by=a.world.staff, activity=record)
    yield
    activity_accept(by=a.world.committee_secretary, activity=record)
