"""The record form in a real browser: two clicks and the text on a phone, and the same without JavaScript."""

import pytest
from django.urls import reverse

from members.activities.models import Activity, ActivityState
from tests.members.activities.records import only

pytestmark = pytest.mark.browser


def _form(world):
    return f"{reverse('activity_new')}?organisation={world.branch_a.pk}&kind=assembly"


def test_a_meeting_that_everyone_attended_takes_the_text_and_two_clicks(live_world, open_page):
    page = open_page("secretary_a", _form(live_world))
    page.fill("#id_content", "一、传达文件。二、表决通过。")
    page.click("text=全部出席")
    page.click("button:has-text('提交审核')")
    page.wait_for_url("**/activities/*/#counts")
    record = only()
    assert record.state == ActivityState.SUBMITTED and record.valid
    assert record.attendance.filter(state="present").count() == 6
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_typed_is_saved_by_itself_and_submitted_as_the_same_record(live_world, open_page):
    page = open_page("secretary_a", _form(live_world))
    page.fill("#id_content", "第一段。")
    page.wait_for_selector("text=已自动保存")
    record = only()
    assert record.state == ActivityState.DRAFT and page.url.endswith(reverse("activity_edit", args=[record.pk]))
    page.click("text=全部出席")
    page.fill("#id_content", "第一段。第二段。")
    page.click("button:has-text('提交审核')")
    page.wait_for_url("**/activities/*/#counts")
    record = only()
    assert record.state == ActivityState.SUBMITTED and record.content == "第一段。第二段。"


def test_quorum_line_tiles_and_button_follow_what_is_chosen(live_world, open_page):
    page = open_page("secretary_a", _form(live_world))
    page.fill("#id_content", "会议内容。")
    page.click("text=全部出席")
    page.wait_for_selector("text=可以表决（3 票通过）")
    for name in ("甲一", "甲二", "甲三"):
        page.click(f"[data-person='{name}'] .dj-tile-button")
        page.click(f"[data-person='{name}'] .dj-tile-button")
    page.wait_for_selector("text=还差 1 人，不能表决")
    page.wait_for_selector("button:has-text('仍然提交')")
    page.click("#kinds label:has-text('党员大会')")
    page.click("#kinds label:has-text('支委会')")
    page.wait_for_selector("[data-person='甲四']", state="detached")
    page.wait_for_selector("text=应到委员 3 人，实到委员 0 人")


def test_what_is_pressed_while_another_days_roster_is_fetched_holds(live_world, open_page):
    """Within a moment of a changed date the tiles are fetched anew, and came back without what was pressed meanwhile."""
    page = open_page("secretary_a", _form(live_world))
    asked = []
    page.route("**/activities/tiles/", lambda route: asked.append(route))
    with page.expect_request("**/activities/tiles/"):
        page.fill("#id_day", "2026-11-20")
    page.click("text=全部出席")
    page.click("[data-person='甲二'] .dj-tile-button")
    with page.expect_response("**/activities/tiles/"):
        asked[0].continue_()
    page.unroute("**/activities/tiles/")
    page.wait_for_selector("#attendance:not(.htmx-request):not(.htmx-settling)")
    page.wait_for_selector("[data-person='甲二'][data-now='leave']")
    assert page.locator("#attendance [data-tile][data-now='present']").count() == 5
    page.fill("#id_content", "一、传达文件。")
    page.click("button[name='do'][value='submit']")
    page.wait_for_url("**/activities/*/#counts")
    assert only().attendance.filter(state="present").count() == 5


def test_a_file_can_be_added_once_the_draft_has_saved_itself(live_world, open_page, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    file = tmp_path / "签到表.pdf"
    file.write_bytes(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
    page = open_page("secretary_a", _form(live_world))
    page.fill("#id_content", "会议内容。")
    page.wait_for_selector("text=已自动保存")
    page.set_input_files("#upload-file", str(file))
    page.wait_for_selector("#files >> text=签到表.pdf")
    assert only().attachments.get().name == "签到表.pdf"
    page.click("button[aria-label='删除签到表.pdf']")
    page.wait_for_selector("#files >> text=签到表.pdf", state="detached")
    assert not only().attachments.exists()


def test_a_file_chosen_before_anything_is_saved_saves_the_draft_and_goes_up(live_world, open_page, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    file = tmp_path / "照片.pdf"
    file.write_bytes(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
    page = open_page("secretary_a", _form(live_world), viewport={"width": 390, "height": 844})
    page.set_input_files("#upload-file", str(file))
    page.wait_for_selector("#files >> text=照片.pdf")
    record = only()
    assert record.state == ActivityState.DRAFT and record.attachments.get().name == "照片.pdf"
    assert page.url.endswith(reverse("activity_edit", args=[record.pk]))


def test_after_the_submission_the_page_opens_at_what_it_counts_for(live_world, open_page):
    page = open_page("secretary_a", _form(live_world), viewport={"width": 390, "height": 844})
    page.fill("#id_content", "一、传达文件。二、表决通过。")
    page.click("text=全部出席")
    page.click("button:has-text('提交审核')")
    page.wait_for_url("**/activities/*/#counts")
    page.wait_for_selector("#counts >> text=义务")
    assert page.evaluate("document.getElementById('counts').getBoundingClientRect().top < innerHeight")


def test_the_form_works_without_javascript(live_world, open_page):
    page = open_page("secretary_a", _form(live_world), java_script_enabled=False)
    page.fill("#id_content", "一、传达文件。")
    page.fill("[name='res-0-text']", "完成初审")
    for radio in page.query_selector_all("input[type=radio][value=present]"):
        radio.check()
    page.click("button:has-text('提交审核')")
    record = only()
    assert record.state == ActivityState.SUBMITTED and record.resolutions.get().text == "完成初审"
    assert Activity.objects.count() == 1


def test_back_after_the_submission_leads_to_the_record(live_world, open_page, complaints):
    page = open_page("secretary_a", f"{reverse('activity_new')}?organisation={live_world.branch_a.pk}&kind=assembly")
    page.fill("#id_content", "会议内容。")
    page.wait_for_selector("text=已自动保存")
    page.click("text=全部出席")
    page.click("button[name='do'][value='submit']")
    page.wait_for_url("**/activities/*/#counts")
    page.go_back()
    assert page.text_content("h1").strip() == "这条记录已提交"
    page.click("main a:has-text('查看这条记录')")
    page.wait_for_url(lambda url: not url.endswith("/edit/"))
    assert page.url.endswith(reverse("activity_detail", args=[only().pk]))
    page.wait_for_load_state("networkidle")
    # The browser notes the status of the page that says so; anything else would be a complaint.
    assert ["409" in words for _, words in complaints] == [True]
    complaints.clear()


def test_a_title_that_nobody_touched_follows_the_day_that_is_typed(open_page):
    page = open_page("secretary_a", "/activities/new/?kind=committee_meeting")
    page.fill("#id_day", "2026-03-04")
    page.dispatch_event("#id_day", "change")
    assert page.input_value("#id_title") == "3月支委会"
    page.fill("#id_title", "研究保供")
    page.fill("#id_day", "2026-02-04")
    page.dispatch_event("#id_day", "change")
    assert page.input_value("#id_title") == "研究保供"
