"""A second factor on the phone: enrolled from the security page with the key that is shown, then asked at the sign-in."""

import re
import time

import pytest

from branches.access.models import FactorDevice
from tests.browser.chromium import scrolls_sideways, settled, violations
from tests.browser.conftest import sign_in
from tests.security.conftest import PASSWORD
from tests.security.factors import shown

pytestmark = [pytest.mark.browser]


def _next_code(key):
    """Wait until the app shows a code that was not used yet; at most one step of 30 seconds, mostly nothing."""
    FactorDevice.objects.update(last_step=int(time.time()) // 30 - 2)
    return shown(key)


def test_it_is_enrolled_and_asked_for_on_the_phone(live_server, live_world, contexts, complaints):
    user = live_world.secretary_a
    user.set_password(PASSWORD)
    user.save()
    page = contexts().new_page()
    sign_in(page, live_server.url, user.username, PASSWORD)
    page.goto(f"{live_server.url}/account/security/")
    page.click("main a:has-text('启用两步验证')")
    page.wait_for_selector("button:has-text('开始')")
    assert violations(page) == []
    page.click("button:has-text('开始')")
    picture = page.wait_for_selector(".factor-picture img")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0"), "the content policy shows it"
    assert not scrolls_sideways(page)
    page.click("summary:has-text('手工输入密钥')")
    key = page.inner_text(".factor-key code")
    settled(page)
    assert violations(page) == []
    page.fill("#id_code", shown(key))
    page.click("button:has-text('确认启用')")
    page.wait_for_selector("text=只显示这一次")
    codes = page.locator(".recovery-codes code").all_inner_texts()
    assert len(codes) == 10 and violations(page) == []
    page.click("a:has-text('已保存')")
    page.wait_for_selector("text=两步验证已启用")

    other = contexts().new_page()
    other.goto(f"{live_server.url}/login/?next=/account/security/")
    other.fill("#id_username", user.username)
    other.fill("#id_password", PASSWORD)
    other.keyboard.press("Enter")
    other.wait_for_url("**/login/code/")
    assert other.evaluate("document.activeElement.id") == "id_code" and violations(other) == []
    other.fill("#id_code", "000000" if shown(key) != "000000" else "111111")
    other.keyboard.press("Enter")
    other.wait_for_selector("text=验证码不正确")
    complaints.clear()  # the console calls an answer with 401 an error
    FactorDevice.objects.update(throttling_failure_count=0)
    other.fill("#id_code", _next_code(key))
    other.keyboard.press("Enter")
    other.wait_for_url("**/account/security/")
    assert re.search("2 处登录", other.inner_text("h1"))
