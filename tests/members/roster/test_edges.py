"""A second transfer touches the membership that runs, not the one that was."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from common import clock
from common.operator import OPERATOR
from members.roster.models.members import Member, Membership
from members.roster.models.posts import Post
from members.roster.services.members import member_transfer, post_give

pytestmark = pytest.mark.django_db
MAY, JUNE = date(2026, 5, 4), date(2026, 6, 8)
DAY = timedelta(days=1)


def test_whoever_moved_twice_was_at_each_place_for_his_time(world):
    member, neighbour = world.people("branch_a")[3:5]
    began = Membership.objects.get(member=member).starts
    post = post_give(by=OPERATOR, member=member, organisation=world.branch_a, kind="discipline")
    kept = post_give(by=OPERATOR, member=neighbour, organisation=world.branch_a, kind="publicity")
    member_transfer(by=OPERATOR, member=member, branch=world.branch_b, on=MAY, reason="调动")
    with pytest.raises(ValidationError, match="不能早于现有组织关系"):
        member_transfer(by=OPERATOR, member=member, branch=world.branch_c, on=MAY - DAY, reason="调动")
    member_transfer(by=OPERATOR, member=member, branch=world.branch_c, on=JUNE, reason="调动")
    rows = Membership.objects.filter(member=member).order_by("starts").values_list("organisation", "starts", "ends")
    a, b, c = (world.places[key].pk for key in ("branch_a", "branch_b", "branch_c"))
    assert list(rows) == [(a, began, MAY - DAY), (b, MAY, JUNE - DAY), (c, JUNE, None)]
    assert Member.objects.get(pk=member.pk).home_id == c
    assert Member.objects.filter(home=c).count() == 4 and Membership.objects.get(member=neighbour).ends is None
    post.refresh_from_db()
    kept.refresh_from_db()
    assert (post.ends is not None, kept.ends) == (True, None)
    row = member_transfer(by=OPERATOR, member=member, branch=world.branch_c, on=JUNE + DAY, reason="再来")
    assert row.starts == JUNE, "who is there stays there"


def test_a_day_that_somebody_belonged_to_a_branch_is_not_given_away_nor_a_day_to_come(world):
    member, today = world.people("branch_a")[3], clock.today()
    Membership.objects.filter(member=member).update(ends=today - 9 * DAY)

    def refused(on, words):
        with pytest.raises(ValidationError, match=words):
            member_transfer(by=OPERATOR, member=member, branch=world.branch_b, on=on)

    refused(today - 9 * DAY, "转入日期须晚于原组织关系的结束日期")
    refused(today + DAY, "转入日期不能晚于今天")
    refused(world.branch_b.founded - DAY, "转入日期不能早于该党支部的成立日期")
    row = member_transfer(by=OPERATOR, member=member, branch=world.branch_b, on=today - 8 * DAY)
    assert [(one.starts, one.ends) for one in member.memberships.order_by("starts")][-1] == (row.starts, None)


def test_a_seat_that_was_to_end_later_ends_with_a_transfer_registered_afterwards(world):
    member, today = world.people("branch_a")[3], clock.today()
    post = post_give(by=OPERATOR, member=member, organisation=world.branch_a, kind="publicity", starts=today - 90 * DAY)
    Post.objects.filter(pk=post.pk).update(ends=today - 10 * DAY)
    member_transfer(by=OPERATOR, member=member, branch=world.branch_b, on=today - 30 * DAY)
    post.refresh_from_db()
    assert post.ends == today - 31 * DAY
