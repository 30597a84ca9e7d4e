"""Versions of a policy through their services: drafts, the next version, repeal, what lacks of a mechanism, who reads it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.reach.access import Forbidden
from common import clock
from common.errors import Conflict
from responsibilities.policies.models import PolicyVersion
from responsibilities.policies.selectors.policies import cards, current_counts, readable
from responsibilities.policies.services import issuing, runs
from responsibilities.policies.services import policies as services
from tests.responsibilities.policies.records import (
    PAPERS,
    STEPS,
    TODAY,
    at,
    begun,
    in_force,
    view_of,
    written,
)

pytestmark = pytest.mark.django_db


def test_a_draft_needs_what_decided_it_and_no_future_day(world):
    version = written(world, document="")
    with pytest.raises(ValidationError) as refused:
        issuing.policy_put_in_force(by=world.staff, version=version, in_force_from=TODAY)
    assert refused.value.message_dict == {"decided_in": ["请选择审议通过的记录，或填写文号。"]}
    version = written(world, title="另一项", issued_on=TODAY + timedelta(days=1))
    with pytest.raises(ValidationError, match="印发日期不能晚于今天。"):
        issuing.policy_put_in_force(by=world.staff, version=version, in_force_from=TODAY)


def test_who_does_not_assign_work_writes_nothing(world):
    for who in ("secretary_a", "leader", "discipline", "general_secretary"):
        with pytest.raises((Forbidden, Exception)) as refused:
            written(world, by=world.user(who))
        assert not isinstance(refused.value, ValidationError)
    assert not PolicyVersion.objects.exists()


def test_the_next_version_ends_the_last_on_the_eve_and_never_overlaps(world):
    first = in_force(world, since=date(2026, 3, 2))
    second = issuing.policy_revise(by=world.staff, policy=first.policy)
    assert [step.title for step in second.steps.all()] == [step.title for step in STEPS]
    assert issuing.policy_revise(by=world.staff, policy=first.policy) == second
    PolicyVersion.objects.filter(pk=second.pk).update(issued_on=date(2026, 3, 1), document="机党发〔2026〕9号")
    with pytest.raises(ValidationError, match="新版本生效日期应晚于现行版本（2026-03-02）。"):
        issuing.policy_put_in_force(by=world.staff, version=second, in_force_from=date(2026, 3, 2))
    issuing.policy_put_in_force(by=world.staff, version=second, in_force_from=date(2026, 11, 1))
    first.refresh_from_db()
    assert first.in_force_to == date(2026, 10, 31)
    day, found = date(2026, 10, 30), []
    while day < date(2026, 11, 3):
        found.append([row.number for row in PolicyVersion.objects.in_force(day)])
        day += timedelta(days=1)
    assert found == [[1], [1], [2], [2]]


def test_a_run_finishes_under_the_version_with_which_it_began(world):
    first = in_force(world)
    run = begun(world, first)
    second = issuing.policy_revise(by=world.staff, policy=first.policy)
    PolicyVersion.objects.filter(pk=second.pk).update(issued_on=TODAY, document="机党发〔2026〕9号")
    services.procedure_set(by=world.staff, version=second, steps=STEPS[:1], check=None)
    issuing.policy_put_in_force(by=world.staff, version=second, in_force_from=TODAY)
    assert view_of(run).run.version == first and len(view_of(run).steps) == 2
    assert len(view_of(begun(world, second)).steps) == 1
    with pytest.raises(Conflict):
        begun(world, first)


def test_steps_of_a_version_that_was_run_stay_the_rule_may_change(world):
    version = in_force(world, check=False)
    begun(world, version)
    with pytest.raises(Conflict, match="已经走过"):
        services.procedure_set(by=world.staff, version=version, steps=STEPS[:1], check=None)
    services.procedure_set(by=world.staff, version=version, steps=STEPS, check=services.CheckData(80))
    assert services.check_of(version).planned == 80


def test_steps_beyond_the_bounds_are_refused_with_their_number(world):
    steps = [STEPS[0], services.StepData("报告", "staff", 251, ["document"])]
    with pytest.raises(ValidationError) as refused:
        written(world, steps=steps)
    assert refused.value.message_dict == {"steps": ["第 2 步：办理时限为 0 至 250 个工作日。"]}
    vague = [services.StepData("报告", "", 3, ["document"])]
    assert services.incomplete_steps(vague) == ["“报告”没有写明由谁办理，保存后标为制度有、机制无。"]
    assert clock.today() == TODAY


def test_a_policy_without_procedure_or_rule_is_accepted_and_flagged(world):
    in_force(world, title="只有要求", steps=(), check=False)
    in_force(world, title="没有规则", check=False)
    in_force(world, title="齐全")
    found = {
        card.policy.title: (card.flags, card.mechanism.lacks) for card in cards(world.staff, readable(world.staff))
    }
    assert found == {
        "只有要求": (["no_mechanism"], "缺程序、缺考核规则"),
        "没有规则": (["no_mechanism"], "缺考核规则"),
        "齐全": (["complete"], ""),
    }


def test_a_repeal_does_not_reach_back_before_a_run(world, day):
    version = in_force(world)
    begun(world, version)
    at(day, "2026-11-05")
    begun(world, version, "branch_b", "secretary_b")
    act = {"by": world.staff, "version": version, "reason": "并入新制度"}
    with pytest.raises(ValidationError) as refused:
        issuing.policy_repeal(**act, day=date(2026, 11, 1))
    said = "2026-11-01 之后已启动 2 次程序，废止日期不能早于 2026-11-05。"
    assert refused.value.message_dict == {"day": [said]}
    assert issuing.policy_repeal(**act, day=date(2026, 11, 5)).in_force_to == date(2026, 11, 5)


def test_repealed_with_a_reason_runs_go_on(world):
    version = in_force(world, steps=PAPERS)
    run = begun(world, version)
    with pytest.raises(ValidationError, match="请填写废止原因。"):
        issuing.policy_repeal(by=world.staff, version=version, day=TODAY, reason="")
    issuing.policy_repeal(by=world.staff, version=version, day=TODAY, reason="并入新制度")
    runs.step_done(by=world.secretary_a, step=view_of(run).steps[0].row, text="已提出")
    with pytest.raises(Conflict):
        issuing.policy_revise(by=world.staff, policy=version.policy)


def test_who_reads_what(world):
    version = in_force(world, addressed=["general_branch"])
    in_force(world, title="发给支部的制度")
    written(world, title="草案")
    seen = {
        who: set(readable(world.user(who)).values_list("title", flat=True)) for who in ("secretary_a", "discipline")
    }
    assert seen["secretary_a"] == {"发给支部的制度"}
    assert seen["discipline"] == {"发给支部的制度", version.policy.title}
    assert "草案" in set(readable(world.staff).values_list("title", flat=True))
    assert current_counts(world.staff) == {"in_force": 2, "draft": 1, "repealed": 0}
    assert current_counts(world.secretary_a) == {"in_force": 1, "draft": 0, "repealed": 0}


def test_the_numbers_of_the_states_are_those_of_their_lists(world, as_):
    version = in_force(world, since=date(2026, 10, 30))
    issuing.policy_revise(by=world.staff, policy=version.policy)
    in_force(world, title="将要施行的", since=TODAY + timedelta(days=20), issued_on=TODAY)
    gone, again = (in_force(world, title=title, since=date(2026, 10, 30)) for title in ("废止的", "废止后重新起草的"))
    issuing.policy_revise(by=world.staff, policy=again.policy)
    for one in (gone, again):
        issuing.policy_repeal(by=world.staff, version=one, day=TODAY - timedelta(days=1), reason="并入新制度")
    written(world, title="草案")
    for who, numbers in (("staff", (2, 3, 1)), ("secretary_a", (2, 0, 2))):
        client = as_(who)
        for state, number in zip(("in_force", "draft", "repealed"), numbers, strict=True):
            answer = client.get(f"{reverse('policy_list')}?state={state}")
            counted = {item["label"]: item["count"] for item in answer.context["states"]}
            assert len(answer.context["page"].object_list) == number, (who, state)
            assert counted == dict(zip(("现行", "草案", "已废止"), numbers, strict=True)), who
