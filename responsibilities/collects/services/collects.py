"""Asking once (信息征集): draft → open → closed. What the system knows is taken from it; only the rest is asked."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse

from branches import audit
from branches.notices.services import notice_send
from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.text import quoted
from responsibilities.assigning import answers, places_assigned, require_assigns
from responsibilities.collects.models import (
    Collect,
    CollectAnswer,
    CollectField,
    CollectState,
    CollectTarget,
    FieldKind,
)
from responsibilities.collects.selectors import known_figures
from responsibilities.requirements.services import responsible_for

MOST_FIELDS = 20
FEWEST_OPTIONS = 2
ASKABLE = (Kind.BRANCH, Kind.GENERAL_BRANCH)


@dataclass
class FieldData:
    """One row of the form. options: for a choice. figure: key of the KnownFigure that answers it, or ""."""

    label: str
    kind: str = FieldKind.NUMBER
    options: tuple[str, ...] = ()
    required: bool = True
    figure: str = ""


def askable(user: Actor) -> QuerySet[Organisation]:
    """Return the organisations that `user` may ask: branches and general branches within reach, not his own."""
    rows = places_assigned(user).filter(kind__in=ASKABLE, archived_on__isnull=True)
    return rows.exclude(answers(user, ""))


def _written(by: Actor, collect: Collect, verb: str, note: str = "") -> AbstractContextManager[audit.Change]:
    """Write a collection inside the block; leaves one entry of the trail."""
    return audit.change(by=by, verb=f"collect.{verb}", obj=collect, organisation=collect.organisation_id, note=note)


def tell(by: Actor, target: CollectTarget, collect: Collect, text: str) -> int:
    """Send one line to those who answer for an asked organisation; return how many were told."""
    people = [user for user in responsible_for(target.organisation) if user != by]
    for user in people:
        notice_send(
            by=by,
            to=user,
            kind="collect",
            text=f"征集{quoted(collect.title)}{text}",
            url=reverse("collect_answer", args=[collect.pk, target.pk]),
            about=f"collect/{collect.pk}/{target.organisation_id}",
        )
    return len(people)


def check_fields(fields: Sequence[FieldData]) -> None:
    """Raise ValidationError (on "fields", with the row's number) for fields that cannot be asked."""
    if not fields:
        raise ValidationError({"fields": "请至少写一项要征集的内容。"})
    if len(fields) > MOST_FIELDS:
        raise ValidationError({"fields": f"一次最多征集 {MOST_FIELDS} 项。"})
    errors: list[str] = []
    labels: set[str] = set()
    for number, row in enumerate(fields, start=1):
        if row.kind not in FieldKind.values:
            errors.append(f"第 {number} 项的类型不对。")
        if row.kind == FieldKind.CHOICE and not row.figure and len(set(row.options)) < FEWEST_OPTIONS:
            errors.append(f"第 {number} 项{quoted(row.label)}是单选，请至少写 {FEWEST_OPTIONS} 个不同的选项。")
        if row.figure and row.figure not in known_figures.BY_KEY:
            errors.append(f"第 {number} 项{quoted(row.label)}取用的内容系统里没有。")
        if row.label in labels:
            errors.append(f"第 {number} 项{quoted(row.label)}重复了。")
        labels.add(row.label)
    if errors:
        raise ValidationError({"fields": errors})


def _write_fields(collect: Collect, fields: Sequence[FieldData]) -> None:
    check_fields(fields)
    collect.fields.all().delete()
    for order, row in enumerate(fields, start=1):
        options = list(dict.fromkeys(row.options)) if row.kind == FieldKind.CHOICE else []
        field = CollectField(
            collect=collect,
            order=order,
            label=row.label,
            kind=row.kind,
            options=options,
            required=row.required,
            figure=row.figure,
        )
        field.full_clean(exclude=["collect"])
        field.save()


def _write_targets(by: Actor, collect: Collect, targets: Iterable[Organisation]) -> None:
    chosen = {place.pk for place in targets}
    if askable(by).filter(pk__in=chosen).count() != len(chosen):
        raise ValidationError({"targets": "请从列表中选择填报组织。"})
    collect.targets.exclude(organisation__in=chosen).delete()
    have = set(collect.targets.values_list("organisation_id", flat=True))
    CollectTarget.objects.bulk_create(
        CollectTarget(collect=collect, organisation=place) for place in targets if place.pk not in have
    )


def _own_seat(by: Actor) -> Organisation:
    seat = places_assigned(by).first()
    if seat is None:
        raise ValidationError("您没有部署工作的权限，不能征集。")
    return seat


@one_transaction
def collect_save(
    *,
    by: Actor,
    title: str,
    purpose: str,
    due: date,
    fields: Sequence[FieldData],
    targets: Sequence[Organisation],
    collect: Collect | None = None,
) -> Collect:
    """Write a draft (a new one, or `collect`) and return it. fields: FieldData rows; targets: Organisations, may be none.

    Sending checks the rest. Raises ValidationError, Conflict when it was sent already.
    """
    verb = "create" if collect is None else "update"
    if collect is None:
        collect = Collect(organisation=_own_seat(by), author=account_of(by), created=clock.now())
    else:
        collect = Collect.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=collect.pk)
        require_assigns(by, collect.organisation)
        if collect.state != CollectState.DRAFT:
            raise Conflict("征集已经发出，不能再改。", record=collect)
    with _written(by, collect, verb, "、".join(row.label for row in fields)):
        collect.title, collect.purpose, collect.due = title, purpose, due
        collect.full_clean(exclude=["organisation", "author", "sent_at", "closed_at"])
        collect.save()
        _write_fields(collect, fields)
        _write_targets(by, collect, targets)
        require_assigns(by, collect.organisation)
    return collect


def _move(collect: Collect, allowed: CollectState, verb: str, **columns: Any) -> None:
    changed = Collect.objects.filter(pk=collect.pk, state=allowed).update(**columns)
    collect.refresh_from_db()
    if changed != 1:
        raise Conflict(f"这次征集现在的状态是“{collect.get_state_display()}”，不能{verb}。", record=collect)


def _freeze_figures(collect: Collect) -> None:
    """Keep what the system knows on the day the collection ends: later changes do not alter a finished table."""
    fields = [field for field in collect.fields.all() if field.figure]
    targets = list(collect.targets.select_related("organisation"))
    known = known_figures.values([field.figure for field in fields], [target.organisation for target in targets])
    CollectAnswer.objects.bulk_create(
        CollectAnswer(
            target=target,
            field=field,
            value=known_figures.plain(
                known[field.figure].entry.kind, known[field.figure].by_place[target.organisation_id]
            ),
        )
        for field in fields
        for target in targets
    )


@one_transaction
def collect_send(*, by: Actor, collect: Collect) -> int:
    """Send a draft to its organisations. When the system knows every field nobody is asked and the table is closed at once.

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
    asked = [field for field in fields if not field.figure]
    if asked and collect.due < clock.today():
        raise ValidationError({"due": "时限不能早于今天，请先修改。"})
    moment = clock.now()
    if not asked:
        with _written(by, collect, "send", "系统已有全部内容，未发出"):
            _move(collect, CollectState.DRAFT, "发出", state=CollectState.CLOSED, sent_at=moment, closed_at=moment)
            _freeze_figures(collect)
        return 0
    with _written(by, collect, "send", f"{len(asked)} 项 × {len(targets)} 个组织"):
        _move(collect, CollectState.DRAFT, "发出", state=CollectState.OPEN, sent_at=moment)
    return sum(tell(by, target, collect, f"请于{collect.due:%-m月%-d日}前填报") for target in targets)


@one_transaction
def collect_close(*, by: Actor, collect: Collect) -> Collect:
    """End a collection; nobody can answer any more, and what the system knows is kept as of today."""
    require_assigns(by, collect.organisation)
    with _written(by, collect, "close"):
        _move(collect, CollectState.OPEN, "结束", state=CollectState.CLOSED, closed_at=clock.now())
        _freeze_figures(collect)
    return collect


@one_transaction
def collect_discard(*, by: Actor, collect: Collect) -> None:
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


@one_transaction
def collect_remind(*, by: Actor, collect: Collect) -> tuple[int, int]:
    """Tell those who have not answered; return (accounts told, organisations waiting)."""
    require_assigns(by, collect.organisation)
    if collect.state != CollectState.OPEN:
        raise Conflict("征集不在进行中，不能催报。", record=collect)
    waiting = list(collect.targets.filter(answered_at__isnull=True).select_related("organisation__parent"))
    told = sum(tell(by, target, collect, f"还没有填报，{collect.due:%-m月%-d日}截止") for target in waiting)
    audit.record(
        by=by,
        verb="collect.remind",
        obj=collect,
        organisation=collect.organisation_id,
        after=audit.snapshot(collect),
        note="、".join(target.organisation.label for target in waiting),
    )
    return told, len(waiting)
