"""Records of campaigns: the table, and what else is checked before one is tied."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q

from branches.jobs.marks import mark
from branches.jobs.models import ChangeMark
from common.database import one_transaction
from common.operator import Actor
from common.text import quoted
from members.activities.models import Activity, ActivityHost
from members.activities.services.ties import branch_of, tie_add, tie_remove
from members.activities.ties import TieSource, TieTable
from responsibilities.campaigns.models import COUNTED, LIVE, Campaign, CampaignRecord, Participation

SUBJECT = "campaign"


def mark_campaign(campaign: Campaign, places: Iterable[int] = ()) -> None:
    """Mark the facts of all who take or took part, and of `places`, over the days of a campaign as changed."""
    ids = set(Participation.objects.filter(campaign=campaign).order_by().values_list("organisation_id", flat=True))
    ids |= {*places, campaign.organisation_id}
    days = [campaign.starts, campaign.ends, campaign.last_day, campaign.accepted_on or campaign.starts]
    for place in sorted(ids):
        mark(place, min(days), max(days), SUBJECT)


def _marked(tie: Any) -> None:
    _mark_places(tie.campaign, places_of(tie.activity))


def _mark_places(campaign: Campaign, places: Iterable[int]) -> None:
    """Mark the facts of some who take part: a record may close a milestone of another month of its campaign."""
    for place in sorted(places):
        mark(place, campaign.starts, campaign.last_day, SUBJECT)


def campaigns_marked(marks: Iterable[ChangeMark]) -> int:
    """Mark what records that these marks say were written may close; return how many ties they have.

    A record marks its own month, and a milestone falls due in another one. By the fill, before it reads the marks.
    """
    written = [row for row in marks if row.subject == "activity"]
    if not written:
        return 0
    spans = Q(activity__in={row.thing for row in written if row.thing is not None})
    for row in written:
        if row.thing is None:
            days = Q(activity__day__range=(row.first_day, row.last_day))
            spans |= days & Q(activity__organisation=row.organisation_id)
    ties = CampaignRecord.objects.filter(spans, campaign__state__in=COUNTED).order_by()
    found = list(ties.select_related("campaign", "activity__organisation__parent"))
    for tie in found:
        _marked(tie)
    return len(found)


TABLE = TieTable(model=CampaignRecord, field="campaign", verb="campaign", name="载体", mark=_marked, read=("campaign",))


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
