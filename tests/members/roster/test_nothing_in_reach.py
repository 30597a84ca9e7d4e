"""Whoever reads nothing is told that it is not within his reach, not that there is nobody."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_a_leader_of_a_small_group_is_not_told_that_there_are_no_members(world, as_):
    answer = as_("leader_a1").get(reverse("member_list"))
    assert answer.context["title"] == "您的查看范围内没有党员名册"
    assert as_("secretary_a").get(reverse("member_list")).context["title"].endswith(" 名党员")
