"""From the roster's posts to a secretary at work: list, check, slips on paper, the first sign-in on a phone."""

import re

import pytest

from branches.reach.models import Appointment
from tests.browser.chromium import DESK, scrolls_sideways, settled, violations
from tests.browser.conftest import sign_in
from tests.security.conftest import PASSWORD

pytestmark = [pytest.mark.browser]

OWN = "清晨江边石阶上的第三只白鹭"


def _sheets(pdf):
    return len(re.findall(rb"/Type\s*/Page[^s]", pdf))


def _busy_and_back(page):
    """It takes seconds for many: the button says so and cannot be pressed again; back on the page it is as it was."""
    page.evaluate("document.addEventListener('submit', (event) => event.preventDefault(), { once: true })")
    page.click("main button:has-text('任命并建立账号')")
    page.wait_for_selector("main button:disabled:has-text('正在建立 2 个账号…')")
    page.evaluate("window.dispatchEvent(new Event('pageshow'))")


def test_from_the_roster_to_the_first_sign_in(live_server, live_world, contexts):
    Appointment.objects.filter(role="branch_secretary").update(ends="2020-01-01")
    giver = live_world.committee_secretary
    giver.set_password(PASSWORD)
    giver.save()
    page = contexts(viewport=DESK).new_page()
    sign_in(page, live_server.url, giver.username, PASSWORD)
    page.goto(f"{live_server.url}/slips/secretaries/")
    assert violations(page) == []
    page.locator("label:has-text('丙一')").click()
    page.click("main button:has-text('核对所选')")
    page.wait_for_selector("text=任命 2 位书记，建立 2 个账号？")
    settled(page)
    assert violations(page) == []
    page.get_by_label("甲一的用户名").fill("shuji.jia")
    _busy_and_back(page)
    page.click("main button:enabled:has-text('任命并建立账号')")
    page.wait_for_selector(".slip-sheet")
    codes = page.locator(".slip-code").all_inner_texts()
    assert len(codes) == 2 and "jiayi" not in page.inner_text(".slip-sheet")
    assert violations(page) == []

    # Nine on paper are two sheets, and no slip is cut by the end of one.
    page.evaluate("""() => {
        const sheet = document.querySelector(".slip-sheet"), one = sheet.firstElementChild;
        while (sheet.children.length < 9) sheet.append(one.cloneNode(true));
    }""")
    page.emulate_media(media="print")
    tall = page.evaluate("[...document.querySelectorAll('.slip')].map(slip => slip.scrollHeight - slip.clientHeight)")
    assert max(tall) <= 1, "everything is within its slip"
    assert _sheets(page.pdf(prefer_css_page_size=True)) == 2

    phone = contexts().new_page()
    sign_in(phone, live_server.url, "shuji.jia", codes[0])
    phone.wait_for_selector(f"text=此口令条由{giver.name}于")
    assert violations(phone) == [] and not scrolls_sideways(phone)
    phone.fill("#id_new_password", OWN)
    phone.fill("#id_again", OWN)
    phone.click("main button:has-text('设置密码')")
    phone.wait_for_url("**/account/links/")
    phone.click("button:has-text('是我本人')")
    phone.wait_for_selector("text=已确认")
    phone.goto(f"{live_server.url}/activities/")
    assert "甲处党支部" in phone.inner_text("body")

    page.emulate_media(media="screen")
    page.goto(f"{live_server.url}/slips/")
    assert page.locator("tr:has-text('shuji.jia')").inner_text().count("已启用") == 1
    assert page.locator("tr:has-text('yiyi')").inner_text().count("未使用") == 1
    assert violations(page) == []
