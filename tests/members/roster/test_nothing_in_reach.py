"""Whoever reads nothing is told that it is not within his reach, not that there is nobody."""

import pytest
from django.urls import reverse

from members.roster.models.members import Member, Membership

pytestmark = pytest.mark.django_db


def test_a_leader_of_a_small_group_is_not_told_that_there_are_no_members(world, as_):
    answer = as_("leader_a1").get(reverse("member_list"))
    assert answer.context["title"] == "您的查看范围内没有党员名册"
    assert as_("secretary_a").get(reverse("member_list")).context["title"].endswith(" 名党员")


def test_an_empty_roster_says_so_and_offers_to_enter_the_first(world, as_):
    Member.objects.filter(home=world.branch_b).update(home=world.branch_a)
    page = as_("secretary_b").get(reverse("member_list"))
    assert page.context["title"] == "名册上还没有党员"
    text = page.content.decode()
    assert "没有符合条件的党员" not in text and text.count(f'href="{reverse("member_new")}"') == 2
    Membership.objects.filter(organisation=world.branch_b).delete()
    # Nobody can commit himself: the page leads to the roster, without headings over nothing.
    text = as_("secretary_b").get(reverse("commitment_list"), follow=True).content.decode()
    assert "名册上没有党员" in text and reverse("member_list") in text and "公示榜" not in text
