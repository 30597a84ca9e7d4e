"""A transfer between two branches in a real browser, both secretaries at their desks, with counted clicks."""

import pytest
from django.urls import reverse

from members.roster.models.members import Membership
from members.transfers.models import Transfer
from tests.browser.chromium import DESK, PHONE, scrolls_sideways, violations
from tests.browser.hand import Hand

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def sound(page):
    assert not scrolls_sideways(page) and violations(page) == []


def test_one_gives_the_other_receives_and_the_member_belongs_to_one_at_a_time(open_page, live_world, live_server):
    world = live_world
    member = world.people("branch_a")[3]
    giver = open_page("secretary_a", reverse("member_detail", args=[member.pk]), viewport=DESK)
    giving = Hand(giver)
    giving.click("main a:has-text('转接组织关系')")
    giver.wait_for_selector("#id_taker")
    sound(giver)
    giver.select_option("#id_taker", label=world.branch_b.label)
    giving.send("转出")
    assert giving.clicks == 2 and Transfer.objects.get().state == "asked"
    assert "待乙处党支部接收" in giver.inner_text("h1")
    sound(giver)

    taker = open_page("secretary_b", reverse("transfer_list"), viewport=PHONE)
    assert "1 件组织关系待您接收" in taker.inner_text("h1")
    sound(taker)
    taking = Hand(taker)
    taking.send("今天接收")
    assert taking.clicks == 1 and "已由乙处党支部接收" in taker.inner_text("h1")
    sound(taker)
    assert Membership.objects.filter(member=member, ends__isnull=True).get().organisation == world.branch_b

    giver.goto(live_server.url + reverse("transfer_list") + "?state=all")
    assert "已接收" in giver.inner_text("main")
    sound(giver)
    giver.goto(live_server.url + reverse("member_roll", args=[world.branch_a.pk]))
    assert "甲四" not in giver.inner_text("main")
    sound(giver)
