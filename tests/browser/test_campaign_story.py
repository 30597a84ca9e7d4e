"""A brand project in a real browser, with counted clicks: applied, refused, returned, approved, submitted, accepted."""

from datetime import timedelta

import pytest

from common import clock
from responsibilities.campaigns.models import Campaign
from tests.browser.chromium import DESK, PHONE, scrolls_sideways, violations
from tests.browser.hand import Hand

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def heading(page, word):
    page.wait_for_selector(f"h1:has-text('{word}')")


def sound(page):
    assert not scrolls_sideways(page) and violations(page) == []


def applies(secretary):
    """Apply, with each refusal on the way: nothing said, no milestone."""
    hand = Hand(secretary)
    hand.click("main a:has-text('申报品牌')")
    assert "系统已有，不用再填" in secretary.inner_text("main")
    hand.send("申报")
    assert "请填写“名称”。" in secretary.inner_text("main")
    sound(secretary)
    secretary.fill("#id_title", "红色帮办")
    secretary.select_option("#id_approach", "drive")
    secretary.fill("#id_problem", "群众多次跑")
    secretary.fill("#id_difference", "党员全程帮办")
    secretary.fill("#id_occasion", "高效办成一件事")
    hand.send("申报")
    assert "请至少写一个节点" in secretary.inner_text("main")
    assert secretary.input_value("#id_problem") == "群众多次跑", "what was typed is kept"
    secretary.fill("#id_m-0-name", "动员部署")
    secretary.fill("#id_m-0-due", (clock.today() + timedelta(days=30)).isoformat())
    hand.send("申报")
    heading(secretary, "红色帮办：已申报")
    assert hand.clicks == 4


def returned_and_changed(staff, secretary):
    """The office returns it, not without a reason; the branch changes it."""
    office = Hand(staff)
    office.click("main a:has-text('审定')")
    office.send("退回")
    assert "请填写退回原因" in staff.inner_text("main")
    staff.fill("#id_reason", "请写明怎样评价")
    office.send("退回")
    heading(staff, "红色帮办：已退回")
    secretary.reload()
    assert "请写明怎样评价" in secretary.inner_text("main")
    again = Hand(secretary)
    again.click("main a:has-text('修改申报')")
    secretary.fill("#id_difference", "党员全程帮办，群众当场评价")
    again.send("申报")
    assert (office.clicks, again.clicks) == (3, 2)


def done(phone):
    """Say that the milestone is done, before its date."""
    hand = Hand(phone)
    hand.click("main a:has-text('登记动员部署')")
    phone.fill("#id_text", "已动员")
    hand.send("登记结果")
    assert hand.clicks == 2
    sound(phone)


def accepts(staff, phone):
    """Accept it, not without a verdict and its reason, nor with a milestone that is still to come."""
    hand = Hand(staff)
    hand.click("main a.btn-primary:has-text('验收')")
    hand.send("验收")
    assert "请选择评定" in staff.inner_text("main")
    staff.check("input[name=level][value=passed]")
    staff.fill("#id_reason", "群众认可")
    hand.send("验收")
    assert "还没有完成，提前验收的请先办结" in staff.inner_text("main")
    done(phone)
    hand.send("验收")
    staff.wait_for_selector("main:has-text('品牌命名：红色帮办')")
    assert hand.clicks == 4
    sound(staff)


def test_a_brand_project_from_application_to_its_name_with_each_refusal(open_page, live_world, live_server, complaints):
    secretary = open_page("secretary_a", "/campaigns/", viewport=DESK)
    heading(secretary, "没有在办的载体")
    applies(secretary)
    campaign = Campaign.objects.get()
    address = f"/campaigns/{campaign.pk}/"
    staff = open_page("staff", address, viewport=DESK)
    returned_and_changed(staff, secretary)
    staff.goto(live_server.url + address)
    approving = Hand(staff)
    approving.click("main a:has-text('审定')")
    approving.send("批准")
    heading(staff, "1 个节点走完 0 个")
    sound(staff)
    phone = open_page("secretary_a", address, viewport=PHONE)
    sound(phone)
    handing = Hand(phone)
    handing.click("main a:has-text('报验收')")
    phone.check("input[name=own_level][value=good]")
    handing.send("报验收")
    assert (approving.clicks, handing.clicks) == (2, 2)
    staff.goto(live_server.url + address)
    accepts(staff, phone)
    staff.goto(f"{live_server.url}/campaigns/")
    sound(staff)
    campaign.refresh_from_db()
    assert campaign.state == "accepted"
    # Each refusal is an answer of its own.
    assert len(complaints) == 5 and all("422" in words for _, words in complaints)
    complaints.clear()
