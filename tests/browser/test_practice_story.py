"""A practice in a real browser, with counted clicks: proposed, refused, proven, written into a policy, adopted by another branch."""

import pytest

from responsibilities.policies.models import PolicyVersion
from responsibilities.practices.models import Adoption, Practice
from tests.browser.chromium import DESK, PHONE, scrolls_sideways, violations
from tests.browser.hand import Hand
from tests.responsibilities.practices.support import lived

STEPS = ("对好议题", "定牵头人", "会后三日内印发分工")
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def sound(page):
    assert not scrolls_sideways(page) and violations(page) == []


def heading(page, word):
    page.wait_for_selector(f"h1:has-text('{word}')")


def proposes(secretary):
    """Propose, with a refusal on the way: nothing said of the problem."""
    hand = Hand(secretary)
    hand.click("main a:has-text('推荐一项做法')")
    secretary.fill("#id_title", "周五联席半小时")
    secretary.fill("#id_steps", "\n".join(STEPS))
    hand.send("推荐")
    assert "请填写“解决什么问题”。" in secretary.inner_text("main")
    assert "定牵头人" in secretary.input_value("#id_steps"), "what was typed is kept"
    sound(secretary)
    secretary.fill("#id_problem", "一项业务走两遍会")
    secretary.select_option("#id_measure", "requirement.life-theme-day")
    hand.send("推荐")
    heading(secretary, "周五联席半小时：候选，待认定")
    assert hand.clicks == 3
    sound(secretary)


def decides(staff):
    """Prove it, not without a reason, and write it into a policy with its steps."""
    hand = Hand(staff)
    hand.click("main a:has-text('认定')")
    hand.send("认定")
    assert "请填写认定的依据。" in staff.inner_text("main")
    staff.fill("#id_reason", "按期率提高，会议减半")
    hand.send("认定")
    heading(staff, "周五联席半小时：还没有其他组织采用")
    hand.click("main a:has-text('定型为制度')")
    hand.send("起草制度")
    staff.wait_for_url("**/policies/versions/*/edit/")
    assert staff.input_value("#id_s-1-title") == "定牵头人"
    # A mechanism says who, in how many days, yielding what, and how it is assessed.
    for number in range(len(STEPS)):
        staff.select_option(f"#id_s-{number}-seat", "branch_secretary")
        staff.fill(f"#id_s-{number}-days", "3")
        staff.select_option(f"#id_s-{number}-yields", "document")
    staff.check("#id_has_check")
    staff.fill("#id_document", "机党发〔2026〕18号")
    staff.fill("#id_issued_on", staff.evaluate("new Date(Date.now() + 8 * 36e5).toISOString().slice(0, 10)"))
    hand.send("保存并施行")
    hand.send("施行")
    assert hand.clicks == 7


def test_a_practice_becomes_a_policy_and_is_adopted_by_another_branch(open_page, live_world, live_server, complaints):
    secretary = open_page("secretary_a", "/practices/", viewport=DESK)
    heading(secretary, "还没有典型经验")
    proposes(secretary)
    practice = Practice.objects.get()
    address = f"/practices/{practice.pk}/"
    staff = open_page("staff", address, viewport=DESK)
    decides(staff)
    assert PolicyVersion.objects.get().issued_at is not None
    staff.goto(live_server.url + address)
    staff.wait_for_selector(".dj-chip:has-text('已定型')")
    sound(staff)
    phone = open_page("secretary_b", address, viewport=PHONE)
    sound(phone)
    hand = Hand(phone)
    hand.send("乙处党支部采用")
    heading(phone, "周五联席半小时：1 个组织采用")
    assert hand.clicks == 1
    # Nothing is said of it before its months have passed.
    assert "报告结果" not in phone.inner_text("main")
    lived(Adoption.objects.get())
    phone.goto(live_server.url + address)
    hand.click("main a:has-text('报告结果')")
    phone.check("input[name=result][value=adapted]")
    phone.fill("#id_text", "改在周四")
    hand.send("报告结果")
    sound(phone)
    staff.goto(live_server.url + address)
    judging = Hand(staff)
    judging.click("main a:has-text('评定')")
    staff.check("input[name=level][value=better]")
    staff.fill("#id_reason", "分工有了记录")
    judging.send("评定")
    heading(staff, "1 个组织采用，1 个见效")
    sound(staff)
    staff.goto(f"{live_server.url}/practices/")
    heading(staff, "典型经验 1 项，1 项已成制度")
    sound(staff)
    assert Adoption.objects.get().level == "better"
    # Each refusal is an answer of its own.
    assert len(complaints) == 2 and all("422" in words for _, words in complaints)
    complaints.clear()
