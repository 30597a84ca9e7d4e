"""How much the pages of campaigns ask of the database: no more when there is more to show."""

import pytest
from django.urls import reverse

from branches.places import tree
from common.operator import OPERATOR
from responsibilities.campaigns.models import Participation
from responsibilities.campaigns.rules import Planned
from tests.counting import asked
from tests.responsibilities.campaigns.support import approved, day, named, running, tied
from tests.world import FOUNDED

pytestmark = pytest.mark.django_db


def statements(as_, who, name, *args):
    client = as_(who)
    client.get(reverse(name, args=args))
    with asked() as found:
        assert client.get(reverse(name, args=args)).status_code == 200
    return found.statements


@pytest.mark.parametrize("who", ["staff", "secretary_a"])
def test_pages_of_campaigns_ask_no_more_when_there_is_more(as_, world, who):
    campaign = running(world, ("branch_a", "branch_b"))
    tied(world, campaign)
    approved(world)
    pages = [("campaign_list",), ("campaign_detail", campaign.pk), ("campaign_records", campaign.pk)]
    few = [statements(as_, who, *page) for page in pages]
    for number in range(4):
        running(world, title=f"第{number}个", milestones=[Planned("观摩", day(-3)), Planned("总结", day(9))])
        named(world, title=f"品牌{number}")
    for number in range(9):
        place = tree.organisation_create(
            by=OPERATOR,
            name=f"中共云川市测试局第{number}处支部委员会",
            short_name=f"第{number}处党支部",
            kind="branch",
            founded=FOUNDED,
            parent=world.committee,
        )
        Participation.objects.create(campaign=campaign, organisation=place, source="joined", starts=campaign.starts)
    for days in (-24, -23, -22):
        tied(world, campaign, days=days)
    many = [statements(as_, who, *page) for page in pages]
    assert many == few
    assert max(many) <= 34, many
