"""A member on the phone and his secretary at the desk: what is kept of him, a correction, who reads it; with counted clicks."""

import pytest
from django.urls import reverse

from members.activities.models import Attendance
from members.corrections.models import Correction
from tests.browser.chromium import DESK, PHONE, scrolls_sideways, settled, violations
from tests.browser.hand import Hand
from tests.members.activities.records import ahead_of
from tests.members.corrections.made import held, mine

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def sound(page):
    settled(page)
    assert not scrolls_sideways(page) and violations(page) == []


def test_from_signing_in_to_an_answer(open_page, live_world, live_server, tmp_path):
    world = live_world
    member = mine(world)
    held(member, title="档案里的机关故事")

    phone = open_page("member", reverse("home"), viewport=PHONE)
    assert phone.url.endswith(reverse("member_own")), "who has no post lands on his own page"
    sound(phone)
    hand = Hand(phone)
    hand.click("main a:has-text('档案里的机关故事')")
    phone.wait_for_selector("h1:has-text('档案里的机关故事')")
    sound(phone)
    assert hand.clicks == 1, "which meeting he missed is one tap away"
    phone.fill("#id_text", "当天公假，已向支部请假")
    hand.send("提出更正")
    assert hand.clicks == 2 and Correction.objects.get().state == "asked"
    sound(phone)
    own = phone.inner_text("main")
    assert "待核对" in own and "谁能看到我" in own
    assert "secretary_a 用户" in phone.inner_text("#who"), "who reads him stands on the same page"
    with phone.expect_download() as loading:
        hand.click("main button:has-text('导出数据')")
    loading.value.save_as(tmp_path / "own.json")
    assert "档案里的机关故事" in (tmp_path / "own.json").read_text() and hand.clicks == 3

    desk = open_page("secretary_a", reverse("home"), viewport=DESK)
    deciding = Hand(desk)
    desk.wait_for_selector("main a:has-text('甲四请求更正')")
    deciding.click("main a:has-text('甲四请求更正')")
    desk.wait_for_selector("button:has-text('认定属实')")
    sound(desk)
    deciding.send("认定属实")
    assert deciding.clicks == 2 and Correction.objects.get().state == "right"
    assert "到这次活动更正考勤" in desk.inner_text("main")
    sound(desk)
    desk.goto(live_server.url + reverse("member_detail", args=[member.pk]))
    sound(desk)
    desk.goto(live_server.url + reverse("member_meetings", args=[member.pk]))
    sound(desk)
    desk.goto(live_server.url + reverse("correction_list") + "?state=all")
    sound(desk)

    phone.goto(live_server.url + reverse("member_own"))
    assert "属实" in phone.inner_text("#corrections")
    sound(phone)
    assert Attendance.objects.get(member=member).state == "absent", "the record itself is corrected where it is kept"


def test_leave_on_the_phone_and_the_answer_at_the_desk(open_page, live_world, live_server):
    world = live_world
    meeting = ahead_of(world.branch_a, title="学习条例")
    phone = open_page("member", reverse("home"), viewport=PHONE)
    hand = Hand(phone)
    hand.click("#coming a:has-text('请假')")
    phone.wait_for_selector("h1:has-text('请假')")
    sound(phone)
    phone.fill("#id_reason", "公差")
    hand.send("请假")
    assert hand.clicks == 2 and "已请假，待同意" in phone.inner_text("#coming")
    sound(phone)

    desk = open_page("secretary_a", reverse("home"), viewport=DESK)
    answering = Hand(desk)
    desk.wait_for_selector("main a:has-text('甲四请假')")
    answering.click("main a:has-text('甲四请假')")
    desk.wait_for_selector("button:has-text('同意请假')")
    sound(desk)
    answering.send("同意请假")
    assert answering.clicks == 2
    entry = Attendance.objects.get(activity=meeting, member=mine(world))
    assert (entry.state, entry.reason) == ("leave", "公差")
    desk.goto(live_server.url + reverse("activity_edit", args=[meeting.pk]))
    assert desk.input_value(f"[name='why-{mine(world).pk}']") == "公差"

    phone.goto(live_server.url + reverse("member_own"))
    assert "已同意请假" in phone.inner_text("#coming")
    hand = Hand(phone)
    hand.click("#coming a:has-text('加到手机日历')")
    hand.click("button:has-text('生成地址')")
    phone.wait_for_selector("h1:has-text('手机日历地址已生成')")
    assert "/calendar/" in phone.input_value("[aria-label='日历地址']")
    sound(phone)


def test_in_the_dark_and_narrow(open_page, live_world, live_server):
    member = mine(live_world)
    held(member)
    page = open_page("secretary_a", reverse("member_detail", args=[member.pk]), viewport=PHONE)
    page.emulate_media(color_scheme="dark")
    page.reload()
    sound(page)
    for width in (720, 1024, 1366):
        page.set_viewport_size({"width": width, "height": 900})
        sound(page)
    own = open_page("member", reverse("member_own"), viewport=PHONE)
    own.emulate_media(color_scheme="dark")
    own.reload()
    sound(own)


def test_the_demo_has_a_leave_to_decide_and_a_record_of_unknown_length(signed_in):
    page = signed_in("shuji", viewport=DESK)
    page.goto(f"{page.home}{reverse('home_waiting')}")
    page.click("a:has-text('韩丽华请假')")
    page.wait_for_url("**/leave/**")
    assert "待同意" in page.inner_text("main") and page.locator("button:has-text('同意请假')").count() == 1
    page.goto(f"{page.home}{reverse('education_unknown')}")
    assert "集中学习政务数据共享条例" in page.inner_text("main")
