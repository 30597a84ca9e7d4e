"""Somebody from outside who is received as of an earlier day: the meetings recorded since are listed, and asked about."""

from datetime import timedelta

import pytest
from django.urls import reverse

from common import clock
from members.roster.models.members import Member
from tests.members.activities.records import submitted
from tests.world import identity

pytestmark = pytest.mark.django_db


def arrival(world, on, **more):
    return {
        "name": "新来",
        "identity": identity(61),
        "stage": "full",
        "joined_on": "2012-07-01",
        "full_on": "2013-07-01",
        "outside": "外单位党支部",
        "letter": "1号",
        "issued_on": (on - timedelta(days=2)).isoformat(),
        "received_on": on.isoformat(),
        "branch": world.branch_b.pk,
    } | more


def test_meetings_recorded_since_are_listed_and_have_to_be_known(world, as_):
    today = clock.today()
    submitted(world.branch_b, world.secretary_b, day=today - timedelta(days=3))
    client, url = as_("secretary_b"), reverse("transfer_in")
    refused = client.post(url, arrival(world, today - timedelta(days=5)))
    page = refused.content.decode()
    assert refused.status_code == 422 and not Member.objects.filter(name="新来").exists()
    assert "以来已有 1 次会议记录，请核对后勾选确认。" in page and "支部党员大会" in page and 'name="known"' in page
    assert 'value="外单位党支部"' in page, "what was typed is kept"
    assert client.post(url, arrival(world, today - timedelta(days=5), known="on")).status_code == 302
    assert Member.objects.get(name="新来").home == world.branch_b


def test_a_day_without_meetings_since_asks_nothing(world, as_):
    today = clock.today()
    submitted(world.branch_b, world.secretary_b, day=today - timedelta(days=3))
    page = as_("secretary_b").get(reverse("transfer_in")).content.decode()
    assert 'name="known"' not in page
    answer = as_("secretary_b").post(reverse("transfer_in"), arrival(world, today))
    assert answer.status_code == 302
