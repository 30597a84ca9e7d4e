"""Who saw this member's data: a leak is told, and the page answers whose data, which fields, when, by whom (C49)."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from branches import audit
from branches.access.services.appointments import appointment_end
from common import clock
from common.operator import OPERATOR
from members.files.seen import readers, who_saw
from members.roster.models.members import Member
from members.roster.services.members import member_transfer, member_update
from members.roster.services.unmask import member_unmask

pytestmark = pytest.mark.django_db
URL = "/audit/who-saw/"


@pytest.fixture
def incident(world, as_):
    """November 2026: a number is in a newspaper. Four accounts had to do with people of that time."""
    member = Member.objects.get(name="甲二")
    neighbour = Member.objects.get(name="甲三")
    other = Member.objects.get(home=world.branch_b, name="乙一")
    with time_machine.travel("2026-11-02T09:00:00+08:00"):
        member_unmask(by=world.committee_secretary, member=member, field="identity", reason="办理组织关系")
        member_unmask(by=world.committee_secretary, member=neighbour, field="identity", reason="核对")
    with time_machine.travel("2026-11-03T09:00:00+08:00"):
        for who in ("secretary_a", "secretary_b", "staff"):
            export(world.user(who), "member.export")
        audit.record(by=OPERATOR, verb="backup", obj="b1")
    with time_machine.travel("2026-11-04T09:00:00+08:00"):
        member_update(
            by=world.secretary_a, member=member, version=member.version, **(values_of(member) | {"education": "博士"})
        )
    return member, other


def export(user, verb):
    audit.record(by=user, verb=verb, after={"rows": 7, "format": "xlsx"}, note="人员类别：正式党员")


def values_of(member):
    names = ("name", "sex", "birth_date", "ethnicity", "education", "work_post", "stage", "joined_on", "full_on")
    return {name: getattr(member, name) for name in names}


def told(sights):
    return {(row.how, row.who) for row in sights}


NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


def test_the_seeded_incident_is_answered_whole_and_nobody_else_is_named(world, incident):
    member, other = incident
    found = who_saw(member, *NOVEMBER)
    certain, lists = [row for row in found if row.certain], [row for row in found if not row.certain]
    seen = next(row for row in certain if row.how == "查看证件或电话")
    assert (seen.who, seen.fields, seen.why) == (world.committee_secretary.name, "公民身份号码", "办理组织关系")
    assert clock.day_of(seen.at) == date(2026, 11, 2)
    changed = next(row for row in certain if row.how == "修改党员信息")
    assert (changed.who, changed.fields) == (world.secretary_a.name, "学历")
    assert len(certain) == 2, "the neighbour's number is not his"
    # Who reaches his branch took lists that may hold him; the sister's secretary cannot have.
    names = {"导出党员名册": {world.secretary_a.name, world.staff.name}, "备份": {"服务器操作员"}}
    assert told(lists) == {(how, who) for how, people in names.items() for who in people}
    assert all("7 行；人员类别：正式党员" in row.why for row in lists if row.how == "导出党员名册")
    assert told(who_saw(other, *NOVEMBER)) == {
        ("导出党员名册", world.secretary_b.name),
        ("导出党员名册", world.staff.name),
        ("备份", "服务器操作员"),
    }
    assert who_saw(member, date(2026, 11, 4), date(2026, 11, 30)) == [row for row in found if row.how == "修改党员信息"]


def test_a_list_counts_by_where_he_belonged_and_who_served_that_day(world, incident):
    member, _ = incident
    member_transfer(by=OPERATOR, member=member, branch=world.branch_b, on=date(2026, 11, 10))
    with time_machine.travel("2026-11-12T09:00:00+08:00"):
        for who in ("secretary_a", "secretary_b"):
            export(world.user(who), "member.export")
    later = who_saw(member, date(2026, 11, 11), date(2026, 11, 20))
    assert told(row for row in later if not row.certain) == {("导出党员名册", world.secretary_b.name)}
    lists = told(row for row in who_saw(member, *NOVEMBER) if not row.certain)
    assert {who for how, who in lists if how == "导出党员名册"} == {
        world.secretary_a.name,
        world.secretary_b.name,
        world.staff.name,
    }


def test_who_could_open_the_file_without_an_entry_is_named_with_the_days(world, incident):
    member, other = incident
    able = {row.user for row in readers(member, *NOVEMBER)}
    assert {world.secretary_a, world.officer_a, world.staff, world.leader, world.leader_a1} <= able
    assert not able & {world.secretary_b, world.auditor, world.administrator, world.outsider}
    assert world.leader_a1 not in {row.user for row in readers(other, *NOVEMBER)}
    appointment = world.officer_a.appointments.get()
    with time_machine.travel("2026-11-05T09:00:00+08:00"):
        appointment_end(by=OPERATOR, appointment=appointment, ends=date(2026, 11, 5), reason="调离")
    assert world.officer_a in {row.user for row in readers(member, *NOVEMBER)}
    assert world.officer_a not in {row.user for row in readers(member, date(2026, 11, 6), date(2026, 11, 30))}


def test_the_auditors_page_answers_and_says_what_the_trail_cannot(world, as_, incident):
    member, _ = incident
    client = as_("auditor")
    assert "写出党员的姓名" in client.get(URL).content.decode()
    page = client.get(URL, {"name": "甲二", "first": "2026-11-01", "last": "2026-11-30"}).content.decode()
    assert "甲二：审计记录中有 2 次直接查看或改动" in page and "办理组织关系" in page
    assert "可能含有他的导出和备份" in page and "审计记录答不出的" in page and "打印、拍照" in page
    assert "核对" not in page.split("直接查看或改动", 2)[2].split("可能含有")[0]
    trail = client.get("/audit/").content.decode()
    assert URL in trail and f"member={member.pk}" in trail
    assert "没有叫无此人的党员" in client.get(URL, {"name": "无此人"}).content.decode()


def test_namesakes_are_told_apart(world, as_, incident):
    member, other = incident
    Member.objects.filter(pk=other.pk).update(name="甲二")
    page = as_("auditor").get(URL, {"name": "甲二"}).content.decode()
    assert "有 2 名党员叫甲二，请选择" in page and "甲处党支部" in page and "乙处党支部" in page
    page = as_("auditor").get(URL, {"name": "甲二", "member": other.pk, "first": "2026-11-01"}).content.decode()
    assert "甲二：审计记录中有 0 次" in page


def test_only_the_auditor_may_ask(as_):
    for who in ("administrator", "committee_secretary", "staff", "member"):
        assert as_(who).get(reverse("who_saw"), {"name": "甲二"}).status_code == 404
