"""Asking once (一次征集): draft → open → closed. What the system holds is taken from it; only the rest is asked."""

import json
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from branches import audit
from branches.notices.services import notice_send
from branches.places.models.organisations import Kind
from branches.reach import access
from common import clock
from common.errors import Conflict
from responsibilities.assigning import answering, answers, places_assigned, require_assigns
from responsibilities.collects.models import (
    Collect,
    CollectAnswer,
    CollectField,
    CollectState,
    CollectTarget,
    FieldKind,
)
from responsibilities.collects.selectors import known_figures as held

MOST_FIELDS = 20
FEWEST_OPTIONS = 2
ASKABLE = (Kind.BRANCH, Kind.GENERAL_BRANCH)


@dataclass
class FieldData:
    """One row of the form. options: for a choice. held: key of what the system holds, or ""."""

    label: str
    kind: str = FieldKind.NUMBER
    options: tuple = ()
    required: bool = True
    held: str = ""


def _account(by):
    return None if by is access.OPERATOR else by


def askable(user):
    """Return the organisations that `user` may ask: branches and general branches within reach, not his own."""
    rows = places_assigned(user).filter(kind__in=ASKABLE, archived_on__isnull=True)
    return rows.exclude(answers(user, ""))


def _record(by, collect, verb, before=None, note=""):
    audit.record(
        by=by,
        verb=f"collect.{verb}",
        obj=collect,
        organisation=collect.organisation_id,
        before=before,
        after=audit.snapshot(collect),
        note=note,
    )


def tell(by, target, collect, text):
    """Send one line to those who answer for an asked organisation; return how many were told."""
    people = [user for user in answering(target.organisation) if user != by]
    for user in people:
        notice_send(
            by=by,
            to=user,
            kind="collect",
            text=f"征集“{collect.title}”{text}",
            url=reverse("collect_answer", args=[collect.pk, target.pk]),
            about=f"collect/{collect.pk}/{target.organisation_id}",
        )
    return len(people)


def check_fields(fields):
    """Raise ValidationError (on "fields", with the row's number) for fields that cannot be asked."""
    if not fields:
        raise ValidationError({"fields": "请至少写一项要征集的内容。"})
    if len(fields) > MOST_FIELDS:
        raise ValidationError({"fields": f"一次最多征集 {MOST_FIELDS} 项。"})
    errors, seen = [], set()
    for number, row in enumerate(fields, start=1):
        if row.kind not in FieldKind.values:
            errors.append(f"第 {number} 项的类型不对。")
        if row.kind == FieldKind.CHOICE and not row.held and len(set(row.options)) < FEWEST_OPTIONS:
            errors.append(f"第 {number} 项“{row.label}”是单选，请至少写 {FEWEST_OPTIONS} 个不同的选项。")
        if row.held and row.held not in held.BY_KEY:
            errors.append(f"第 {number} 项“{row.label}”取用的内容系统里没有。")
        if row.label in seen:
            errors.append(f"第 {number} 项“{row.label}”重复了。")
        seen.add(row.label)
    if errors:
        raise ValidationError({"fields": errors})


def _write_fields(collect, fields):
    check_fields(fields)
    collect.fields.all().delete()
    for order, row in enumerate(fields, start=1):
        options = list(dict.fromkeys(row.options)) if row.kind == FieldKind.CHOICE else []
        field = CollectField(
            collect=collect,
            order=order,
            label=row.label,
            kind=row.kind,
            options=json.dumps(options, ensure_ascii=False) if options else "",
            required=row.required,
            held=row.held,
        )
        field.full_clean(exclude=["collect"])
        field.save()


def _write_targets(by, collect, targets):
    wanted = {place.pk for place in targets}
    if askable(by).filter(pk__in=wanted).count() != len(wanted):
        raise ValidationError({"targets": "请从列表中选择填报组织。"})
    collect.targets.exclude(organisation__in=wanted).delete()
    have = set(collect.targets.values_list("organisation_id", flat=True))
    CollectTarget.objects.bulk_create(
        CollectTarget(collect=collect, organisation=place) for place in targets if place.pk not in have
    )


def _own_seat(by):
    seat = places_assigned(by).first()
    if seat is None:
        raise ValidationError("您没有部署工作的权限，不能征集。")
    return seat


@transaction.atomic
def collect_save(*, by, title, purpose, due, fields, targets, collect=None):
    """Write a draft (a new one, or `collect`) and return it. fields: FieldData rows; targets: Organisations, may be none.

    Sending checks the rest. Raises ValidationError, Conflict when it was sent already.
    """
    before = None
    if collect is None:
        collect = Collect(organisation=_own_seat(by), author=_account(by), created=clock.now())
    else:
        collect = Collect.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=collect.pk)
        require_assigns(by, collect.organisation)
        if collect.state != CollectState.DRAFT:
            raise Conflict("征集已经发出，不能再改。", record=collect)
        before = audit.snapshot(collect)
    collect.title, collect.purpose, collect.due = title, purpose, due
    collect.full_clean(exclude=["organisation", "author", "sent_at", "closed_at"])
    collect.save()
    _write_fields(collect, fields)
    _write_targets(by, collect, targets)
    require_assigns(by, collect.organisation)
    note = "、".join(row.label for row in fields)
    _record(by, collect, "update" if before else "create", before, note)
    return collect


def _move(collect, allowed, verb, **columns):
    changed = Collect.objects.filter(pk=collect.pk, state=allowed).update(**columns)
    collect.refresh_from_db()
    if changed != 1:
        raise Conflict(f"这次征集现在的状态是“{collect.get_state_display()}”，不能{verb}。", record=collect)


def _freeze_held(collect):
    """Keep what the system holds on the day the collection ends: later changes do not alter a finished table."""
    fields = [field for field in collect.fields.all() if field.held]
    targets = list(collect.targets.select_related("organisation"))
    known = held.values([field.held for field in fields], [target.organisation for target in targets])
    CollectAnswer.objects.bulk_create(
        CollectAnswer(
            target=target,
            field=field,
            value=held.plain(known[field.held].entry.kind, known[field.held].by_place[target.organisation_id]),
        )
        for field in fields
        for target in targets
    )


@transaction.atomic
def collect_send(*, by, collect):
    """Send a draft to its organisations. When the system holds every field nobody is asked and the table is closed at once.

    Returns how many accounts were told. Raises ValidationError for a form sent to nobody, without fields, or with a due
    date in the past.
    """
    require_assigns(by, collect.organisation)
    targets = list(collect.targets.select_related("organisation__parent"))
    fields = list(collect.fields.all())
    if not targets:
        raise ValidationError({"targets": "还没有选择填报组织，请先选择。"})
    if not fields:
        raise ValidationError({"fields": "还没有要征集的内容，请先填写。"})
    ids = [target.organisation_id for target in targets]
    if askable(by).filter(pk__in=ids).count() != len(ids):
        raise ValidationError({"targets": "填报组织中有已撤销或不在您职责范围内的，请重新选择。"})
    asked = [field for field in fields if not field.held]
    if asked and collect.due < clock.today():
        raise ValidationError({"due": "时限不能早于今天，请先修改。"})
    before, moment = audit.snapshot(collect), clock.now()
    if not asked:
        _move(collect, CollectState.DRAFT, "发出", state=CollectState.CLOSED, sent_at=moment, closed_at=moment)
        _freeze_held(collect)
        _record(by, collect, "send", before, "系统已有全部内容，未发出")
        return 0
    _move(collect, CollectState.DRAFT, "发出", state=CollectState.OPEN, sent_at=moment)
    _record(by, collect, "send", before, f"{len(asked)} 项 × {len(targets)} 个组织")
    return sum(tell(by, target, collect, f"请于{collect.due:%-m月%-d日}前填报") for target in targets)


@transaction.atomic
def collect_close(*, by, collect):
    """End a collection; nobody can answer any more, and what the system holds is kept as of today."""
    require_assigns(by, collect.organisation)
    before = audit.snapshot(collect)
    _move(collect, CollectState.OPEN, "结束", state=CollectState.CLOSED, closed_at=clock.now())
    _freeze_held(collect)
    _record(by, collect, "close", before)
    return collect


@transaction.atomic
def collect_discard(*, by, collect):
    """Delete a draft that was never sent."""
    require_assigns(by, collect.organisation)
    collect = Collect.objects.select_for_update().get(pk=collect.pk)
    if collect.state != CollectState.DRAFT:
        raise Conflict("征集已经发出，不能删除。", record=collect)
    audit.record(
        by=by,
        verb="collect.discard",
        obj=collect,
        organisation=collect.organisation_id,
        before=audit.snapshot(collect),
        after={},
    )
    collect.delete()


@transaction.atomic
def collect_remind(*, by, collect):
    """Tell those who have not answered; return (accounts told, organisations waiting)."""
    require_assigns(by, collect.organisation)
    if collect.state != CollectState.OPEN:
        raise Conflict("征集不在进行中，不能催报。", record=collect)
    waiting = list(collect.targets.filter(answered_at__isnull=True).select_related("organisation__parent"))
    told = sum(tell(by, target, collect, f"还没有填报，{collect.due:%-m月%-d日}截止") for target in waiting)
    _record(by, collect, "remind", note="、".join(target.organisation.label for target in waiting))
    return told, len(waiting)
