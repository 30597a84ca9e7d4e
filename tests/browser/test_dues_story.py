"""A month of dues in a real browser: everybody is chosen already, two clicks; amounts pasted, checked, confirmed; above only states."""

import os

import pytest
import time_machine
from django.urls import reverse

from common import clock
from members.dues.models import DuesPayment, DuesRate
from tests.browser.chromium import DESK, PHONE, scrolls_sideways, violations
from tests.browser.hand import Hand
from tests.members.dues.made import fixed, this_month, used

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def sound(page, name=""):
    assert not scrolls_sideways(page) and violations(page) == []
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png", full_page=True)


def test_amounts_are_pasted_and_a_month_is_noted_in_two_clicks(open_page, live_world, live_server):
    world, year = live_world, clock.today().year
    page = open_page("secretary_a", reverse("dues_rates", args=[year]), viewport=DESK)
    sound(page, "rates")
    page.fill("#id_text", "甲一\t5001\n甲二\t8000\n甲三\t12000\n甲四\t6000\t退休\n甲五\t4000\n")
    hand = Hand(page)
    hand.send("计算并核对")
    assert not DuesRate.objects.exists() and "75.02" in page.inner_text("main")
    sound(page, "check")
    hand.send("确认核定")
    assert hand.clicks == 2 and DuesRate.objects.count() == 5
    sound(page, "rates-fixed")

    phone = open_page("secretary_a", reverse("home_waiting"), viewport=PHONE)
    phone.goto(live_server.url + reverse("dues_month", args=[this_month()]))
    sound(phone, "month-phone")
    noting = Hand(phone)
    phone.uncheck("input[aria-label='甲五已交纳']")
    noting.send("登记勾选的已交纳")
    assert noting.clicks == 1 and DuesPayment.objects.count() == 4
    sound(phone, "month-phone-done")

    used(world)
    for name, address in (
        ("month", reverse("dues_month", args=[this_month()])),
        ("publish", reverse("dues_publish", args=[year])),
        ("uses", reverse("dues_uses", args=[year])),
        ("own", reverse("member_detail", args=[world.people("branch_a")[3].pk])),
    ):
        page.goto(live_server.url + address)
        sound(page, name)


def test_a_year_of_dues_is_twelve_times_two_clicks(open_page, live_world, live_server):
    """From the front page: the line of the month, then the button; everybody is chosen already, nothing is typed."""
    people = live_world.people("branch_a")
    fixed(live_world, year=2027)
    clicks = 0
    for month in range(1, 13):
        with time_machine.travel(f"2027-{month:02d}-25T09:30:00+08:00"):
            page = open_page("secretary_a", "/", viewport=DESK)
            hand = Hand(page)
            with page.expect_navigation():
                hand.click(f"main a:has-text('{month}月党费')")
            assert page.locator("main input[name=members]:checked").count() == len(people), month
            hand.send("登记勾选的已交纳")
            assert f"{month}月党费：已交 {len(people)} 人，未交 0 人" in page.inner_text("main"), month
            clicks += hand.clicks
            page.context.close()
    assert clicks == 24
    paid = DuesPayment.objects.filter(month__year=2027)
    assert paid.count() == 12 * len(people) and {row.month.month for row in paid} == set(range(1, 13))


def test_above_reads_numbers_in_the_dark_too(open_page, live_world, live_server):
    fixed(live_world)
    page = open_page("staff", reverse("dues_list"), viewport=DESK, color_scheme="dark")
    assert "甲处党支部" in page.inner_text("main")
    sound(page, "list-dark")
    page.goto(live_server.url + f"{reverse('dues_month', args=[this_month()])}?organisation={live_world.branch_a.pk}")
    assert page.locator("main input[type=checkbox]").count() == 0
    sound(page, "month-above-dark")
