"""Make a tie of a record to a subject, confirm it, take it back; the services of a subject say who else may."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404

from branches import audit
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import RECORD, REVIEW
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.text import clean_text
from members.activities.models import Activity
from members.activities.ties import RecordTie, TieSource, TieTable, tie_confirmed, why_not_confirm

REASON_MOST = 200


def branch_of(activity: Activity) -> Organisation:
    """Return the branch of a record's organisation, or that organisation itself: who reviews it confirms its ties."""
    place = activity.organisation
    return place.parent if place.kind == Kind.SMALL_GROUP and place.parent is not None else place


def _require_record(by: Actor, activity: Activity) -> None:
    """Raise unless `by` records at the record's organisation; 404 outside his reach."""
    if not Activity.objects.filter(pk=activity.pk).visible_to(by).exists():
        raise Http404
    access.require(by, RECORD, activity.organisation)


@one_transaction
def tie_add(
    *,
    by: Actor,
    table: TieTable,
    activity: Activity,
    subject: Any,
    source: TieSource = TieSource.PERSON,
    columns: Mapping[str, Any] | None = None,
) -> RecordTie:
    """Tie a record to `subject` and return the RecordTie; twice gives the first one.

    columns: {name: value} of what the subject's table keeps beside it. Whether the record fits the subject is checked by the
    subject's own service, which calls this one.
    """
    fresh = Activity.objects.select_related("organisation__parent").get(pk=activity.pk)
    _require_record(by, fresh)
    same = table.rows.active().filter(activity=fresh, **{table.field: subject})
    before = same.first()
    if before is not None:
        return before
    tie = table.model(activity=fresh, source=source, added=clock.now(), added_by=account_of(by), **(columns or {}))
    setattr(tie, table.field, subject)
    try:
        with transaction.atomic():
            tie.save(force_insert=True)
    except IntegrityError:
        # The other half of a double click was faster.
        return same.get()
    _written(by, table, tie, "tie", str(fresh))
    return tie


def _written(by: Actor, table: TieTable, tie: RecordTie, word: str, note: str) -> None:
    """Leave the entry, which is about the subject, and mark the facts."""
    subject = getattr(tie, table.field)
    place = tie.activity.organisation
    verb = f"{table.verb}.{word}"
    audit.record(by=by, verb=verb, obj=subject, organisation=place, after=audit.snapshot(tie), note=note[:300])
    table.mark(tie)


def _held(table: TieTable, tie: RecordTie) -> RecordTie:
    """Return the tie with its row locked; Conflict where it was taken back meanwhile."""
    rows = table.rows.select_for_update(of=("self",))
    fresh = rows.select_related("activity__organisation__parent", table.field).get(pk=tie.pk)
    if fresh.removed_at is not None:
        raise Conflict("这条关联已经撤下。")
    return fresh


@one_transaction
def tie_confirm(*, by: Actor, table: TieTable, tie: RecordTie) -> RecordTie:
    """Say that a later tie is true; Conflict where `by` made it, or another has said so."""
    fresh = _held(table, tie)
    access.require(by, REVIEW, branch_of(fresh.activity))
    problem = why_not_confirm(by, fresh)
    if problem:
        raise Conflict(problem)
    if table.rows.filter(tie_confirmed(), pk=fresh.pk).exists():
        raise Conflict("这条关联已由他人确认。")
    fresh.confirmed_at, fresh.confirmed_by = clock.now(), account_of(by)
    fresh.save(update_fields=["confirmed_at", "confirmed_by"])
    _written(by, table, fresh, "confirm", str(fresh.activity))
    return fresh


@one_transaction
def tie_remove(*, by: Actor, table: TieTable, tie: RecordTie, reason: str) -> RecordTie:
    """Take a tie back with a reason: whoever records there, or reviews the branch. ValidationError without a reason."""
    fresh = _held(table, tie)
    reason = clean_text(reason)
    if not access.has_right(by, REVIEW, branch_of(fresh.activity)):
        _require_record(by, fresh.activity)
    if not reason:
        raise ValidationError({"reason": "请写明撤下的原因。"})
    if len(reason) > REASON_MOST:
        raise ValidationError({"reason": f"撤下原因不超过 {REASON_MOST} 字，现有 {len(reason)} 字。"})
    fresh.removed_at, fresh.removed_by, fresh.remove_reason = clock.now(), account_of(by), reason
    fresh.save(update_fields=["removed_at", "removed_by", "remove_reason"])
    _written(by, table, fresh, "untie", reason)
    return fresh
