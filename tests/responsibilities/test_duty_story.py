"""The life of a duty list and of a duty, through the browser's requests: what is answered and what stands afterwards."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from branches.models import AuditEntry, ChangeMark, Notice
from branches.periods import Period
from branches.scoping import OPERATOR
from members.models import Member
from members.services.activities import RecordData
from members.services.reviews import activity_accept, activity_record, activity_return
from responsibilities.duty_progress import duty_slots
from responsibilities.models import Duty, DutyList, DutyReport, Level
from responsibilities.selectors.duties_of_record import duties_of_record, duties_of_requirement
from responsibilities.selectors.requirements import one_requirement
from responsibilities.services.charges import charge_make
from tests.responsibilities.duty_world import DOCUMENT, duty, issue, issued, make

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
ISSUE = {"document": DOCUMENT, "issued_on": "2026-02-10"}


@pytest.fixture
def media(settings, tmp_path):
    """Uploaded files go to a folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def html(answer):
    return answer.content.decode()


def slot(one, key):
    return next(row for row in duty_slots([one])[one.pk] if row.key == key)


def record(world, place, kind, day, **data):
    """Let the place's secretary submit a record that counts."""
    by = {world.branch_a: world.secretary_a}.get(place, OPERATOR)
    people = Member.objects.filter(home=place)
    attendance = {member.pk: ("present", "") for member in people}
    values = {"title": "一次活动", "content": "内容", "attendance": attendance} | data
    return activity_record(by=by, organisation=place, data=RecordData(kinds=[kind], day=day, **values))


# -- making and issuing ------------------------------------------------------------------


def test_lists_are_made_from_templates_linked_upwards_issued_in_one_step_and_the_next_level_is_offered(world, as_):
    staff = as_("staff")
    page = html(staff.get("/duties/lists/make/?year=2026"))
    assert "缺 19 份清单" in page
    answer = staff.post("/duties/lists/make/", {"year": 2026, "levels": ["party_group", "committee", "branch"]})
    assert answer.status_code == 302
    assert DutyList.objects.filter(state="draft").count() == 5
    theme = duty("br-theme", organisation=world.branch_a)
    assert theme.serves.key == "cm-check"
    assert duty("cm-plan").serves.key == "pg-plan"
    assert not Duty.objects.get(key="cm-supervise").serves
    # Made later, the level between is linked with what was made before it.
    staff.post("/duties/lists/make/", {"year": 2026, "levels": ["party_group_secretary"]})
    assert Duty.objects.get(key="cm-supervise").serves.key == "ps-supervise"
    answer = staff.post("/duties/lists/issue/?year=2026&level=branch", ISSUE, follow=True)
    assert "下一级还缺 12 份清单" in html(answer)
    lists = DutyList.objects.filter(level="branch")
    assert {(row.state, row.document, row.issued_on) for row in lists} == {("issued", DOCUMENT, date(2026, 2, 10))}
    assert DutyList.objects.filter(level="committee", state="draft").count() == 1
    assert Notice.objects.filter(recipient=world.secretary_a, kind="duty").count() == 1
    assert AuditEntry.objects.filter(verb="duty_list.issue").count() == 3
    assert ChangeMark.objects.filter(subject="duty", organisation=world.branch_a).exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"document": "", "issued_on": "2026-02-10"}, "请填写下达文件的名称或文号。"),
        ({"document": DOCUMENT, "issued_on": ""}, "请填写下达日期。"),
        ({"document": DOCUMENT, "issued_on": "2031-01-01"}, "下达日期不能晚于今天。"),
    ],
)
def test_a_list_is_not_issued_without_its_document_and_date(world, as_, data, sentence):
    make()
    answer = as_("staff").post("/duties/lists/issue/?year=2026&level=branch", data)
    assert answer.status_code == 422
    assert sentence in html(answer)
    assert not DutyList.objects.filter(state="issued").exists()


def test_a_second_list_of_the_same_holder_and_year_is_refused_with_one_sentence(world, as_):
    make()
    before = DutyList.objects.count()
    answer = as_("staff").post("/duties/lists/make/", {"year": 2026, "levels": ["branch"]})
    assert answer.status_code == 422
    assert "所选层级 2026 年的责任清单都已建立，没有需要新建的。" in html(answer)
    assert DutyList.objects.count() == before


def test_a_branch_secretary_makes_the_lists_of_his_own_members_only(world, as_):
    secretary = as_("secretary_a")
    assert "缺 6 份清单" in html(secretary.get("/duties/lists/make/"))
    assert secretary.post("/duties/lists/make/", {"year": 2026, "levels": ["member"]}).status_code == 302
    assert set(DutyList.objects.values_list("organisation", "level")) == {(world.branch_a.pk, "member")}
    answer = secretary.post("/duties/lists/make/", {"year": 2026, "levels": ["branch"]})
    assert answer.status_code == 422
    assert DutyList.objects.count() == 6
    assert secretary.post("/duties/lists/issue/?year=2026&level=member", ISSUE).status_code == 302
    assert DutyList.objects.filter(state="issued").count() == 6


def test_the_discipline_officer_supervises_and_makes_no_lists(world, as_):
    make()
    officer = as_("discipline")
    assert officer.get("/duties/lists/make/").status_code == 404
    row = DutyList.objects.get(level="branch", organisation=world.branch_a)
    assert officer.get(f"/duties/lists/{row.pk}/new/").status_code == 403
    assert DutyList.objects.filter(state="issued").count() == 0


def test_the_holder_takes_note_once_and_who_has_not_is_listed(world, as_):
    issued(world)
    row = DutyList.objects.get(level="branch", organisation=world.branch_a)
    assert "甲处党支部" in html(as_("staff").get("/duties/lists/?state=unnoted&level=branch"))
    assert as_("staff").post(f"/duties/lists/{row.pk}/note/").status_code == 403
    secretary = as_("secretary_a")
    assert secretary.post(f"/duties/lists/{row.pk}/note/").status_code == 302
    row.refresh_from_db()
    assert row.noted_by == world.secretary_a
    assert secretary.post(f"/duties/lists/{row.pk}/note/").status_code == 409
    assert "甲处党支部" not in html(as_("staff").get("/duties/lists/?state=unnoted&level=branch"))


# -- adjusting ---------------------------------------------------------------------------


def line(**changes):
    values = {"text": "组织一次专题学习", "period": "half", "times": 1, "unit": "次", "due": "", "proof": "记录"}
    return values | changes


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"times": 0}, "次数应在 1 至 366 之间。"),
        ({"times": "两"}, "次数应是整数。"),
        ({"text": ""}, "请填写责任事项。"),
        ({"due": "06-31,12-31"}, "“06-31”不是 2026 年的日期，请写成月-日，如 06-30。"),
        ({"due": "六月底,12-31"}, "“六月底”不是 2026 年的日期，请写成月-日，如 06-30。"),
        ({"due": "06-30"}, "这个频次一年有 2 期，时限应写 2 个，用逗号隔开，或留空。"),
        ({"due": "12-31,06-30"}, "时限应从早到晚写。"),
        ({"serves": "below"}, "请从列表中选择上级的责任。"),
        ({"serves": "same"}, "请从列表中选择上级的责任。"),
        ({"serves": "other year"}, "请从列表中选择上级的责任。"),
        ({"serves": "999999"}, "请从列表中选择上级的责任。"),
    ],
)
def test_bad_input_gets_one_sentence_what_was_typed_stays_and_nothing_is_written(world, as_, changes, sentence):
    make()
    make(year=2025)
    parents = {
        "below": lambda: duty("br-theme", organisation=world.branch_a, year=2026).pk,
        "same": lambda: duty("cm-plan", year=2026).pk,
        "other year": lambda: duty("pg-plan", year=2025).pk,
    }
    if changes.get("serves") in parents:
        changes = {"serves": parents[changes["serves"]]()}
    row = DutyList.objects.get(level="committee", year=2026)
    before = row.duties.count()
    answer = as_("staff").post(f"/duties/lists/{row.pk}/new/", line(**changes))
    page = html(answer)
    assert answer.status_code == 422
    assert page.count(sentence) == 1
    assert "组织一次专题学习" in page or changes.get("text") == ""
    assert row.duties.count() == before


@pytest.mark.parametrize(
    ("parent", "sentence"),
    [
        (("br-theme", 2026), "在本清单的下级"),
        (("cm-plan", 2026), "同为“机关党委”一级"),
        (("pg-plan", 2025), "上级责任是 2025 年的"),
    ],
)
def test_the_service_itself_refuses_a_parent_that_is_no_superior_duty(world, parent, sentence):
    from django.core.exceptions import ValidationError

    from responsibilities.services.duties import duty_add

    make()
    make(year=2025)
    key, year = parent
    upper = Duty.objects.filter(key=key, list__year=year).first()
    row = DutyList.objects.get(level="committee", year=2026)
    with pytest.raises(ValidationError) as refused:
        duty_add(by=OPERATOR, duty_list=row, data={"text": "事项", "serves": upper})
    assert sentence in refused.value.messages[0]


def test_a_draft_is_adjusted_freely_and_an_issued_list_only_with_a_reason(world, as_):
    make()
    staff = as_("staff")
    row = DutyList.objects.get(level="committee")
    upper = duty("pg-study")
    assert staff.post(f"/duties/lists/{row.pk}/new/", line(serves=upper.pk, due="06-20,12-20")).status_code == 302
    made = row.duties.get(text="组织一次专题学习")
    assert (made.serves, made.due, made.source) == (upper, "06-20,12-20", "")
    assert [one.due for one in duty_slots([made])[made.pk]] == [date(2026, 6, 20), date(2026, 12, 20)]
    issue()
    answer = staff.post(f"/duties/{made.pk}/edit/", line(times=2))
    assert answer.status_code == 422
    assert "清单已下达，修订须写明原因。" in html(answer)
    assert staff.post(f"/duties/{made.pk}/edit/", line(times=2, reason="党委会议决定")).status_code == 302
    made.refresh_from_db()
    assert made.times == 2
    assert "党委会议决定" in AuditEntry.objects.filter(verb="duty.change").last().payload
    assert staff.post(f"/duties/{made.pk}/drop/", {"reason": "不再需要"}).status_code == 302
    assert not Duty.objects.filter(pk=made.pk).exists()


# -- reporting and judging ---------------------------------------------------------------


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


def test_without_anyone_above_a_report_is_accepted_and_says_so(world, as_):
    issued(world)
    one = duty("pg-up")
    as_("party_secretary").post(f"/duties/{one.pk}/report/", {"slot": "2026", "text": "已书面报告"})
    report = DutyReport.objects.get(duty=one)
    assert (report.state, report.no_reviewer) == ("accepted", True)
    assert "无上级审核" in html(as_("staff").get(f"/duties/{one.pk}/"))


def test_the_committees_report_is_judged_by_the_party_groups_secretary_not_by_a_holder(world, as_):
    issued(world)
    one = duty("cm-thought")
    as_("committee_secretary").post(f"/duties/{one.pk}/report/", {"slot": "2026H2", "text": "已汇报"})
    report = DutyReport.objects.get(duty=one)
    assert report.state == "reported"
    path = f"/duties/reports/{report.pk}/review/"
    assert as_("committee_secretary").post(path, {"do": "accept"}).status_code == 403
    assert as_("staff").post(path, {"do": "accept"}).status_code == 403
    assert as_("party_secretary").post(path, {"do": "accept"}).status_code == 302
    assert slot(one, "2026H2").state == "accepted"


def test_a_duty_whose_proof_the_system_holds_closes_by_itself_and_is_confirmed_in_one_click(world, as_):
    issued(world)
    one = duty("br-theme", organisation=world.branch_a)
    key = "life-theme-day/2026-10"
    secretary = as_("secretary_a")
    assert slot(one, key).state == "overdue"
    assert secretary.post(f"/duties/{one.pk}/confirm/", {"slot": key}).status_code == 409
    answer = secretary.post(f"/duties/{one.pk}/report/", {"slot": key, "text": "开展过"})
    assert answer.status_code == 422
    assert "这项责任由系统按记录认定，请登记记录，不需要文字报告。" in html(answer)
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
    assert secretary.post(f"/duties/{one.pk}/confirm/", {"slot": key}).status_code == 302
    assert DutyReport.objects.get(duty=one).state == "confirmed"
    assert slot(one, key).state == "closed"
    assert secretary.post(f"/duties/{one.pk}/confirm/", {"slot": key}).status_code == 409
    assert secretary.post(f"/duties/{one.pk}/report/", {"slot": key, "text": "开展过"}).status_code == 409


def test_one_click_confirms_all_that_is_closed(world, as_):
    issued(world)
    one = duty("br-theme", organisation=world.branch_a)
    for month in (9, 10):
        record(world, world.branch_a, "theme_day", date(2026, month, 20))
    secretary = as_("secretary_a")
    assert "待确认 2 项次" in html(secretary.get("/duties/own/"))
    assert "确认全部 2 项次" in html(secretary.get(f"/duties/{one.pk}/"))
    assert secretary.post(f"/duties/{one.pk}/confirm/", {"back": "own"})["Location"] == "/duties/own/"
    assert set(DutyReport.objects.values_list("state", "slot")) == {
        ("confirmed", "life-theme-day/2026-09"),
        ("confirmed", "life-theme-day/2026-10"),
    }
    assert secretary.post(f"/duties/{one.pk}/confirm/").status_code == 409


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
    as_("secretary_a").post(f"/duties/{one.pk}/confirm/", {"slot": key})
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


# -- pages -------------------------------------------------------------------------------


def test_the_board_names_each_level_its_progress_and_which_is_behind(world, as_):
    answer = as_("staff").get("/duties/")
    assert "2026 年还没有下达责任清单" in html(answer)
    issued(world)
    page = html(as_("staff").get("/duties/"))
    for words in (
        "负总责",
        "分工负责",
        "组织实施",
        "具体落实",
        "积极参加",
        "3 个党支部",
        "12 名党员",
        "竖线为时间进度",
    ):
        assert words in page
    assert "没有逾期" not in html(as_("staff").get("/duties/?view=overdue"))
    grouped = html(as_("staff").get("/duties/?level=branch"))
    assert "个党支部，" in grouped
    one = html(as_("staff").get("/duties/?level=branch&template=br-theme"))
    assert "甲处党支部" in one
    assert as_("staff").get("/duties/?year=abc&level=nothing&state=x&duty=999999&page=99&list=7").status_code == 200


def test_the_chain_is_walked_both_ways_and_a_missing_level_is_named(world, as_):
    issued(world)
    committee, branch = duty("cm-check"), duty("br-theme", organisation=world.branch_a)
    page = html(as_("staff").get(f"/duties/{committee.pk}/"))
    assert f"/duties/{branch.pk}/" in page
    assert page.count("这一级没有对应的责任") == 2
    page = html(as_("staff").get(f"/duties/{branch.pk}/"))
    assert f"/duties/{committee.pk}/" in page
    # Above his own reach the secretary reads the wording, not the page.
    page = html(as_("secretary_a").get(f"/duties/{branch.pk}/"))
    assert committee.text in page
    assert f"/duties/{committee.pk}/" not in page


def test_only_verified_rules_are_cited(world, as_):
    issued(world)
    page = html(as_("staff").get(f"/duties/{duty('pg-strict').pk}/"))
    assert "本机关设定" in page
    assert "/rules/resp-half-year/" not in page
    assert "/rules/life-theme-day/" in html(
        as_("staff").get(f"/duties/{duty('br-theme', organisation=world.branch_a).pk}/")
    )


def test_the_leaders_page_shows_his_duties_his_fields_his_contact_branch_and_his_attendance(world, as_):
    from branches.models import Department

    department = Department.objects.create(name="综合处")
    charge_make(by=OPERATOR, organisation=world.root, leader=world.leader, department=department)
    charge_make(by=OPERATOR, organisation=world.root, leader=world.leader, contact=world.branch_b)
    member = world.people("branch_a")[1]
    Member.objects.filter(pk=member.pk).update(account=world.leader)
    issued(world)
    activity = record(world, world.branch_a, "theme_day", date(2026, 8, 12))
    page = html(as_("leader").get("/duties/own/"))
    for words in ("综合处", "乙处党支部", "双重组织生活", "所在支部 1 次，出席 1 次", "推动分管重点业务四同步"):
        assert words in page
    one = duty("ld-double")
    assert slot(one, "2026Q3").records == [activity.pk]
    assert {row.key for row, _ in duties_of_record(activity)} >= {"ld-double", "br-theme", "br-study", "mb-meet"}


def test_everybody_has_a_page_of_his_own_duties(world, as_):
    issued(world)
    assert "按期参加组织生活" in html(as_("member").get("/duties/own/"))
    assert "落实三会一课" in html(as_("secretary_a").get("/duties/own/"))
    assert "您还没有责任清单" in html(as_("outsider").get("/duties/own/"))


def test_the_list_is_exported_within_reach(world, as_):
    issued(world)
    answer = as_("secretary_b").post("/duties/export/?level=branch")
    assert answer.status_code == 200
    assert AuditEntry.objects.filter(verb="duty.export").count() == 1
    assert '"rows":12' in AuditEntry.objects.get(verb="duty.export").payload


# -- who reads what ----------------------------------------------------------------------


def test_a_leader_reads_his_own_list_and_not_the_other_leaders(world, as_):
    from branches.models import User
    from branches.services.appointments import appointment_make

    other = User.objects.create(username="leader_two", name="另一位成员", password="!")
    appointment_make(by=OPERATOR, user=other, role="leader", organisation=world.root)
    issued(world)
    lists = {row.holder_id: row for row in DutyList.objects.filter(level="leader")}
    assert set(lists) == {world.leader.pk, other.pk}
    leader = as_("leader")
    assert leader.get(f"/duties/lists/{lists[world.leader.pk].pk}/").status_code == 200
    assert leader.get(f"/duties/lists/{lists[other.pk].pk}/").status_code == 404
    theirs = lists[other.pk].duties.first()
    assert leader.get(f"/duties/{theirs.pk}/").status_code == 404
    assert "另一位成员" not in html(leader.get("/duties/?level=leader"))
    for who in ("party_secretary", "committee_secretary", "staff"):
        assert as_(who).get(f"/duties/lists/{lists[other.pk].pk}/").status_code == 200


def test_a_members_duty_is_read_by_himself_and_who_keeps_the_roster_only(world, as_):
    issued(world)
    mine = DutyList.objects.get(member__account=world.member)
    other = DutyList.objects.filter(level=Level.MEMBER, organisation=world.branch_a).exclude(pk=mine.pk).first()
    member = as_("member")
    assert member.get(f"/duties/lists/{mine.pk}/").status_code == 200
    assert member.get(f"/duties/lists/{other.pk}/").status_code == 404
    expected = {"officer_a": 404, "leader": 404, "secretary_b": 404, "secretary_a": 200, "staff": 200}
    for who, status in expected.items():
        assert as_(who).get(f"/duties/lists/{mine.pk}/").status_code == status, who
        assert as_(who).get(f"/duties/{mine.duties.first().pk}/").status_code == status, who


def test_a_members_report_is_judged_by_the_secretary_and_never_by_himself(world, as_):
    issued(world)
    one = duty("mb-promise", member__account=world.member)
    assert as_("member").post(f"/duties/{one.pk}/report/", {"slot": "2026", "text": "已践诺"}).status_code == 302
    report = DutyReport.objects.get(duty=one)
    assert report.state == "reported"
    assert as_("member").post(f"/duties/reports/{report.pk}/review/", {"do": "accept"}).status_code == 403
    assert as_("secretary_a").post(f"/duties/reports/{report.pk}/review/", {"do": "accept"}).status_code == 302
    assert slot(one, "2026").state == "accepted"


def test_the_accepting_of_a_record_changes_nothing_about_a_closed_duty(world):
    issued(world)
    one = duty("br-theme", organisation=world.branch_a)
    activity = record(world, world.branch_a, "theme_day", date(2026, 10, 20))
    activity_accept(by=world.staff, activity=activity, version=activity.version)
    assert slot(one, "life-theme-day/2026-10").state == "closed"
