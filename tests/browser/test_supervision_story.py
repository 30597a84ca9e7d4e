"""Supervision in a real browser, with counted clicks: raised from the board, answered, returned, struck off, prolonged, overdue."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from branches.notices.models import Notice
from common import clock
from responsibilities.supervision.models import Supervision
from responsibilities.supervision.services.escalation import supervisions_escalate
from responsibilities.supervision.services.notices import supervision_issue
from tests.browser.chromium import DESK, PHONE
from tests.browser.hand import Hand
from tests.responsibilities.work.support import ago, happened, item_at, record_on

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def state(notice):
    notice.refresh_from_db()
    return notice.state


def heading(page, word):
    page.wait_for_selector(f"h1:has-text('{word}')")


def answered(page, text, record=None):
    """Answer the notice that is open, with a record as evidence if one is given."""
    hand = Hand(page)
    hand.click("main a:has-text('回复')")
    page.fill("#id_text", text)
    if record is not None:
        page.fill("[name=find]", record.title)
        page.wait_for_function("document.querySelectorAll('#id_activity option').length == 2")
        assert page.input_value("#id_text") == text
        page.select_option("#id_activity", str(record.pk))
    hand.send("提交回复")
    assert hand.clicks == 2


def reviewed(page, word, reason=""):
    """Judge the answer of the notice that is open: 通过 or 退回."""
    hand = Hand(page)
    page.reload()
    hand.click("main a:has-text('审核回复')")
    page.fill("#id_reason", reason)
    hand.send(word)
    assert hand.clicks == 2


def test_a_missing_stage_is_supervised_from_the_board_answered_returned_answered_again_and_closed(
    open_page, live_world, live_server
):
    item = item_at(live_world.committee, [live_world.branch_a])
    happened(item, "study", ago(30))
    record = record_on(live_world.branch_a, live_world.secretary_a, ago(28), title="专题研究保供")
    staff = open_page("staff", "/sync/", viewport=DESK)
    hand = Hand(staff)
    hand.click("td.is-miss a:has-text('督办')")
    assert staff.input_value("#id_title") == "能源保供同步研究"
    assert staff.input_value("#id_recipient") == f"o{live_world.branch_a.pk}"
    hand.send("下达")
    assert hand.clicks == 2
    heading(staff, "待回复")
    notice = Supervision.objects.get()
    assert (notice.state, notice.organisation, notice.subject) == ("open", live_world.branch_a, "stage")
    assert staff.locator(f"a[href='/sync/{item.pk}/']").count()

    # The secretary comes by the notice that was sent to him.
    secretary = open_page(
        "secretary_a", Notice.objects.get(recipient=live_world.secretary_a, kind="supervision").url, viewport=PHONE
    )
    answered(secretary, "已专题研究。")
    heading(secretary, "待审核")
    assert not secretary.locator("main a:has-text('审核回复')").count()
    reviewed(staff, "退回", "请附上会议记录")
    heading(staff, "已退回")
    assert state(notice) == "returned"
    secretary.reload()
    assert "请附上会议记录" in secretary.inner_text("main")
    answered(secretary, "附上会议记录。", record)
    heading(secretary, "待审核")
    reviewed(staff, "通过")
    heading(staff, "已销号")
    assert state(notice) == "closed" and notice.closed_at is not None
    assert [(row.accepted, row.activity) for row in notice.replies.all()] == [(False, None), (True, record)]
    staff.click(f".supervision-reply a[href='/activities/{record.pk}/']")
    heading(staff, "专题研究保供")


def test_problems_are_measured_prolonged_and_struck_off_one_by_one(open_page, live_world, live_server):
    staff = open_page("staff", "/supervision/new/", viewport=DESK)
    staff.select_option("#id_recipient", f"o{live_world.branch_a.pk}")
    staff.fill("#id_title", "补齐党课记录")
    staff.fill("#id_problems", "三季度没有党课\n没有年度计划")
    Hand(staff).send("下达")
    notice = Supervision.objects.get()
    path, later = f"/supervision/{notice.pk}/", notice.due + timedelta(days=7)
    staff.click("main a:has-text('延期')")
    staff.fill("#id_due", later.isoformat())
    staff.fill("#id_reason", "等待场地")
    Hand(staff).send("延期")
    text = staff.inner_text("main")
    assert "首次时限" in text and "：等待场地" in text
    first = notice.due
    notice.refresh_from_db()
    assert (notice.due, notice.first_due) == (later, first)
    (moved,) = notice.extensions.all()
    assert (moved.before, moved.after, moved.reason, moved.author) == (first, later, "等待场地", live_world.staff)

    secretary = open_page("secretary_a", path, viewport=PHONE)
    secretary.click("main a:has-text('修改清单')")
    assert not secretary.is_editable("#id_p-0-problem")
    secretary.fill("#id_p-0-measure", "12月补讲两课")
    secretary.fill("#id_p-1-measure", "已补订计划")
    Hand(secretary).send("保存清单")
    answered(secretary, "已列出整改措施。")
    assert not secretary.locator("main a:text-is('销号')").count(), (
        "nothing is struck off before the answer is accepted"
    )
    reviewed(staff, "通过")
    heading(staff, "2 项未销号")
    assert state(notice) == "accepted"
    secretary.reload()
    for left, word in ((1, "1 项未销号"), (0, "已销号")):
        hand = Hand(secretary)
        hand.click("main a:text-is('销号')")
        hand.send("销号")
        heading(secretary, word)
        assert hand.clicks == 2 and notice.problems.filter(done_on__isnull=True).count() == left
    assert state(notice) == "closed"
    staff.goto(live_server.url + "/supervision/problems/")
    heading(staff, "问题 2 项，全部销号")
    assert "12月补讲两课" in staff.inner_text("table") and staff.locator("table .dj-chip:has-text('销号')").count() == 2


def test_a_notice_that_nobody_answers_is_overdue_goes_up_one_level_and_is_still_answered(
    open_page, live_world, live_server
):
    issued, due = timezone.make_aware(datetime.combine(ago(21), datetime.min.time())), ago(7)
    with clock.at(issued):
        notice = supervision_issue(
            by=live_world.staff,
            organisation=live_world.branch_c,
            title="补齐换届手续",
            expected="补报批复。",
            due=due,
        )
    supervisions_escalate()
    told = Notice.objects.get(recipient=live_world.general_secretary, kind="supervision")
    above = open_page("general_secretary", told.url, viewport=DESK)
    heading(above, "逾期 7 天")
    assert "已报上一级" in above.inner_text("main")
    above.goto(live_server.url + "/supervision/?state=overdue")
    heading(above, "其中 1 件逾期")
    assert above.locator("table .dj-chip:has-text('逾期 7 天')").count() == 1
    secretary = open_page("secretary_c", f"/supervision/{notice.pk}/", viewport=PHONE)
    answered(secretary, "批复已补报。")
    assert "逾期回复" in secretary.inner_text("main") and "逾期 7 天" not in secretary.inner_text("main")
    assert state(notice) == "reported" and notice.answered_late
    # Whoever assigns the work may also end it at once, with a reason.
    staff = open_page("staff", f"/supervision/{notice.pk}/", viewport=DESK)
    staff.click("main a:has-text('直接销号')")
    staff.fill("#id_reason", "已在会上核实")
    Hand(staff).send("销号")
    heading(staff, "已销号")
    assert state(notice) == "closed"
