"""What is still open at a place when its secretary goes (access rule 8)."""

from datetime import timedelta

from branches.places.models.terms import Term
from branches.places.selectors.terms import WARN_DAYS
from common import clock
from members.activities.models import Activity, ActivityState, Resolution


def open_items(organisation):
    """Return [{"label", "count", "name" (url name), "query"}] of what is unfinished at `organisation` and below."""
    today = clock.today()
    inside = {
        "organisation__tree_id": organisation.tree_id,
        "organisation__lft__gte": organisation.lft,
        "organisation__rght__lte": organisation.rght,
    }
    records = Activity.objects.filter(**inside).order_by()
    resolutions = Resolution.objects.tasks().filter(
        **{f"activity__{key}": value for key, value in inside.items()}, done_on__isnull=True
    )
    terms = Term.objects.filter(closed_on__isnull=True, expires__lte=today + timedelta(days=WARN_DAYS), **inside)
    place = f"organisation={organisation.pk}"
    rows = [
        ("未提交的草稿", records.filter(state=ActivityState.DRAFT), "activity_list", f"?{place}&state=draft"),
        ("退回待改的记录", records.filter(state=ActivityState.RETURNED), "activity_list", f"?{place}&state=returned"),
        ("待审核的记录", records.filter(state=ActivityState.SUBMITTED), "activity_list", f"?{place}&state=submitted"),
        ("已计划的活动", records.filter(state=ActivityState.PLANNED), "activity_list", f"?{place}&state=planned"),
        ("未办结的决议事项", resolutions, "resolution_list", f"?{place}"),
        ("半年内届满或已届满的任期", terms, "organisation_list", f"?at={organisation.pk}"),
    ]
    return [
        {"label": label, "count": found.count(), "name": name, "query": query} for label, found, name, query in rows
    ]
