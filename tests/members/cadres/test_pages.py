"""Party workers as people use them: the register, a class held as a record, topics from setting to use; who reads what; wrong input."""

import io
import re
from datetime import date

import openpyxl
import pytest
import time_machine
from django.urls import reverse

from branches.audit.models import AuditEntry
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import Activity
from members.cadres.models import ClassRecord, PartyWork, StaffTotal, StudyTopic, TopicUse, TrainingClass, TrainingPlan
from members.cadres.services.classes import class_hold, plan_from_last_year
from members.cadres.services.topics import topic_found
from members.roster.models.members import Member
from members.roster.models.posts import Post
from responsibilities.policies.models import Policy
from responsibilities.requirements.selectors import one_requirement
from tests.members.cadres.made import found_topic, held, plan, planned, topic, worker

pytestmark = pytest.mark.django_db
NAMES = ("title", "purpose", "first")


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel("2026-11-28T09:00:00+08:00", tick=False):
        yield


def page(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode()


def said(client, url, data, status=422):
    answer = client.post(url, data)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode()


def test_the_register_of_a_day_has_both_posts_beside_each_other(world, as_):
    Member.objects.filter(name="甲一").update(work_post="甲处处长")
    Post.objects.filter(member__name="甲二").update(ends=date(2026, 6, 30))
    staff = as_("staff")
    now = page(staff, reverse("cadres_register"))
    assert "甲一" in now and "甲处处长" in now and "甲二" not in now and "不排名" in now
    assert "甲二" in page(staff, reverse("cadres_register") + "?day=2026-06-01")
    assert "日期不能晚于今天" in page(staff, reverse("cadres_register") + "?day=2027-01-01")
    own = page(as_("secretary_b"), reverse("cadres_register"))
    assert "乙一" in own and "甲一" not in own
    for who in ("leader", "member", "officer_a"):
        page(as_(who), reverse("cadres_register"), 404)


def test_hours_are_read_by_himself_his_secretary_and_who_keeps_rosters(world, as_):
    four = world.people("branch_a")[3]
    url = reverse("education_certificate", args=[four.pk])
    for who, status in (("member", 200), ("secretary_a", 200), ("staff", 200), ("leader", 403), ("secretary_b", 404)):
        page(as_(who), url, status)


def test_a_class_in_five_entries_becomes_a_record_and_closes_the_demand(world, as_):
    staff = as_("staff")
    first, year = world.people("branch_a")[0], Period.parse("2026")
    assert one_requirement(world.branch_a, "edu-rotation-agency", year).state == "not_due"
    new = f"{reverse('cadres_class_new')}?organisation={world.committee.pk}"
    data = {"title": "支部书记集中轮训", "purpose": "rotation", "posts": ["secretary"], "first": "2026-11-26", "last": "2026-11-27",
            "hours": "16", "organiser": "inside", "form_key": "6b1c6f9e-0000-4000-8000-000000000001"}  # fmt: skip
    done = staff.post(new, data)
    assert done.status_code == 302 and staff.post(new, data).url == done.url and TrainingClass.objects.count() == 1
    row = TrainingClass.objects.get()
    assert "甲一" in page(staff, done.url) and "应参加" in page(staff, done.url)
    opened = staff.post(reverse("cadres_class_hold", args=[row.pk]))
    record = Activity.objects.get(organisation=world.committee)
    assert opened.url == reverse("activity_edit", args=[record.pk])
    assert staff.post(reverse("cadres_class_hold", args=[row.pk])).url == opened.url and Activity.objects.count() == 1
    assert (record.title, record.last_day, record.hours_stated) == ("支部书记集中轮训", date(2026, 11, 27), 16)
    form = page(staff, opened.url)
    assert "甲一" in form and "乙一" in form and "丙一" in form, "whom the class calls is to be marked"
    people = {row.member_id for row in record.attendance.all()}
    sent = {
        **{name: record.__dict__.get(name) or "" for name in ("title", "place", "content", "lecturer_name")},
        "kinds": ["training"],
        "day": "2026-11-26",
        "last_day": "2026-11-27",
        "hours_stated": "16",
        **{f"att-{pk}": "present" if pk == first.pk else "absent" for pk in people},
        **{f"why-{pk}": "出差" for pk in people},
        "res-TOTAL_FORMS": 0,
        "res-INITIAL_FORMS": 0,
        "do": "submit",
        "version": record.version,
    }
    answer = staff.post(opened.url, sent)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    record.refresh_from_db()
    assert record.state in ("submitted", "accepted") and record.attendance.filter(state="present").count() == 1
    assert one_requirement(world.branch_a, "edu-rotation-agency", year).state == "met"
    assert one_requirement(world.branch_b, "edu-rotation-agency", year).state == "not_due"
    assert "1 / 3 人" in page(staff, done.url)
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"training_class.write", "training_class.hold", "training_class.tie"} <= verbs


def test_who_else_went_is_named_and_a_stranger_is_not(world, as_):
    row = planned(world)
    record = class_hold(by=OPERATOR, training_class=row)
    staff, url = as_("staff"), reverse("cadres_class_people", args=[row.pk])
    gone = record.attendance.get(member__name="丙一").member_id
    assert staff.post(url, {"names": "甲四、甲五", "remove": [gone]}).status_code == 302
    assert {one.member.name for one in record.attendance.all()} == {"甲一", "乙一", "甲四", "甲五"}
    assert "名册上没有张三" in said(staff, url, {"names": "张三"})
    record.refresh_from_db()
    form = page(staff, reverse("activity_edit", args=[record.pk]))
    assert "甲四" in form and "丙一" not in form


def test_a_branch_marks_its_roster_and_trains_no_candidates_of_its_own(world, as_):
    secretary, new = as_("secretary_a"), reverse("cadres_class_new")
    data = {"title": "发展对象培训", "purpose": "candidates", "first": "2026-11-26", "organiser": "upper"}
    assert "名册上没有发展对象" in said(secretary, new, data) and not TrainingClass.objects.exists()
    row = planned(world, "branch_a", purpose="special", posts=[])
    address = reverse("cadres_class", args=[row.pk])
    assert "按党员名册登记出席" in page(secretary, address) and "逐个增加" not in page(secretary, address)
    assert "逐个增加" in page(
        as_("staff"), reverse("cadres_class", args=[planned(world, purpose="special", posts=[]).pk])
    )
    TrainingClass.objects.filter(pk=row.pk).update(purpose="candidates")
    refused = secretary.post(reverse("cadres_class_hold", args=[row.pk]), follow=True)
    assert "名册上没有发展对象" in refused.content.decode() and not Activity.objects.exists()
    TrainingClass.objects.filter(pk=row.pk).update(purpose="special")
    assert secretary.post(reverse("cadres_class_hold", args=[row.pk])).status_code == 302
    people = reverse("cadres_class_people", args=[row.pk])
    assert people not in page(secretary, address) and secretary.post(people, {"names": "甲四"}).status_code == 409


def test_wrong_classes_are_answered_beside_the_field(world, as_):
    staff, url = as_("staff"), reverse("cadres_class_new")
    bad = {"title": "班", "purpose": "rotation", "first": "2026-12-10", "last": "2026-12-09", "organiser": "inside"}
    assert "结业时间不能早于开班时间。" in said(staff, url, bad)
    assert "学时不能超过" in said(staff, url, bad | {"last": "2026-12-10", "hours": "25"})
    assert "请填写“班次名称”" in said(staff, url, bad | {"title": ""})
    assert "相差超过 30 天" in said(staff, url, bad | {"last": "2027-02-10"})
    assert not TrainingClass.objects.exists()
    row = planned(world)
    stale = {**bad, "last": "2026-12-10", "version": row.version - 1}
    assert staff.post(reverse("cadres_class_edit", args=[row.pk]), stale).status_code == 409
    assert "请填写“原因”" in said(staff, reverse("cadres_class_cancel", args=[row.pk]), {"reason": ""})
    assert staff.post(reverse("cadres_class_cancel", args=[row.pk]), {"reason": "改为明年"}).status_code == 302
    assert staff.post(reverse("cadres_class_hold", args=[row.pk])).status_code == 409


def test_a_stale_form_of_a_class_or_topic_comes_again_with_what_was_typed(world, as_):
    staff = as_("staff")
    row = planned(world)
    sent = {
        "title": "我改的",
        "purpose": "rotation",
        "first": "2026-12-10",
        "organiser": "inside",
        "version": row.version,
    }
    url = reverse("cadres_class_edit", args=[row.pk])
    assert as_("committee_secretary").post(url, sent | {"title": "他改的"}).status_code == 302
    answer = staff.post(url, sent)
    text = answer.content.decode()
    assert answer.status_code == 409 and 'value="我改的"' in text and "现在是“他改的”。" in text
    assert "刚由committee_secretary 用户修改" in text and f'name="version" value="{row.version + 1}"' in text
    study = found_topic(world, lead=3)
    url = reverse("cadres_topic_review", args=[study.pk])
    said_ = {"level": "taken", "reason": "可以推广到各窗口", "version": study.version}
    assert as_("committee_secretary").post(url, said_ | {"level": "reference", "reason": "供参考"}).status_code == 302
    answer = staff.post(url, said_)
    text = answer.content.decode()
    assert answer.status_code == 409 and "可以推广到各窗口" in text and "现在是“可参考”。" in text


def test_a_record_that_was_entered_by_hand_is_found_as_the_class(world, as_):
    row = planned(world, first=date(2026, 11, 26), title="支委业务培训班")
    record = Activity.objects.create(
        organisation=world.committee, day=date(2026, 11, 26), title="支委业务培训班", state="draft"
    )
    record.kinds.create(kind="training")
    from members.activities.typed import draft_of
    from members.cadres.belonging import suggest

    chips = suggest(draft_of(world.staff, record))
    assert [(chip.key, chip.fits, chip.likeness > 0) for chip in chips] == [(f"k{row.pk}", True, True)]
    from members.cadres.belonging import CLASSES

    CLASSES.tie(world.staff, record, row.pk, True)
    assert ClassRecord.objects.active().get().training_class == row
    assert CLASSES.tied(world.staff, record)[0].standing.startswith("已关联，未计入")


def test_the_plan_of_the_next_year_in_two_clicks(world, as_):
    plan(world, 2026)
    planned(world, first=date(2026, 3, 10), title="2026年书记轮训")
    with time_machine.travel("2026-12-02T09:00:00+08:00", tick=False):
        staff = as_("staff")
        year = page(staff, reverse("year_change", args=[2027]))
        assert "培训计划" in year and "排 1 个班次" in year
        confirm = reverse("year_confirm", args=[2027, "training", world.committee.pk])
        assert staff.post(confirm).status_code == 302 and staff.post(confirm).status_code == 302
    assert TrainingPlan.objects.filter(year=2027).count() == 1
    row = TrainingClass.objects.get(first__year=2027)
    assert (row.title, row.first) == ("2027年书记轮训", date(2027, 3, 10))
    assert plan_from_last_year(by=OPERATOR, organisation=world.committee, year=2027) == 0


def test_a_topic_from_setting_to_its_use(world, as_):
    staff, member = as_("staff"), as_("member")
    new = f"{reverse('cadres_topic_new')}?organisation={world.branch_a.pk}"
    data = {
        "title": "窗口先锋岗",
        "question": "怎样轮换",
        "lead": "甲四",
        "others": "甲五",
        "first": "2026-02-10",
        "due": "2026-12-20",
    }
    made = staff.post(new, data)
    row = StudyTopic.objects.get()
    assert made.url == reverse("cadres_topic", args=[row.pk]) and not row.proposed
    assert "窗口先锋岗" in page(member, reverse("cadres_topics"))
    interim, found = (reverse(f"cadres_topic_{name}", args=[row.pk]) for name in ("interim", "found"))
    assert staff.post(found, {"finding": "结果"}).status_code == 403, "not in the group"
    assert member.post(interim, {"interim": "走访三个窗口", "version": row.version}).status_code == 302
    row.refresh_from_db()
    stale = member.post(found, {"finding": "结果", "version": row.version - 1})
    assert stale.status_code == 409
    assert member.post(found, {"finding": "先锋岗每季轮换", "version": row.version}).status_code == 302
    row.refresh_from_db()
    review = reverse("cadres_topic_review", args=[row.pk])
    assert member.get(review).status_code == 403
    assert "请填写“评定理由”" in said(staff, review, {"level": "taken", "reason": "", "version": row.version})
    assert staff.post(review, {"level": "taken", "reason": "可推广", "version": row.version}).status_code == 302
    shown = page(staff, made.url)
    assert "还没登记用在哪里" in shown and f"{reverse('policy_new')}?topic={row.pk}" in shown
    policy = page(staff, f"{reverse('policy_new')}?topic={row.pk}")
    assert "窗口先锋岗" in policy


def test_who_goes_back_after_setting_a_topic_makes_no_second_one(world, as_):
    """The page that comes back is drawn anew, with another key of the form; what is typed is the same."""
    secretary, url = as_("secretary_a"), reverse("cadres_topic_new")
    data = {"title": "窗口先锋岗", "question": "怎样轮换", "lead": "甲四", "first": "2026-02-10", "due": "2026-12-20"}
    for key in ("6b1c6f9e-0000-4000-8000-000000000001", "6b1c6f9e-0000-4000-8000-000000000002"):
        answer = secretary.post(url, data | {"form_key": key})
    assert answer.status_code == 422 and StudyTopic.objects.count() == 1
    text = answer.content.decode()
    assert "甲处党支部已有同名的课题正在研究（2月10日立题）" in text and "怎样轮换" in text
    # Another organisation's, or one of which the finding is there, is no second time.
    topic_found(by=OPERATOR, topic=StudyTopic.objects.get(), finding="每季轮换")
    assert secretary.post(url, data).status_code == 302
    other = f"{url}?organisation={world.branch_b.pk}"
    assert as_("staff").post(other, data | {"lead": "乙一"}).status_code == 302


def test_who_is_not_in_the_group_reads_of_nobody_who_could_fill_it_in(world, as_):
    row = topic(world)
    for name in ("interim", "found"):
        answer = as_("secretary_a").get(reverse(f"cadres_topic_{name}", args=[row.pk]))
        text = answer.content.decode()
        assert answer.status_code == 403 and "由课题组成员填写" in text
        assert "可以办理的同志" not in text and "用户" not in text.split("<main")[1]


def test_what_is_made_of_a_finding_is_noted_once(world, as_):
    row = found_topic(world, level="taken")
    from members.cadres.from_topic import made_of

    thing = Policy(pk=7)
    made_of(row, world.staff, "policy", thing, "制度：首问负责办法")
    made_of(row, world.staff, "policy", thing, "制度：首问负责办法")
    assert TopicUse.objects.get().about == "policy/7"
    assert "首问负责办法" in page(as_("staff"), reverse("cadres_topics"))
    with pytest.raises(Exception, match="还没有结题"):
        made_of(topic(world), world.staff, "policy", thing, "制度")


def test_wrong_topics_are_answered_beside_the_field(world, as_):
    url = reverse("cadres_topic_new")
    data = {"title": "题", "question": "问", "lead": "乙一", "first": "2026-03-01", "due": "2026-02-01"}
    answer = said(as_("secretary_a"), url, data)
    assert "结题时限不能早于立题日期" in answer and "名册上没有乙一" in answer
    done = as_("secretary_a").post(url, data | {"lead": "甲一", "due": "2026-12-01"})
    assert done.status_code == 302 and StudyTopic.objects.get().proposed, "set by itself, nobody above asked for it"


def test_workers_without_a_seat_are_noted_pasted_and_ended(world, as_):
    staff = as_("staff")
    assert "没有" in said(
        staff,
        reverse("cadres_work_new"),
        {"member": "张三", "organisation": world.committee.pk, "share": "full", "starts": "2026-01-01"},
    )
    text = "姓名\t党组织\t专兼职\t起\n甲四\t机关党委\t专职\t2026-01-05\n甲五\t甲处党支部\t\t"
    wrong = said(staff, reverse("cadres_work_paste"), {"text": text + "\n王五\t机关党委\t专职\t"})
    assert "第 4 行：名册上没有“王五”" in wrong and not PartyWork.objects.exists()
    assert staff.post(reverse("cadres_work_paste"), {"text": text}).status_code == 302
    assert {(row.member.name, row.share) for row in PartyWork.objects.all()} == {("甲四", "full"), ("甲五", "part")}
    assert staff.post(reverse("cadres_work_paste"), {"text": "甲六\t甲处党支部\t兼职\t12月25日"}).status_code == 302
    assert PartyWork.objects.get(member__name="甲六").starts == date(2025, 12, 25), "the last such day"
    row = PartyWork.objects.get(share="full")
    end = reverse("cadres_work_end", args=[row.pk])
    assert "止不能早于起" in said(staff, end, {"ends": "2026-01-01"})
    assert staff.post(end, {"ends": "2026-11-01"}).status_code == 302
    total = f"{reverse('cadres_total')}?organisation={world.committee.pk}"
    assert staff.post(total, {"number": "300", "starts": "2026-01-01"}).status_code == 302
    assert "应晚于上次登记" in said(staff, total, {"number": "310", "starts": "2026-01-01"})
    assert StaffTotal.objects.get().number == 300
    assert "占机关工作人员 300 人的 0%，少于 1%" in page(staff, reverse("cadres_register"))


def sheet(answer):
    assert answer.status_code == 200, answer.status_code
    rows = openpyxl.load_workbook(
        io.BytesIO(answer.getvalue() if hasattr(answer, "getvalue") else answer.content)
    ).active
    return "\n".join(str(cell.value) for row in rows.iter_rows() for cell in row)


def test_files_and_the_register_on_paper(world, as_):
    held(world, present=[world.people("branch_a")[0]], first=date(2026, 10, 22))
    worker(world)
    staff = as_("staff")
    assert "甲一" in sheet(staff.post(reverse("cadres_export")))
    assert "支部书记集中轮训" in sheet(staff.post(reverse("cadres_classes_export")))
    named = sheet(staff.post(reverse("cadres_certificates")))
    assert "甲一" in named and "乙一" not in named
    assert "党务干部名册" in page(staff, reverse("cadres_print"))
    assert staff.post(reverse("cadres_print_download")).status_code == 200


def test_what_waits_and_what_is_left_behind(world, as_):
    from members.cadres.waiting import tasks
    from members.organisations.handover import open_items

    planned(world, first=date(2026, 11, 2))
    topic(world, place="committee", first=date(2026, 1, 5), due=date(2026, 11, 1))
    found = [one.title for one in tasks(world.staff, world.committee)]
    assert any("已办完，还没有登记" in one for one in found) and any("结题时限" in one for one in found)
    assert any("结题" in one.title for one in tasks(world.member, world.branch_a))
    left = {one.label: one.count for one in open_items(world.committee, world.staff)}
    assert left["没有办的培训班次"] == 1 and left["没有结题的课题"] == 1


def test_the_register_says_which_tab_it_lists_and_what_is_still_open_adds_up(world, as_):
    staff = as_("staff")
    whole = staff.get(reverse("cadres_register"))
    figures = whole.context["figures"]
    assert figures.open + figures.met + figures.unknown + figures.overdue == figures.owed and figures.open
    assert "全部党务干部" in whole.content.decode() and "stands=open" in whole.content.decode()
    listed = staff.get(reverse("cadres_register") + "?stands=open")
    assert listed.context["page"].paginator.count == figures.open
    tab = page(staff, reverse("cadres_register") + "?post=secretary")
    assert re.search(r"<h2>书记</h2>", tab)


def test_a_topic_that_was_taken_and_is_used_nowhere_leads_to_its_use(world, as_):
    row = found_topic(world, level="taken")
    shown = page(as_("staff"), reverse("cadres_register"))
    address = reverse("cadres_topic", args=[row.pk])
    assert f'href="{address}#uses">登记转化' in shown and row.lead.name in shown
    TopicUse.objects.create(topic=row, about="policy/1", name="首问负责办法", day=date(2026, 9, 4))
    shown = page(as_("staff"), reverse("cadres_register"))
    assert "登记转化" not in shown and "用在 1 处" in shown


def test_a_class_says_who_came(world, as_):
    one = world.people("branch_a")[0]
    held(world, present=[one])
    row = TrainingClass.objects.get()
    head = page(as_("staff"), reverse("cadres_class", args=[row.pk])).split("<h1>")[1].split("</h1>")[0]
    assert "1 / " in head and "人到课" in head
