"""Writes of campaigns."""

from datetime import timedelta

from common.operator import OPERATOR
from members.activities.services.ties import tie_confirm
from responsibilities.campaigns.models import Campaign, CampaignRecord, Participation
from responsibilities.campaigns.rules import Planned
from responsibilities.campaigns.services.brands import (
    brand_accept,
    brand_apply,
    brand_approve,
    brand_prolong,
    brand_submit,
)
from responsibilities.campaigns.services.campaigns import (
    CampaignData,
    campaign_cancel,
    campaign_save,
    milestone_move,
)
from responsibilities.campaigns.services.taking_part import (
    campaign_join,
    campaign_leave,
    campaign_publish,
    milestone_done,
)
from responsibilities.campaigns.ties import TABLE, record_tie, record_untie
from tests.assessments.facts.writes.agency import TODAY, record, write


def _data(**changes):
    values = {
        "kind": "theme",
        "title": "窗口帮办",
        "approach": "drive",
        "occasion": "一件事",
        "starts": TODAY - timedelta(days=120),
        "ends": TODAY + timedelta(days=20),
        "milestones": [Planned("动员部署", TODAY - timedelta(days=60), ("theme_day",))],
    }
    return CampaignData(**values | changes)


def _running(a, **changes):
    campaign = campaign_save(by=a.world.staff, data=_data(**changes))
    campaign_publish(by=a.world.staff, campaign=campaign)
    campaign_join(by=a.world.secretary_a, campaign=campaign, organisation=a.world.branch_a)
    Participation.objects.update(starts=campaign.starts)
    return campaign


def _tied(a, campaign):
    activity = record(a.world.branch_a, "theme_day", TODAY - timedelta(days=100))
    return record_tie(by=OPERATOR, activity=activity, campaign=campaign)


def _confirmed(a, campaign):
    return tie_confirm(by=a.world.staff, table=TABLE, tie=_tied(a, campaign))


@write
def campaign_tie_confirmed(a):
    tie = _tied(a, _running(a))
    yield
    tie_confirm(by=a.world.staff, table=TABLE, tie=tie)


@write
def campaign_tie_taken_back(a):
    tie = _confirmed(a, _running(a))
    yield
    record_untie(by=a.world.staff, tie=CampaignRecord.objects.get(pk=tie.pk), reason="选错")


@write
def campaign_cancelled(a):
    campaign = _running(a)
    yield
    campaign_cancel(by=a.world.staff, campaign=campaign, reason="并入")


@write
def campaign_milestone_said(a):
    campaign = _running(a, milestones=[Planned("群众评议", TODAY - timedelta(days=60))])
    yield
    milestone_done(
        by=a.world.secretary_a,
        milestone=campaign.milestones.get(),
        organisation=a.world.branch_a,
        done_on=TODAY - timedelta(days=70),
        text="已部署",
    )


@write
def campaign_milestone_moved(a):
    campaign = _running(a)
    yield
    milestone_move(
        by=a.world.staff, milestone=campaign.milestones.get(), due=TODAY + timedelta(days=5), reason="等场地"
    )


@write
def campaign_changed(a):
    """What was done by a theme day is asked of a lecture."""
    campaign = _running(a)
    _confirmed(a, campaign)
    yield
    milestones = [Planned("动员部署", TODAY - timedelta(days=60), ("lecture",))]
    campaign_save(by=a.world.staff, data=_data(milestones=milestones), campaign=campaign)


@write
def campaign_left(a):
    """Left so long ago that the milestone was not near then."""
    campaign = _running(a)
    campaign.milestones.update(due=TODAY - timedelta(days=1))
    yield
    campaign_leave(by=a.world.secretary_a, campaign=campaign, organisation=a.world.branch_a, reason="人手不足")
    Participation.objects.update(ends=TODAY - timedelta(days=30))


@write
def campaign_joined_again(a):
    """What fell due meanwhile is owed again."""
    campaign = _running(a)
    Participation.objects.update(ends=TODAY - timedelta(days=90))
    yield
    campaign_join(by=a.world.secretary_a, campaign=campaign, organisation=a.world.branch_a)


def _brand(a, **changes):
    data = _data(kind="brand", problem="多跑", difference="帮办", **changes)
    campaign = brand_apply(by=a.world.secretary_a, organisation=a.world.branch_a, data=data)
    return brand_approve(by=a.world.staff, campaign=campaign)


@write
def brand_approved(a):
    data = _data(kind="brand", problem="多跑", difference="帮办")
    campaign = brand_apply(by=a.world.secretary_a, organisation=a.world.branch_a, data=data)
    yield
    brand_approve(by=a.world.staff, campaign=campaign)


@write
def brand_prolonged(a):
    campaign = _brand(a)
    Campaign.objects.filter(pk=campaign.pk).update(ends=TODAY - timedelta(days=3))
    yield
    brand_prolong(by=a.world.staff, campaign=campaign, until=TODAY + timedelta(days=30), reason="等场地")


@write
def brand_handed_in(a):
    campaign = _brand(a)
    Campaign.objects.filter(pk=campaign.pk).update(ends=TODAY)
    yield
    brand_submit(by=a.world.secretary_a, campaign=campaign, own_level="good", own_text="少跑")


@write
def brand_accepted(a):
    campaign = brand_submit(by=a.world.secretary_a, campaign=_brand(a), own_level="good", own_text="少跑")
    yield
    brand_accept(by=a.world.staff, campaign=campaign, level="mostly", reason="认可")
