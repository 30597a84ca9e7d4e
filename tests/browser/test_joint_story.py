"""A joint activity in a real browser, with counted clicks: one branch invites, two take it up, a third finds no room."""

import pytest
from django.urls import reverse

from members.activities.models import ActivityHost
from members.resources.models import Offer
from tests.browser.chromium import DESK, PHONE, scrolls_sideways, violations
from tests.browser.hand import Hand
from tests.members.resources.made import planned

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def sound(page):
    assert not scrolls_sideways(page) and violations(page) == []


def joins(open_page, who, viewport):
    page = open_page(who, reverse("offer_list"), viewport=viewport)
    hand = Hand(page)
    hand.send("报名")
    assert "待答复" in page.inner_text("main")
    sound(page)
    return hand.clicks


def test_one_invites_two_take_it_up_and_both_are_hosts(open_page, live_world, live_server):
    record = planned(live_world.branch_a, live_world.secretary_a)
    owner = open_page("secretary_a", reverse("activity_detail", args=[record.pk]), viewport=DESK)
    inviting = Hand(owner)
    inviting.click("main a:has-text('邀请联办')")
    owner.wait_for_selector("#id_places")
    owner.fill("#id_places", "2")
    inviting.send("邀请")
    assert inviting.clicks == 2 and Offer.objects.get().places == 2
    assert joins(open_page, "secretary_b", DESK) == 1
    assert joins(open_page, "secretary_c", PHONE) == 1
    late = open_page("general_secretary", reverse("offer_list"), viewport=DESK)
    assert "名额已满" in late.inner_text("main") and not late.locator("button:has-text('报名')").count()
    owner.goto(live_server.url + reverse("home_waiting"))
    assert "乙处党支部报名参加“读书交流会”" in owner.inner_text("main")
    owner.goto(live_server.url + reverse("offer_list"))
    answering = Hand(owner)
    for _ in range(2):
        answering.send("同意")
    assert answering.clicks == 2
    hosts = set(ActivityHost.objects.filter(activity=record).values_list("organisation", flat=True))
    assert hosts == {live_world.branch_b.pk, live_world.branch_c.pk}
    sound(owner)
    guest = open_page("secretary_b", reverse("offer_list"), viewport=PHONE)
    assert "已同意" in guest.inner_text("main")
