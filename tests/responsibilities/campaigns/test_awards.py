"""An award of a campaign is an honour: picked from those of the organisation or entered once with the outcome, and found among the honours."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from branches.reach.access import Forbidden
from common import clock
from members.care.models import Honour
from members.care.services.honours import honour_cancel
from responsibilities.campaigns.models import CampaignOutcome
from responsibilities.campaigns.services.taking_part import Award, Outcome, outcome_add
from tests.members.care.made import honoured
from tests.responsibilities.campaigns.support import finish, handed_in, named, running

pytestmark = pytest.mark.django_db
TODAY = clock.today().isoformat()
NEW = {
    "kind": "award",
    "honour": "new",
    "text": "优质服务处室",
    "level": "city",
    "granted_by": "市直机关工委",
    "day": TODAY,
}


def address(campaign, world, place="branch_a"):
    return reverse("campaign_own_outcome", args=[campaign.pk, world.places[place].pk])


def body(answer, status=200):
    assert answer.status_code == status, (answer.status_code, answer.content.decode()[:1500])
    return answer.content.decode()


def test_an_award_that_is_entered_with_the_outcome_stands_among_the_honours(world, as_):
    campaign, client = running(world), as_("secretary_a")
    assert client.post(address(campaign, world), NEW | {"document": "市直工〔2026〕3号"}).status_code == 302
    honour, row = Honour.objects.get(), CampaignOutcome.objects.get()
    assert (honour.organisation_held, honour.title, honour.level) == (world.branch_a, "优质服务处室", "city")
    assert (row.honour, row.text, row.day, row.kind) == (honour, "优质服务处室", honour.granted_on, "award")
    assert "优质服务处室" in body(client.get(reverse("honour_list")))
    page = body(client.get(reverse("campaign_detail", args=[campaign.pk])))
    assert "市级，市直机关工委授予，市直工〔2026〕3号" in page


def test_an_award_is_picked_from_the_honours_of_the_organisation_itself(world, as_):
    campaign, client = running(world), as_("secretary_a")
    day = clock.today() - timedelta(days=9)
    mine = honoured(organisation=world.branch_a, title="先进党支部", level="province", day=day)
    others = honoured(organisation=world.branch_b, title="别家的")
    of_member = honoured(member=world.people("branch_a")[0], title="优秀共产党员")
    page = body(client.get(address(campaign, world)))
    assert "先进党支部" in page and "别家的" not in page and "优秀共产党员" not in page
    chosen = {"kind": "award", "honour": mine.pk, "day": TODAY}
    for other in (others, of_member):
        body(client.post(address(campaign, world), chosen | {"honour": other.pk}), 422)
    assert client.post(address(campaign, world), chosen).status_code == 302
    row = CampaignOutcome.objects.get()
    assert (row.honour, row.text, row.day) == (mine, "先进党支部", day), "nothing of it is typed again"
    assert Honour.objects.count() == 3
    body(client.post(address(campaign, world), chosen), 422)
    assert "先进党支部" not in body(client.get(address(campaign, world))), "it is an outcome of this campaign already"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"honour": ""}, "请选择已登记的表彰"),
        ({"text": ""}, "请填写“成效”，写荣誉名称。"),
        ({"level": ""}, "请选择“荣誉级别”。"),
        ({"granted_by": ""}, "请填写“授予单位”。"),
        ({"text": "长" * 61}, "荣誉名称不超过 60 字，现有 61 字。"),
        ({"kind": "service"}, "只有获得荣誉的成效才选表彰。"),
        ({"kind": "service", "honour": "", "text": ""}, "请填写“成效”。"),
        ({"day": (clock.today() + timedelta(days=1)).isoformat()}, "日期不能晚于今天。"),
        ({"honour": "987654321"}, "选择"),
    ],
)
def test_what_an_award_lacks_is_said_and_nothing_is_written(world, as_, changes, sentence):
    campaign = running(world)
    page = body(as_("secretary_a").post(address(campaign, world), NEW | changes), 422)
    assert sentence in page and "市直机关工委" in page or "granted_by" in changes
    assert not CampaignOutcome.objects.exists() and not Honour.objects.exists()


def test_who_keeps_no_roster_picks_and_enters_none(world, as_):
    campaign, client = running(world), as_("officer_a")
    mine = honoured(organisation=world.branch_a, title="先进党支部")
    assert "登记一项新的表彰" not in body(client.get(address(campaign, world)))
    body(client.post(address(campaign, world), NEW), 422)
    assert client.post(address(campaign, world), {"kind": "award", "honour": mine.pk, "day": TODAY}).status_code == 302
    with pytest.raises(Forbidden):
        data = Outcome("award", "另一项", clock.today(), award=Award("own", "局机关党委"))
        outcome_add(by=world.officer_a, campaign=campaign, organisation=world.branch_a, data=data)
    assert Honour.objects.count() == 1


def test_a_cancelled_honour_is_no_award_and_is_told_where_it_was_one(world, as_):
    campaign, client = running(world), as_("secretary_a")
    assert client.post(address(campaign, world), NEW).status_code == 302
    honour = honour_cancel(by=world.staff, honour=Honour.objects.get(), reason="重复登记")
    assert "（登记已作废）" in body(client.get(reverse("campaign_detail", args=[campaign.pk])))
    with pytest.raises(ValidationError, match="没有作废"):
        outcome_add(
            by=world.secretary_a,
            campaign=running(world, title="另一项"),
            organisation=world.branch_a,
            data=Outcome("award", "", clock.today(), honour=honour),
        )


def test_an_accepted_project_is_named_once_as_honour_and_outcome(world, as_):
    campaign = named(world)
    honour, row = Honour.objects.get(), CampaignOutcome.objects.get()
    assert row.honour == honour and honour.organisation_held == world.branch_a
    assert honour.title == row.text == "品牌命名：红色帮办"
    for who in ("secretary_a", "staff"):
        assert "品牌命名：红色帮办" in body(as_(who).get(reverse("honour_list"))), who
    assert "品牌命名：红色帮办" not in body(as_("secretary_b").get(reverse("honour_list")))
    assert "本单位" in body(as_("staff").get(reverse("campaign_detail", args=[campaign.pk])))


def test_a_project_is_accepted_by_one_click_with_its_honour(world, as_):
    campaign = handed_in(world)
    finish(world, campaign)
    accept = reverse("campaign_accept", args=[campaign.pk])
    assert as_("staff").post(accept, {"level": "passed", "reason": "群众认可"}).status_code == 302
    assert as_("staff").post(accept, {"level": "passed", "reason": "群众认可"}).status_code == 409
    assert Honour.objects.count() == CampaignOutcome.objects.count() == 1


def test_the_database_holds_an_honour_to_awards_once_a_campaign(world):
    campaign, honour = running(world), honoured(organisation=world.branch_a)
    values = {"campaign": campaign, "organisation": world.branch_a, "text": "x", "day": clock.today(), "honour": honour}
    CampaignOutcome.objects.create(kind="award", **values)
    for kind in ("award", "service"):
        with pytest.raises(IntegrityError), transaction.atomic():
            CampaignOutcome.objects.create(kind=kind, **values)
