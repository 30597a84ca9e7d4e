"""Several records accepted at once, each by itself; the way from record to record in the queue."""

import pytest
from django.urls import reverse

from branches.audit.models import AuditEntry
from members.activities.models import Activity
from members.activities.services import states
from members.reviews.selectors import position_of
from members.reviews.services import activities_accept
from tests.members.activities.records import submitted

pytestmark = pytest.mark.django_db


def chosen(*records):
    return {"record": [f"{row.pk}v{row.version}" for row in records]}


def state(record):
    return Activity.objects.get(pk=record.pk).state


@pytest.fixture
def waiting(world):
    return [
        submitted(world.branch_a, world.secretary_a, title="甲的党课", kinds=["lecture"]),
        submitted(world.branch_b, world.secretary_b, title="乙的党课", kinds=["lecture"]),
        submitted(world.branch_a, world.secretary_a, title="甲的大会"),
    ]


def test_what_is_ticked_is_named_and_then_accepted(world, as_, waiting):
    client, url = as_("staff"), reverse("activities_accept")
    page = client.get(url, chosen(*waiting[:2])).content.decode()
    assert "通过这 2 条记录？" in page and "甲的党课" in page and "乙的党课" in page and "甲的大会" not in page
    assert [state(row) for row in waiting] == ["submitted"] * 3
    answer = client.post(url, chosen(*waiting[:2]), follow=True)
    assert "已通过 2 条记录" in answer.content.decode()
    assert [state(row) for row in waiting] == ["accepted", "accepted", "submitted"]
    assert AuditEntry.objects.filter(verb="activity.accept").count() == 2


def test_what_changed_meanwhile_is_named_and_stays(world, as_, waiting):
    client, url = as_("staff"), reverse("activities_accept")
    old = chosen(*waiting)
    first = states.activity_withdraw(by=world.secretary_a, activity=waiting[0])
    states.activity_submit(by=world.secretary_a, activity=first)
    assert "您勾选之后有改动，不在其内" in client.get(url, old).content.decode()
    answer = client.post(url, old, follow=True).content.decode()
    assert "已通过 2 条记录" in answer and "没有通过：" in answer and "有了改动" in answer
    assert [state(row) for row in waiting] == ["submitted", "accepted", "accepted"]


def test_what_is_no_longer_waiting_is_counted(world, as_, waiting):
    client, url = as_("staff"), reverse("activities_accept")
    old = chosen(*waiting)
    states.activity_accept(by=world.committee_secretary, activity=waiting[2])
    assert "另有 1 条已不在您的待审记录中" in client.get(url, old).content.decode()
    assert "另有 1 条已不在您的待审记录中" in client.post(url, old, follow=True).content.decode()
    assert Activity.objects.get(pk=waiting[2].pk).reviewer == world.committee_secretary


def test_nobody_accepts_his_own_or_what_lies_out_of_reach_among_several(world, as_, waiting):
    own = submitted(world.branch_a, world.staff, title="机关代录")
    url = reverse("activities_accept")
    as_("staff").post(url, chosen(own, waiting[0]))
    assert state(own) == "submitted" and state(waiting[0]) == "accepted"
    as_("general_secretary").post(url, chosen(waiting[1]))
    assert state(waiting[1]) == "submitted"
    decided = activities_accept(by=world.staff, choices=[(own, own.version)])
    assert "不能审核" in decided[0].problem
    outside = activities_accept(by=world.secretary_b, choices=[(waiting[2], waiting[2].version)])
    assert "权限" in outside[0].problem and state(waiting[2]) == "submitted"


@pytest.mark.parametrize("text", ["", "x", "1", "1v", "v1", "-1v1", "9" * 40 + "v1", "１v１"])
def test_a_choice_typed_by_hand_accepts_nothing(world, as_, waiting, text):
    client, url = as_("staff"), reverse("activities_accept")
    assert client.get(url, {"record": text}).status_code == 302
    assert client.post(url, {"record": text}).status_code == 302
    assert [state(row) for row in waiting] == ["submitted"] * 3


def test_the_page_says_where_in_the_queue_it_is_and_leads_both_ways(world, as_, waiting):
    first, second, third = waiting
    client = as_("staff")
    page = client.get(reverse("review_detail", args=[second.pk])).content.decode()
    assert "第 2 / 3 条" in page
    assert f'data-review="previous" href="{reverse("review_detail", args=[first.pk])}"' in page
    assert f'data-review="next" href="{reverse("review_detail", args=[third.pk])}"' in page
    assert position_of(world.staff, first)[:] == (1, 3, None, second.pk)
    assert position_of(world.staff, third)[:] == (3, 3, second.pk, None)
    assert position_of(world.general_secretary, first) is None
    answer = client.post(reverse("activity_accept", args=[second.pk]), {"version": second.version})
    assert answer.url == reverse("review_detail", args=[third.pk])
    answer = client.post(reverse("activity_accept", args=[third.pk]), {"version": third.version})
    assert answer.url == reverse("review_detail", args=[first.pk])
