"""The life of a record: draft → submitted → accepted | returned → submitted …"""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q

from branches import access, audit, clock, dated_settings
from branches.errors import Conflict
from branches.models import OrganisationGrant
from branches.rights import RECORD, REVIEW
from branches.services.notices import notice_send
from members.models import Activity, ActivityState, AttendanceState
from members.services.activities import EDITABLE, locked, mark_activity


def _transition(activity, allowed, to, verb, **columns):
    """Move from one of `allowed` states to `to` by a conditional update; exactly one of two rivals wins."""
    changed = Activity.objects.filter(pk=activity.pk, state__in=allowed).update(
        state=to, version=F("version") + 1, changed=clock.now(), **columns
    )
    if changed != 1:
        fresh = Activity.objects.get(pk=activity.pk)
        raise Conflict(f"这条记录现在的状态是“{fresh.get_state_display()}”，不能{verb}。", record=fresh)
    activity.refresh_from_db()


def is_late(activity, moment):
    """Return whether a record submitted at `moment` is late: after its date plus the days of grace (decisions 21)."""
    grace = dated_settings.whole("grace_days", activity.day)
    return clock.day_of(moment) > activity.day + timedelta(days=grace)


def has_reviewer(activity, author):
    """Return whether anyone but the author may review the record: someone strictly above with the right."""
    place, today = activity.organisation, clock.today()
    return (
        OrganisationGrant.objects.filter(
            permission__codename=REVIEW,
            below=True,
            starts__lte=today,
            user__is_active=True,
            content_object__tree_id=place.tree_id,
            content_object__lft__lt=place.lft,
            content_object__rght__gt=place.rght,
        )
        .filter(Q(ends__isnull=True) | Q(ends__gte=today))
        .exclude(user_id=getattr(author, "pk", None))
        .exists()
    )


def missing_for_submission(activity):
    """Return the sentences that block submission; the live panel shows the same ones."""
    blocks = []
    if not activity.title:
        blocks.append("请填写主题。")
    if not activity.content.strip() and set(activity.codes) != {"talk"}:
        blocks.append("请填写议程与决议。")
    if activity.day > clock.today():
        blocks.append("活动日期还没有到。")
    rows = list(activity.attendance.all())
    if not rows:
        blocks.append("请登记考勤。")
    elif any(row.state == AttendanceState.NOT_RECORDED for row in rows):
        blocks.append("还有人员未登记考勤。")
    return blocks


@transaction.atomic
def activity_submit(*, by, activity, version=None):
    """Submit a draft or returned record; it counts from now on. Without anyone above to review it, it is accepted."""
    activity = locked(activity, version)
    blocks = missing_for_submission(activity)
    if blocks:
        raise ValidationError(blocks)
    before = audit.snapshot(activity)
    moment = clock.now()
    columns = {
        "submitted_at": moment,
        "late": is_late(activity, moment),
        "return_reason": "",
        "reviewer": None,
        "reviewed_at": None,
        "review_opened_at": None,
    }
    to = ActivityState.SUBMITTED
    if not has_reviewer(activity, by):
        to, columns["no_reviewer"] = ActivityState.ACCEPTED, True
    _transition(activity, EDITABLE, to, "提交", **columns)
    access.require(by, RECORD, activity.organisation)
    audit.record(
        by=by,
        verb="activity.submit",
        obj=activity,
        organisation=activity.organisation,
        before=before,
        after=audit.snapshot(activity),
    )
    mark_activity(activity)
    return activity


@transaction.atomic
def activity_withdraw(*, by, activity):
    """Take a submitted record back to draft, until a review has begun."""
    before = audit.snapshot(activity)
    changed = Activity.objects.filter(
        pk=activity.pk, state=ActivityState.SUBMITTED, review_opened_at__isnull=True
    ).update(state=ActivityState.DRAFT, submitted_at=None, late=False, version=F("version") + 1, changed=clock.now())
    activity.refresh_from_db()
    if changed != 1:
        raise Conflict("审核已经开始或已结束，不能撤回。", record=activity)
    access.require(by, RECORD, activity.organisation)
    audit.record(
        by=by,
        verb="activity.withdraw",
        obj=activity,
        organisation=activity.organisation,
        before=before,
        after=audit.snapshot(activity),
    )
    mark_activity(activity)
    return activity


def _check_reviewer(by, activity):
    access.require(by, REVIEW, activity.organisation)
    if by is not access.OPERATOR and activity.author_id == by.pk:
        raise Conflict("不能审核自己登记的记录。", record=activity)


@transaction.atomic
def review_begin(*, by, activity):
    """Note that a review has begun: from now on the author cannot withdraw."""
    _check_reviewer(by, activity)
    changed = Activity.objects.filter(
        pk=activity.pk, state=ActivityState.SUBMITTED, review_opened_at__isnull=True
    ).update(review_opened_at=clock.now())
    activity.refresh_from_db()
    if changed:
        audit.record(by=by, verb="activity.review", obj=activity, organisation=activity.organisation)
    return activity


@transaction.atomic
def activity_accept(*, by, activity):
    """Accept a submitted record. The author never reviews his own (domain truth 7)."""
    _check_reviewer(by, activity)
    before = audit.snapshot(activity)
    _transition(
        activity, [ActivityState.SUBMITTED], ActivityState.ACCEPTED, "通过", reviewer=by, reviewed_at=clock.now()
    )
    audit.record(
        by=by,
        verb="activity.accept",
        obj=activity,
        organisation=activity.organisation,
        before=before,
        after=audit.snapshot(activity),
    )
    mark_activity(activity)
    return activity


@transaction.atomic
def activity_return(*, by, activity, reason):
    """Return a submitted record with a reason; it no longer counts until it is submitted again."""
    _check_reviewer(by, activity)
    if not reason.strip():
        raise ValidationError({"reason": "请写明退回原因。"})
    before = audit.snapshot(activity)
    _transition(
        activity,
        [ActivityState.SUBMITTED],
        ActivityState.RETURNED,
        "退回",
        reviewer=by,
        reviewed_at=clock.now(),
        return_reason=reason.strip(),
    )
    audit.record(
        by=by,
        verb="activity.return",
        obj=activity,
        organisation=activity.organisation,
        before=before,
        after=audit.snapshot(activity),
    )
    mark_activity(activity)
    if activity.author is not None:
        notice_send(
            by=by,
            to=activity.author,
            kind="returned",
            text=f"{activity}被退回：{reason.strip()}",
            url=f"/activities/{activity.pk}/",
            about=f"activity/{activity.pk}",
        )
    return activity
