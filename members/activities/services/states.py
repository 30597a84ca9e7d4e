"""The life of a record: draft → submitted → accepted | returned → submitted …"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Case, F, When
from django.urls import reverse

from branches import audit
from branches.notices.services import notice_send
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.models import OrganisationGrant
from branches.reach.rights import RECORD, REVIEW
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from members.activities.entry_rules import kinds_problem
from members.activities.judgement import judgements_write
from members.activities.lateness import keep, late_among, late_kinds, said_with
from members.activities.models import (
    COUNTING_STATES,
    Activity,
    ActivityRevision,
    ActivityState,
    ReturnField,
    RevisionState,
)
from members.activities.selectors.rosters import expected
from members.activities.services.records import (
    EDITABLE,
    RecordData,
    audit_view,
    draft_write,
    locked,
    mark_activity,
    record_data,
)
from members.activities.services.versions import revision_accept, revision_back, submitted_revision
from members.activities.submission import blocks_of
from members.activities.writers import giver_wrote, reset_bars, writer_add, writers_begin_anew, wrote


def _transition(
    activity: Activity, allowed: Collection[str], to: str, verb: str, version: int | None = None, **columns: Any
) -> None:
    """Move from one of `allowed` states to `to` by a conditional update; exactly one of two rivals wins.

    version: of the record as it was read; Conflict when it has changed since.
    """
    rows = Activity.objects.filter(pk=activity.pk, state__in=allowed)
    if version is not None:
        rows = rows.filter(version=version)
    changed = rows.update(state=to, version=F("version") + 1, changed=clock.now(), **columns)
    if changed != 1:
        fresh = Activity.objects.get(pk=activity.pk)
        if fresh.state in allowed:
            raise Conflict("这条记录在您打开之后有了改动，请重新核对。", record=fresh)
        raise Conflict(f"这条记录现在的状态是“{fresh.get_state_display()}”，不能{verb}。", record=fresh)
    activity.refresh_from_db()


def is_late(activity: Activity, moment: datetime) -> bool:
    """Return whether a record submitted at `moment`, as it stands, is late with any of its kinds (lateness.py)."""
    return bool(late_kinds(activity, moment))


def closed_words(activity: Activity) -> tuple[str, str]:
    """Return (title, what to do) for whoever opens the form of a record that can no longer be changed there."""
    if activity.state == ActivityState.CANCELLED:
        return "计划已取消，不能再填写", "改在别的日子开的，另记一次。"
    if activity.state == ActivityState.ACCEPTED:
        words = "这条记录已通过审核，不用再提交。要改内容，请打开记录，点“更正”，写明原因。"
    elif activity.review_opened_at is None:
        words = "这条记录正在等待上级审核，不用再提交。要改内容，请打开记录，点“撤回”，改好后重新提交。"
    else:
        words = "审核已经开始，不能撤回，也不用再提交。要改内容，请审核人退回，或在通过以后更正。"
    return "这条记录已提交", words


def has_reviewer(activity: Activity) -> bool:
    """Return whether anybody strictly above reviews the records of this organisation.

    Whether he wrote in this one does not matter: it then waits for another, and is not accepted by having been rewritten
    by the only reviewer (access rule 5).
    """
    return OrganisationGrant.objects.giving(REVIEW, clock.today()).above(activity.organisation).exists()


def _blocks(activity: Activity, data: RecordData) -> list[tuple[str, str]]:
    return blocks_of(data, bool(expected(activity.organisation, data.kinds, activity.day)))


def _submit(by: Actor, activity: Activity, data: RecordData, before: dict[str, Any] | None) -> Activity:
    # A draft may be older than what decides which level holds a kind.
    problem = kinds_problem(activity.organisation, data.kinds)
    blocks = [*([("kinds", problem)] if problem else []), *_blocks(activity, data)]
    if blocks:
        raise ValidationError(dict(reversed(blocks)))
    moment = clock.now()
    said = said_with(activity, data.kinds, moment)
    columns: dict[str, Any] = {
        "submitted_at": moment,
        "first_said": [one.row() for one in said],
        "late": bool(late_among(activity, data.kinds, said)),
        "return_reason": "",
        "return_field": "",
        "returned_version": None,
        "no_reviewer": False,
        "reviewer": None,
        "reviewed_at": None,
        "review_opened_at": None,
    }
    to = ActivityState.SUBMITTED
    if not has_reviewer(activity):
        to, columns["no_reviewer"] = ActivityState.ACCEPTED, True
    _transition(activity, EDITABLE, to, "提交", **columns)
    access.require(by, RECORD, activity.organisation)
    judgements_write(activity)
    audit.record(
        by=by,
        verb="activity.submit",
        obj=activity,
        organisation=activity.organisation,
        before=before or None,
        after=audit_view(activity, data),
    )
    mark_activity(activity)
    return activity


@one_transaction
def activity_submit(*, by: Actor, activity: Activity, version: int | None = None) -> Activity:
    """Submit a draft or returned record; it counts from now on. Without anyone above to review it, it is accepted."""
    activity = locked(activity, version)
    if activity.state not in EDITABLE:
        raise Conflict(f"这条记录现在的状态是“{activity.get_state_display()}”，不能提交。", record=activity)
    data = record_data(activity)
    # Whoever submits answers for what stands in it, as if he had written it.
    writer_add(by, activity)
    return _submit(by, activity, data, audit_view(activity, data))


@one_transaction
def activity_record(
    *,
    by: Actor,
    organisation: Organisation,
    data: RecordData,
    activity: Activity | None = None,
    form_key: UUID | None = None,
    version: int | None = None,
) -> Activity:
    """Write and submit in one step, as the form's 提交 does: one transaction, one audit entry.

    activity: the draft to write into, None for a new record. Sent twice, the second call returns the first record.
    """
    if activity is not None and activity.state not in EDITABLE:
        raise Conflict(f"这条记录现在的状态是“{activity.get_state_display()}”，不能提交。", record=activity)
    again = activity is None
    activity, before, after = draft_write(
        by=by, organisation=organisation, data=data, activity=activity, form_key=form_key, version=version
    )
    if again and after is None and activity.state in COUNTING_STATES:
        return activity
    if after is None:
        writer_add(by, activity)
    return _submit(by, activity, data, before)


@one_transaction
def activity_withdraw(*, by: Actor, activity: Activity) -> Activity:
    """Take a submitted record back to draft, until a review has begun; a correction back into its writers' hands."""
    revision = submitted_revision(locked(activity))
    untouched = Activity.objects.filter(pk=activity.pk, state=ActivityState.SUBMITTED, review_opened_at__isnull=True)
    with audit.change(by=by, verb="activity.withdraw", obj=activity, organisation=activity.organisation):
        # What it said and when stays; brought back within its days it is as punctual as it was (judgement 1.4).
        columns: dict[str, Any] = {
            "state": ActivityState.DRAFT,
            "submitted_at": None,
            "first_said": keep(activity),
            "withdrawn_at": clock.now(),
            "late": Case(When(returned_at__isnull=True, then=False), default=F("late")),
        }
        if revision is not None:
            columns = {"state": ActivityState.ACCEPTED}
        changed = untouched.update(version=F("version") + 1, changed=clock.now(), **columns)
        activity.refresh_from_db()
        if changed != 1:
            raise Conflict("审核已经开始或已结束，不能撤回。", record=activity)
        access.require(by, RECORD, activity.organisation)
        if revision is not None:
            revision_back(activity, revision, RevisionState.DRAFT)
    judgements_write(activity)
    mark_activity(activity)
    return activity


@one_transaction
def activity_cancel(*, by: Actor, activity: Activity, reason: str) -> Activity:
    """Cancel what was planned and will not take place, with the reason; nothing counts and nothing is owed by it."""
    if not reason.strip():
        raise ValidationError({"reason": "请写明取消原因。"})
    with audit.change(by=by, verb="activity.cancel", obj=activity, organisation=activity.organisation):
        _transition(activity, [ActivityState.PLANNED], ActivityState.CANCELLED, "取消", cancel_reason=reason.strip())
        access.require(by, RECORD, activity.organisation)
    return activity


def _check_reviewer(by: Actor, activity: Activity) -> None:
    """Raise unless `by` may review and wrote nothing of it; the row is held, so that he writes nothing meanwhile."""
    access.require(by, REVIEW, activity.organisation)
    fresh = locked(activity)
    if wrote(by, fresh):
        own = by is not access.OPERATOR and fresh.author_id == by.pk
        raise Conflict("不能审核自己登记的记录。" if own else "您修改或提交过这条记录，不能审核。", record=fresh)
    if by is not access.OPERATOR and reset_bars(by.pk or 0, fresh):
        raise Conflict("登记人的口令刚由您申请或确认重置，请由另一位同志审核。", record=fresh)
    if by is not access.OPERATOR and giver_wrote(by, fresh):
        raise Conflict("您的一次性口令由登记人发放不久，请由另一位同志审核。", record=fresh)


@one_transaction
def review_begin(*, by: Actor, activity: Activity) -> Activity:
    """Note that a review has begun: from now on the author cannot withdraw."""
    _check_reviewer(by, activity)
    changed = Activity.objects.filter(
        pk=activity.pk, state=ActivityState.SUBMITTED, review_opened_at__isnull=True
    ).update(review_opened_at=clock.now())
    activity.refresh_from_db()
    if activity.state != ActivityState.SUBMITTED:
        raise Conflict(f"这条记录现在的状态是“{activity.get_state_display()}”，不能审核。", record=activity)
    if changed:
        audit.record(by=by, verb="activity.review", obj=activity, organisation=activity.organisation)
    return activity


@one_transaction
def activity_accept(*, by: Actor, activity: Activity, version: int | None = None, together: bool = False) -> Activity:
    """Accept a submitted record. Nobody who wrote in it reviews it (domain truth 7, access rule 5).

    together: in one go with others, so that it says nothing about what must be read one by one (judgement 3.5).
    """
    columns = {"accepted_together": together}
    activity = _reviewed(by, activity, version, ActivityState.ACCEPTED, "通过", "activity.accept", **columns)
    revision_accept(activity, by)
    return activity


def _reviewed(
    by: Actor, activity: Activity, version: int | None, to: str, word: str, verb: str, **columns: Any
) -> Activity:
    """Bring a submitted record to the state in which its review ends."""
    _check_reviewer(by, activity)
    columns |= {"reviewer": by, "reviewed_at": clock.now()}
    with audit.change(by=by, verb=verb, obj=activity, organisation=activity.organisation):
        _transition(activity, [ActivityState.SUBMITTED], to, word, version, **columns)
    mark_activity(activity)
    return activity


@one_transaction
def activity_return(
    *, by: Actor, activity: Activity, reason: str, version: int | None = None, field: str = ""
) -> Activity:
    """Return a submitted record with a reason; it no longer counts until it is submitted again.

    A correction goes back to its writer, and the version that was accepted last stands and counts again.
    field: a value of ReturnField, the part that is to be changed, or "".
    """
    _check_reviewer(by, activity)
    reason = reason.strip()
    if not reason or len(reason) > 500:
        raise ValidationError({"reason": "请写明退回原因。"})
    if field and field not in ReturnField.values:
        raise ValidationError({"field": "请在列出的项目中选择。"})
    revision = submitted_revision(activity)
    if revision is not None:
        return _correction_return(by, activity, version, revision, return_reason=reason, return_field=field)
    columns = {
        "return_reason": reason,
        "return_field": field,
        "returned_at": clock.now(),
        "first_said": keep(activity),
        "returned_version": F("version") + 1,
        "answer": "",
    }
    _reviewed(by, activity, version, ActivityState.RETURNED, "退回", "activity.return", **columns)
    writers_begin_anew(activity)
    if activity.author is not None:
        notice_send(
            by=by,
            to=activity.author,
            kind="returned",
            text=f"{activity}被退回：{reason}",
            url=reverse("activity_detail", args=[activity.pk]),
            about=f"activity/{activity.pk}",
        )
    return activity


def _correction_return(
    by: Actor, activity: Activity, version: int | None, revision: ActivityRevision, **said: str
) -> Activity:
    reason = said["return_reason"]
    with audit.change(by=by, verb="activity.return", obj=activity, organisation=activity.organisation, note=reason):
        _transition(activity, [ActivityState.SUBMITTED], ActivityState.ACCEPTED, "退回", version)
        revision_back(
            activity,
            revision,
            RevisionState.RETURNED,
            returned_data=revision.data,
            answer="",
            reviewer=account_of(by),
            reviewed_at=clock.now(),
            **said,
        )
    writers_begin_anew(activity)
    if revision.author is not None:
        # What he wrote stands in it when it comes back.
        writer_add(revision.author, activity)
        notice_send(
            by=by,
            to=revision.author,
            kind="returned",
            text=f"对{activity}的更正被退回：{reason}",
            url=reverse("activity_detail", args=[activity.pk]),
            about=f"activity/{activity.pk}",
        )
    return activity
