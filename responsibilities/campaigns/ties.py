"""Records of campaigns: the table, and what else is checked before one is tied."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError

from branches.jobs.marks import mark, mark_days
from common.database import one_transaction
from common.operator import Actor
from common.text import quoted
from members.activities.models import Activity, ActivityHost
from members.activities.services.ties import branch_of, tie_add, tie_remove
from members.activities.ties import TieSource, TieTable
from responsibilities.campaigns.models import LIVE, Campaign, CampaignRecord, Participation

SUBJECT = "campaign"


def mark_campaign(campaign: Campaign, places: Iterable[int] = ()) -> None:
    """Mark the facts of all who take or took part, and of `places`, over the days of a campaign as changed."""
    ids = set(Participation.objects.filter(campaign=campaign).order_by().values_list("organisation_id", flat=True))
    ids |= {*places, campaign.organisation_id}
    days = [campaign.starts, campaign.ends, campaign.last_day, campaign.accepted_on or campaign.starts]
    for place in sorted(ids):
        mark(place, min(days), max(days), SUBJECT)


def _marked(tie: Any) -> None:
    activity = tie.activity
    hosts = ActivityHost.objects.filter(activity=activity).order_by().values_list("organisation_id", flat=True)
    places = {activity.organisation_id, branch_of(activity).pk, *hosts}
    mark_days(places, [activity.day], SUBJECT)


TABLE = TieTable(model=CampaignRecord, field="campaign", verb="campaign", name="载体", mark=_marked)


def places_of(activity: Activity) -> set[int]:
    """Return the ids of the organisations for which a record may count: its own, its branch, the other hosts."""
    hosts = ActivityHost.objects.filter(activity=activity).order_by().values_list("organisation_id", flat=True)
    return {activity.organisation_id, branch_of(activity).pk, *hosts}


@one_transaction
def record_tie(*, by: Actor, activity: Activity, campaign: Campaign, system: bool = False) -> CampaignRecord:
    """Tie a record to a campaign in which one of its organisations takes part. ValidationError where it does not fit."""
    campaign = Campaign.objects.select_related("organisation").get(pk=campaign.pk)
    if campaign.state not in LIVE:
        raise ValidationError(f"载体{quoted(campaign.title)}不在开展期间，不能再关联记录。")
    if not campaign.starts <= activity.day <= campaign.last_day:
        raise ValidationError(f"记录的日期不在载体{quoted(campaign.title)}的起止日期之内。")
    part = Participation.objects.taken().filter(campaign=campaign, organisation__in=places_of(activity))
    if not part.exists():
        raise ValidationError(f"本组织没有参加载体{quoted(campaign.title)}，请先参加。")
    source = TieSource.SYSTEM if system else TieSource.PERSON
    tie = tie_add(by=by, table=TABLE, activity=activity, subject=campaign, source=source)
    assert isinstance(tie, CampaignRecord)
    return tie


def record_untie(*, by: Actor, tie: CampaignRecord, reason: str) -> None:
    """Take a tie back with a reason."""
    tie_remove(by=by, table=TABLE, tie=tie, reason=reason)
