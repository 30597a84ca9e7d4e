"""Adjust the lines of a list: by hand while it is a draft, as a revision with its reason once it is issued."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max

from branches import audit
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor
from common.stale_form import require_unchanged
from common.text import clean_text
from responsibilities.duties.checks import check_parent, check_policy, check_times, due_list
from responsibilities.duties.models import BY_POLICY, Duty, DutyList, DutyReport, ListState
from responsibilities.duties.rights import require_makes
from responsibilities.duties.services.lists import mark_lists

# What is adjusted by hand; key and list stay what they were made with, and the source but for that of a policy's procedure.
MOVED_ON = "这项责任刚被他人修改，您填写的内容没有保存。请打开最新内容对照后再改。"
COLUMNS = ("text", "detail", "period", "times", "unit", "due", "proof", "serves", "policy")
_REFERENCES = ("serves", "policy")


def _begin(by: Actor, duty_list: DutyList, reason: str) -> tuple[DutyList, str]:
    """Lock the list, check the right, and that an issued list is revised with a reason only; return (list, reason)."""
    require_makes(by, duty_list.level, duty_list.organisation)
    duty_list = DutyList.objects.select_for_update().get(pk=duty_list.pk)
    reason = clean_text(reason)
    if duty_list.state == ListState.ISSUED and not reason:
        raise ValidationError({"reason": "清单已下达，修订须写明原因。"})
    return duty_list, reason


def _write(by: Actor, duty: Duty, data: Mapping[str, Any]) -> None:
    before = duty.policy_id
    for name in COLUMNS:
        if name in data:
            setattr(duty, name, data[name])
    if duty.policy_id != before:
        duty.source = BY_POLICY if duty.policy_id else ""
    check_policy(by, duty, before)
    check_times(duty.times)
    duty.due = due_list(duty.due, duty.list.year, duty.period)
    check_parent(duty.list, duty.serves, duty if duty.pk else None)
    duty.full_clean(exclude=["list", *_REFERENCES])
    duty.save()


def shown(duty: Duty) -> dict[str, Any]:
    """Return what the form of a duty shows of it, for the mark of the form (common/stale_form.py)."""
    return {name: getattr(duty, f"{name}_id" if name in _REFERENCES else name) for name in COLUMNS}


def _still_there(duty: Duty) -> Duty:
    """Return the Duty as it stands now that its list is locked; Conflict when it was taken out meanwhile."""
    now = (
        Duty.objects.select_for_update(of=("self",)).select_related("serves__list", "policy").filter(pk=duty.pk).first()
    )
    if now is None:
        raise Conflict("这项责任刚刚已被删去。")
    return now


@one_transaction
def duty_add(*, by: Actor, duty_list: DutyList, data: Mapping[str, Any], reason: str = "") -> Duty:
    """Add one line to a list and return it. data: dict of COLUMNS. reason: needed once the list is issued.

    Raises ValidationError keyed by field for a parent that is not further up or of another year, a due date that is no
    day, times below one.
    """
    duty_list, reason = _begin(by, duty_list, reason)
    last = duty_list.duties.aggregate(last=Max("order"))["last"] or 0
    duty = Duty(list=duty_list, order=last + 1)
    with audit.change(by=by, verb="duty.add", obj=duty, organisation=duty_list.organisation, note=reason):
        _write(by, duty, data)
    mark_lists([duty_list])
    return duty


@one_transaction
def duty_change(*, by: Actor, duty: Duty, data: Mapping[str, Any], reason: str = "", seen: str = "") -> Duty:
    """Change one line of a list and return it; as `duty_add`. What was reported about its periods stays as it is.

    Raises Conflict when it is no longer as it was `seen` (mark of `shown`).
    """
    duty_list, reason = _begin(by, duty.list, reason)
    duty = _still_there(duty)
    require_unchanged(seen, shown(duty), MOVED_ON)
    duty.list = duty_list
    if data.get("period", duty.period) != duty.period and DutyReport.objects.filter(duty=duty).exists():
        raise ValidationError({"period": "这项责任已有报告，频次不能再改；请另加一项。"})
    with audit.change(by=by, verb="duty.change", obj=duty, organisation=duty_list.organisation, note=reason):
        _write(by, duty, data)
    mark_lists([duty_list])
    return duty


@one_transaction
def duty_drop(*, by: Actor, duty: Duty, reason: str = "") -> DutyList:
    """Take one line out of a list; refused once anything was reported about it."""
    duty_list, reason = _begin(by, duty.list, reason)
    duty = _still_there(duty)
    if DutyReport.objects.filter(duty=duty).exists():
        raise Conflict("这项责任已有报告，不能删去。")
    place = duty_list.organisation
    audit.record(by=by, verb="duty.drop", obj=duty, organisation=place, before=audit.snapshot(duty), note=reason)
    mark_lists([duty_list])
    duty.delete()
    return duty_list
