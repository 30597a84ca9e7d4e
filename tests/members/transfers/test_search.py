"""A search finds transfers and who lives elsewhere, by name or initials, for whoever keeps a roster of theirs."""

from datetime import timedelta

import pytest
from django.urls import reverse

from common import clock
from members.roster.services.standing import away_end
from tests.members.transfers.support import abroad, asked

pytestmark = pytest.mark.django_db
GROUP = "组织关系接转和外出"


def found(client, text):
    page = client.get(reverse("search"), {"q": text}).content.decode()
    return page.split(GROUP)[1].split("</section>")[0] if GROUP in page else ""


def test_both_ends_and_above_find_it_and_nobody_else(world, as_):
    transfer = asked(world)
    url = reverse("transfer_detail", args=[transfer.pk])
    for who in ("secretary_a", "organiser_a", "secretary_b", "staff"):
        for text in ("甲四", transfer.member.initials.upper(), transfer.member.initials[:1]):
            assert url in found(as_(who), text), (who, text)
    for who in ("secretary_c", "officer_a", "leader", "discipline", "leader_a1", "auditor", "member"):
        assert not found(as_(who), "甲四"), who
    assert not found(as_("staff"), "乙一")


def test_an_absence_is_found_while_it_goes_on(world, as_):
    member = world.people("branch_a")[4]
    row = abroad(member, clock.today() - timedelta(days=2))
    assert reverse("member_detail", args=[member.pk]) in found(as_("secretary_a"), member.name)
    assert "某国" not in found(as_("secretary_b"), member.name)
    away_end(by=world.staff, row=row, ends=clock.today() - timedelta(days=1))
    assert not found(as_("secretary_a"), member.name)
