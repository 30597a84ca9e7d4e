"""Write drafts of records, with their attendance, resolutions and invited hosts (reviews.py moves them on)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from branches import audit
from branches.jobs.marks import mark_days
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import RECORD
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.text import EARLIEST
from common.uploads import sniffing as files
from members.activities.entry_rules import States, exempt_check, kinds_problem
from members.activities.judgement import judgements_write
from members.activities.models import (
    Activity,
    ActivityJudgement,
    ActivityKind,
    ActivityKindCode,
    ActivityState,
    Attendance,
)
from members.activities.models.codes import picks
from members.activities.quorum import Quorum, counts_from_attendance, figures, quorum_kept, quorums_of
from members.activities.selectors.rosters import below_it, committee, is_upper, on_the_way, picks_people, roster
from members.activities.services.parts import Decision, attendance_write, hosts_invite, resolutions_write
from members.activities.writers import writer_add
from members.roster.models.members import Member

# What has not happened yet may be planned, but not for years ahead.
PLAN_AHEAD = timedelta(days=366)
PLAN_TOO_FAR = "日期最多到一年之后。"
EDITABLE = (ActivityState.PLANNED, ActivityState.DRAFT, ActivityState.RETURNED)


@dataclass
class RecordData:
    """What the form (or an import) says of one activity.

    kinds: kind codes, at least one. attendance: {member id: (state, reason)}. resolutions: [(text, owner, due)], owner
    and due may be None. hosts: other organisations invited to a joint record. makes_up_for: first day of an earlier
    period (补办). last_day, hours_stated: of a training of several days, and its hours.
    made_up: the kinds that make up for it, None for all. answer: to the
    reviewer who returned it.
    """

    kinds: list[str]
    day: date
    title: str = ""
    starts_at: time | None = None
    ends_at: time | None = None
    place: str = ""
    chair: Member | None = None
    chair_name: str = ""
    recorder_name: str = ""
    lecturer_name: str = ""
    content: str = ""
    makes_up_for: date | None = None
    made_up: list[str] | None = None
    topics: list[str] = field(default_factory=list)
    last_day: date | None = None
    hours_stated: Decimal | None = None
    answer: str = ""
    attendance: dict[int, tuple[str, str]] = field(default_factory=dict)
    resolutions: list[Decision] = field(default_factory=list)
    hosts: list[Organisation] = field(default_factory=list)


_COLUMNS = (
    "day",
    "title",
    "starts_at",
    "ends_at",
    "place",
    "chair",
    "chair_name",
    "recorder_name",
    "lecturer_name",
    "content",
    "makes_up_for",
    "topics",
    "last_day",
    "hours_stated",
    "answer",
)
MOVED_ON = "这条记录刚被他人修改，您填写的内容没有保存。请对照后再改。"
_NOT_EXPECTED = "考勤名单与所选类型、日期的应到人员不符，请核对。"


def locked(activity: Activity, version: int | None = None) -> Activity:
    """Return the row locked for update; Conflict when it moved on since it was read."""
    fresh = Activity.objects.select_for_update().get(pk=activity.pk)
    if version is not None and version != fresh.version:
        raise Conflict(MOVED_ON, record=fresh)
    return fresh


def mark_activity(activity: Activity, *days: date) -> None:
    """Mark the facts of the record's organisation and confirmed hosts on its day (and on `days`) as changed."""
    places = {activity.organisation_id}
    places.update(activity.hosts.filter(confirmed_at__isnull=False).values_list("organisation_id", flat=True))
    if picks(activity.codes):
        # A talk, a visit follows the member into his present branch.
        places.update(activity.attendance.order_by().values_list("member__home", flat=True).distinct())
    wanted = {activity.day, activity.makes_up_for or activity.day, *days}
    mark_days(places, wanted, "activity", kinds=activity.codes, thing=activity.pk)
    # Each is carried out, or not, in the month in which it is due.
    due = activity.resolutions.filter(due__isnull=False).order_by().values_list("due", flat=True)
    mark_days([activity.organisation_id], [day for day in due if day], "resolution")


def quorums_for(
    organisation: Organisation, codes: Iterable[str], day: date, states: Mapping[int, str]
) -> dict[str, Quorum]:
    """Return {kind: Quorum} of a record, saved or not, from its attendance states {member id: state}."""
    people = list(roster(organisation, day)), committee(organisation, day)
    return quorums_among(organisation, people, codes, day, states)


def quorums_among(
    organisation: Organisation,
    people: tuple[Sequence[Member], Sequence[Member]],
    codes: Iterable[str],
    day: date,
    states: Mapping[int, str],
) -> dict[str, Quorum]:
    """Return {kind: Quorum} from people already at hand: (roster, committee)."""
    members, seats = people
    picked = list(states) if is_upper(organisation) else []
    counts = counts_from_attendance(members, states, day, [member.pk for member in seats], picked)
    return quorums_of(codes, counts, organisation.kind == Kind.SMALL_GROUP)


def judgements_of(activity: Activity) -> list[ActivityJudgement]:
    """Return the kept judgements of a saved record, with their organisations."""
    return list(activity.judgements.select_related("organisation__parent"))


def quorums_kept(activity: Activity, judgements: Iterable[ActivityJudgement]) -> dict[str, Quorum]:
    """Return {kind: Quorum} by which a saved record was judged in its own organisation."""
    return {row.kind: quorum_kept(row) for row in judgements if row.organisation_id == activity.organisation_id}


def record_data(activity: Activity) -> RecordData:
    """Return the RecordData of a saved record, its own attendance only (other hosts keep theirs)."""
    attendance = activity.attendance.filter(organisation=activity.organisation_id)
    kinds = dict(activity.kinds.values_list("kind", "made_up"))
    return RecordData(
        kinds=list(kinds),
        made_up=None if all(kinds.values()) else [kind for kind, made_up in kinds.items() if made_up],
        attendance={pk: (state, why) for pk, state, why in attendance.values_list("member_id", "state", "reason")},
        resolutions=[(row.text, row.owner, row.due) for row in activity.resolutions.select_related("owner")],
        hosts=[row.organisation for row in activity.hosts.select_related("organisation")],
        **{name: getattr(activity, name) for name in _COLUMNS},
    )


def _plain(resolutions: Iterable[Decision]) -> list[tuple[str, int | None, date | None]]:
    return [(text, getattr(owner, "pk", None), due) for text, owner, due in resolutions]


def _comparable(data: RecordData) -> tuple[Any, ...]:
    return (
        [getattr(data, name) for name in _COLUMNS if name != "chair"],
        getattr(data.chair, "pk", None),
        _made_up(data),
        data.attendance,
        _plain(data.resolutions),
        sorted(host.pk for host in data.hosts),
    )


def _made_up(data: RecordData) -> list[tuple[str, bool]]:
    """Return (kind, whether it makes up for the earlier period the record names) of each kind, in order."""
    return sorted((kind, data.made_up is None or kind in data.made_up) for kind in set(data.kinds))


def says_the_same(one: RecordData, other: RecordData) -> bool:
    """Return whether two describe the same record, word for word."""
    return _comparable(one) == _comparable(other)


def audit_view(activity: Activity, data: RecordData) -> dict[str, Any]:
    """Return the record as the audit trail keeps it: its columns, and its parts as short texts."""
    states = [f"{pk}:{state}{'（' + why + '）' if why else ''}" for pk, (state, why) in sorted(data.attendance.items())]
    return audit.snapshot(activity) | {
        "kinds": "、".join(sorted(data.kinds)),
        "made_up": "、".join(sorted(data.made_up or [])),
        "attendance": "；".join(states),
        "resolutions": "；".join(text for text, _, _ in data.resolutions),
        "hosts": "、".join(str(host.pk) for host in data.hosts),
    }


def children_write(activity: Activity, data: RecordData, old: RecordData | None) -> None:
    """Write kinds, own attendance, resolutions and hosts of a saved record, where they differ from `old` (None: a new one)."""
    if old is None or _made_up(old) != _made_up(data):
        if old is not None:
            ActivityKind.objects.filter(activity=activity).delete()
        made_up = dict(_made_up(data))
        ActivityKind.objects.bulk_create(
            ActivityKind(activity=activity, kind=kind, made_up=made_up[kind]) for kind in dict.fromkeys(data.kinds)
        )
    if old is None or old.attendance != data.attendance:
        if old is not None:
            Attendance.objects.filter(activity=activity, organisation=activity.organisation_id).delete()
        attendance_write(activity, activity.organisation, data.attendance, alone=old is None)
    if old is None or _plain(old.resolutions) != _plain(data.resolutions):
        resolutions_write(activity, data.resolutions, old is None)
    hosts_invite(activity, data.hosts, {host.pk for host in old.hosts} if old else set())


def check(organisation: Organisation, data: RecordData, kept: Collection[str] = ()) -> None:
    """Raise ValidationError for what no record may say, draft or not. kept: kinds with which it was accepted."""
    errors = {}
    if not data.kinds:
        errors["kinds"] = "请选择活动类型。"
    elif problem := kinds_problem(organisation, data.kinds, kept):
        errors["kinds"] = problem
    if data.day > clock.today() + PLAN_AHEAD:
        errors["day"] = PLAN_TOO_FAR
    elif data.day < EARLIEST:
        errors["day"] = f"日期应在 {clock.in_words(EARLIEST)}之后。"
    elif organisation.archived_on and organisation.archived_on < data.day:
        errors["day"] = "该组织在这一天已撤销。"
    if data.starts_at and data.ends_at and data.ends_at <= data.starts_at:
        errors["ends_at"] = "结束时间应晚于开始时间。"
    errors |= class_problems(data.kinds, data.day, data.last_day, data.hours_stated)
    if data.makes_up_for and data.makes_up_for >= data.day:
        errors["makes_up_for"] = "补办的月份（季度、年度）应早于活动日期。"
    if errors:
        raise ValidationError(errors)


# A class that goes on longer is recorded in parts.
LONGEST_CLASS = 30


def class_problems(kinds: Collection[str], day: date, last_day: date | None, hours: Decimal | None) -> dict[str, str]:
    """Return {field: sentence} of what is wrong with the last day and the hours stated of a training."""
    errors = {}
    if last_day is not None:
        if ActivityKindCode.TRAINING not in kinds:
            errors["last_day"] = "只有集中培训可以填写结束日期。"
        elif last_day <= day:
            errors["last_day"] = "结束日期应晚于开始日期，当天结束的不填。"
        elif (last_day - day).days > LONGEST_CLASS:
            errors["last_day"] = f"结束日期与开始日期相差超过 {LONGEST_CLASS} 天，请分次登记。"
    if hours is not None:
        days = (last_day - day).days + 1 if last_day else 1
        if ActivityKindCode.TRAINING not in kinds:
            errors["hours_stated"] = "只有集中培训可以填写学时。"
        elif hours <= 0:
            errors["hours_stated"] = "培训学时应大于 0。"
        elif hours > 24 * days:
            errors["hours_stated"] = f"培训学时不能超过 {days} 天的 {24 * days} 小时。"
    return errors


def fill(activity: Activity, data: RecordData, kept: States | None = None) -> None:
    """Put `data` into the columns and count the quorum. Attendance may name only the organisation's own people.

    kept: what the record said of them before.
    """
    members = list(roster(activity.organisation, data.day))
    seats = committee(activity.organisation, data.day)
    others = _met(activity, data)
    named = {member.pk for member in [*members, *seats, *others]}
    if picks_people(activity.organisation, data.kinds):
        # Whoever was called to a class stays in its record.
        named |= set(kept or {})
    if set(data.attendance) - named:
        raise ValidationError({"attendance": _NOT_EXPECTED})
    exempt_check([*members, *seats], data.day, data.attendance, kept or {})
    if data.day < activity.day:
        # What was in time for a later day says nothing of an earlier one: judged as if submitted for the first time.
        activity.returned_at = None
    for name in _COLUMNS:
        setattr(activity, name, getattr(data, name))
    states = {pk: state for pk, (state, _) in data.attendance.items()}
    quorums = quorums_among(activity.organisation, (members, seats), data.kinds, data.day, states)
    for name, value in figures(quorums).items():
        setattr(activity, name, value)
    _planned_or_draft(activity)
    # What its constraints forbid has had its answer beside the field already; asking the database of each would be a statement each.
    given = ["organisation", "author", "chair", "reviewer", "uid", "form_key"]
    activity.full_clean(exclude=given, validate_constraints=False)


def _met(activity: Activity, data: RecordData) -> list[Member]:
    """Return who may be named beside the roster: at a talk or a training who is on his way into the Party, from above whoever belongs
    below."""
    trains = ActivityKindCode.TRAINING in data.kinds
    if not picks(data.kinds) and not trains:
        return []
    if activity.organisation.kind not in (Kind.BRANCH, Kind.SMALL_GROUP):
        return below_it(activity.organisation, data.day, data.attendance)
    return on_the_way(activity.organisation, data.day) if trains or set(data.kinds) == {ActivityKindCode.TALK} else []


def _planned_or_draft(activity: Activity) -> None:
    """A record of a day to come is a plan; when the day has come it is a draft."""
    if activity.state in (ActivityState.PLANNED, ActivityState.DRAFT):
        activity.state = ActivityState.PLANNED if activity.day > clock.today() else ActivityState.DRAFT
    elif activity.day > clock.today():
        raise ValidationError({"day": "活动已经开展，日期不能晚于今天。"})


def _first_with(form_key: UUID | None) -> Activity | None:
    return Activity.objects.select_related("organisation").filter(form_key=form_key).first() if form_key else None


def _start(by: Actor, organisation: Organisation, data: RecordData, form_key: UUID | None) -> tuple[Activity, bool]:
    activity = Activity(organisation=organisation, author=account_of(by), form_key=form_key, day=data.day)
    fill(activity, data)
    try:
        with transaction.atomic():
            activity.save(force_insert=True)
    except IntegrityError:
        # The other half of a double click was faster; both answers lead to its record.
        first = _first_with(form_key)
        if first is None:
            raise
        return first, False
    children_write(activity, data, None)
    writer_add(by, activity)
    return activity, True


def draft_write(
    *,
    by: Actor,
    organisation: Organisation,
    data: RecordData,
    activity: Activity | None = None,
    form_key: UUID | None = None,
    version: int | None = None,
) -> tuple[Activity, dict[str, Any], dict[str, Any] | None]:
    """Write `data` into a new or an existing editable record, in the caller's transaction, without audit entry and judgement.

    Returns (record, audit view before, audit view after); before is {} for a new record, after is None when nothing changed.
    A form that was sent before (`form_key`) continues the record it made then (fault F13).
    """
    if activity is None:
        activity, version = _first_with(form_key), None
    else:
        activity = locked(activity)
    if activity is None:
        check(organisation, data)
        activity, new = _start(by, organisation, data, form_key)
        if new:
            access.require(by, RECORD, organisation)
            return activity, {}, audit_view(activity, data)
    access.require(by, RECORD, activity.organisation)
    old = record_data(activity)
    if says_the_same(old, data):
        return activity, audit_view(activity, old), None
    if version is not None and version != activity.version:
        raise Conflict(MOVED_ON, record=activity)
    if activity.state not in EDITABLE:
        raise Conflict(f"这条记录现在的状态是“{activity.get_state_display()}”，不能修改。", record=activity)
    check(activity.organisation, data)
    before = audit_view(activity, old)
    fill(activity, data, old.attendance)
    activity.version += 1
    activity.changed = clock.now()
    activity.edited_by_hand = True
    activity.save()
    children_write(activity, data, old)
    writer_add(by, activity)
    return activity, before, audit_view(activity, data)


@one_transaction
def activity_create(
    *, by: Actor, organisation: Organisation, data: RecordData, form_key: UUID | None = None
) -> Activity:
    """Create a draft at `organisation` and return it; a second call with the same `form_key` continues the first.

    The draft exists on the server from the first save on, so that attachments and links hang on its id.
    """
    activity, before, after = draft_write(by=by, organisation=organisation, data=data, form_key=form_key)
    if after is not None:
        judgements_write(activity)
        verb = "activity.update" if before else "activity.create"
        audit.record(
            by=by, verb=verb, obj=activity, organisation=activity.organisation, before=before or None, after=after
        )
    return activity


@one_transaction
def activity_update(*, by: Actor, activity: Activity, data: RecordData, version: int | None = None) -> Activity:
    """Change a draft, planned or returned record; Conflict when it moved on since `version` was read."""
    if activity.state not in EDITABLE:
        raise Conflict(f"这条记录现在的状态是“{activity.get_state_display()}”，不能修改。", record=activity)
    activity, before, after = draft_write(
        by=by, organisation=activity.organisation, data=data, activity=activity, version=version
    )
    if activity.state not in EDITABLE:
        raise Conflict(f"这条记录现在的状态是“{activity.get_state_display()}”，不能修改。", record=activity)
    if after is not None:
        judgements_write(activity)
        audit.record(
            by=by,
            verb="activity.update",
            obj=activity,
            organisation=activity.organisation,
            before=before,
            after=after,
        )
    return activity


@one_transaction
def activity_discard(*, by: Actor, activity: Activity, version: int | None = None) -> None:
    """Delete a draft that was never submitted."""
    activity = locked(activity, version)
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
    paths = list(activity.attachments.values_list("path", flat=True))
    activity.delete()
    transaction.on_commit(lambda: remove_files(paths))


def remove_files(paths: Iterable[str]) -> None:
    """Remove the kept bytes of files whose rows are gone."""
    for path in paths:
        files.remove(path)
