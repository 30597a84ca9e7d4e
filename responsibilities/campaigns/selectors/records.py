"""The list of records behind the numbers of a campaign."""

from typing import Any

from django.db.models import Q, QuerySet

from branches.places.models.organisations import Kind, Organisation
from branches.reach.rights import VIEW
from common import clock
from common.operator import Actor
from members.activities.models import Activity, ActivityHost
from responsibilities.campaigns.models import Campaign, CampaignRecord
from responsibilities.campaigns.selectors.steps import counted_in, held_in


def places_taking(campaign: Campaign) -> QuerySet[Organisation, Organisation]:
    """Return the organisations that take part in a campaign, or did, in tree order."""
    taking = campaign.participations.taken().order_by().values("organisation")
    return Organisation.objects.filter(pk__in=taking).select_related("parent").in_tree_order()


def records_of(
    user: Actor, campaign: Campaign, place: Organisation | None, counted: str | None
) -> QuerySet[CampaignRecord, CampaignRecord]:
    """Return the ties of a campaign whose records `user` may read, as `_at` says, ready for a page, the latest first."""
    read = Activity.objects.visible_to(user, VIEW).order_by()
    rows = CampaignRecord.objects.active().with_confirmed().filter(campaign=campaign, activity__in=read.values("pk"))
    rows = _at(rows, campaign, place, counted).select_related("activity__organisation__parent")
    return rows.prefetch_related("activity__kinds", "activity__judgements").order_by("-activity__day", "-activity_id")


def held_by(place: Organisation) -> Q:
    """Return the condition «the record is held by this organisation, a group of it, or with it» over ties."""
    own = Q(activity__organisation=place) | Q(
        activity__organisation__parent=place, activity__organisation__kind=Kind.SMALL_GROUP
    )
    joint = ActivityHost.objects.filter(organisation=place).order_by()
    return own | Q(activity__in=joint.values("activity"))


def _at(rows: Any, campaign: Campaign, place: Organisation | None, counted: str | None) -> Any:
    """Return the ties of a campaign that are held by an organisation (None: all), as they count for it.

    counted: "yes": those that the page counts, "no": the others, anything else: both.
    """
    if place is not None and counted != "yes":
        rows = rows.filter(held_by(place))
    if counted not in ("yes", "no"):
        return rows
    taking = campaign.participations.taken().order_by()
    taking = taking if place is None else taking.filter(organisation=place)
    pairs = {(campaign.pk, pk) for pk in taking.values_list("organisation", flat=True)}
    ids = counted_in(held_in([campaign.pk], clock.today()), pairs)[campaign.pk]
    return rows.filter(activity__in=ids) if counted == "yes" else rows.exclude(activity__in=ids)
