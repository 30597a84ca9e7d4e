"""Business work and duties in a real browser, with counted clicks: link, prove, issue, mend."""

import re

import pytest

from common import clock
from responsibilities.duties.models import Duty, DutyList, Level
from responsibilities.duties.progress import duty_slots
from tests.browser.chromium import DESK, PHONE, settled
from tests.browser.hand import Hand

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def recorded(page, title):
    """Fill in the text of a record as far as it is typed, and wait until it has saved itself."""
    page.goto(f"{page.home}/activities/new/?kind=theme_day")
    page.fill("#id_title", title)
    page.fill("#id_content", "一、到现场了解情况。二、讨论分工。")


def test_the_way_from_the_workbench_to_the_evidence_and_back(signed_in):
    """Every click is counted, the first on the workbench included."""
    page = signed_in("shuji", viewport=DESK)
    page.goto(page.home + "/")
    settled(page)
    loss = page.locator(".dj-losses li", has_text="电子证照扩面应用").first
    # The lost point leads to the stage; what is to be done leads to its evidence at once.
    assert re.search(r"/sync/\d+/#stage-", loss.locator("a:has-text('去补齐')").get_attribute("href"))
    hand = Hand(page)
    hand.click("main a[href*='/evidence/']:has-text('电子证照扩面应用')")
    page.wait_for_selector(".pick-row")
    hand.click(".pick-row a.pick-title >> nth=0")
    if not page.input_value("#id_sentence"):
        page.fill("#id_sentence", "党员骨干在活动后到窗口带班，推广证照免提交办理")
    hand.click("button:has-text('选用，报上级确认')")
    page.wait_for_load_state()
    page.goto(page.home + "/")
    settled(page)
    assert hand.clicks == 3
    texts = page.locator(".dj-losses li").all_inner_texts()
    assert not any("电子证照扩面应用”实施环节未见党建记录" in text for text in texts)


def test_linking_a_record_to_a_stage_costs_one_click_more(signed_in):
    page = signed_in("shuji", viewport=PHONE)
    hand = Hand(page)
    recorded(page, "现场办公推进整改")
    hand.click("text=全部出席")
    page.wait_for_selector("[data-draft] .stage-chip")
    name = page.inner_text("[data-links] .stage-chip >> nth=0").split("　")[0].strip()
    page.fill("#id_content", f"一、学习文件。二、研究{name}的分工。")
    # The draft saves itself before the chip takes the sentence from it; two cores may be busy.
    page.wait_for_timeout(5000)
    # Which stage stands first may change with what the record says.
    hand.click(f"[data-links] .stage-chip:has-text('{name}') >> nth=0")
    page.wait_for_selector(".stage-linked a")
    label = page.inner_text(".stage-linked a >> nth=0")
    hand.click("button:has-text('提交审核')")
    page.wait_for_url(re.compile(r"/activities/\d+/(#counts)?$"))
    assert hand.clicks == 3
    settled(page)
    linked = page.inner_text("main")
    assert label.split("　")[0].split("：")[0].strip() in linked
    # The panel says what it does for the stage.
    assert "四同步" in linked


def test_existing_evidence_is_attached_from_the_board_in_two_clicks(signed_in):
    page = signed_in("ganbu", viewport=DESK)
    page.goto(f"{page.home}/sync/?word=政务数据共享攻坚")
    before = int(re.search(r"(\d+) 处不同步", page.inner_text("h1"))[1])
    hand = Hand(page)
    hand.click("a:has-text('补佐证')")
    page.wait_for_selector("text=写到了这项业务")
    hand.click("button:has-text('选用，报上级确认')")
    page.wait_for_load_state()
    assert hand.clicks == 2
    page.goto(f"{page.home}/sync/?word=政务数据共享攻坚")
    assert len(set(page.locator("text=未见 >> visible=true").all_inner_texts())) == 1 and before == 3


def test_lists_are_issued_at_five_levels_and_a_duty_closes_by_a_record(open_page, live_world, live_server):
    staff = open_page("staff", "/duties/lists/make/", viewport=DESK)
    for box in staff.query_selector_all("main input[type=checkbox]"):
        box.check()
    staff.click("main button[type=submit] >> visible=true")
    staff.wait_for_load_state()
    year = clock.today().year
    assert set(DutyList.objects.filter(year=year).values_list("level", flat=True)) == set(Level)
    for level in Level:
        staff.goto(f"{live_server.url}/duties/lists/issue/?year={year}&level={level}")
        staff.fill("#id_document", "测试党〔2026〕1号")
        staff.click("main button[type=submit] >> visible=true")
        staff.wait_for_load_state()
    assert not DutyList.objects.exclude(state="issued").exists()
    duty = Duty.objects.get(key="br-theme", list__organisation=live_world.branch_a)
    month = f"{clock.today():%Y-%m}"

    def state():
        fresh = Duty.objects.select_related("list__organisation", "list__holder", "list__member").filter(pk=duty.pk)
        return next(slot.state for slot in duty_slots(list(fresh))[duty.pk] if month in slot.key)

    assert state() == "open"
    page = open_page("secretary_a", "/activities/new/?kind=theme_day", viewport=PHONE)
    page.fill("#id_content", "一、参观。二、讨论。")
    page.click("text=全部出席")
    page.click("button:has-text('提交审核')")
    page.wait_for_url(re.compile(r"/activities/\d+/(#counts)?$"))
    settled(page)
    assert duty.text in page.inner_text("main")
    assert state() == "closed"
    page.goto(f"{live_server.url}/duties/{duty.pk}/?show=all")
    # Proved by a record that waits for its review, and says so.
    assert page.locator("text=待审核").count()
