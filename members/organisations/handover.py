"""What is still open at a place when its secretary goes (access rule 8)."""

from collections.abc import Callable
from datetime import timedelta

from branches.places.models.terms import Term
from branches.places.selectors.terms import WARN_DAYS
from branches.reach.intervals import within
from common import clock
from members.activities.models import Activity, ActivityRevision, ActivityState, Resolution
from members.resources.models import OfferAsk, ResourceUse

# What rooms above know of what is open at an organisation and below it: functions that return rows (label, queryset, url name,
# query), named when the application starts.
ABOVE: list[Callable] = []


def open_items(organisation):
    """Return [{"label", "count", "name" (url name), "query"}] of what is unfinished at `organisation` and below."""
    records = Activity.objects.filter(within(organisation)).order_by()
    resolutions = Resolution.objects.tasks().filter(
        within(organisation, "activity__organisation__"), done_on__isnull=True
    )
    terms = Term.objects.filter(
        within(organisation), closed_on__isnull=True, expires__lte=clock.today() + timedelta(days=WARN_DAYS)
    )
    corrections = ActivityRevision.objects.in_hand().filter(within(organisation, "activity__organisation__"))
    uses = ResourceUse.objects.waiting().filter(within(organisation, "resource__organisation__"))
    asks = OfferAsk.objects.waiting().filter(within(organisation, "offer__activity__organisation__"))
    place = f"organisation={organisation.pk}"
    rows = [
        ("未提交的草稿", records.filter(state=ActivityState.DRAFT), "activity_list", f"?{place}&state=draft"),
        ("退回待改的记录", records.filter(state=ActivityState.RETURNED), "activity_list", f"?{place}&state=returned"),
        ("没有提交的更正", corrections, "activity_list", f"?{place}"),
        ("待审核的记录", records.filter(state=ActivityState.SUBMITTED), "activity_list", f"?{place}&state=submitted"),
        ("已计划的活动", records.filter(state=ActivityState.PLANNED), "activity_list", f"?{place}&state=planned"),
        ("未办结的决议事项", resolutions, "resolution_list", f"?{place}"),
        ("待答复的资源使用申请", uses, "resource_list", ""),
        ("待答复的联办报名", asks, "offer_list", ""),
        ("半年内届满或已届满的任期", terms, "organisation_list", f"?at={organisation.pk}"),
    ]
    return [
        {"label": label, "count": found.count(), "name": name, "query": query}
        for label, found, name, query in [*rows, *(row for more in ABOVE for row in more(organisation))]
    ]
