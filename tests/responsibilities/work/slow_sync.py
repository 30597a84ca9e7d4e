"""The state of every stage, worked out one row at a time from the words of decisions 28 and judgement 3; shares nothing with work/stages.py."""

from datetime import date, timedelta

from branches.settings.models import Setting
from common import clock
from responsibilities.work.models import WorkItem

ORDER = ["study", "arrangement", "implementation", "assessment"]


EARLY = {"study": 180, "arrangement": 60, "implementation": 30, "assessment": 30}
NEVER = ("talk", "dues", "election", "member_review")


def value_on(key, day, default):
    """A dated setting as it stands on a day, read row by row."""
    value = default
    for row in Setting.objects.filter(key=key).order_by("valid_from"):
        if row.valid_from <= day:
            value = int(row.value)
    return value


def who_may_show(item, day):
    """Who carries the item on a day (who arranged it, where nobody does), and everything above them."""
    found = set()
    for place in carrying(item, day):
        while place is not None:
            found.add(place.pk)
            place = place.parent
    return found


def fit_to_show(record, item, day, as_of):
    """Whether a submitted record is a valid meeting of somebody who may show the item, of a kind that can."""
    if record.state not in ("submitted", "accepted"):
        return False
    allowed = who_may_show(item, day)
    for judged in record.judgements.all():
        host = judged.organisation
        if judged.since is not None and judged.since > as_of:
            continue
        if host.pk not in allowed and not (host.kind == "small_group" and host.parent_id in allowed):
            continue
        if judged.valid and judged.kind not in NEVER:
            return True
    return False


def is_confirmed(link):
    """Confirmed by somebody since the record was last corrected, or made with a record that was accepted since.

    Its reviewer is not who linked it, and has read what was written by hand, which nobody does who accepts many at once.
    """
    record = link.activity
    if link.confirmed_at is not None and (
        record is None or record.revised_at is None or record.revised_at < link.confirmed_at
    ):
        return True
    if link.by_hand and record is not None and record.accepted_together:
        return False
    if record is None or record.state != "accepted" or record.no_reviewer or record.reviewer is None:
        return False
    if record.submitted_at is None or link.added > record.submitted_at:
        return False
    return link.added_by is None or link.added_by != record.reviewer


def standing_of(link, item, kind, day, as_of):
    """Return "counts", "to_confirm", "too_early" or "no" of a link that was not taken back. day: of the point, or None."""
    record = link.activity
    if record is not None and not fit_to_show(record, item, day or as_of, as_of):
        return "no"
    own = record.day if record is not None else link.day
    allowed = value_on(f"sync_early_days_{kind}", day or as_of, EARLY[kind])
    if day is not None and own + timedelta(days=allowed) < day and not link.early_reason:
        return "too_early"
    return "counts" if is_confirmed(link) else "to_confirm"


def counted_days(links, item, kind, day, as_of):
    """Return (days that count, whether one waits for a yes)."""
    days, waits = [], False
    for link in links:
        if link.removed_at is not None:
            continue
        record = link.activity
        sent = record.submitted_at if record is not None else None
        if sent is not None and as_of < clock.today() and clock.day_of(sent) > as_of:
            continue
        own = record.day if record is not None else link.day
        if own > as_of:
            continue
        standing = standing_of(link, item, kind, day, as_of)
        days += [own] if standing == "counts" else []
        waits = waits or standing == "to_confirm"
    return sorted(days), waits


def state_of(happened, days, tolerance, as_of, waits=False):
    if happened is None or happened > as_of:
        return "not_due", None
    if days:
        lag = (days[0] - happened).days
        return ("synchronised" if lag <= tolerance else "lagging"), lag
    if waits:
        return "to_confirm", (as_of - happened).days
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
            day = row.happened_on or row.planned_on
            days, waits = counted_days(links, item, stage.stage, day, as_of)
            state, lag = state_of(row.happened_on, days, tolerance, as_of, waits)
            waived = stage.waived_at is not None and stage.waived_at.date() <= as_of
            stopped = item.stopped_on is not None and item.stopped_on <= as_of and row.happened_on is None
            if waived:
                state = "waived"
            elif stopped:
                state = "ended"
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


def closure_of(item, points, as_of):
    """ "ended", "closed", "open", or None while 考核 is not due: every stage that is due is synchronised (judgement 3.6)."""
    if item.stopped_on is not None and item.stopped_on <= as_of:
        return "ended"
    states = [(key, state) for key, _, _, state, _ in points]
    if not any(key == "assessment" and state in ("synchronised", "lagging", "missing") for key, state in states):
        return None
    wrong = [state for _, state in states if state in ("lagging", "missing", "to_confirm")]
    return "open" if wrong else "closed"
