"""The life of a record as its people live it, over HTTP."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.notices.models import Notice
from common import clock
from members.activities.models import Activity, ActivityState, Attendance
from tests.members.activities.records import draft, filled, long_ago, only

pytestmark = pytest.mark.django_db


def _entries():
    return list(AuditEntry.objects.filter(verb__startswith="activity.").order_by("pk").values_list("verb", flat=True))


def test_a_secretary_records_staff_returns_he_mends_and_staff_accepts(world, as_):
    secretary, staff = as_("secretary_a"), as_("staff")
    page = secretary.get(reverse("activity_new"), {"kind": "assembly", "organisation": world.branch_a.pk})
    assert page.status_code == 200 and "甲一" in page.content.decode()

    answer = secretary.post(reverse("activity_new"), filled(world.branch_a, do="submit"), follow=True)
    record = only()
    assert answer.redirect_chain[-1][0] == reverse("activity_detail", args=[record.pk]) + "#counts"
    assert (record.state, record.late, record.valid) == (ActivityState.SUBMITTED, False, True)
    assert record.voters_expected == 5 and record.voters_present == 5
    assert Attendance.objects.filter(activity=record, state="present").count() == 6
    assert ChangeMark.objects.filter(organisation=world.branch_a, subject="activity").exists()
    assert _entries() == ["activity.submit"]

    queue = staff.get(reverse("review_queue")).content.decode()
    assert "1 条记录待审核" in queue and "学习讨论" in queue
    assert '<span class="count">1</span>' in queue
    assert staff.get(reverse("review_detail", args=[record.pk])).status_code == 200
    assert staff.post(reverse("review_begin", args=[record.pk])).status_code == 302
    confirm = staff.get(reverse("activity_return", args=[record.pk])).content.decode()
    assert "退回这条记录？" in confirm and "不再计入" in confirm
    answer = staff.post(
        reverse("activity_return", args=[record.pk]), {"reason": "请写明表决结果", "version": record.version}
    )
    assert answer.status_code == 302
    record.refresh_from_db()
    assert record.state == ActivityState.RETURNED and record.return_reason == "请写明表决结果"
    assert Notice.objects.get(recipient=world.secretary_a, kind="returned").url == f"/activities/{record.pk}/"

    page = secretary.get(reverse("activity_edit", args=[record.pk])).content.decode()
    assert "请写明表决结果" in page and "传达文件" in page
    data = filled(world.branch_a, content="表决：赞成五人。", version=record.version, form_key=None, do="submit")
    assert secretary.post(reverse("activity_edit", args=[record.pk]), data).status_code == 302
    record.refresh_from_db()
    assert record.state == ActivityState.SUBMITTED and record.return_reason == ""

    answer = staff.post(reverse("activity_accept", args=[record.pk]), {"version": record.version}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("review_queue")
    record.refresh_from_db()
    assert record.state == ActivityState.ACCEPTED and record.reviewer == world.staff
    assert _entries() == [
        "activity.submit",
        "activity.review",
        "activity.return",
        "activity.submit",
        "activity.accept",
    ]
    page = secretary.get(reverse("activity_detail", args=[record.pk])).content.decode()
    for words in ("审核通过", "退回修改", "请写明表决结果", "已通过", "有表决权 5 人"):
        assert words in page, words


def test_a_draft_can_be_saved_left_and_discarded(world, as_):
    client = as_("secretary_a")
    data = filled(world.branch_a, title="", content="", do="save")
    data = {key: value for key, value in data.items() if not key.startswith("att-")}
    assert client.post(reverse("activity_new"), data).status_code == 302
    record = only()
    assert record.state == ActivityState.DRAFT
    page = client.get(reverse("activity_discard", args=[record.pk]))
    assert "删除这份草稿？" in page.content.decode() and Activity.objects.count() == 1
    assert client.post(reverse("activity_discard", args=[record.pk])).status_code == 302
    assert not Activity.objects.exists()
    assert _entries() == ["activity.create", "activity.discard"]


def test_what_is_missing_blocks_submission_at_its_field_and_nothing_is_written(world, as_):
    data = filled(world.branch_a, title="", content=" ", do="submit")
    data[f"att-{world.people('branch_a')[0].pk}"] = "not_recorded"
    answer = as_("secretary_a").post(reverse("activity_new"), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("请填写主题。", "请填写议程与决议。", "还有 1 人未登记考勤。"):
        assert words in page, words
    assert not Activity.objects.exists() and _entries() == []


def test_the_same_form_sent_twice_makes_one_record(world, as_):
    client, data = as_("secretary_a"), filled(world.branch_a, do="submit")
    first = client.post(reverse("activity_new"), data)
    second = client.post(reverse("activity_new"), data)
    assert first.url == second.url and Activity.objects.count() == 1
    assert _entries() == ["activity.submit"]


def test_autosave_makes_one_draft_and_then_updates_it(world, as_):
    client, data = as_("secretary_a"), filled(world.branch_a, content="")
    first = client.post(reverse("activity_autosave"), data).json()
    record = only()
    assert first["id"] == record.pk and first["fields"] == {"record": record.pk, "version": 1}
    lost = client.post(reverse("activity_autosave"), data | {"content": "答复没有收到"}).json()
    assert lost["id"] == record.pk and lost["version"] == 2
    second = client.post(reverse("activity_autosave"), data | lost["fields"] | {"content": "接着写"}).json()
    assert second["version"] == 3 and only().content == "接着写"
    same = client.post(reverse("activity_autosave"), data | second["fields"] | {"content": "接着写"}).json()
    assert same["version"] == 3
    assert _entries() == ["activity.create", "activity.update", "activity.update"]


def test_a_stale_form_gets_409_with_both_versions_and_changes_nothing(world, as_):
    secretary, officer = as_("secretary_a"), as_("officer_a")
    secretary.post(reverse("activity_new"), filled(world.branch_a, do="save"))
    record = only()
    edit = reverse("activity_edit", args=[record.pk])
    data = filled(world.branch_a, version=record.version, form_key=None, do="save")
    assert officer.post(edit, data | {"content": "委员先改的"}).status_code == 302
    answer = secretary.post(edit, data | {"content": "书记后改的"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "书记后改的" in page and "委员先改的" in page
    assert only().content == "委员先改的"
    answer = secretary.post(reverse("activity_autosave"), data | {"record": record.pk, "content": "书记后改的"})
    assert answer.status_code == 409 and "刚被他人修改" in answer.json()["message"]


def test_a_record_after_the_days_of_grace_is_taken_and_marked_late(world, as_):
    answer = as_("secretary_a").post(
        reverse("activity_new"), filled(world.branch_a, day=long_ago(), do="submit"), follow=True
    )
    assert only().late and "迟报" in answer.content.decode()


def test_below_the_quorum_a_record_is_kept_and_meets_nothing(world, as_):
    people = world.people("branch_a")
    data = filled(world.branch_a, states=dict.fromkeys(people[:3], "absent"), do="submit")
    client = as_("secretary_a")
    checks = client.post(reverse("activity_checks"), data).content.decode()
    assert "仍然提交" in checks and "还差 1 人" in checks and "不计入任何应办事项" in checks
    assert client.post(reverse("activity_new"), data).status_code == 302
    record = only()
    assert record.state == ActivityState.SUBMITTED and not record.valid
    assert not record.judgements.filter(valid=True).exists()
    page = client.get(reverse("activity_detail", args=[record.pk])).content.decode()
    assert "会议决议无效" in page


def test_a_record_of_the_root_has_no_reviewer_and_is_accepted_at_once(world, as_):
    data = filled(world.root, kinds=["party_special"], do="submit", chair_name="局长")
    answer = as_("staff").post(reverse("activity_new"), data, follow=True)
    record = only()
    assert (record.state, record.no_reviewer) == (ActivityState.ACCEPTED, True)
    assert "无上级审核" in answer.content.decode()


def test_a_talk_keeps_names_and_no_content(world, as_):
    client = as_("secretary_a")
    people = world.people("branch_a")
    data = {key: value for key, value in filled(world.branch_a, kinds=["talk"]).items() if not key.startswith("att-")}
    answer = client.post(reverse("activity_new"), data | {"do": "submit"})
    assert answer.status_code == 422 and "不保存谈话内容" in answer.content.decode()
    data |= {"content": "", "do": "submit"}
    assert "请选择谈话对象" in client.post(reverse("activity_new"), data).content.decode()
    data |= {f"att-{people[3].pk}": "present", "chair": people[0].pk}
    assert client.post(reverse("activity_new"), data).status_code == 302
    record = only()
    assert list(record.attendance.values_list("member__name", flat=True)) == ["甲四"]
    assert record.chair == people[0] and record.content == ""


def test_resolutions_and_a_make_up_month_are_kept(world, as_):
    people = world.people("branch_a")
    before = clock.today().replace(day=1)
    month = (
        before.replace(year=before.year - 1, month=12) if before.month == 1 else before.replace(month=before.month - 1)
    )
    data = filled(world.branch_a, do="submit", makes_up_for=month.isoformat()) | {
        "res-TOTAL_FORMS": "2",
        "res-0-text": "完成初审",
        "res-0-owner": people[1].pk,
        "res-0-due": "2027-01-15",
        "res-1-text": "",
    }
    assert as_("secretary_a").post(reverse("activity_new"), data).status_code == 302
    record = only()
    (resolution,) = record.resolutions.all()
    assert (resolution.text, resolution.owner, resolution.due.isoformat()) == ("完成初审", people[1], "2027-01-15")
    assert record.makes_up_for == month


def test_a_plan_becomes_a_draft_on_its_day_and_a_cancelled_one_says_why(world, as_):
    client, coming = as_("secretary_a"), clock.today() + timedelta(days=5)
    client.post(reverse("activity_new"), filled(world.branch_a, day=coming, do="save"))
    plan = only()
    assert plan.state == "planned"
    page = client.post(reverse("activity_submit", args=[plan.pk]), follow=True).content.decode()
    assert "活动日期还没有到" in page
    with time_machine.travel(datetime.combine(coming, time(4), tzinfo=UTC)):
        client = as_("secretary_a")
        client.post(
            reverse("activity_edit", args=[plan.pk]),
            filled(world.branch_a, day=coming, do="submit", version=plan.version),
        )
        assert only().state == "submitted"
    other = draft(world.branch_a, world.secretary_a, day=clock.today() + timedelta(days=3))
    client = as_("secretary_a")
    address = reverse("activity_cancel", args=[other.pk])
    assert "请写明取消原因" in client.post(address, {"reason": ""}).content.decode()
    assert client.post(address, {"reason": "会期调整"}).status_code == 302
    assert "会期调整" in client.get(reverse("activity_detail", args=[other.pk])).content.decode()
    assert client.post(address, {"reason": "再取消"}).status_code == 409


def test_a_plan_for_years_ahead_is_refused_beside_the_date(world, as_):
    far = clock.today() + timedelta(days=400)
    answer = as_("secretary_a").post(reverse("activity_new"), filled(world.branch_a, day=far, do="save"))
    assert "日期最多到一年之后" in answer.content.decode()
    assert not Activity.objects.exists()
