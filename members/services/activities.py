"""Write drafts of records, with their attendance, resolutions and invited hosts (reviews.py moves them on)."""

from dataclasses import dataclass, field
from datetime import date, time

from django.core.exceptions import ValidationError
from django.db import transaction

from branches import access, audit, clock
from branches.errors import Conflict
from branches.marks import mark
from branches.rights import RECORD
from members.models import (
    Activity,
    ActivityHost,
    ActivityKind,
    ActivityState,
    Attendance,
    Member,
    Resolution,
)
from members.quorum import counts_from_attendance, quorum_of
from members.selectors.rosters import committee, roster

EDITABLE = (ActivityState.PLANNED, ActivityState.DRAFT, ActivityState.RETURNED)


@dataclass
class RecordData:
    """What the form (or an import) says of one activity.

    kinds: kind codes, at least one. attendance: {member id: (state, reason)}. resolutions: [(text, owner, due)], owner
    and due may be None. hosts: other organisations invited to a joint record. makes_up_for: first day of an earlier
    period (补办).
    """

    kinds: list
    day: date
    title: str = ""
    starts_at: time | None = None
    ends_at: time | None = None
    place: str = ""
    chair: object = None
    recorder_name: str = ""
    lecturer_name: str = ""
    content: str = ""
    makes_up_for: date | None = None
    attendance: dict = field(default_factory=dict)
    resolutions: list = field(default_factory=list)
    hosts: list = field(default_factory=list)


_COLUMNS = (
    "day",
    "title",
    "starts_at",
    "ends_at",
    "place",
    "chair",
    "recorder_name",
    "lecturer_name",
    "content",
    "makes_up_for",
)


def locked(activity, version=None):
    """Return the row locked for update; Conflict when it moved on since it was read."""
    fresh = Activity.objects.select_for_update().get(pk=activity.pk)
    if version is not None and version != fresh.version:
        raise Conflict("这条记录刚被他人修改，您填写的内容没有保存。请对照后再改。", record=fresh)
    return fresh


def mark_activity(activity, *days):
    """Mark the facts of the record's organisation and confirmed hosts on its day (and on `days`) as changed."""
    places = {activity.organisation_id}
    places.update(activity.hosts.filter(confirmed_at__isnull=False).values_list("organisation_id", flat=True))
    wanted = {activity.day, activity.makes_up_for or activity.day, *days}
    for place in places:
        mark(place, min(wanted), max(wanted), "activity")


def quorum_for(organisation, codes, day, states):
    """Return the Quorum of a record, saved or not, from its attendance states {member id: state}."""
    members = list(roster(organisation, day))
    seats = [member.pk for member in committee(organisation, day)]
    return quorum_of(codes, counts_from_attendance(members, states, day, seats))


def _write_children(activity, data):
    ActivityKind.objects.filter(activity=activity).exclude(kind__in=data.kinds).delete()
    present = set(ActivityKind.objects.filter(activity=activity).values_list("kind", flat=True))
    ActivityKind.objects.bulk_create(
        ActivityKind(activity=activity, kind=kind) for kind in dict.fromkeys(data.kinds) if kind not in present
    )
    Attendance.objects.filter(activity=activity, organisation=activity.organisation).delete()
    known = set(Member.objects.filter(pk__in=data.attendance).values_list("pk", flat=True))
    if set(data.attendance) - known:
        raise ValidationError({"attendance": "考勤名单中有不存在的人员。"})
    Attendance.objects.bulk_create(
        Attendance(activity=activity, member_id=pk, organisation=activity.organisation, state=state, reason=reason)
        for pk, (state, reason) in data.attendance.items()
    )
    Resolution.objects.filter(activity=activity).delete()
    Resolution.objects.bulk_create(
        Resolution(activity=activity, order=order, text=text, owner=owner, due=due)
        for order, (text, owner, due) in enumerate(data.resolutions, start=1)
    )
    _write_hosts(activity, data.hosts)


def _write_hosts(activity, hosts):
    """Invite other hosts by name; a record counts there once their own secretary has confirmed it (decisions 10)."""
    wanted = {host.pk: host for host in hosts if host.pk != activity.organisation_id}
    existing = {row.organisation_id: row for row in activity.hosts.all()}
    for pk, row in existing.items():
        if pk not in wanted:
            row.delete()
    ActivityHost.objects.bulk_create(
        ActivityHost(activity=activity, organisation=host) for pk, host in wanted.items() if pk not in existing
    )


def _recount(activity, data):
    states = {pk: state for pk, (state, _) in data.attendance.items()}
    quorum = quorum_for(activity.organisation, data.kinds, activity.day, states)
    activity.voters_expected, activity.voters_present = quorum.expected, quorum.present
    activity.valid = quorum.valid


def _check(data):
    errors = {}
    if not data.kinds:
        errors["kinds"] = "请选择活动类型。"
    if data.day > clock.today():
        errors["day"] = "日期晚于今天的活动请先存为计划。"
    if data.starts_at and data.ends_at and data.ends_at <= data.starts_at:
        errors["ends_at"] = "结束时间应晚于开始时间。"
    if data.makes_up_for and data.makes_up_for >= data.day:
        errors["makes_up_for"] = "补办的月份（季度、年度）应早于活动日期。"
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def activity_create(*, by, organisation, data, form_key=None):
    """Create a draft at `organisation` and return it; a second call with the same `form_key` returns the first.

    The draft exists on the server from the first save on, so that attachments and links hang on its id.
    """
    if form_key:
        first = Activity.objects.filter(form_key=form_key).first()
        if first is not None:
            access.require(by, RECORD, first.organisation)
            return first
    if organisation.archived_on and organisation.archived_on < data.day:
        raise ValidationError({"day": "该组织在这一天已撤销。"})
    _check(data)
    activity = Activity(
        organisation=organisation,
        author=None if by is access.OPERATOR else by,
        form_key=form_key,
        **{name: getattr(data, name) for name in _COLUMNS},
    )
    _recount(activity, data)
    activity.full_clean(exclude=["organisation", "author", "chair"])
    activity.save()
    _write_children(activity, data)
    access.require(by, RECORD, activity.organisation)
    audit.record(by=by, verb="activity.create", obj=activity, organisation=organisation, after=audit.snapshot(activity))
    return activity


@transaction.atomic
def activity_update(*, by, activity, data, version=None):
    """Change a draft, planned or returned record; Conflict when it moved on since `version` was read."""
    activity = locked(activity, version)
    if activity.state not in EDITABLE:
        raise Conflict(f"这条记录现在的状态是“{activity.get_state_display()}”，不能修改。", record=activity)
    _check(data)
    before = audit.snapshot(activity)
    for name in _COLUMNS:
        setattr(activity, name, getattr(data, name))
    _recount(activity, data)
    activity.version += 1
    activity.changed = clock.now()
    activity.edited_by_hand = True
    activity.full_clean(exclude=["organisation", "author", "chair"])
    activity.save()
    _write_children(activity, data)
    access.require(by, RECORD, activity.organisation)
    audit.record(
        by=by,
        verb="activity.update",
        obj=activity,
        organisation=activity.organisation,
        before=before,
        after=audit.snapshot(activity),
    )
    return activity


@transaction.atomic
def activity_discard(*, by, activity):
    """Delete a draft that was never submitted."""
    activity = locked(activity)
    if activity.state not in (ActivityState.DRAFT, ActivityState.PLANNED) or activity.reviewed_at:
        raise Conflict("只有从未提交过的草稿可以删除。", record=activity)
    access.require(by, RECORD, activity.organisation)
    audit.record(
        by=by,
        verb="activity.discard",
        obj=activity,
        organisation=activity.organisation,
        before=audit.snapshot(activity),
        after={},
    )
    activity.delete()


@transaction.atomic
def host_confirm(*, by, host, attendance):
    """Confirm a joint record for one's own organisation, with its attendance {member id: (state, reason)}."""
    host = ActivityHost.objects.select_for_update().select_related("organisation", "activity").get(pk=host.pk)
    if host.confirmed_at:
        raise Conflict("本组织已确认这条共同活动。", record=host.activity)
    access.require(by, RECORD, host.organisation)
    host.confirmed_by, host.confirmed_at = by, clock.now()
    host.save()
    mine = {member.pk for member in roster(host.organisation, host.activity.day)}
    if set(attendance) - mine:
        raise ValidationError({"attendance": "考勤名单中有不属于本组织的人员。"})
    Attendance.objects.bulk_create(
        Attendance(activity=host.activity, member_id=pk, organisation=host.organisation, state=state, reason=reason)
        for pk, (state, reason) in attendance.items()
    )
    audit.record(
        by=by,
        verb="activity.host_confirm",
        obj=host.activity,
        organisation=host.organisation,
        note=str(host.organisation),
    )
    mark_activity(host.activity)
    return host
