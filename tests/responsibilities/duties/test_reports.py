"""What is said of a duty: reported, judged, reminded of; closed by the records there are."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from branches.notices.models import Notice
from common import clock
from common.periods import Period
from members.activities.services.states import activity_return
from responsibilities.duties.models import Duty, DutyReport
from responsibilities.duties.selectors.of_record import duties_of_record, duties_of_requirement
from responsibilities.requirements.selectors import one_requirement
from tests.responsibilities.duties.world import duty, html, issued, line, make, record, slot

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def media(settings, tmp_path):
    """Uploaded files go to a folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def test_a_duty_in_words_is_reported_returned_reported_again_and_accepted(world, as_):
    issued(world)
    one = duty("br-promise", organisation=world.branch_a)
    secretary, staff = as_("secretary_a"), as_("staff")
    assert slot(one, "2026").state == "open"
    answer = secretary.post(f"/duties/{one.pk}/report/", {"slot": "2026", "text": "已公布承诺"})
    assert answer.status_code == 302
    report = DutyReport.objects.get(duty=one)
    assert (slot(one, "2026").state, report.late, report.reported_by) == ("reported", False, world.secretary_a)
    assert secretary.get(f"/duties/reports/{report.pk}/review/").status_code == 403
    answer = staff.post(f"/duties/reports/{report.pk}/review/", {"do": "return", "reason": ""})
    assert answer.status_code == 422
    assert "请写明退回的原因。" in html(answer)
    assert staff.post(f"/duties/reports/{report.pk}/review/", {"do": "return", "reason": "请补名单"}).status_code == 302
    assert slot(one, "2026").state == "returned"
    assert Notice.objects.filter(recipient=world.secretary_a, text__contains="请补名单").exists()
    assert "请补名单" in html(secretary.get(f"/duties/{one.pk}/report/?slot=2026"))
    assert secretary.post(f"/duties/{one.pk}/report/", {"slot": "2026", "text": "名单已补"}).status_code == 302
    assert staff.post(f"/duties/reports/{report.pk}/review/", {"do": "accept"}).status_code == 302
    assert slot(one, "2026").state == "accepted"
    assert staff.post(f"/duties/reports/{report.pk}/review/", {"do": "accept"}).status_code == 409
    answer = secretary.post(f"/duties/{one.pk}/report/", {"slot": "2026", "text": "再报一次"})
    assert answer.status_code == 409
    assert "状态是“已落实”，不需要再报告" in html(answer)


def test_a_stale_form_keeps_what_was_written(world, as_):
    issued(world)
    one = duty("br-promise", organisation=world.branch_a)
    path, secretary, officer, staff = f"/duties/{one.pk}/report/", as_("secretary_a"), as_("officer_a"), as_("staff")
    opened = secretary.get(f"{path}?slot=2026").context["form"]["seen"].value()
    officer.post(path, {"slot": "2026", "text": "委员写的"})
    # Reported meanwhile by a colleague: nothing to do any more, the text is there to be copied.
    answer = secretary.post(path, {"slot": "2026", "text": "书记写的", "seen": opened})
    assert answer.status_code == 409 and "不需要再报告" in html(answer)
    assert "书记写的</textarea>" in html(answer) and f'href="/duties/{one.pk}/?show=all#s-2026"' in html(answer)
    report = DutyReport.objects.get()
    review = f"/duties/reports/{report.pk}/review/"
    staff.post(review, {"do": "return", "reason": "请附名单"})
    # Returned since: he may report, but not over what he has not read.
    answer = secretary.post(path, {"slot": "2026", "text": "书记写的", "seen": opened})
    page = html(answer)
    assert answer.status_code == 409 and "有了新的报告或审核" in page
    assert "书记写的</textarea>" in page and "请附名单" in page and 'name="file"' in page
    fresh = answer.context["form"]["seen"].value()
    assert secretary.post(path, {"slot": "2026", "text": "名单已附", "seen": fresh}).status_code == 302
    staff.post(review, {"do": "accept"})
    answer = as_("committee_secretary").post(review, {"do": "return", "reason": "还缺一份"})
    assert answer.status_code == 409 and "还缺一份</textarea>" in html(answer)
    assert slot(one, "2026").state == "accepted"


def test_a_file_is_kept_with_the_report_and_read_by_whoever_reads_the_duty(world, as_, media):
    issued(world)
    one = duty("br-promise", organisation=world.branch_a)
    path, secretary = f"/duties/{one.pk}/report/", as_("secretary_a")
    refused = SimpleUploadedFile("承诺.exe", b"MZ\x90\x00")
    answer = secretary.post(path, {"slot": "2026", "text": "已公布承诺", "file": refused})
    assert answer.status_code == 422
    assert "已公布承诺" in html(answer)
    assert not DutyReport.objects.exists()
    kept = SimpleUploadedFile("承诺清单.pdf", PDF)
    assert secretary.post(path, {"slot": "2026", "text": "已公布承诺", "file": kept}).status_code == 302
    paper = DutyReport.objects.get(duty=one).paper
    assert "承诺清单.pdf" in html(secretary.get(f"/duties/{one.pk}/"))
    for who, status in {"staff": 200, "secretary_a": 200, "secretary_b": 404, "outsider": 404}.items():
        assert as_(who).get(f"/papers/{paper.pk}/").status_code == status, who


def test_late_is_accepted_and_marked_and_overdue_is_derived(world, as_):
    issued(world)
    one = duty("br-fee", organisation=world.branch_a)
    assert slot(one, "2026Q1").state == "overdue"
    assert "逾期" in html(as_("staff").get(f"/duties/{one.pk}/"))
    as_("secretary_a").post(f"/duties/{one.pk}/report/", {"slot": "2026Q1", "text": "已收缴"})
    found = slot(one, "2026Q1")
    assert (found.state, found.late) == ("reported", 1)
    assert DutyReport.objects.get(duty=one).late


def test_without_anyone_above_a_report_is_no_acceptance_and_words_do_not_stand_for_a_paper(world, as_, media):
    issued(world)
    one = duty("pg-support")
    path, secretary = f"/duties/{one.pk}/report/", as_("party_secretary")
    answer = secretary.post(path, {"slot": "2026", "text": "已完成。"})
    page = html(answer)
    assert answer.status_code == 422 and not DutyReport.objects.exists()
    assert "佐证是“编制文件、预算批复”，请附上文件" in page and "已完成。</textarea>" in page
    # Words of the time before closed it: they do not any more, and the paper may be handed in after them.
    said = {"slot": "2026", "text": "已完成。", "state": "accepted", "no_reviewer": True, "reported_at": clock.now()}
    report = DutyReport.objects.create(duty=one, reported_by=world.party_secretary, **said)
    assert slot(one, "2026").state == "open"
    assert "没有附佐证，不算落实" in html(as_("staff").get(f"/duties/{one.pk}/"))
    opened = secretary.get(f"{path}?slot=2026").context["form"]["seen"].value()
    paper = {"slot": "2026", "text": "已批复", "file": SimpleUploadedFile("批复.pdf", PDF), "seen": opened}
    assert secretary.post(path, paper).status_code == 302
    report.refresh_from_db()
    assert (report.state, report.no_reviewer, slot(one, "2026").state) == ("accepted", True, "unjudged")
    page = html(as_("staff").get(f"/duties/{one.pk}/?show=all"))
    assert "已报告（无上级审核）" in page and "已通过" not in page
    board = as_("staff").get(f"/duties/?level=party_group_secretary&duty={one.pk}")
    head = board.context["head"]
    assert (head.unjudged, head.pending) == (1, 0) and "（其中已报告无上级审核 1）" in html(board)
    assert secretary.post(path, paper | {"file": ""}).status_code == 409


def test_the_committees_report_is_judged_by_the_party_groups_secretary_not_by_a_holder(world, as_):
    issued(world)
    Duty.objects.filter(key="cm-dev").update(source="")
    one = duty("cm-dev")
    as_("committee_secretary").post(f"/duties/{one.pk}/report/", {"slot": "2026", "text": "已分析"})
    report = DutyReport.objects.get(duty=one)
    assert report.state == "reported"
    path = f"/duties/reports/{report.pk}/review/"
    assert as_("committee_secretary").post(path, {"do": "accept"}).status_code == 403
    assert as_("staff").post(path, {"do": "accept"}).status_code == 403
    assert as_("party_secretary").post(path, {"do": "accept"}).status_code == 302
    assert slot(one, "2026").state == "accepted"


def test_a_duty_whose_proof_the_system_holds_closes_by_itself(world, as_):
    issued(world)
    one = duty("br-theme", organisation=world.branch_a)
    key = "life-theme-day/2026-10"
    secretary = as_("secretary_a")
    assert slot(one, key).state == "overdue"
    answer = secretary.post(f"/duties/{one.pk}/report/", {"slot": key, "text": "开展过"})
    assert answer.status_code == 422
    assert "这项责任由系统按应办义务的完成情况认定，不需要文字报告，请登记记录。" in html(answer)
    thought, half = duty("cm-thought"), "resp-thought-report/2026H1"
    answer = as_("committee_secretary").post(f"/duties/{thought.pk}/report/", {"slot": half, "text": "已汇报"})
    assert answer.status_code == 422 and "不需要文字报告，请在对应的应办义务中登记文件。" in html(answer)
    written = one_requirement(world.committee, "resp-thought-report", Period.parse("2026H1"))
    assert duties_of_requirement(written) == [(thought, half)]
    studied = one_requirement(world.root, "resp-party-group-study", Period.parse("2026H1"))
    assert duties_of_requirement(studied) == [(duty("pg-study"), "2026H1")]
    activity = record(world, world.branch_a, "theme_day", date(2026, 10, 20))
    found = slot(one, key)
    assert (found.state, found.records) == ("closed", [activity.pk])
    assert (one, key) in duties_of_record(activity)
    assert (one, key) in duties_of_record(activity, user=world.secretary_a)
    assert duties_of_record(activity, user=world.secretary_b) == []
    owed = one_requirement(world.branch_a, "life-theme-day", Period.parse("2026-10"))
    assert duties_of_requirement(owed, user=world.secretary_a) == [(one, key)]
    assert duties_of_requirement(owed, user=world.secretary_b) == []
    page = html(secretary.get(f"/duties/{one.pk}/"))
    assert f"/activities/{activity.pk}/" in page
    assert secretary.post(f"/duties/{one.pk}/report/", {"slot": key, "text": "开展过"}).status_code == 409
    assert not DutyReport.objects.exists()


def test_what_the_system_proves_asks_nobody_for_a_confirmation(world, as_):
    issued(world)
    one = duty("br-theme", organisation=world.branch_a)
    for month in (9, 10):
        record(world, world.branch_a, "theme_day", date(2026, month, 20))
    secretary = as_("secretary_a")
    for path in ("/duties/own/", f"/duties/{one.pk}/?show=all"):
        page = html(secretary.get(path))
        assert "全部确认" not in page and "confirm" not in page
    for path in (f"/duties/{one.pk}/confirm/", f"/duties/lists/{one.list_id}/confirm/"):
        assert secretary.post(path, {"slot": "life-theme-day/2026-10"}).status_code == 404
    assert slot(one, "life-theme-day/2026-10").state == "closed" and not DutyReport.objects.exists()


def confirmed_of_old(world, one, key):
    """A confirmation from the time when holders were asked for one."""
    return DutyReport.objects.create(duty=one, slot=key, state="confirmed", reported_by=world.secretary_a)


def test_a_confirmation_of_old_is_read_and_bars_no_report(world, as_):
    issued(world)
    secretary = as_("secretary_a")
    theme = duty("br-theme", organisation=world.branch_a)
    record(world, world.branch_a, "theme_day", date(2026, 10, 20))
    confirmed_of_old(world, theme, "life-theme-day/2026-10")
    assert "已确认" in html(secretary.get(f"/duties/{theme.pk}/?show=all"))
    # What the confirmation was given to is gone, and the duty is one of words.
    promise = duty("br-promise", organisation=world.branch_a)
    old = confirmed_of_old(world, promise, "2026")
    path = f"/duties/{promise.pk}/report/?slot=2026"
    seen = secretary.get(path).context["form"].initial["seen"]
    answer = secretary.post(path, {"slot": "2026", "text": "已公布承诺", "seen": seen})
    assert answer.status_code == 302
    old.refresh_from_db()
    assert (old.state, old.text) == ("reported", "已公布承诺")


def test_a_level_that_is_only_out_of_reach_is_not_called_missing(world, as_):
    issued(world)
    page = html(as_("secretary_a").get("/duties/"))
    assert page.count("不在查阅范围内") == 3
    assert "缺这一级" not in page


def test_a_returned_record_opens_the_duty_again_though_it_was_confirmed(world, as_):
    issued(world)
    one = duty("br-theme", organisation=world.branch_a)
    key = "life-theme-day/2026-10"
    activity = record(world, world.branch_a, "theme_day", date(2026, 10, 20))
    confirmed_of_old(world, one, key)
    activity_return(by=world.staff, activity=activity, version=activity.version, reason="请补充内容")
    assert slot(one, key).state == "overdue"


def test_only_holders_report_and_a_slot_that_is_not_there_is_not_found(world, as_):
    issued(world)
    one = duty("br-promise", organisation=world.branch_a)
    for who, status in {"staff": 403, "leader": 403, "secretary_b": 404, "officer_a": 302}.items():
        answer = as_(who).post(f"/duties/{one.pk}/report/", {"slot": "2026", "text": "已公布"})
        assert answer.status_code == status, who
    assert as_("secretary_a").post(f"/duties/{one.pk}/report/", {"slot": "2031", "text": "x"}).status_code == 404
    assert DutyReport.objects.count() == 1


def test_nothing_is_reported_on_a_draft(world, as_):
    make()
    one = duty("br-promise", organisation=world.branch_a)
    answer = as_("staff").get(f"/duties/{one.pk}/")
    assert "清单尚未下达" in html(answer)
    # The holder does not even see a draft.
    assert as_("secretary_a").get(f"/duties/{one.pk}/").status_code == 404
    assert DutyReport.objects.count() == 0


def test_a_reported_duty_is_never_dropped_and_keeps_its_period(world, as_):
    issued(world)
    one = duty("br-promise", organisation=world.branch_a)
    as_("secretary_a").post(f"/duties/{one.pk}/report/", {"slot": "2026", "text": "已公布"})
    staff = as_("staff")
    assert staff.post(f"/duties/{one.pk}/drop/", {"reason": "不再需要"}).status_code == 409
    answer = staff.post(f"/duties/{one.pk}/edit/", line(period="quarter", reason="改为每季"))
    assert answer.status_code == 422
    assert "这项责任已有报告，频次不能再改" in html(answer)
    assert Duty.objects.filter(pk=one.pk, period="year").exists()


def test_who_is_behind_is_reminded_once_for_each_click(world, as_):
    issued(world)
    one = duty("br-fee", organisation=world.branch_a)
    answer = as_("staff").post(f"/duties/{one.pk}/remind/", follow=True)
    assert "已提醒 1 人" in html(answer)
    notice = Notice.objects.get(recipient=world.secretary_a, kind="reminder")
    assert (notice.url, notice.about) == (f"/duties/{one.pk}/", f"duty/{one.pk}")


def test_all_holders_of_one_duty_who_are_behind_are_reminded_after_a_page_that_asks(world, as_):
    issued(world)
    one = duty("br-fee", organisation=world.branch_a)
    other = duty("br-fee", organisation=world.branch_c)
    for key in ("2026Q1", "2026Q2", "2026Q3"):
        as_("secretary_c").post(f"/duties/{other.pk}/report/", {"slot": key, "text": "已收缴"})
    staff = as_("staff")
    assert "提醒逾期的" in html(staff.get("/duties/?level=branch&template=br-fee"))
    assert "提醒 2 个责任主体" in html(staff.get(f"/duties/{one.pk}/remind/?all=1"))
    assert not Notice.objects.filter(kind="reminder").exists()
    staff.post(f"/duties/{one.pk}/remind/?all=1")
    told = set(Notice.objects.filter(kind="reminder").values_list("recipient__username", flat=True))
    assert told == {"secretary_a", "secretary_b"}
