"""Each state of a stage, reached by clicks and forms, and said on the page of the item and on the board."""

import pytest

from responsibilities.work.models import StageEvidence, SyncStageKind, WorkItem
from responsibilities.work.services.evidence import evidence_confirm
from tests.browser.chromium import DESK
from tests.browser.hand import Hand
from tests.responsibilities.work.support import ago, happened, item_at, point, record_on

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def on_item(page, item, stage, state, *words):
    """Check the state of a stage, and its word and more on the item's page, which is open; returns what stands there."""
    assert point(item, stage).state == state
    text = page.inner_text(f"#stage-{stage}")
    assert [word for word in words if word not in text] == [], text
    return text


def on_board(page, **words):
    """Go to the board by the breadcrumb and check what its only row says of each stage; returns the texts of its cells."""
    page.click(".dj-breadcrumbs a:has-text('四同步看板')")
    page.wait_for_selector(".work-board")
    cells = dict(zip(SyncStageKind.values, page.locator(".work-board tbody td").all_inner_texts(), strict=True))
    for stage, wanted in words.items():
        assert [word for word in wanted if word not in cells[stage]] == [], cells[stage]
    return cells


def dated(page, stage, field, day):
    """Write one date of a stage through its form, from the item's page."""
    page.click(f"#stage-{stage} a:has-text('登记进展')")
    page.fill(f"#id_{field}", day.isoformat() if day else "")
    Hand(page).send("保存")


def test_dates_bring_a_stage_from_not_due_over_waiting_to_missing(open_page, live_world):
    staff = open_page("staff", "/sync/new/", viewport=DESK)
    staff.fill("#id_name", "能源保供")
    staff.fill("#id_starts", ago(200).isoformat())
    staff.fill("#id_ends", ago(-200).isoformat())
    staff.fill("#id_planned_study", ago(20).isoformat())
    staff.fill("#id_planned_arrangement", ago(-20).isoformat())
    staff.check(f"input[name=carriers][value='{live_world.branch_a.pk}']")
    Hand(staff).send("保存")
    item = WorkItem.objects.get()
    on_item(staff, item, "study", "not_due", "待登记", f"计划 {ago(20):%m-%d} 已过，请登记业务日期")
    on_item(staff, item, "arrangement", "not_due", "未到期", f"业务计划 {ago(-20):%m-%d}")
    on_item(staff, item, "assessment", "not_due", "未到期", "业务日期未定")
    on_board(staff, study=["待登记", "请登记业务日期", "登记日期"], arrangement=["未到期"], assessment=["业务日期未定"])
    staff.click(".dj-segments a:has-text('待登记 1 处')")
    staff.wait_for_selector("h1:has-text('1 处业务日期待登记')")

    # The branch that carries the work says when it was; the plan is not its own.
    secretary = open_page("secretary_a", f"/sync/{item.pk}/", viewport=DESK)
    hand = Hand(secretary)
    hand.click("main a:has-text('登记业务日期')")
    assert not secretary.is_editable("#id_planned_on")
    secretary.fill("#id_happened_on", ago(3).isoformat())
    hand.send("保存")
    assert hand.clicks == 2
    on_item(secretary, item, "study", "not_due", "未到期", "待开展党建工作")
    # Without a record it is missing once the days allowed have passed; a date taken back is no date.
    dated(secretary, "study", "happened_on", ago(18))
    on_item(secretary, item, "study", "missing", "缺失", "已 18 天未见")
    on_board(secretary, study=["缺失", "已 18 天未见", "补佐证"])
    secretary.go_back()
    dated(secretary, "study", "happened_on", None)
    on_item(secretary, item, "study", "not_due", "待登记", "请登记业务日期")


@pytest.fixture
def overdue(live_world):
    """An item all four stages of which are missing."""
    item = item_at(live_world.committee, [live_world.branch_a])
    for stage, days in zip(SyncStageKind, (60, 50, 40, 30)):
        happened(item, stage, ago(days))
    return item


def test_records_make_a_missing_stage_synchronised_or_lagging_and_their_removal_makes_it_missing(
    open_page, live_world, overdue
):
    for title, days in (("补学文件", 35), ("部署会", 48), ("现场办公", 39)):
        content = f"{title}，明确能源保供的分工。"
        record_on(live_world.branch_a, live_world.secretary_a, ago(days), title=title, content=content)
    page = open_page("secretary_a", f"/sync/{overdue.pk}/", viewport=DESK)

    def chosen(stage, title):
        hand = Hand(page)
        hand.click(f"#stage-{stage} a:has-text('补佐证')")
        if page.locator(".pick-row.is-on", has_text=title).count() == 0:
            hand.click(f".pick-row a:has-text('{title}')")
        hand.click("button:has-text('选用，报上级确认')")
        page.wait_for_url(f"**/sync/{overdue.pk}/#stage-{stage}")
        assert hand.clicks <= 3, "nothing is typed: the sentence is the record's own"
        on_item(page, overdue, stage, "to_confirm", "待确认", "明确能源保供的分工")
        evidence_confirm(by=live_world.staff, evidence=StageEvidence.objects.active().get(stage__stage=stage))
        page.reload()

    on_item(page, overdue, "study", "missing", "缺失", "已 60 天未见")
    chosen("study", "补学文件")
    on_item(page, overdue, "study", "lagging", "滞后", "相差 25 天")
    chosen("arrangement", "部署会")
    on_item(page, overdue, "arrangement", "synchronised", "同步", "相差 2 天")
    chosen("implementation", "现场办公")
    on_item(page, overdue, "implementation", "synchronised", "同步", "相差 1 天")
    page.click("#stage-implementation .work-evidence a:has-text('撤下')")
    page.fill("#id_text", "与业务无关")
    Hand(page).send("撤下佐证")
    on_item(page, overdue, "implementation", "missing", "缺失", "已 40 天未见")
    row = StageEvidence.objects.get(removed_at__isnull=False)
    assert (row.removed_by, row.remove_reason) == (live_world.secretary_a, "与业务无关")
    assert "与业务无关" in page.inner_text(".dj-panel:has-text('撤下和退回的佐证') >> nth=-1")
    cells = on_board(page, study=["滞后"], arrangement=["同步", "（待审核）"], implementation=["缺失", "补佐证"])
    assert "补佐证" not in cells["arrangement"]


def test_whoever_arranged_the_work_waives_a_stage_with_a_reason_and_takes_it_back(open_page, live_world, overdue):
    branch = open_page("secretary_a", f"/sync/{overdue.pk}/", viewport=DESK)
    assert not branch.locator("a:has-text('免予同步')").count()
    page = open_page("staff", f"/sync/{overdue.pk}/", viewport=DESK)
    page.click("#stage-assessment a:has-text('免予同步')")
    page.fill("#id_text", "上级统一组织考核")
    Hand(page).send("同意免予")
    text = on_item(
        page, overdue, "assessment", "waived", "免予同步", "上级统一组织考核", f"{live_world.staff.name}批准"
    )
    assert "补佐证" not in text
    cells = on_board(page, assessment=["免予同步", "上级统一组织考核"])
    assert "补佐证" not in cells["assessment"] and "督办" not in cells["assessment"]
    page.go_back()
    page.click("#stage-assessment a:has-text('撤销免予')")
    Hand(page).send("撤销免予")
    on_item(page, overdue, "assessment", "missing", "缺失", "已 30 天未见", "督办")


def test_a_divided_stage_shows_its_worst_part_and_a_stopped_item_owes_nothing_more(open_page, live_world):
    item = item_at(live_world.committee, [live_world.branch_a])
    page = open_page("staff", f"/sync/{item.pk}/", viewport=DESK)
    page.click("#stage-implementation a:has-text('登记进展')")
    for number, (name, field, day) in enumerate((("开工", "happened_on", ago(30)), ("竣工", "planned_on", ago(-30)))):
        page.fill(f"#id_part-{number}-name", name)
        page.fill(f"#id_part-{number}-{field}", day.isoformat())
    Hand(page).send("保存")
    text = page.inner_text("#stage-implementation")
    assert "2 个节点，按最差的一个显示" in text
    assert text.index("缺失") < text.index("开工") < text.index("已 30 天未见") < text.index("竣工")
    on_board(page, implementation=["缺失", "2 个节点，同步 0 个", "开工"])
    page.go_back()
    page.click("main a:has-text('终止')")
    page.fill("#id_day", ago(0).isoformat())
    page.fill("#id_reason", "项目并入二期")
    Hand(page).send("终止业务")
    assert "项目并入二期" in page.inner_text("main")
    on_item(page, item, "assessment", "ended", "已终止", "项目并入二期")
    cells = on_board(page, study=["已终止"], implementation=["缺失"])
    assert "登记日期" not in cells["assessment"]
