"""The state of every stage, worked out one row at a time from the words of decisions 28; shares nothing with work/stages.py."""

from datetime import date, timedelta

from branches.settings.models import Setting
from members.activities.models import Activity
from responsibilities.work.models import WorkItem

ORDER = ["study", "arrangement", "implementation", "assessment"]


def is_valid(record):
    """Whether the record is valid as a meeting of one of its kinds at one of its hosts, as the test has said."""
    return any(row.valid for row in record.judgements.all())


def counted_days(links, as_of):
    days = []
    for link in links:
        if link.removed_at is not None:
            continue
        if link.activity_id is None:
            days.append(link.day)
            continue
        record = Activity.objects.get(pk=link.activity_id)
        if record.state in ("submitted", "accepted") and is_valid(record):
            days.append(record.day)
    return sorted(day for day in days if day <= as_of)


def state_of(happened, days, tolerance, as_of):
    if happened is None or happened > as_of:
        return "not_due", None
    if days:
        lag = (days[0] - happened).days
        return ("synchronised" if lag <= tolerance else "lagging"), lag
    if as_of > happened + timedelta(days=tolerance):
        return "missing", (as_of - happened).days
    return "not_due", (as_of - happened).days


def points_of(item, tolerance, as_of):
    """Yield (stage key, milestone id or None, day it belongs to, state, lag); what lies before the start is "early"."""
    said = Setting.objects.filter(key="agency_start").order_by("valid_from").last()
    for stage in sorted(item.stages.all(), key=lambda row: ORDER.index(row.stage)):
        parts = list(stage.milestones.order_by("planned_on", "pk"))
        for part in parts or [None]:
            row = part or stage
            links = [link for link in stage.evidence.all() if link.milestone_id in {None, getattr(part, "pk", None)}]
            state, lag = state_of(row.happened_on, counted_days(links, as_of), tolerance, as_of)
            waived = stage.waived_at is not None and stage.waived_at.date() <= as_of
            stopped = item.stopped_on is not None and item.stopped_on <= as_of and row.happened_on is None
            if waived or stopped:
                state = "waived"
            day = row.happened_on or row.planned_on
            if said and day and day < date.fromisoformat(said.value):
                state, lag = "early", None
            yield stage.stage, getattr(part, "pk", None), day, state, lag


def all_points(tolerance, as_of):
    """Return {item: its points}."""
    return {item: list(points_of(item, tolerance, as_of)) for item in WorkItem.objects.order_by("pk")}


def carrying(item, day):
    """The organisations that carry the item on a day, or the one that arranged it."""
    rows = [row.organisation for row in item.carriers.all() if row.ended is None or row.ended >= day]
    return rows or [item.organisation]


def is_closed(points):
    """Four of four: every stage that is owed has all its points synchronised, and one at least is owed."""
    owed = [(key, state) for key, _, _, state, _ in points if state not in ("waived", "early")]
    return bool(owed) and all(state == "synchronised" for _, state in owed)
