"""Correct a record after its acceptance (domain truth 7): a new version with a reason, reviewed again, both readable.

While the correction is a draft it waits beside the record, which goes on to count as accepted. Submitted, it takes the
record's place and counts from then on; returned or withdrawn, the accepted version is put back.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from branches import audit
from branches.reach import access
from branches.reach.rights import RECORD
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from members.activities.judgement import judge, judgements_write
from members.activities.lateness import keep, late_among, said_with
from members.activities.models import Activity, ActivityRevision, ActivityState, AttendanceState, RevisionState
from members.activities.quorum import figures
from members.activities.selectors.rosters import expected
from members.activities.services.records import (
    MOVED_ON,
    RecordData,
    audit_view,
    check,
    children_write,
    fill,
    locked,
    mark_activity,
    record_data,
    remove_files,
    says_the_same,
)
from members.activities.services.states import has_reviewer
from members.activities.services.versions import accepted_keep
from members.activities.submission import blocks_of
from members.activities.versions import as_corrected, data_of, in_progress, version_of, version_typed
from members.activities.writers import writer_add, writers_begin_anew

REASON_MOST = 500


@one_transaction
def correction_begin(*, by: Actor, activity: Activity, reason: str) -> ActivityRevision:
    """Begin to correct an accepted record; it goes on to count as it was accepted. The reason stays with the version."""
    reason = reason.strip()
    if not reason or len(reason) > REASON_MOST:
        raise ValidationError({"reason": "请写明更正原因。"})
    activity = locked(activity)
    access.require(by, RECORD, activity.organisation)
    if activity.state != ActivityState.ACCEPTED:
        raise Conflict(f"这条记录现在的状态是“{activity.get_state_display()}”，不能更正。", record=activity)
    if in_progress(activity) is not None:
        raise Conflict("这条记录正在更正，请继续已开始的更正。", record=activity)
    numbers = activity.revisions.order_by("-number").values_list("number", flat=True)
    revision = ActivityRevision.objects.create(
        activity=activity,
        # The first version is the record as accepted; its row is written when a correction is submitted.
        number=(numbers.first() or 1) + 1,
        reason=reason,
        data=version_of(activity),
        author=account_of(by),
    )
    writers_begin_anew(activity)
    writer_add(by, activity)
    audit.record(by=by, verb="activity.correct_begin", obj=activity, organisation=activity.organisation, note=reason)
    return revision


def _in_hand(activity: Activity) -> tuple[Activity, ActivityRevision]:
    """Return the record, held, and its correction in progress; Conflict where there is none."""
    activity = locked(activity)
    revision = in_progress(activity)
    if activity.state != ActivityState.ACCEPTED or revision is None:
        raise Conflict("这条记录没有正在进行的更正。", record=activity)
    return activity, revision


@one_transaction
def correction_save(*, by: Actor, activity: Activity, data: RecordData, version: int | None = None) -> Activity:
    """Write what the correction says so far; return the record as corrected (versions.as_corrected).

    version: of the correction as it was read; Conflict when it has moved on since.
    """
    activity, revision = _in_hand(activity)
    _save(by, activity, revision, data, version)
    return as_corrected(activity, revision)


def _save(by: Actor, activity: Activity, revision: ActivityRevision, data: RecordData, version: int | None) -> None:
    access.require(by, RECORD, activity.organisation)
    old = replace(data_of(activity, revision.data), answer=revision.answer)
    if says_the_same(old, data):
        return
    if version is not None and version != revision.version:
        raise Conflict(MOVED_ON, record=activity)
    accepted = record_data(activity)
    check(activity.organisation, data, accepted.kinds)
    # The same checks as for the record's own row, on a copy of it.
    fill(as_corrected(activity, revision), data, accepted.attendance)
    before = audit_view(as_corrected(activity, revision), old)
    revision.data, revision.answer = version_typed(activity, data), data.answer
    revision.version += 1
    revision.save()
    writer_add(by, activity)
    audit.record(
        by=by,
        verb="activity.correct_update",
        obj=activity,
        organisation=activity.organisation,
        before=before,
        after=audit_view(as_corrected(activity, revision), data),
    )


def _blocks(activity: Activity, accepted: RecordData, data: RecordData) -> list[tuple[str, str]]:
    """Return what blocks the submission; what the accepted version lacks too (a ledger's record) does not."""
    known = {
        name for name, _ in blocks_of(accepted, bool(expected(activity.organisation, accepted.kinds, activity.day)))
    }
    anyone = bool(expected(activity.organisation, data.kinds, data.day))
    return [(name, text) for name, text in blocks_of(data, anyone) if name not in known or name == "day"]


@one_transaction
def correction_submit(
    *, by: Actor, activity: Activity, data: RecordData | None = None, version: int | None = None
) -> Activity:
    """Submit the correction: it becomes the record, counts from now on, and waits for its review.

    data: written first, as the form's button does; None for what was saved. Without anyone above to review it, it is accepted.
    """
    activity, revision = _in_hand(activity)
    if data is not None:
        _save(by, activity, revision, data, version)
    data = data_of(activity, revision.data)
    # The answer to the reviewer of before is no part of the record.
    accepted = replace(record_data(activity), answer="")
    if says_the_same(accepted, data) and not revision.attachments.exists():
        raise ValidationError("与已通过的版本完全相同，没有可以提交的更正。")
    if blocks := _blocks(activity, accepted, data):
        raise ValidationError(dict(reversed(blocks)))
    data = replace(data, answer=revision.answer)
    before = audit_view(activity, accepted)
    accepted_keep(activity)
    mark_activity(activity)
    # Whoever submits answers for what stands in it, as if he had written it.
    writer_add(by, activity)
    moment = clock.now()
    _apply(activity, data, accepted, moment)
    access.require(by, RECORD, activity.organisation)
    revision.state = RevisionState.SUBMITTED if activity.state == ActivityState.SUBMITTED else RevisionState.ACCEPTED
    revision.submitted_at, revision.return_reason, revision.return_field = moment, "", ""
    revision.reviewer, revision.reviewed_at, revision.returned_data = None, None, None
    revision.version += 1
    revision.save()
    revision.data = version_of(activity)
    revision.save()
    audit.record(
        by=by,
        verb="activity.correct",
        obj=activity,
        organisation=activity.organisation,
        before=before,
        after=audit_view(activity, data),
        note=revision.reason,
    )
    mark_activity(activity)
    return activity


def _apply(activity: Activity, data: RecordData, accepted: RecordData, moment: datetime) -> None:
    """Write the corrected version into the record's own rows."""
    activity.corrects = activity.day
    activity.first_said = keep(activity)
    fill(activity, data, accepted.attendance)
    said = said_with(activity, data.kinds, moment)
    columns: dict[str, Any] = {
        "first_said": [one.row() for one in said],
        "late": bool(late_among(activity, data.kinds, said)),
        "revised_at": moment,
        "edited_by_hand": True,
        "version": activity.version + 1,
        "changed": moment,
        "reviewer": None,
        "reviewed_at": None,
        "review_opened_at": None,
        "no_reviewer": not has_reviewer(activity),
    }
    columns["state"] = ActivityState.ACCEPTED if columns["no_reviewer"] else ActivityState.SUBMITTED
    if accepted.attendance != data.attendance and not _missing(data):
        # Whoever has entered everybody's attendance knows better than the ledger's two figures.
        columns |= {"written_expected": None, "written_present": None}
    for name, value in columns.items():
        setattr(activity, name, value)
    activity.save()
    children_write(activity, data, accepted)
    own = {row.kind: row.quorum for row in judge(activity) if row.host == activity.organisation_id}
    for name, value in figures(own).items():
        setattr(activity, name, value)
    activity.save()
    judgements_write(activity)


def _missing(data: RecordData) -> bool:
    return any(state == AttendanceState.NOT_RECORDED for state, _ in data.attendance.values())


@one_transaction
def correction_discard(*, by: Actor, activity: Activity) -> None:
    """Give up a correction before it is submitted. One that a reviewer returned stays readable, as given up."""
    activity, revision = _in_hand(activity)
    access.require(by, RECORD, activity.organisation)
    audit.record(
        by=by,
        verb="activity.correct_discard",
        obj=activity,
        organisation=activity.organisation,
        before=audit_view(as_corrected(activity, revision), data_of(activity, revision.data)),
        note=revision.reason,
    )
    paths = list(revision.attachments.values_list("path", flat=True))
    revision.attachments.all().delete()
    if revision.submitted_at is None:
        revision.delete()
    else:
        revision.state = RevisionState.DISCARDED
        revision.save()
    transaction.on_commit(lambda: remove_files(paths))
