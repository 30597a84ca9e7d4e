"""Measures of campaigns: own values of each organisation from the same functions as the pages."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import CharField, Count, DateField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from common.periods import Period
from members.activities.models import Activity
from responsibilities.campaigns.models import (
    CAMPAIGN_RECORDS,
    COUNTED,
    Campaign,
    CampaignClosing,
    CampaignKind,
    CampaignMilestone,
    CampaignRecord,
    CampaignState,
)
from responsibilities.campaigns.selectors.steps import steps

# (done, owed, late, overdue)
Numbers = tuple[int, int, int, int]


def campaign_record_counts(first: date, last: date, organisations: Iterable[int] | None = None) -> Any:
    """Return rows (organisation id, CAMPAIGN_RECORDS, count) of the records between two days that count for a campaign.

    A record of several hosts counts once, at the organisation that keeps it; so does one of several campaigns.
    """
    tied = CampaignRecord.objects.counting().filter(activity=OuterRef("pk"), campaign__state__in=COUNTED).order_by()
    rows = Activity.objects.filter(Exists(tied), day__range=(first, last)).order_by()
    if organisations is not None:
        rows = rows.filter(organisation__in=organisations)
    said = Value(CAMPAIGN_RECORDS, output_field=CharField())
    return rows.annotate(measure=said).values_list("organisation_id", "measure").annotate(number=Count("pk"))


def milestone_counts(period: Period, organisations: Collection[int] | None, as_of: date) -> dict[int, Numbers]:
    """Return {organisation: Numbers} of the milestones that fall due in `period` and were done, or whose date has passed."""
    own = CampaignMilestone.objects.filter(due__range=(period.first, period.last))
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for step in steps(own, as_of, organisations):
        if step.due not in period or not (step.done or step.state == "overdue"):
            continue
        numbers = found[step.organisation]
        numbers[0] += step.done
        numbers[1] += 1
        numbers[2] += step.state == "met_late"
        numbers[3] += step.state == "overdue"
    return {place: (done, owed, late, over) for place, (done, owed, late, over) in found.items()}


def acceptance_counts(period: Period, organisations: Collection[int] | None, as_of: date) -> dict[int, Numbers]:
    """Return {branch: Numbers} of the brand projects that came to their acceptance in `period`, by `as_of`.

    A project belongs to the day of its last day, as prolonged, or of its acceptance where that came before. One that was handed
    in by its last day and waits for its superior is left out until that decides.
    """
    last = Coalesce(F("prolonged_to"), F("ends"), output_field=DateField())
    rows = Campaign.objects.filter(kind=CampaignKind.BRAND, state__in=COUNTED).annotate(last=last).order_by()
    if organisations is not None:
        rows = rows.filter(organisation__in=organisations)
    handed = dict(
        CampaignClosing.objects.filter(campaign__in=rows.values("pk")).order_by().values_list("campaign", "written_on")
    )
    within = (period.first, min(period.last, as_of))
    rows = rows.filter(Q(last__range=within) | Q(accepted_on__range=within))
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for pk, place, state, end, decided in rows.values_list("pk", "organisation", "state", "last", "accepted_on"):
        known = decided is not None and decided <= as_of
        if not known and handed.get(pk, date.max) <= min(end, as_of):
            continue
        day = min(end, decided) if known else end
        if day > as_of or day not in period:
            continue
        numbers = found[place]
        numbers[0] += known and state == CampaignState.ACCEPTED
        numbers[1] += 1
        numbers[3] += not known
    return {place: (done, owed, late, over) for place, (done, owed, late, over) in found.items()}
