"""What is shared: who enters it, who may know of it, the lecturer's word, its end."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse

from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from branches.places import tree
from branches.places.models.organisations import Organisation
from branches.reach.access import Forbidden
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from members.activities.models import Activity
from members.activities.services.states import activity_submit
from members.resources.models import Resource
from members.resources.selectors.library import library, proposals, taken_ahead
from members.resources.services.library import ResourceData, lecturer_agree, resource_end, resource_save
from members.resources.services.uses import use_answer, use_ask
from tests.documents import word_text
from tests.members.resources.made import held, planned, room

pytestmark = pytest.mark.django_db


def test_a_room_is_known_by_name_and_owner_to_everybody_under_the_committee(world):
    one = room(world.branch_a, world.secretary_a)
    for who in ("secretary_a", "secretary_b", "secretary_c", "staff", "leader", "leader_a1"):
        assert list(library(world.user(who), {})) == [one], who
    for who in ("member", "outsider", "administrator"):
        assert list(library(world.user(who), {})) == [], who


def test_only_who_records_there_enters_and_changes_it(world):
    with pytest.raises(Http404):
        room(world.branch_a, world.secretary_b)
    one = room(world.branch_a, world.secretary_a)
    data = ResourceData(kind="venue", name="四楼会议室")
    with pytest.raises(Http404):
        resource_save(by=world.secretary_b, organisation=world.branch_a, data=data, resource=one)
    with pytest.raises(Forbidden):
        resource_save(by=world.leader, organisation=world.branch_a, data=data, resource=one)
    resource_save(by=world.officer_a, organisation=world.branch_a, data=data, resource=one)
    assert Resource.objects.get().name == "四楼会议室"
    assert list(AuditEntry.objects.filter(verb__startswith="resource.").values_list("verb", flat=True)) == [
        "resource.create",
        "resource.update",
    ]


def test_the_same_name_twice_is_refused_beside_the_name(world):
    room(world.branch_a, world.secretary_a)
    with pytest.raises(ValidationError) as refused:
        room(world.branch_a, world.secretary_a)
    assert refused.value.message_dict == {"name": ["甲处党支部已有场地“三楼会议室”。"]}
    room(world.branch_b, world.secretary_b)


def test_a_lecturer_with_an_account_says_yes_himself(world):
    data = ResourceData(kind="lecturer", name="甲四", agreed=True)
    one = resource_save(by=world.secretary_a, organisation=world.branch_a, data=data)
    assert one.member.name == "甲四" and one.agreed_on is None, "the owner's word is not his"
    assert list(library(world.secretary_b, {})) == [] and list(library(world.secretary_a, {})) == [one]
    assert "请您本人确认" in Notice.objects.get(recipient=world.member).text
    with pytest.raises(Conflict):
        lecturer_agree(by=world.secretary_a, resource=one)
    lecturer_agree(by=world.member, resource=one)
    assert list(library(world.secretary_b, {})) == [one]
    with pytest.raises(ValidationError):
        resource_end(by=world.member, resource=one, reason=" ")
    resource_end(by=world.member, resource=one, reason="本人不便")


def test_a_lecturer_without_an_account_is_asked_by_the_owner(world):
    data = ResourceData(kind="lecturer", name="甲五")
    with pytest.raises(ValidationError) as refused:
        resource_save(by=world.secretary_a, organisation=world.branch_a, data=data)
    assert refused.value.message_dict == {"agreed": ["请先征得授课人本人同意，再勾选。"]}
    data = ResourceData(kind="lecturer", name="甲五", agreed=True)
    one = resource_save(by=world.secretary_a, organisation=world.branch_a, data=data)
    assert one.agreed_on == clock.today() and list(library(world.secretary_b, {})) == [one]
    data = ResourceData(kind="lecturer", name="甲四", agreed=True)
    one = resource_save(by=world.secretary_a, organisation=world.branch_a, data=data, resource=one)
    assert one.agreed_on is None, "another person has not agreed"


def test_open_to_some_alone(world):
    with pytest.raises(ValidationError):
        room(world.branch_a, world.secretary_a, open_to="listed")
    one = room(world.branch_a, world.secretary_a, open_to="listed", guests=[world.branch_b])
    offered = Resource.objects.living()
    assert list(offered.offered_to(world.branch_b)) == [one] == list(offered.offered_to(world.branch_a))
    assert list(offered.offered_to(world.branch_c)) == []


def test_ended_with_a_reason_and_not_asked_for_again(world):
    one = room(world.branch_a, world.secretary_a)
    with pytest.raises(ValidationError):
        resource_end(by=world.secretary_a, resource=one, reason="")
    resource_end(by=world.secretary_a, resource=one, reason="改作他用", on=clock.today() - timedelta(days=0))
    with pytest.raises(Conflict):
        resource_end(by=world.secretary_a, resource=one, reason="再停一次")
    Resource.objects.update(starts=clock.today() - timedelta(days=9), ends=clock.today() - timedelta(days=1))
    assert list(library(world.secretary_b, {})) == []
    assert list(library(world.secretary_b, {"state": "ended"})) == [one]


def test_of_an_archived_owner_nothing_is_shared(world):
    room(world.branch_c, world.secretary_c)
    tree.organisation_archive(by=OPERATOR, organisation=Organisation.objects.get(pk=world.branch_c.pk))
    assert list(library(world.secretary_b, {})) == [] and not Resource.objects.living().exists()


def test_free_on_a_day(world):
    one, other = room(world.branch_a, world.secretary_a), room(world.branch_a, world.secretary_a, name="五楼会议室")
    record = planned(world.branch_b, world.secretary_b)
    use = use_ask(by=world.secretary_b, activity=record, resource=one)
    assert {*library(world.secretary_c, {"day": record.day})} == {one, other}, "asked for is not taken"
    use_answer(by=world.secretary_a, use=use, agree=True)
    assert list(library(world.secretary_c, {"day": record.day})) == [other]
    (taken,) = taken_ahead(one)
    assert (taken.day, taken.place, taken.clashes) == (record.day, "乙处党支部", False)


def test_a_name_of_three_records_is_proposed(world):
    for days in (1, 2, 3):
        record = held(
            world.branch_b, world.secretary_b, clock.today() - timedelta(days=days), place="二楼阅览室",
            lecturer_name="王教授",
        )  # fmt: skip
        if days < 3:
            activity_submit(by=world.secretary_b, activity=record)
    assert proposals(world.secretary_b) == [], "two records count"
    activity_submit(by=world.secretary_b, activity=record)
    found = proposals(world.secretary_b)
    assert [(row.kind, row.name, row.number) for row in found] == [
        ("venue", "二楼阅览室", 3),
        ("lecturer", "王教授", 3),
    ]
    assert proposals(world.secretary_a) == []
    room(world.branch_b, world.secretary_b, name="二楼阅览室")
    assert [row.name for row in proposals(world.secretary_b)] == ["王教授"]
    Activity.objects.filter(place="二楼阅览室").update(place="线上会议")
    assert [row.name for row in proposals(world.secretary_b)] == ["王教授"], "what is held online has no room to share"


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(as_, world):
    client = as_("secretary_a")
    data = {"organisation": world.branch_a.pk, "kind": "venue", "name": "", "detail": "有投影", "open_to": "committee"}
    answer = client.post(reverse("resource_new"), data)
    assert answer.status_code == 422 and "请填写“名称”。" in answer.content.decode()
    assert "有投影" in answer.content.decode() and not Resource.objects.exists()
    foreign = client.post(reverse("resource_new"), {**data, "name": "一室", "organisation": world.branch_b.pk})
    assert foreign.status_code == 422 and not Resource.objects.exists()
    answer = client.post(reverse("resource_new"), {**data, "name": "一室"})
    assert answer.status_code == 302 and Resource.objects.get().name == "一室"
    page = client.get(reverse("resource_detail", args=[Resource.objects.get().pk])).content.decode()
    assert "未来 30 天都空闲" in page and "联系人" in page


def test_the_list_the_catalogue_and_the_export(as_, world):
    room(world.branch_a, world.secretary_a)
    room(world.branch_b, world.secretary_b, name="党建书柜", kind="material", capacity=None)
    client = as_("secretary_c")
    page = client.get(reverse("resource_list")).content.decode()
    assert "可用的共享资源 2 项" in page and "三楼会议室" in page
    page = client.get(reverse("resource_list") + "?kind=material").content.decode()
    assert "三楼会议室" not in page and "党建书柜" in page
    assert "三楼会议室" in client.get(reverse("resource_list") + "?q=甲处").content.decode()
    assert "共享资源目录：2 项" in client.get(reverse("resource_catalogue")).content.decode()
    text = word_text(client.post(reverse("resource_catalogue_download")).content)
    assert "共享资源目录：2 项" in text and "三楼会议室" in text and "40 人" in text and "党建书柜" in text
    assert client.post(reverse("resource_export")).status_code == 200
