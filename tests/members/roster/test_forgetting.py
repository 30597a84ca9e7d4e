"""What is held of people who left goes when their years are over and the committee secretary confirms it (C47)."""

from datetime import date

import pytest
import time_machine
from django.apps import apps
from django.db import models
from django.urls import reverse

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from branches.audit.models import AuditEntry
from branches.settings.services import setting_set
from common.errors import Conflict
from common.fields import reveal
from common.operator import OPERATOR
from members.activities.models import Attendance
from members.roster.models.members import Member
from members.roster.retention import CLEARED, kept_until, overdue
from members.roster.services.forgetting import members_forget
from members.roster.services.members import identity_index, member_update
from members.roster.services.standing import statuses_follow
from tests.members.activities.records import submitted
from tests.world import identity

pytestmark = pytest.mark.django_db
LIST, CONFIRM = "/members/forget/", "/members/forget/confirm/"
NUMBER, PHONE = identity(77), "13800138077"


def leave(name, status, day, **values):
    member = Member.objects.get(name=name)
    with time_machine.travel(f"{day}T09:00:00+08:00"):
        member = member_update(by=OPERATOR, member=member, **values)
        statuses_follow(by=OPERATOR, members=[member], words={member.pk: status})
        return member


@pytest.fixture
def gone(world):
    """甲四 moved away in 2024 with everything on record; 乙一 last month; 甲三 died in 2024."""
    submitted(world.branch_a, world.secretary_a)
    values = {"identity": NUMBER, "phone": PHONE, "remark": "住址：某路 7 号", "work_post": "科员"}
    leave("甲四", "已转出", "2024-11-01", **values)
    leave("乙一", "已转出", "2026-10-20")
    leave("甲三", "已去世", "2025-11-01")
    return Member.objects.get(name="甲四")


def everywhere(*needles):
    """Return (table, column) of every text in the database that holds one of these."""
    found = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField | models.JSONField):
                for value in model.objects.values_list(field.name, flat=True):
                    if any(needle in str(value) for needle in needles):
                        found.add((model._meta.model_name, field.name))
    return found


def test_who_is_listed_follows_the_day_of_leaving_and_the_years_of_its_kind(world, gone):
    def names():
        return [(row.member.name, row.until) for row in overdue(world.committee_secretary)]

    expected = [("甲四", date(2026, 11, 1)), ("甲三", date(2026, 11, 1))]
    with time_machine.travel("2026-10-31T12:00:00+08:00"):
        assert names() == []
    with time_machine.travel("2026-11-01T00:00:00+08:00"):
        assert sorted(names()) == sorted(expected)
    setting_set(by=OPERATOR, key="keep_years_transferred", value="5", valid_from=date(2020, 1, 1))
    assert [name for name, _ in names()] == ["甲三"]
    assert overdue(world.committee_secretary) and kept_until(date(2024, 2, 29), 1) == date(2025, 2, 28)


def test_whoever_comes_back_is_no_longer_counted_as_gone(world, gone):
    statuses_follow(by=OPERATOR, members=[gone], words={gone.pk: "正常"})
    gone.refresh_from_db()
    assert gone.left_on is None and gone.name not in [row.member.name for row in overdue(world.committee_secretary)]


def test_the_list_the_consequence_and_the_deletion(world, as_, gone):
    client = as_("committee_secretary")
    index, sealed = identity_index(NUMBER), gone.identity
    assert {("member", "identity"), ("member", "identity_index")} <= everywhere(index, sealed)
    page = client.get(LIST).content.decode()
    assert "2 人的个人信息保留期满" in page and "甲四" in page and "乙一" not in page
    asked = client.post(CONFIRM, {"member": gone.pk}).content.decode()
    assert "清除 1 人的个人信息？" in asked and "清除后不能恢复" in asked and "清除之前的备份里还有" in asked
    gone.refresh_from_db()
    assert reveal(gone, "identity") == NUMBER, "nothing before it is confirmed"

    answer = client.post(CONFIRM, {"member": gone.pk, "confirmed": "1"}, follow=True).content.decode()
    assert "已清除 1 人的个人信息" in answer
    uid, name = gone.uid, gone.name
    gone.refresh_from_db()
    assert (gone.uid, gone.name, gone.stage) == (uid, name, "full") and gone.forgotten_on and gone.joined_on
    assert [getattr(gone, field) for field in CLEARED if getattr(gone, field)] == [] and gone.identity_index is None
    assert everywhere(index, sealed, NUMBER, PHONE) == set()
    entry = AuditEntry.objects.get(verb="member.forget")
    assert (entry.actor_id, entry.object_id) == (world.committee_secretary.pk, gone.pk)
    assert "公民身份证号码" in entry.payload and "某路" not in entry.payload
    assert client.get(LIST).content.decode().count('name="member"') == 1
    # The number is free, and nobody is found by it.
    assert not Member.objects.filter(identity_index=index).exists()


def test_history_facts_and_exports_keep_their_counts_and_show_no_number(world, as_, gone):
    rollups.fill()
    facts = list(Fact.objects.order_by("pk").values_list("measure", "organisation", "numerator", "denominator"))
    attended, stays = Attendance.objects.filter(member=gone).count(), gone.memberships.count()
    assert attended == 1 and facts
    members_forget(by=world.committee_secretary, ids=[gone.pk])
    rollups.fill(rebuild=True)
    again = Fact.objects.order_by("pk").values_list("measure", "organisation", "numerator", "denominator")
    assert sorted(map(str, again)) == sorted(map(str, facts))
    assert (Attendance.objects.filter(member=gone).count(), gone.memberships.count()) == (attended, stays)
    export = as_("committee_secretary").post(reverse("member_export"), {"format": "csv"})
    assert export.status_code == 200
    page = as_("secretary_a").get(reverse("member_detail", args=[gone.pk])).content.decode()
    assert "甲四" in page and NUMBER[:3] + "*" not in page and PHONE[:3] + "*" not in page
    assert "甲四" in as_("staff").get("/search/", {"q": "甲四"}).content.decode()


def test_of_two_who_confirm_the_second_is_told_and_nothing_is_done_twice(world, gone):
    assert members_forget(by=world.committee_secretary, ids=[gone.pk]) == 1
    with pytest.raises(Conflict, match="名单已有变化"):
        members_forget(by=world.committee_secretary, ids=[gone.pk])
    assert AuditEntry.objects.filter(verb="member.forget").count() == 1


def test_of_several_all_go_or_none(world, gone):
    kept = Member.objects.get(name="乙一")
    with pytest.raises(Conflict):
        members_forget(by=world.committee_secretary, ids=[gone.pk, kept.pk])
    gone.refresh_from_db()
    assert gone.identity and not AuditEntry.objects.filter(verb="member.forget").exists()


def test_staff_and_secretaries_of_branches_may_not(as_, gone):
    for who in ("staff", "secretary_a", "administrator", "auditor"):
        assert as_(who).get(LIST).status_code == 404, who
        assert as_(who).post(CONFIRM, {"member": gone.pk, "confirmed": "1"}).status_code == 404, who
