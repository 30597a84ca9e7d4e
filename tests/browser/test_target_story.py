"""Aims in a real browser: shared out over the branches in two clicks and seen moving, a soft duty turned into an indicator."""

from decimal import Decimal

import pytest
from django.urls import reverse

from assessments.facts import fill as rollups
from assessments.schemes.models import SchemeVersion
from assessments.targets.models import TargetShare
from branches.places import tree
from common import clock
from common.operator import OPERATOR
from responsibilities.duties.models import Duty
from tests.assessments.targets.support import issued, plan_at, target_of
from tests.browser.chromium import DESK, PHONE, scrolls_sideways, violations
from tests.browser.hand import Hand
from tests.members.activities.records import submitted
from tests.responsibilities.duties.world import issue, make

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BRANCHES = 60


def sound(page):
    assert violations(page) == [] and not scrolls_sideways(page)


def test_a_target_is_shared_out_in_two_clicks_and_moves_after_a_record(open_page, live_world, live_server):
    world = live_world
    # One stands under the general branch, two under the committee.
    for number in range(BRANCHES - 3):
        tree.organisation_create(by=OPERATOR, name=f"第{number}支部", kind="branch", parent=world.committee)
    target = target_of(plan_at(world.committee), split="divided", planned=Decimal(BRANCHES + 1))
    url = reverse("target_detail", args=[target.pk])
    staff = open_page("staff", url, viewport=DESK)
    hand = Hand(staff)
    hand.click("main a:has-text('分解')")
    staff.wait_for_selector("button:has-text('确认分解')")
    sound(staff)
    hand.send("确认分解")
    assert hand.clicks == 2 and TargetShare.objects.filter(target=target).count() == BRANCHES
    issued(target.plan)
    rollups.fill()
    mine = open_page("secretary_a", url, viewport=PHONE)
    before = mine.inner_text("main")
    sound(mine)
    submitted(world.branch_a, world.secretary_a, kinds=["lecture"])
    rollups.fill()
    mine.reload()
    after = mine.inner_text("main")
    owed = TargetShare.objects.get(target=target, organisation=world.branch_a).planned
    assert f"不低于 {owed:.0f} 次" in before and "\n0 次\n" in before
    assert "\n1 次\n" in after and "\n0 次\n" not in after
    staff.goto(live_server.url + url)
    sound(staff)


def test_a_soft_duty_becomes_an_indicator(open_page, live_world, complaints):
    make(by=OPERATOR, year=clock.today().year)
    issue(year=clock.today().year)
    duty = Duty.objects.get(key="br-fee", list__organisation=live_world.branch_a)
    page = open_page("staff", reverse("duty_list_detail", args=[duty.list_id]), viewport=DESK)
    assert "软任务" in page.inner_text("main")
    sound(page)
    hand = Hand(page)
    hand.click(f"main a:text-is('{duty.text}')")
    hand.click("main a:has-text('转为指标')")
    page.wait_for_selector("#id_points")
    sound(page)
    hand.send("存入草稿")
    assert "分值" in page.inner_text("main"), "the points are missing"
    page.fill("#id_points", "2")
    hand.send("存入草稿")
    assert hand.clicks == 4, "one of them was refused"
    # The refusal is an answer of its own.
    assert len(complaints) == 1 and "422" in complaints[0][1]
    complaints.clear()
    draft = SchemeVersion.objects.get(state="draft")
    assert f"/schemes/{draft.pk}/" in page.url and duty.text in page.inner_text("main")
    sound(page)
