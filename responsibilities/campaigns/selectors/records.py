"""The list of records behind the numbers of a campaign."""

from typing import Any

from django.db.models import Q

from branches.places.models.organisations import Kind, Organisation
from common import clock
from members.activities.models import ActivityHost
from responsibilities.campaigns.models import Campaign
from responsibilities.campaigns.selectors.steps import counted_in, held_in


def held_by(place: Organisation) -> Q:
    """Return the condition «the record is held by this organisation, a group of it, or with it» over ties."""
    own = Q(activity__organisation=place) | Q(
        activity__organisation__parent=place, activity__organisation__kind=Kind.SMALL_GROUP
    )
    joint = ActivityHost.objects.filter(organisation=place).order_by()
    return own | Q(activity__in=joint.values("activity"))


def records_at(rows: Any, campaign: Campaign, place: Organisation | None, counted: str | None) -> Any:
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
