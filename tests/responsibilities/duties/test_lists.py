"""The life of a duty list through the browser's requests: made, adjusted, issued, taken note of."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps

from branches.access.models import User
from branches.access.services.appointments import appointment_make
from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.notices.models import Notice
from common.operator import OPERATOR
from members.roster.models.members import Member
from responsibilities.duties.models import Duty, DutyList
from responsibilities.duties.progress import duty_slots
from responsibilities.duties.selectors.holders import holders_of
from responsibilities.duties.services.duties import duty_add
from responsibilities.measures import issued_duties
from tests.responsibilities.duties.world import DOCUMENT, duty, html, issue, issued, line, make
from tests.responsibilities.duties.world import ISSUED as ISSUED_ON

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
ISSUE = {"document": DOCUMENT, "issued_on": "2026-02-10"}


def test_lists_are_made_from_templates_linked_upwards_issued_in_one_step_and_the_next_level_is_offered(world, as_):
    staff = as_("staff")
    page = html(staff.get("/duties/lists/make/?year=2026"))
    assert "缺 21 份清单" in page
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


def test_the_drafts_of_all_levels_are_issued_at_once_with_one_document(world, as_):
    staff, link = as_("staff"), "/duties/lists/issue/?year=2026"
    staff.post("/duties/lists/make/", {"year": 2026, "levels": ["branch"]})
    assert "全部下达" not in html(staff.get("/duties/lists/?year=2026")), "one level is issued by its own button"
    make()
    make(year=2025)
    assert f'href="{link}">全部下达' in html(staff.get("/duties/lists/?year=2026"))
    number = DutyList.objects.filter(year=2026).count()
    assert f"下达 {number} 份责任清单" in html(staff.get(link))
    assert f"已下达 {number} 份责任清单" in html(staff.post(link, ISSUE, follow=True))
    assert set(DutyList.objects.values_list("year", "state").distinct()) == {(2026, "issued"), (2025, "draft")}
    assert set(DutyList.objects.filter(year=2026).values_list("document", flat=True)) == {DOCUMENT}
    assert AuditEntry.objects.filter(verb="duty_list.issue").count() == number
    assert "全部下达" not in html(staff.get("/duties/lists/?year=2026"))
    assert "全部下达" not in html(as_("leader").get("/duties/lists/?year=2025"))


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
    # Drafts are those of who makes them, a member's own list is his and of who keeps the roster.
    assert officer.get(f"/duties/lists/{row.pk}/").status_code == 404
    assert officer.get(f"/duties/lists/{row.pk}/new/").status_code == 404
    issue()
    assert officer.get(f"/duties/lists/{row.pk}/").status_code == 200
    assert officer.get(f"/duties/lists/{row.pk}/new/").status_code == 403
    member = DutyList.objects.filter(level="member", organisation=world.branch_a).first()
    assert officer.get(f"/duties/lists/{member.pk}/").status_code == 404
    assert officer.get(f"/duties/{member.duties.first().pk}/").status_code == 404
    assert member.member.name not in html(officer.get("/duties/lists/?level=member"))


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


def test_the_duties_offered_as_superior_say_whose_they_are(world, as_):
    other = User.objects.create(username="leader_two", name="另一位成员", password="!")
    appointment_make(by=OPERATOR, user=other, role="leader", organisation=world.root)
    issued(world)
    one = duty("br-sync", organisation=world.branch_a)
    page = html(as_("staff").get(f"/duties/{one.pk}/edit/"))
    text = duty("ld-sync", holder=world.leader).text
    for label in (
        f"班子成员 {world.leader.name}：{text}",
        f"班子成员 另一位成员：{text}",
        f"机关党委：{duty('cm-sync').text}",
    ):
        assert f">{label}</option>" in page


def test_who_cannot_take_note_is_counted_apart_and_the_others_are_reminded_once_a_day(world, as_):
    Member.objects.filter(pk=world.people("branch_a")[3].pk).update(account=world.member)
    issued(world)
    staff = as_("staff")
    held = [row for row in DutyList.objects.all() if holders_of(row)]
    page = html(staff.get("/duties/lists/"))
    assert f"{len(held)} 份未知悉，另有 11 人未关联账号" in page
    assert len(staff.get("/duties/lists/?state=unnoted").context["page"].paginator.object_list) == len(held)
    people = {user.pk for row in held for user in holders_of(row)} - {world.staff.pk}
    before = set(Notice.objects.values_list("pk", flat=True))
    assert f"提醒 {len(people)} 人知悉 2026 年责任清单？" in html(staff.get("/duties/lists/remind/?year=2026"))
    assert Notice.objects.count() == len(before)
    answer = staff.post("/duties/lists/remind/?year=2026", follow=True)
    assert f"已提醒 {len(people)} 人" in html(answer) and "提醒未知悉的人" not in html(answer)
    told = Notice.objects.exclude(pk__in=before)
    assert {row.recipient_id for row in told} == people and told.count() == len(people)
    assert {row.url for row in told} == {"/duties/own/"}
    assert AuditEntry.objects.filter(verb="duty_list.remind").count() == 1
    again = staff.post("/duties/lists/remind/?year=2026", follow=True)
    assert "今天已提醒过" in html(again) and Notice.objects.exclude(pk__in=before).count() == len(people)
    assert AuditEntry.objects.filter(verb="duty_list.remind").count() == 1


def test_a_branchs_secretary_reminds_his_own_members_only(world, as_):
    Member.objects.filter(pk=world.people("branch_a")[3].pk).update(account=world.member)
    issued(world)
    as_("secretary_a").post("/duties/lists/remind/?year=2026")
    assert [row.recipient for row in Notice.objects.filter(kind="reminder")] == [world.member]
    assert as_("officer_a").post("/duties/lists/remind/?year=2026").status_code == 404


def test_the_lists_are_found_by_name_or_initials_and_exported_as_shown(world, as_):
    issued(world)
    staff = as_("staff")

    def shown(q):
        return {row.holder_name for row in staff.get("/duties/lists/", {"q": q}).context["page"].object_list}

    assert shown("甲四") == {"甲四"} and shown("js") == {"甲三", "甲四"}
    assert "甲处党支部" in shown("jcdzb") and "甲处党支部" in shown("甲处")
    assert world.leader.name in shown(world.leader.name)
    assert shown("没有这个人") == set()
    assert "请勿在地址中留下证件号码" in html(staff.get("/duties/lists/?q=110101199001011234"))
    answer = staff.post("/duties/lists/export/?q=甲四")
    assert answer["Content-Type"].endswith("sheet") and AuditEntry.objects.get(verb="duty_list.export")
    assert '"rows":1' in AuditEntry.objects.get(verb="duty_list.export").payload


def test_lines_that_are_added_stand_after_those_there_are(world):
    make()
    row = DutyList.objects.get(level="committee")
    last = max(row.duties.values_list("order", flat=True))
    first, second = (duty_add(by=OPERATOR, duty_list=row, data={"text": text}) for text in ("一", "二"))
    assert (first.order, second.order) == (last + 1, last + 2)
    assert list(row.duties.order_by("order").values_list("text", flat=True))[-2:] == ["一", "二"]


def test_lists_count_from_the_day_on_which_they_were_issued(world):
    issued(world)
    place = [world.branch_a.pk]
    assert issued_duties(2026, ISSUED_ON, place).exists()
    assert not issued_duties(2026, date(2026, 2, 9), place).exists()


def test_lists_issued_before_rest_on_the_requirements_too(world):
    issued(world)
    Duty.objects.filter(key="cm-thought").update(source="")
    Duty.objects.filter(key="cm-term").update(source="terms", period="each", detail="我们自己写的")
    Duty.objects.filter(key="br-term").update(source="terms")
    Duty.objects.filter(key__in=("pg-plan", "pg-up")).update(source="")
    name = "0018_party_groups_duties_rest_on_their_requirements"
    import_module(f"responsibilities.migrations.{name}").rest_on_requirements(apps, None)
    assert not Duty.objects.filter(key__in=("pg-plan", "pg-up")).exclude(source="requirements").exists()
    import_module("responsibilities.migrations.0017_duties_rest_on_their_requirements").rest_on_requirements(apps, None)
    rows = {row.key: (row.source, row.period) for row in Duty.objects.filter(key__in=("cm-thought", "cm-term"))}
    assert rows == {"cm-thought": ("requirements", "half"), "cm-term": ("requirements", "requirements")}
    assert Duty.objects.get(key="cm-term").detail == "我们自己写的"
    assert not Duty.objects.filter(key="br-term").exclude(source="terms").exists()
