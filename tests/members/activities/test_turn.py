"""A submitted record says whose turn it is, and who can act where that person never came."""

import pytest
from django.urls import reverse

from branches.access.models import User
from branches.access.services.appointments import appointment_make
from common import clock
from common.operator import OPERATOR
from members.activities.selectors.turn import turn_of
from members.activities.services.states import activity_accept
from tests.members.activities.records import draft, submitted

pytestmark = pytest.mark.django_db


def _came(*users):
    User.objects.filter(pk__in=[user.pk for user in users]).update(last_login=clock.now())


def _page(as_, world, record):
    return "".join(as_("secretary_a").get(reverse("activity_detail", args=[record.pk])).content.decode().split())


def test_a_groups_record_names_the_secretary_it_waits_for(world, as_):
    record = submitted(world.group_a1, world.leader_a1, kinds=("group_meeting",))
    _came(world.secretary_a)
    turn = turn_of(record)
    assert [row.user for row in turn.nearest] == [world.secretary_a] and not turn.absent and turn.instead == []
    page = _page(as_, world, record)
    assert "等待审核</dt><dd>secretary_a用户（甲处党支部）" in page and "没有登录过" not in page


def test_a_deputy_who_never_signed_in_and_who_can_act_instead(world, as_):
    """The branch's only reviewer besides the writer has an account that nobody ever opened."""
    deputy = User.objects.create(username="fushuji", name="副书记甲")
    appointment_make(by=OPERATOR, user=deputy, role="branch_secretary", organisation=world.branch_a)
    record = submitted(world.group_a1, world.secretary_a, kinds=("group_meeting",))
    _came(world.staff)
    turn = turn_of(record)
    assert [row.user for row in turn.nearest] == [deputy] and turn.absent
    assert [row.user for row in turn.instead] == [world.staff]
    page = _page(as_, world, record)
    assert "副书记甲（甲处党支部）" in page and "staff用户（机关党委专职党务干部" in page and "把本页的地址发给" in page
    # What the sentence says is true: he may.
    assert as_("staff").get(reverse("review_detail", args=[record.pk])).status_code == 200
    activity_accept(by=world.staff, activity=record, version=record.version)
    assert turn_of(record) is None
    _came(deputy)
    assert not turn_of(submitted(world.group_a1, world.secretary_a, kinds=("group_meeting",))).absent


def test_where_nobody_ever_came_the_page_says_what_helps(world, as_):
    User.objects.update(last_login=None)
    record = submitted(world.branch_a, world.secretary_a)
    assert turn_of(record).absent and turn_of(record).instead == []
    client = as_("secretary_a")
    User.objects.update(last_login=None)
    page = client.get(reverse("activity_detail", args=[record.pk])).content.decode()
    assert "请提醒本人登录" in page


def test_a_draft_waits_for_nobody(world):
    assert turn_of(draft(world.branch_a, world.secretary_a)) is None
