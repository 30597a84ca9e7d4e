"""Runs that begin: by hand, with a period, with a record; where their steps wait."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from branches.places import tree
from branches.reach.access import Forbidden
from common.errors import Conflict
from common.operator import OPERATOR
from responsibilities.policies.models import PolicyRun, PolicyVersion
from responsibilities.policies.services import issuing
from responsibilities.policies.services import policies as services
from responsibilities.policies.services.opening import runs_turn
from tests.members.activities.records import submitted
from tests.responsibilities.policies.records import (
    TODAY,
    at,
    begun,
    confirmed,
    in_force,
    view_of,
)

pytestmark = pytest.mark.django_db


def test_who_answers_for_an_organisation_begins_and_nobody_in_its_place(world, as_):
    version = in_force(world)
    url, page = reverse("policy_begin", args=[version.policy_id]), reverse("policy_detail", args=[version.policy_id])
    said = {"organisation": world.branch_a.pk, "subject": "食堂意见"}
    above = {"leader": "branch_a", "party_secretary": "branch_a", "staff": "branch_a", "general_secretary": "branch_c"}
    for who, place in above.items():
        client = as_(who)
        assert url not in client.get(page).content.decode(), who
        assert client.get(url).status_code == client.post(url, said).status_code == 403, who
        with pytest.raises(Forbidden):
            begun(world, version, place, by=who)
    assert not PolicyRun.objects.exists()
    # A sister answers for itself alone, the office for the committee.
    assert as_("secretary_b").post(url, said).status_code == 422
    assert as_("secretary_a").post(url, said).status_code == 302
    own = in_force(world, title="机关党委议事制度", document="机党发〔2026〕5号", addressed=[])
    url = reverse("policy_begin", args=[own.policy_id])
    said = {"organisation": world.committee.pk, "subject": "食堂意见"}
    assert as_("leader").post(url, said).status_code == 403 and as_("staff").post(url, said).status_code == 302
    assert set(PolicyRun.objects.values_list("organisation", flat=True)) == {world.branch_a.pk, world.committee.pk}


def test_periodic_runs_open_on_the_first_day_once_for_each_branch(world, day):
    version = in_force(world, title="每月谈心制度", trigger="month")
    assert PolicyRun.objects.filter(version=version).count() == 3, "those of the running month open with it"
    assert {run.opened_on for run in PolicyRun.objects.all()} == {date(2026, 11, 1)}
    assert runs_turn() == 0
    at(day, "2026-12-03")
    assert runs_turn() == 3 and runs_turn() == 0
    run = PolicyRun.objects.filter(organisation=world.branch_a).latest("pk")
    assert (run.period, run.opened_on, run.subject) == ("2026-12", date(2026, 12, 1), "每月谈心制度（2026年12月）")


def test_the_first_periodic_run_is_that_of_the_first_period_that_begins_under_the_rule(world, day):
    """What was held in a month before the rule applied could not be tied to a run of it: none is opened for that month."""
    record = confirmed(world.branch_a, world.secretary_a, world.staff, kinds=["theme_day"])
    at(day, "2026-11-19")
    steps = [services.StepData("主题党日", "branch_secretary", 18, ["theme_day"])]
    version = in_force(world, title="主题党日备案制度", since=date(2026, 11, 19), steps=steps, trigger="month")
    assert record.day <= TODAY and not PolicyRun.objects.exists() and runs_turn() == 0
    at(day, "2026-12-01")
    assert runs_turn() == 3
    assert set(PolicyRun.objects.values_list("version", "period")) == {(version.pk, "2026-12")}
    # The next version of the same policy takes over from the month that goes on.
    second = issuing.policy_revise(by=world.staff, policy=version.policy)
    PolicyVersion.objects.filter(pk=second.pk).update(issued_on=date(2026, 12, 1), document="机党发〔2026〕9号")
    at(day, "2026-12-10")
    issuing.policy_put_in_force(by=world.staff, version=second, in_force_from=date(2026, 12, 10))
    assert runs_turn() == 0
    at(day, "2027-01-04")
    assert runs_turn() == 3 and PolicyRun.objects.filter(version=second, period="2027-01").count() == 3


def test_a_branch_founded_within_the_month_begins_with_its_founding(world, day):
    in_force(world, title="每月谈心制度", trigger="month")
    at(day, "2026-11-20")
    place = tree.organisation_create(
        by=OPERATOR, name="中共云川市测试局丁处支部委员会", short_name="丁处党支部", kind="branch",
        founded=date(2026, 11, 18), parent=world.committee,
    )  # fmt: skip
    runs_turn()
    assert PolicyRun.objects.get(organisation=place).opened_on == date(2026, 11, 18)


def test_a_run_opens_with_the_record_that_begins_it(world, day):
    in_force(world, title="走访跟进制度", trigger="record", trigger_kinds=["visit"])
    at(day, "2026-11-10")
    record = submitted(world.branch_a, world.secretary_a, kinds=["visit"], title="走访老党员")
    submitted(world.branch_b, world.secretary_b, kinds=["theme_day"])
    assert runs_turn() == 1 and runs_turn() == 0
    run = PolicyRun.objects.get()
    assert (run.organisation, run.activity, run.subject, run.opened_on) == (
        world.branch_a,
        record,
        "走访老党员",
        record.day,
    )


def test_a_seat_that_nobody_holds_waits_at_the_next_level_above(world):
    steps = (services.StepData("总支审议", "general_branch", 5, ["document"]),)
    version = in_force(world, steps=steps)
    run = begun(world, version, "branch_c", "secretary_c")
    assert view_of(run).steps[0].row.organisation == world.general
    world.general_secretary.appointments.update(ends=TODAY - timedelta(days=1))
    run = begun(world, version, "branch_c", "secretary_c")
    (one,) = view_of(run).steps
    assert one.row.organisation == world.committee and one.vacant == "直属单位党总支目前无人担任党总支"


def test_where_there_is_no_such_level_the_next_one_has_it(world):
    steps = (services.StepData("总支审议", "general_branch", 5, ["document"]),)
    run = begun(world, in_force(world, steps=steps))
    assert view_of(run).steps[0].row.organisation == world.committee


def test_a_procedure_without_a_step_that_must_be_done_is_not_begun(world):
    steps = [services.StepData("提出意见", "branch_secretary", 5, ["document"], optional=True)]
    version = in_force(world, steps=steps, trigger="month")
    assert not PolicyRun.objects.exists() and runs_turn() == 0
    with pytest.raises(Conflict, match="程序没有必办的步骤，不能启动。"):
        begun(world, version)
