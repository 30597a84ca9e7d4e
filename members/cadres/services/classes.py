"""Plans and classes: write, copy from last year, cancel; hold a class as a record with everything filled."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from branches import audit
from branches.audit.history import changed_by_another
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS, RECORD
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor
from common.periods import add_months
from common.text import clean_text
from members.activities.judgement import judgements_write
from members.activities.models import Activity, ActivityKindCode, Attendance, AttendanceState
from members.activities.selectors.rosters import is_upper
from members.activities.services.parts import attendance_write
from members.activities.services.records import EDITABLE, RecordData, activity_create, mark_activity
from members.activities.services.ties import tie_add
from members.cadres import rules
from members.cadres.models import ClassRecord, Purpose, TrainingClass, TrainingPlan
from members.cadres.selectors.called import called
from members.cadres.ties import TABLE
from members.roster.models.members import Member

# A small group plans no classes.
PLANNING = (Kind.PARTY_GROUP, Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH)


def _living(organisation: Organisation, what: str) -> None:
    if organisation.archived_on:
        raise ValidationError(rules.archived_words(organisation.label, organisation.archived_on, what))


@one_transaction
def plan_write(
    *,
    by: Actor,
    organisation: Organisation,
    year: int,
    title: str,
    document: str = "",
    plan: TrainingPlan | None = None,
) -> TrainingPlan:
    """Write the training plan of an organisation's year; the one there is where it has one."""
    _living(organisation, "制定培训计划")
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    row = plan or TrainingPlan.objects.filter(organisation=organisation, year=year).first()
    row = row or TrainingPlan(organisation=organisation, year=year)
    with audit.change(by=by, verb="training_plan.write", obj=row, organisation=organisation):
        row.title, row.document = clean_text(title), clean_text(document)
        row.full_clean()
        row.save()
        access.require(by, MEMBERS, organisation)
    return row


def _checked(row: TrainingClass) -> None:
    problems: dict[str, str] = {}
    if row.last < row.first:
        problems["last"] = rules.ENDS_BEFORE
    elif row.days > rules.LONGEST + 1:
        problems["last"] = f"结业时间与开班时间相差超过 {rules.LONGEST} 天，请分班次安排。"
    if row.hours is not None and row.hours > 24 * max(row.days, 1):
        problems["hours"] = f"学时不能超过 {row.days} 天的 {24 * row.days} 小时。"
    if row.purpose == Purpose.CANDIDATES and not is_upper(row.organisation):
        problems["purpose"] = rules.NOT_AT_BRANCH
    if problems:
        raise ValidationError(problems)


@one_transaction
def class_write(
    *,
    by: Actor,
    organisation: Organisation,
    values: Mapping[str, Any],
    training_class: TrainingClass | None = None,
    form_key: UUID | None = None,
    version: int | None = None,
) -> TrainingClass:
    """Plan a class, or change a planned one. values: columns by name. Sent twice it is one class.

    Raises ValidationError by field: dates, hours, an archived organisation; Conflict where it was changed or held meanwhile.
    """
    _living(organisation, "排培训班次")
    if training_class is None:
        # Of two posts of one form the second waits here, and finds what the first has made.
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        first = TrainingClass.objects.filter(form_key=form_key).first() if form_key else None
        if first is not None:
            return first
        row = TrainingClass(organisation=organisation, form_key=form_key)
    else:
        row = _held(training_class, version)
        if ClassRecord.objects.active().filter(training_class=row).exists():
            raise Conflict("班次已有记录，时间、学时以记录为准，请在记录中修改。")
    with audit.change(by=by, verb="training_class.write", obj=row, organisation=organisation):
        for name, value in values.items():
            setattr(row, name, value)
        row.plan = TrainingPlan.objects.filter(organisation=organisation, year=row.first.year).first()
        _checked(row)
        row.full_clean(exclude=["organisation", "form_key"])
        row.version += training_class is not None
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            raise Conflict("班次刚已保存，请刷新后查看。") from None
        access.require(by, MEMBERS, organisation)
    return row


def _held(training_class: TrainingClass, version: int | None = None) -> TrainingClass:
    row = TrainingClass.objects.select_for_update(of=("self",)).select_related("organisation__parent")
    fresh = row.get(pk=training_class.pk)
    if version is not None and version != fresh.version:
        raise changed_by_another(fresh)
    if fresh.cancelled_on is not None:
        raise Conflict("班次已取消，不能再修改。")
    return fresh


@one_transaction
def class_cancel(*, by: Actor, training_class: TrainingClass, reason: str) -> None:
    """Cancel a class that has no record, with a reason."""
    row = _held(training_class)
    if ClassRecord.objects.active().filter(training_class=row).exists():
        raise Conflict("班次已有记录，不能取消；没有办的，先取消或删除记录。")
    with audit.change(by=by, verb="training_class.cancel", obj=row, organisation=row.organisation):
        row.cancelled_on, row.cancel_reason = clock.today(), clean_text(reason)
        row.version += 1
        row.full_clean(exclude=["organisation", "form_key"])
        row.save()
        access.require(by, MEMBERS, row.organisation)


@one_transaction
def plan_from_last_year(*, by: Actor, organisation: Organisation, year: int) -> int:
    """Draft a year's plan from the last one: its classes a year later, without records. Returns how many; a second time none."""
    _living(organisation, "制定培训计划")
    before = TrainingPlan.objects.select_for_update().filter(organisation=organisation, year=year - 1).first()
    if before is None:
        raise ValidationError(f"{organisation.label}没有 {year - 1} 年的培训计划。")
    if TrainingPlan.objects.filter(organisation=organisation, year=year).exists():
        return 0
    title = before.title.replace(str(year - 1), str(year))
    plan = TrainingPlan(organisation=organisation, year=year, title=title)
    with audit.change(by=by, verb="training_plan.copy", obj=plan, organisation=organisation):
        plan.full_clean()
        plan.save()
        access.require(by, MEMBERS, organisation)
    rows = [_a_year_later(one, plan) for one in before.classes.filter(cancelled_on__isnull=True)]
    for row in rows:
        with audit.change(by=by, verb="training_class.write", obj=row, organisation=organisation):
            row.save()
    return len(rows)


def _a_year_later(one: TrainingClass, plan: TrainingPlan) -> TrainingClass:
    first = add_months(one.first, 12)
    names = ("organisation", "purpose", "posts", "hours", "place", "organiser", "lecturer", "venue")
    row = TrainingClass(plan=plan, first=first, last=first + (one.last - one.first))
    for name in names:
        setattr(row, name, getattr(one, name))
    row.title = one.title.replace(str(one.first.year), str(plan.year))
    return row


def record_of(training_class: TrainingClass, day: date | None = None) -> RecordData:
    """Return the record of a class with everything that is known of it filled in."""
    row = training_class
    lecturer = row.lecturer.name if row.lecturer is not None else ""
    place = row.venue.name if row.venue is not None else row.place
    said = [f"{row.get_purpose_display()}：{row.title}。"]
    if row.days > 1:
        said.append(f"{clock.in_words(row.first)}至{clock.in_words(row.last)}，共 {row.days} 天。")
    if row.hours is not None:
        said.append(f"{row.hours:g} 学时。")
    if lecturer:
        said.append(f"授课人：{lecturer}。")
    if row.organiser == "upper":
        said.append("由上级或外单位举办，本组织登记参加人员。")
    return RecordData(
        kinds=[ActivityKindCode.TRAINING.value],
        day=day or row.first,
        last_day=row.last if row.last > row.first else None,
        hours_stated=row.hours,
        title=row.title,
        place=place[:100],
        lecturer_name=lecturer[:64],
        content="".join(said),
    )


@one_transaction
def class_hold(*, by: Actor, training_class: TrainingClass) -> Activity:
    """Begin the record of a class, with whom it calls as people to be marked; twice gives the first one."""
    row = _held(training_class)
    before = ClassRecord.objects.active().filter(training_class=row).select_related("activity").first()
    if before is not None:
        return before.activity
    _living(row.organisation, "登记培训")
    access.require(by, RECORD, row.organisation)
    if row.purpose == Purpose.CANDIDATES and not is_upper(row.organisation):
        raise ValidationError(rules.NOT_AT_BRANCH)
    activity = activity_create(by=by, organisation=row.organisation, data=record_of(row))
    tie_add(by=by, table=TABLE, activity=activity, subject=row)
    if is_upper(row.organisation):
        _call(activity, [member.pk for member in called(row)])
    audit.record(by=by, verb="training_class.hold", obj=row, organisation=row.organisation, note=str(activity))
    return activity


def _call(activity: Activity, members: Collection[int]) -> None:
    """Name people in the record of an upper level's class, not marked yet."""
    there = set(Attendance.objects.filter(activity=activity).values_list("member", flat=True))
    state = AttendanceState.NOT_RECORDED.value
    attendance_write(activity, activity.organisation, {pk: (state, "") for pk in members if pk not in there})
    judgements_write(activity)


@one_transaction
def class_pick(
    *, by: Actor, training_class: TrainingClass, add: Collection[Member] = (), remove: Collection[int] = ()
) -> None:
    """Add people to the record of a class, or take out those who were not called after all; while the record can be changed."""
    row = _held(training_class)
    tie = ClassRecord.objects.active().filter(training_class=row).select_related("activity__organisation").first()
    if tie is None:
        raise Conflict("班次还没有记录，请先登记。")
    activity = Activity.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=tie.activity_id)
    if not is_upper(activity.organisation):
        raise Conflict(rules.BY_ROSTER)
    if activity.state not in EDITABLE:
        raise Conflict(f"记录现在的状态是“{activity.get_state_display()}”，不能调整名单。")
    access.require(by, RECORD, activity.organisation)
    below = Organisation.objects.within(row.organisation).order_by().values("pk")
    known = Member.objects.filter(pk__in=[member.pk for member in add], home__in=below)
    strange = [member.name for member in add if member.pk not in set(known.values_list("pk", flat=True))]
    if strange:
        raise ValidationError({"names": f"{'、'.join(strange)}不在{row.organisation.label}及下级的名册上。"})
    mark_activity(activity)
    Attendance.objects.filter(activity=activity, member__in=remove, organisation=activity.organisation_id).delete()
    _call(activity, [member.pk for member in add])
    activity.version += 1
    activity.changed = clock.now()
    activity.save(update_fields=["version", "changed"])
    mark_activity(activity)
    note = f"增加 {len(add)} 人，去掉 {len(remove)} 人"
    audit.record(by=by, verb="training_class.pick", obj=row, organisation=row.organisation, note=note)
