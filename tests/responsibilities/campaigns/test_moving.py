"""A milestone gets another date: whoever still owes it is told, with the reason; who has done it is not."""

import pytest
from django.urls import reverse

from branches.notices.models import Notice
from responsibilities.campaigns.models import Participation
from responsibilities.campaigns.rules import Planned
from responsibilities.campaigns.services.taking_part import milestone_done
from tests.responsibilities.campaigns.support import day, running

pytestmark = pytest.mark.django_db


def test_who_still_owes_a_milestone_that_is_moved_is_told(world, as_):
    campaign = running(world, ("branch_a", "branch_b", "branch_c"), milestones=[Planned("群众评议", day(-20))])
    milestone = campaign.milestones.get()
    milestone_done(
        by=world.secretary_a, milestone=milestone, organisation=world.branch_a, done_on=day(-22), text="已评议"
    )
    # Joined after its date: it owes it with the new one.
    Participation.objects.filter(organisation=world.branch_c).update(starts=day(-5))
    Notice.objects.all().delete()
    url = reverse("campaign_milestone_move", args=[campaign.pk, milestone.pk])
    assert as_("staff").post(url, {"due": day(10).isoformat(), "reason": "等场地"}).status_code == 302
    told = {row.recipient: row.text for row in Notice.objects.all()}
    words = f"的节点“群众评议”由 {day(-20):%-m月%-d日}改期至 {day(10):%-m月%-d日}：等场地"
    assert set(told) == {world.secretary_b, world.secretary_c}
    assert all(text.endswith(words) for text in told.values())


def test_a_refused_date_tells_nobody(world, as_):
    campaign = running(world, milestones=[Planned("群众评议", day(-20))])
    Notice.objects.all().delete()
    url = reverse("campaign_milestone_move", args=[campaign.pk, campaign.milestones.get().pk])
    assert as_("staff").post(url, {"due": day(-1).isoformat(), "reason": "等场地"}).status_code == 422
    assert not Notice.objects.exists()
