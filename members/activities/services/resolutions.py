"""Resolutions that are carried out: marked done by the organisation, reopened with a reason."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from branches import audit
from branches.jobs.marks import mark
from branches.notices.services import notice_send
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.reach import fresh
from branches.reach.rights import RECORD, REVIEW
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import OPERATOR, Actor
from common.text import quoted
from members.activities.models import COUNTING_STATES, Resolution
from members.roster.services.backdating import above_of, earliest


def _write(
    by: Actor, resolution: Resolution, verb: str, allowed: dict[str, Any], conflict: str, note: str = "", **columns: Any
) -> None:
    place = resolution.activity.organisation
    with audit.change(by=by, verb=f"resolution.{verb}", obj=resolution, organisation=place, note=note):
        changed = Resolution.objects.filter(pk=resolution.pk, **allowed).update(**columns)
        resolution.refresh_from_db()
        if changed != 1:
            raise Conflict(conflict, record=resolution.activity)
        access.require(by, RECORD, place)
    day = resolution.due or resolution.activity.day
    mark(place, day, day, "resolution")


def _counts_from(by: Actor, place: Organisation, done_on: date) -> date | None:
    """Return the day from which it counts, None where from `done_on` itself."""
    above = above_of(place)
    if done_on >= earliest() or above is None or by is OPERATOR or fresh(by, at=above.pk).holds(REVIEW, above.pk):
        return None
    return clock.today()


@one_transaction
def resolution_done(*, by: Actor, resolution: Resolution, done_on: date) -> Resolution:
    """Say that a resolution was carried out on `done_on`, a day after the meeting, today at the latest; late is marked, not refused.

    What the organisation says itself after the days of grace counts from the day on which it says so: nobody has looked at
    it, and the date alone would win a point back (decisions 118).
    """
    activity = resolution.activity
    access.require(by, RECORD, activity.organisation)
    if activity.state not in COUNTING_STATES:
        raise Conflict("记录提交之后才能办结其中的决议。", record=activity)
    if not activity.valid:
        raise Conflict("会议不足法定人数，决议无效，不能办结。", record=activity)
    # What is carried out at the meeting is nothing to follow up (decisions 148).
    if not activity.day < done_on <= clock.today():
        raise ValidationError({"done_on": f"办结日期应在会议日期（{activity.day:%-m月%-d日}）之后，不晚于今天。"})
    account = None if by is access.OPERATOR else by
    _write(
        by,
        resolution,
        "done",
        {"done_on__isnull": True},
        "这项决议已经办结。",
        done_on=done_on,
        counted_on=_counts_from(by, activity.organisation, done_on),
        done_by=account,
    )
    return resolution


@one_transaction
def resolution_reopen(*, by: Actor, resolution: Resolution, reason: str) -> Resolution:
    """Take the mark back with a reason; whoever had set it is told."""
    access.require(by, RECORD, resolution.activity.organisation)
    if not reason.strip():
        raise ValidationError({"reason": "请写明重新办理的原因。"})
    former = resolution.done_by
    _write(
        by,
        resolution,
        "reopen",
        {"done_on__isnull": False},
        "这项决议还没有办结。",
        reason.strip(),
        done_on=None,
        counted_on=None,
        done_by=None,
    )
    if former is not None and former != by:
        notice_send(
            by=by,
            to=former,
            kind="returned",
            text=f"决议{quoted(resolution.text[:60])}需重新办理：{reason.strip()}",
            url=reverse("activity_detail", args=[resolution.activity_id]),
            about=f"resolution/{resolution.pk}",
        )
    return resolution
