"""Each state of a duty, reached by clicks as its holder and as his superior."""

import pytest

from common import clock
from responsibilities.duties.models import DutyList, DutyReport, Level
from tests.browser.chromium import DESK, PHONE
from tests.browser.hand import Hand
from tests.responsibilities.duties.world import duty, issue, make, record, slot

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def lists(live_world):
    """Return a function that issues the branches' lists of a year, so many years from this one, and returns the year."""

    def issued(years=0):
        year = clock.today().year + years
        make(levels=[Level.BRANCH], year=year)
        issue(year=year)
        return year

    return issued


def line(page, word):
    """Return the text of the first line (a duty, or one of its periods) in which `word` stands."""
    return page.inner_text(f".duty-slots li:has-text('{word}') >> nth=0")


def reported(page, word, text):
    """Report in words on the line in which `word` stands: two clicks and the text."""
    hand = Hand(page)
    hand.click(f".duty-slots li:has-text('{word}') a:text-is('报告')")
    page.fill("#id_text", text)
    hand.send("报告")
    assert hand.clicks == 2


def test_a_duty_in_words_is_noted_reported_returned_reported_again_and_accepted(
    open_page, live_world, live_server, lists
):
    year = str(lists())
    one = duty("br-promise", organisation=live_world.branch_a)
    holder = open_page("secretary_a", "/duties/own/", viewport=PHONE)
    Hand(holder).click("button:has-text('知悉')")
    holder.wait_for_selector("text=已知悉")
    assert not holder.locator("button:has-text('知悉')").count()
    above = open_page("staff", "/duties/lists/?level=branch", viewport=DESK)
    noted = {
        row.organisation.label: above.inner_text(f"tr:has-text('{row.organisation.label}') td >> nth=-1")
        for row in DutyList.objects.all()
    }
    assert noted["甲处党支部"].startswith(live_world.secretary_a.name)
    assert noted["乙处党支部"] == noted["丙中心党支部"] == "未知悉"

    assert slot(one, year).state == "open"
    reported(holder, one.text, "已公布承诺")
    assert slot(one, year).state == "reported"
    assert "待审核" in line(holder, "已公布承诺")
    assert not holder.locator("a:text-is('报告')").count()

    def judged():
        above.goto(live_server.url + "/duties/own/")
        hand = Hand(above)
        hand.click("a:text-is('审核')")
        return hand

    hand = judged()
    above.fill("#id_reason", "请附名单")
    hand.send("退回报告")
    assert hand.clicks == 2
    assert slot(one, year).state == "returned"
    assert "已退回" in line(above, "请附名单")
    holder.reload()
    assert "退回原因：请附名单" in line(holder, "已退回")
    reported(holder, "已退回", "名单已附")
    assert slot(one, year).state == "reported" and DutyReport.objects.get().text == "名单已附"
    judged().send("通过")
    assert slot(one, year).state == "accepted"
    assert "已落实" in line(above, "名单已附")


def test_what_is_past_its_date_is_overdue_on_the_board_and_late_once_it_is_reported(open_page, live_world, lists):
    year = lists(-1)
    one = duty("br-fee", organisation=live_world.branch_a)
    key = f"{year}Q4"
    assert slot(one, key).state == "overdue"
    above = open_page("staff", f"/duties/?year={year}&view=overdue", viewport=DESK)
    assert "项逾期" in above.inner_text("h1")
    above.click(f".duty-row:has-text('{one.text}'):has-text('甲处党支部')")
    above.wait_for_url(f"**duty={one.pk}**")
    Hand(above).send("提醒")
    above.wait_for_url(f"**/duties/{one.pk}/")
    assert "已提醒 1 人" in above.inner_text("body")
    assert f"已逾期 {(clock.today() - slot(one, key).due).days} 天" in line(above, "四季度")
    holder = open_page("secretary_a", f"/duties/{one.pk}/", viewport=PHONE)
    reported(holder, "四季度", "党费已收缴")
    assert "已标记迟报" in holder.inner_text("body")
    said = line(holder, "党费已收缴")
    assert "迟报" in said and "待审核" in said and "逾期" not in said
    found = slot(one, key)
    assert (found.state, found.late) == ("reported", 1)


def test_a_duty_that_a_record_closes_asks_for_nothing_more(open_page, live_world, lists):
    lists()
    one = duty("br-theme", organisation=live_world.branch_a)
    key = f"life-theme-day/{clock.today():%Y-%m}"
    activity = record(live_world, live_world.branch_a, "theme_day", clock.today())
    assert slot(one, key).state == "closed"
    page = open_page("secretary_a", "/duties/own/", viewport=PHONE)
    assert "全部确认" not in page.inner_text("main")
    page.goto(page.url.split("?")[0].replace("own", str(one.pk)) + "?show=all")
    assert not page.locator(".duty-slots button").count()
    page.click(f".dj-columns a[href='/activities/{activity.pk}/']")
    page.wait_for_selector(f"h1:has-text('{activity.title}')")
