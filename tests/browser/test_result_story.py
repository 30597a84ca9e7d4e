"""A result in a real browser, with counted clicks: from the trial to two published versions; a leader's minute on the phone."""

from datetime import timedelta
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.conf import settings

from assessments.facts import fill as rollups
from assessments.hearing.models import Objection
from assessments.hearing.services import assessment_freeze
from assessments.reports.services import assessment_publish
from assessments.results.models import Assessment, AssessmentState
from assessments.results.services import assessment_trial, closed_on
from branches.notices.models import Notice
from common import clock
from common.periods import QUARTER, Period
from responsibilities.supervision.services.notices import supervision_issue
from responsibilities.work.models import StageEvidence
from tests.assessments.hearing.support import heard
from tests.assessments.results.test_results import hold
from tests.assessments.results.trial_pages import tried
from tests.browser.chromium import DESK, PHONE, scrolls_sideways, violations
from tests.browser.hand import Hand
from tests.responsibilities.work.support import happened, item_at, linked, record_on

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def last_closed():
    """The newest quarter whose days of grace are over."""
    quarter = Period.containing(QUARTER, clock.today()).previous()
    while closed_on(quarter) > clock.today():
        quarter = quarter.previous()
    return quarter


def lived(world, quarter):
    """A quarter in which branch B held its assembly and two theme days of three, branch A everything but a lecture."""
    first, second, third = (month.first + timedelta(days=9) for month in quarter.parts("month"))
    for place, days in ((world.branch_a, (first, second, third)), (world.branch_b, (first, second))):
        for day in days:
            hold(place, "theme_day", day)
        hold(place, "assembly", first)
    return third


def state(assessment):
    assessment.refresh_from_db()
    return assessment.state


def read(page, path, word):
    page.goto(path)
    page.wait_for_selector(f"h1:has-text('{word}')")


def sent(staff, quarter):
    """Run the trial of a quarter and send it: a choice and two clicks."""
    hand = Hand(staff)
    staff.select_option("#id_period", str(quarter))
    hand.send("开始试算")
    staff.wait_for_selector("h1:has-text('正在试算')")
    assert violations(staff) == [] and not scrolls_sideways(staff)
    assert tried().state == "done"
    staff.wait_for_selector("#hearing button:has-text('送各党支部确认')")
    hand.send("送各党支部确认")
    assert hand.clicks == 2
    assessment = Assessment.objects.get()
    assert (state(assessment), assessment.period) == (AssessmentState.SENT, str(quarter))
    return assessment


def box_of(page, selector):
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box


def head_stays(page):
    """Head and first column of the matrix stay in view: below the bar on a wide screen, in its box on a narrower one."""
    page.set_viewport_size({"width": 1440, "height": 260})
    page.evaluate("window.scrollBy(0, document.querySelector('.scores-table').getBoundingClientRect().top - 20)")
    bar = box_of(page, ".dj-topbar")
    assert box_of(page, ".scores-table thead")["y"] == pytest.approx(bar["y"] + bar["height"], abs=1)
    page.set_viewport_size({"width": 900, "height": 260})
    page.evaluate("document.querySelector('.scores-wide .dj-scroll').scrollTo(200, 400)")
    around = box_of(page, ".scores-wide .dj-scroll")
    assert box_of(page, ".scores-table thead")["y"] == pytest.approx(around["y"], abs=1)
    assert box_of(page, ".scores-table tbody th")["x"] == pytest.approx(around["x"], abs=1)
    page.set_viewport_size(DESK)


def unsent(page):
    """Without a network, and with a session that has ended, the choices stay on the device and are offered again."""
    page.context.set_offline(True)
    page.click("button:has-text('提交意见')")
    page.wait_for_selector(".dj-toast:has-text('没有送出，请重试')")
    page.context.set_offline(False)
    page.reload()
    assert page.locator("#id_why-life-theme").is_hidden()
    page.click(".dj-toast:has-text('没有送出') button:has-text('恢复')")
    assert "主题党日已经开展" in page.input_value("#id_why-life-theme")
    cookies = page.context.cookies()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.click("button:has-text('提交意见')")
    page.wait_for_selector("body.login-page, .login-page")
    page.context.add_cookies(cookies)
    # Signed in again, he comes to the form.
    page.goto(urljoin(page.url, parse_qs(urlsplit(page.url).query)["next"][0]))
    page.click(".dj-toast:has-text('没有送出') button:has-text('恢复')")
    assert Objection.objects.count() == 0


def objected(page, world, record):
    """On the phone, on the page of the notice: 异议, a sentence, the record, 提交意见."""
    page.wait_for_selector("h1:has-text('还能补回')")
    assert not scrolls_sideways(page) and violations(page) == []
    assert page.locator(".dj-tabbar").is_hidden()
    # With several records, on a page of its own.
    page.click("#i-life-theme label:text-is('异议')")
    page.click("#i-life-theme a:has-text('附多条记录')")
    page.wait_for_selector("#id_reason")
    assert violations(page) == [] and not scrolls_sideways(page)
    page.go_back()
    hand = Hand(page)
    hand.click("#i-life-theme label:text-is('异议')")
    page.fill("#id_why-life-theme", "主题党日已经开展，当时没有录入，现已补录")
    page.select_option("#id_record-life-theme", str(record.pk))
    unsent(page)
    hand.send("提交意见")
    assert hand.clicks == 2 and "已提出 1 项异议" in page.inner_text("body")
    row = Objection.objects.get()
    assert (row.indicator, row.organisation, list(row.records.all())) == ("life-theme", world.branch_b, [record])
    return row


def answered(staff, other, home, row):
    """The office runs the trial anew and takes the objection with a sentence; another one releases the answer."""
    staff.goto(f"{home}/objections/{row.pk}/")
    hand = Hand(staff)
    hand.send("重新试算")
    assert tried().state == "done"
    staff.wait_for_selector("h1:has-text('1 项待答复')")
    assert violations(staff) == [] and not scrolls_sideways(staff)
    hand.click("label:text-is('采纳')")
    effect = staff.inner_text(".objections-effect.is-accepted")
    assert "4.0 / 6.0" in effect and "6.0 / 6.0" in effect
    assert staff.locator(".objections-effect.is-refused").is_hidden()
    staff.fill(f"#id_{row.pk}_answer", "记录属实，予以计入")
    hand.send("送复核")
    assert hand.clicks == 3 and not staff.locator("button:has-text('复核同意')").count()
    other.goto(f"{home}/objections/{row.pk}/return/")
    assert violations(other) == []
    other.goto(f"{home}/objections/{row.pk}/")
    hand = Hand(other)
    hand.send("复核同意")
    assert hand.clicks == 1
    row.refresh_from_db()
    assert (row.state, row.points_after) == ("answered", 6)


def link_that_waits(world, quarter):
    """Evidence of a stage of the quarter that nobody has confirmed."""
    item = item_at(world.committee, [world.branch_a], starts=quarter.first - timedelta(days=60))
    happened(item, "study", quarter.last - timedelta(days=20))
    proof = record_on(world.branch_a, world.secretary_a, quarter.last - timedelta(days=18), title="专题研究保供")
    linked(item, "study", proof, confirmed=False)
    return StageEvidence.objects.get(activity=proof)


def published(page, home, assessment):
    """Freeze what is settled and publish it: three clicks of somebody else than who made the trial."""
    read(page, f"{home}/results/{assessment.pk}/hearing/", "听取党支部意见")
    hand = Hand(page)
    hand.send("冻结结果")
    assert state(assessment) == AssessmentState.FROZEN
    page.wait_for_selector("#hearing a:has-text('发布报告')")
    hand.click("#hearing a:has-text('发布报告')")
    page.wait_for_selector("#id_number")
    page.fill("#id_signer", "签发人甲")
    hand.send("发布")
    assert hand.clicks == 3 and state(assessment) == AssessmentState.PUBLISHED


def corrected(world, quarter):
    again = assessment_trial(by=world.staff, period=quarter, reason="补记一次党课")
    assessment_freeze(by=world.committee_secretary, assessment=heard(again))
    assessment_publish(by=world.committee_secretary, assessment=Assessment.objects.get(pk=again.pk))
    return again


def test_a_result_is_sent_objected_to_answered_frozen_published_and_corrected(open_page, live_world, live_server):
    world, quarter, home = live_world, last_closed(), live_server.url
    missed = lived(world, quarter)
    staff = open_page("staff", "/results/", viewport=DESK)
    assessment = sent(staff, quarter)
    # The theme day was held and is entered late.
    record = hold(world.branch_b, "theme_day", missed)
    notice = Notice.objects.get(recipient=world.secretary_b, kind="hearing")
    branch = open_page("secretary_b", notice.url, viewport=PHONE)
    row = objected(branch, world, record)

    # Freezing is refused: the objection waits, and it is named.
    hearing = f"/results/{assessment.pk}/hearing/"
    other = open_page("committee_secretary", hearing, confirmed=True, viewport=DESK)
    assert "乙处党支部的异议还没有答复（“主题党日”）" in other.inner_text("main")
    assert not other.locator("button:has-text('冻结结果')").count()
    answered(staff, other, home, row)

    # A link that nobody confirmed keeps the result open, and the refusal names it.
    link = link_that_waits(world, quarter)
    Assessment.objects.filter(pk=assessment.pk).update(heard_until=clock.today() - timedelta(days=1))
    read(other, f"{home}{hearing}", "听取党支部意见")
    Hand(other).send("冻结结果")
    assert "“能源保供”" in other.inner_text("body") and "佐证待确认" in other.inner_text("body")
    assert state(assessment) == AssessmentState.SENT
    staff.goto(f"{home}/sync/evidence/{link.pk}/")
    Hand(staff).send("确认，看下一条")
    link.refresh_from_db()
    assert link.confirmed_at is not None
    published(other, home, assessment)

    # The matrix shows it to everybody in his reach.
    read(staff, f"{home}/scores/", "支部有得分")
    assert violations(staff) == [] and not scrolls_sideways(staff)
    head_stays(staff)

    # Corrected: a further version; the old one says so, and both are read.
    again = corrected(world, quarter)
    branch.goto(f"{home}/results/{assessment.pk}/branches/{world.branch_b.pk}/")
    assert "已被第 2 版更正" in branch.inner_text("main") and "4.0 → 6.0 分" in branch.inner_text("main")
    hand = Hand(branch)
    hand.click("main a:has-text('看更正后的结果')")
    branch.wait_for_url(f"**/results/{again.pk}/branches/{world.branch_b.pk}/")
    assert hand.clicks == 1 and "更正原因：补记一次党课" in branch.inner_text("main")


def test_a_leaders_minute_on_the_phone(open_page, live_world, live_server):
    world, quarter = live_world, last_closed()
    lived(world, quarter)
    assessment = assessment_trial(by=world.staff, period=quarter)
    assessment_freeze(by=world.committee_secretary, assessment=heard(assessment))
    assessment_publish(by=world.committee_secretary, assessment=Assessment.objects.get())
    ask = {"title": "报告整改进展", "expected": "报告。", "due": clock.today() + timedelta(days=3)}
    notice = supervision_issue(by=world.party_secretary, organisation=world.root, holder=world.leader, **ask)
    rollups.fill()

    # What is his and how the whole is: no click.
    page = open_page("leader", "/", viewport=PHONE)
    assert "等您办 1 件" in page.inner_text("h1") and "全局：" in page.inner_text(".dj-head")
    assert not scrolls_sideways(page) and violations(page) == []
    # On the phone a group is one paragraph; no table, no order by points.
    assert page.locator(".leader-rates").first.is_hidden() and page.locator(".leader-look").first.is_visible()
    # The report: one.
    hand = Hand(page)
    hand.click("main a:has-text('考核报告')")
    page.wait_for_url("**/reports/*/")
    assert hand.clicks == 1 and quarter.label() in page.inner_text("body")
    # The first thing: one, into its field.
    page.goto(live_server.url + "/")
    hand = Hand(page)
    hand.click(".leader-waits a:has-text('回复')")
    page.wait_for_url(f"**/supervision/{notice.pk}/reply/")
    assert hand.clicks == 1 and page.locator("#id_text").is_visible()
    # Why a branch fell, or how it stands: one, on the matrix too.
    page.goto(live_server.url + "/scores/")
    hand = Hand(page)
    assert not scrolls_sideways(page) and page.locator(".scores-table").is_hidden()
    hand.click(f".scores-cards a[href$='/branches/{world.branch_b.pk}/']")
    page.wait_for_selector("h1:has-text('失 ')")
    assert hand.clicks == 1
