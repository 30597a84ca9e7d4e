"""A run that records close: the branch writes the record it writes anyway, the slot has ticked the step, nothing is typed for it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from common import clock
from members.activities.services.states import activity_accept
from responsibilities.policies.models import RunStep, StepRecord
from responsibilities.policies.selectors.steps import run_views
from responsibilities.policies.services.policies import StepData
from responsibilities.policies.services.runs import run_begin
from tests.browser.hand import Hand
from tests.members.activities.records import only
from tests.responsibilities.policies.records import in_force

pytestmark = pytest.mark.browser
STEPS = (StepData("党员大会通报", "branch_secretary", 10, ["assembly"]),)


def test_a_record_closes_a_step_with_no_click_of_its_own(live_world, open_page):
    version = in_force(live_world, since=clock.today() - timedelta(days=30), steps=STEPS)
    run = run_begin(by=live_world.secretary_a, version=version, organisation=live_world.branch_a, subject="食堂意见")
    page = open_page("secretary_a", f"{reverse('activity_new')}?organisation={live_world.branch_a.pk}&kind=assembly")
    hand = Hand(page)
    page.fill("#id_content", "一、通报食堂意见办理情况。二、讨论。")
    page.wait_for_selector("input[name=belongs]:checked")
    hand.click("text=全部出席")
    hand.click("button:has-text('提交审核')")
    page.wait_for_url("**/activities/*/#counts")
    record = only()
    assert hand.clicks == 2, "as many as without a policy"
    tie = StepRecord.objects.active().get()
    assert tie.activity == record and tie.source == "system"
    activity_accept(by=live_world.staff, activity=record)
    assert run_views([run])[0].closed_on == record.day
    assert not RunStep.objects.exclude(text="", done_on=None).exists()
