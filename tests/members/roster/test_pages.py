"""The roster, files, transfers and posts through the pages."""

import io
import re
from datetime import date, timedelta

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from common import clock, paging
from common.operator import OPERATOR
from members.activities.models import Activity, ActivityKind, Attendance
from members.roster.models.members import Member, Membership
from members.roster.models.posts import Post
from members.roster.services.members import member_create, post_give
from members.roster.services.unmask import member_unmask
from members.roster.views import members as members_views
from members.transfers.services.ends import membership_end
from tests.records import counted
from tests.world import FOUNDED, identity

NEW = {"name": "新　同志", "sex": "女", "stage": "full", "joined_on": "2020-07-01", "identity": identity(20)}


def _names(client, query=""):
    page = client.get("/members/" + query).content.decode()
    table = page.split("<tbody>")[1].split("</tbody>")[0] if "<tbody>" in page else ""
    return [name for place in "甲乙丙" for name in (f"{place}{n}" for n in "一二三四五六") if f">{name}</a>" in table]


def test_a_roster_shows_the_reach_of_its_reader_only(world, as_):
    assert _names(as_("secretary_a")) == ["甲一", "甲二", "甲三", "甲四", "甲五", "甲六"]
    assert _names(as_("general_secretary")) == ["丙一", "丙二", "丙三"]
    assert len(_names(as_("staff"))) == 12
    assert _names(as_("leader_a1")) == []


def test_it_is_filtered_by_place_group_stage_and_name(world, as_):
    client = as_("staff")
    assert _names(client, f"?organisation={world.branch_b.pk}") == ["乙一", "乙二", "乙三"]
    assert _names(client, f"?organisation={world.group_a2.pk}") == ["甲四", "甲五", "甲六"]
    assert _names(client, f"?organisation={world.general.pk}") == ["丙一", "丙二", "丙三"]
    assert _names(client, "?stage=probationary") == ["甲六"]
    assert _names(client, "?q=j1") == [] and _names(client, "?q=js") == ["甲三", "甲四"]
    assert _names(client, "?q=乙") == ["乙一", "乙二", "乙三"]


def test_who_has_left_is_on_no_roster_and_found_among_those_who_left(world, as_):
    client, (gone, *_) = as_("secretary_a"), world.people("branch_a")
    membership_end(by=OPERATOR, member=gone, ground="deceased", on=clock.today())
    answer = client.get("/members/")
    assert "5 名党员" in answer.content.decode() and gone.name not in _names(client)
    assert gone.name not in _names(client, "?stage=all") and gone.name not in _names(client, f"?q={gone.name}")
    left = client.get("/members/?stage=left").content.decode()
    assert _names(client, "?stage=left") == [gone.name] and "1 名已离开的党员" in left
    assert f"{clock.today():%Y-%m-%d} 已去世" in left
    book = openpyxl.load_workbook(io.BytesIO(client.post("/members/export/").content))
    names = {row[0].value for row in book.active.iter_rows()}
    assert gone.name not in names and "甲二" in names
    file = client.get(f"/members/{gone.pk}/").content.decode()
    assert "已去世" in file and "党籍已去世" not in file
    assert "登记职务" not in file and "关怀登记" not in file and "登录账号" in file


@pytest.mark.parametrize("query", ["?organisation=abc", "?organisation=99999999999", "?stage=x", "?sort=password"])
def test_an_odd_filter_is_told_and_ignored(query, world, as_):
    answer = as_("staff").get("/members/" + query)
    assert answer.status_code == 200
    assert len(_names(as_("staff"), query)) == 12


def test_a_sisters_branch_cannot_be_filtered_for(world, as_):
    answer = as_("secretary_b").get(f"/members/?organisation={world.branch_a.pk}")
    assert "已忽略不能识别的筛选条件：党组织" in answer.content.decode()
    assert _names(as_("secretary_b"), f"?organisation={world.branch_a.pk}") == ["乙一", "乙二", "乙三"]


def test_sorting_follows_the_heading(world, as_):
    page = as_("staff").get("/members/?sort=-initials").content.decode()
    assert page.index(">乙一</a>") < page.index(">甲一</a>") < page.index(">丙一</a>")


@pytest.mark.parametrize("url", ["/members/", "/organisations/", "/appointments/", "/search/?q=甲"])
def test_a_longer_list_needs_no_more_statements(url, world, as_, django_assert_max_num_queries):
    client = as_("committee_secretary")
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(30):
        member_create(
            by=world.staff,
            branch=world.branch_a,
            name=f"甲新{number}",
            stage="full",
            joined_on=FOUNDED,
        )
    with django_assert_max_num_queries(len(few)):
        client.get(url)


def test_a_person_is_entered_and_found_with_a_clean_name(world, as_):
    client = as_("secretary_a")
    data = NEW | {"branch": world.branch_a.pk, "small_group": world.group_a1.pk, "phone": "139 1234 5678"}
    answer = client.post("/members/new/", data, follow=True)
    member = Member.objects.get(name="新同志")
    assert answer.redirect_chain[-1][0] == f"/members/{member.pk}/"
    page = answer.content.decode()
    assert "139****5678" in page and "13912345678" not in page
    assert Membership.objects.get(member=member).small_group == world.group_a1
    assert "已登记新同志" in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "​"}, "name"),
        ({"joined_on": ""}, "joined_on"),
        ({"joined_on": "2030-01-01"}, "joined_on"),
        ({"full_on": "2019-01-01"}, "full_on"),
        ({"birth_date": "2021-01-01"}, "joined_on"),
        ({"identity": identity(20)[:17] + ("0" if identity(20)[17] != "0" else "1")}, "identity"),
        ({"identity": "1.10105E+17"}, "identity"),
        ({"phone": "电话"}, "phone"),
        ({"phone": "123"}, "phone"),
        ({"phone": "88886666"}, "phone"),
        ({"exempt_from": "2026-01-01"}, "exempt_reason"),
        ({"small_group": "group"}, "small_group"),
        ({"branch": "sister"}, "branch"),
        ({"branch": "committee"}, "branch"),
        ({"branch": "987654"}, "branch"),
    ],
)
def test_a_wrong_field_is_told_beside_it_and_nothing_is_written(change, field, world, as_):
    ids = {"group": world.group_a1.pk, "sister": world.branch_b.pk, "committee": world.committee.pk}
    data = NEW | {"branch": world.branch_a.pk} | {key: ids.get(value, value) for key, value in change.items()}
    if "small_group" in change:
        who = "staff"
        data["branch"] = world.branch_b.pk
    else:
        who = "secretary_a"
    before = (Member.objects.count(), AuditEntry.objects.count())
    answer = as_(who).post("/members/new/", data)
    assert answer.status_code == 422
    page = answer.content.decode()
    control = page.split(f'name="{field}"')[1].split(">")[0]
    assert 'aria-invalid="true"' in control, field
    assert (Member.objects.count(), AuditEntry.objects.count()) == before


def test_fields_that_are_not_in_the_form_stay_as_they_are(world, as_):
    """Mass assignment (C13): every column is posted, only those of the form change."""
    member = world.people("branch_a")[3]
    before = Member.objects.filter(pk=member.pk).values().get()
    data = {field.attname: "1" for field in Member._meta.concrete_fields}
    data |= {"name": "甲四", "stage": "full", "joined_on": "2015-05-20", "status": "正常", "version": member.version}
    data |= {"sex": "男", "full_on": "2016-05-20", "birth_date": "1985-01-04", "identity": "", "phone": ""}
    data |= {"exempt_from": "", "exempt_reason": "", "home": world.branch_b.pk, "account": world.outsider.pk}
    assert as_("secretary_a").post(f"/members/{member.pk}/edit/", data).status_code == 302
    after = Member.objects.filter(pk=member.pk).values().get()
    changed = {key for key in before if before[key] != after[key]}
    assert changed <= {"ethnicity", "education", "work_post", "remark", "version"}


def test_two_at_one_file_the_second_reads_409(world, as_):
    member = world.people("branch_a")[3]
    data = {"name": "甲四", "stage": "full", "joined_on": "2015-05-20", "status": "正常", "version": member.version}
    data |= {"full_on": member.full_on}
    client = as_("secretary_a")
    assert client.post(f"/members/{member.pk}/edit/", data | {"remark": "一"}).status_code == 302
    assert client.post(f"/members/{member.pk}/edit/", data | {"remark": "二"}).status_code == 409
    assert Member.objects.get(pk=member.pk).remark == "一"


def test_the_second_gets_the_form_again_with_what_he_typed_who_changed_it_and_when(world, as_):
    member = world.people("branch_a")[3]
    url = f"/members/{member.pk}/edit/"
    data = {"name": "甲四", "stage": "full", "joined_on": "2015-05-20", "version": member.version}
    data |= {"full_on": member.full_on, "sex": "男", "work_post": "综合处"}
    with time_machine.travel("2026-11-28T10:05:00+08:00", tick=False):
        assert as_("organiser_a").post(url, data | {"education": "硕士"}).status_code == 302
        member_unmask(by=world.committee_secretary, member=member, field="phone", reason="核对")
    second = as_("secretary_a").post(url, data | {"education": "博士", "remark": "在职攻读"})
    assert second.status_code == 409
    form = html.fromstring(second.content.decode())
    said = form.xpath("string(//form[.//input[@name='version']])")
    assert "这项内容刚由organiser_a 用户修改，请核对后再保存。修改时间：11月28日 10:05。" in said
    assert form.xpath("string(//input[@name='education']/@value)") == "博士", "what was typed is kept"
    assert form.xpath("string(//input[@name='remark']/@value)") == "在职攻读"
    assert "现在是“硕士”。" in form.xpath("string(//*[@id='id_education_error'])")
    assert not form.xpath("//*[@id='id_work_post_error']"), "what stands as it was typed is not questioned"
    assert "19900000004" not in second.content.decode()
    sent = {one.get("name"): one.get("value") or "" for one in form.xpath("//form//input[@name]")}
    again = {**data, **{name: sent[name] for name in ("education", "remark", "version")}}
    assert as_("secretary_a").post(url, again).status_code == 302, "looked at, it may be saved"
    member.refresh_from_db()
    assert (member.education, member.remark, member.work_post) == ("博士", "在职攻读", "综合处")


def test_bad_input_about_a_person_is_refused_with_422(world, as_):
    member, secretary = world.people("branch_a")[3], as_("secretary_a")
    bad = {"name": "", "stage": "full", "version": member.version, "remark": "留着"}
    for url in (f"/members/{member.pk}/edit/", "/members/new/"):
        answer = secretary.post(url, bad)
        assert answer.status_code == 422 and "请填写“姓名”" in answer.content.decode()
        assert "留着" in answer.content.decode()
    # What only the service finds is answered alike.
    late = bad | {"name": "甲四", "joined_on": "2015-05-20", "full_on": "2014-05-20"}
    answer = secretary.post(f"/members/{member.pk}/edit/", late)
    assert answer.status_code == 422 and "不能早于加入党组织日期" in answer.content.decode()
    # A form without any field is one that was sent.
    assert secretary.post(f"/members/{member.pk}/edit/", {}).status_code == 422


def test_a_changed_file_marks_its_branch_from_the_first_day_it_can_concern(world, as_):
    member, sister = world.people("branch_a")[3], world.people("branch_a")[4]
    data = {"name": "甲四", "stage": "full", "joined_on": "2014-03-01", "status": "正常", "version": member.version}
    ChangeMark.objects.all().delete()
    assert as_("staff").post(f"/members/{member.pk}/edit/", data).status_code == 302
    marks = set(ChangeMark.objects.values_list("organisation", "subject", "first_day", "last_day"))
    assert (world.branch_a.pk, "membership", date(2014, 3, 1), clock.today()) in marks
    # What was held since the day on which he is a member now, or was until now, is judged anew.
    first = max(min(date(2014, 3, 1), member.joined_on), member.memberships.get().starts)
    assert (world.branch_a.pk, "roster", first, clock.today()) in marks
    before = sister.version
    sister.refresh_from_db()
    assert sister.version == before


def test_a_transfer_ends_the_old_membership_the_day_before(world, as_):
    member = world.people("branch_a")[3]
    data = {"branch": world.branch_b.pk, "on": "2026-11-01", "reason": "轮岗"}
    assert as_("staff").post(f"/members/{member.pk}/transfer/", data).status_code == 302
    old, new = member.memberships.order_by("starts")
    assert (old.organisation, old.ends) == (world.branch_a, date(2026, 10, 31))
    assert (new.organisation, new.starts, new.reason) == (world.branch_b, date(2026, 11, 1), "轮岗")
    assert as_("secretary_b").get(f"/members/{member.pk}/").status_code == 200
    assert as_("secretary_a").get(f"/members/{member.pk}/").status_code == 404


def test_a_transfer_ends_the_posts_in_the_branch_that_is_left(world, as_):
    member, place = world.people("branch_a")[1], world.branch_b
    other = post_give(by=OPERATOR, member=member, organisation=world.committee, kind="commissioner")
    on = clock.today() - timedelta(days=2)
    data = {"branch": place.pk, "on": on.isoformat(), "reason": "调动"}
    assert as_("staff").post(f"/members/{member.pk}/transfer/", data).status_code == 302
    ends = {post.organisation: post.ends for post in Post.objects.filter(member=member)}
    assert ends == {world.branch_a: on - timedelta(days=1), world.committee: None}
    sister = world.people("branch_a")[0]
    assert Post.objects.filter(member=sister, ends=None).exists() and other.ends is None


def test_a_secretary_does_not_send_anybody_to_a_sister(world, as_):
    member = world.people("branch_a")[3]
    answer = as_("secretary_a").post(
        f"/members/{member.pk}/transfer/", {"branch": world.branch_b.pk, "on": "2026-11-01"}
    )
    assert "请从列表中选择" in answer.content.decode()
    assert Member.objects.get(pk=member.pk).home == world.branch_a


def test_a_post_is_given_once_and_ended(world, as_):
    member = world.people("branch_a")[3]
    client, url = as_("staff"), f"/members/{member.pk}/posts/new/"
    data = {"organisation": world.branch_a.pk, "kind": "discipline", "starts": "2026-01-01"}
    assert client.post(url, data).status_code == 302
    assert "已担任这一职务" in client.post(url, data).content.decode()
    post = Post.objects.get(member=member)
    assert client.post(f"/members/posts/{post.pk}/end/", {"ends": "2026-10-31"}).status_code == 302
    post.refresh_from_db()
    assert post.ends == date(2026, 10, 31)
    assert client.get(f"/members/posts/{post.pk}/end/").status_code == 404


@pytest.mark.parametrize(("place", "kind"), [("group_a1", "secretary"), ("branch_a", "group_leader")])
def test_a_post_fits_its_place(place, kind, world, as_):
    member = world.people("branch_a")[3]
    data = {"organisation": world.places[place].pk, "kind": kind, "starts": "2026-01-01"}
    answer = as_("secretary_a").post(f"/members/{member.pk}/posts/new/", data)
    assert "党小组只设组长" in answer.content.decode()


def test_the_file_counts_attendance_by_state_and_leaves_drafts_out(world, as_):
    member = world.people("branch_a")[3]
    today = clock.today()
    states = [("accepted", "present"), ("submitted", "leave"), ("draft", "absent"), ("accepted", "not_recorded")]
    for state, attendance in states:
        activity = Activity.objects.create(organisation=world.branch_a, day=today, state=state)
        ActivityKind.objects.create(activity=activity, kind="theme_day")
        counted(activity)
        Attendance.objects.create(activity=activity, member=member, organisation=world.branch_a, state=attendance)
    page = as_("secretary_a").get(f"/members/{member.pk}/").content.decode()
    assert "应参加组织生活 2 次，出席 1 次，请假 1 次" in page
    row = page.split(">主题党日</th>")[1].split("</tr>")[0]
    numbers = [int(found) for found in re.findall(r">(\d+)<", row)]
    # Expected, present, on leave, absent, not recorded; the draft stands nowhere, and the rate is of what is known.
    assert numbers == [3, 1, 1, 0, 1] and "50%" in row


def test_the_own_file_is_ones_own_only(world, as_):
    page = as_("member").get("/members/own/").content.decode()
    assert "甲四" in page and "谁能看到我" in page and "secretary_a 用户" in page
    missing = as_("outsider").get("/members/own/")
    assert missing.status_code == 404 and "没有关联党员档案" in missing.content.decode()
    assert as_("member").get(f"/members/{world.people('branch_a')[0].pk}/").status_code == 404


def test_the_export_has_the_rows_of_the_list_masked_and_audited(world, as_):
    answer = as_("staff").post(f"/members/export/?organisation={world.branch_a.pk}")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows[0][0].startswith("staff 用户") and "共 6 行" in rows[0][0]
    assert [row[0] for row in rows[2:]] == ["甲一", "甲二", "甲三", "甲四", "甲五", "甲六"]
    assert rows[2][10].count("*") == 11 and rows[2][11] == "199****0001"
    entry = AuditEntry.objects.latest("pk")
    assert entry.verb == "member.export" and '"rows":6' in entry.payload and "甲一" not in entry.payload
    assert as_("officer_a").post("/members/export/").status_code == 404


def test_formulas_in_names_stay_text_in_the_export(world, as_):
    member_create(by=world.staff, branch=world.branch_a, name="=1+1", stage="full", joined_on=FOUNDED)
    answer = as_("staff").post("/members/export/?q=1")
    cell = openpyxl.load_workbook(io.BytesIO(answer.content)).active["A3"]
    assert (cell.data_type, cell.value) == ("s", "=1+1")


@pytest.mark.parametrize("who", ["staff", "general_secretary", "secretary_a"])
def test_a_long_roster_lists_the_same_people_in_the_same_order(world, as_, monkeypatch, who):
    client = as_(who)
    queries = ("", "stage=all", "sort=-home", "q=甲")
    names = {query: [row.pk for row in client.get(f"/members/?{query}").context["page"]] for query in queries}
    assert len(names[""]) > 2
    monkeypatch.setattr(paging, "MOST", 2)
    monkeypatch.setattr(members_views, "MOST", 2)
    for query in queries:
        page = client.get(f"/members/?{query}").context["page"]
        assert [row.pk for row in page] == names[query] and (page.paginator.more or len(names[query]) < 3)
    answer = client.get("/members/").content.decode()
    assert "2+ 名党员" in answer and "，第 1 页" in answer
