"""Who applies to join, and how far he is, exists for those alone who keep the roster (mechanisms I-1, Access)."""

import pytest
from django.urls import reverse

from tests.members.development.written import activist

pytestmark = pytest.mark.django_db

READERS = ("leader", "discipline", "officer_a", "assistant")


def test_nobody_else_opens_his_file_or_finds_him_in_the_roster(world, as_):
    member = activist(world).member
    address, lists = reverse("member_detail", args=[member.pk]), reverse("member_list")
    for who in READERS:
        client = as_(who)
        assert client.get(address).status_code == 404, who
        for stage in ("activist", "all", "", "left"):
            page = client.get(lists, {"stage": stage, "q": member.name})
            assert page.status_code == 200 and reverse("member_detail", args=[member.pk]) not in page.content.decode()
        assert "activist" not in dict(client.get(lists).context["form"].fields["stage"].choices), who


def test_those_who_keep_him_do(world, as_):
    member = activist(world).member
    address = reverse("member_detail", args=[member.pk])
    for who in ("secretary_a", "staff", "committee_secretary"):
        client = as_(who)
        assert client.get(address).status_code == 200, who
        assert address in client.get(reverse("member_list"), {"stage": "activist"}).content.decode(), who
