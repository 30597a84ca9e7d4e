"""Adjust the lines of a list: by hand while it is a draft, as a revision with its reason once it is issued."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from branches import audit
from common.errors import Conflict
from common.stale_form import require_unchanged
from common.text import clean_text
from responsibilities.duties.checks import check_parent, check_times, due_list
from responsibilities.duties.models import Duty, DutyList, DutyReport, ListState
from responsibilities.duties.rights import require_makes
from responsibilities.duties.services.lists import mark_lists

# What is adjusted by hand; key, source and list stay what they were made with.
MOVED_ON = "这项责任刚被他人修改，您填写的内容没有保存。请打开最新内容对照后再改。"
COLUMNS = ("text", "detail", "period", "times", "unit", "due", "proof", "serves")


def _begin(by, duty_list, reason):
    """Lock the list, check the right, and that an issued list is revised with a reason only; return (list, reason)."""
    require_makes(by, duty_list.level, duty_list.organisation)
    duty_list = DutyList.objects.select_for_update().get(pk=duty_list.pk)
    reason = clean_text(reason)
    if duty_list.state == ListState.ISSUED and not reason:
        raise ValidationError({"reason": "清单已下达，修订须写明原因。"})
    return duty_list, reason


def _write(duty, data):
    for name in COLUMNS:
        if name in data:
            setattr(duty, name, data[name])
    check_times(duty.times)
    duty.due = due_list(duty.due, duty.list.year, duty.period)
    check_parent(duty.list, duty.serves, duty if duty.pk else None)
    duty.full_clean(exclude=["list", "serves"])
    duty.save()


def shown(duty):
    """Return what the form of a duty shows of it, as a mark of it is taken (branches/seen.py)."""
    return {name: getattr(duty, "serves_id" if name == "serves" else name) for name in COLUMNS}


def _still_there(duty):
    """Return the Duty as it stands now that its list is locked; Conflict when it was taken out meanwhile."""
    found = Duty.objects.select_for_update(of=("self",)).select_related("serves__list").filter(pk=duty.pk).first()
    if found is None:
        raise Conflict("这项责任刚刚已被删去。")
    return found


@transaction.atomic
def duty_add(*, by, duty_list, data, reason=""):
    """Add one line to a list and return it. data: dict of COLUMNS. reason: needed once the list is issued.

    Raises ValidationError keyed by field for a parent that is not further up or of another year, a due date that is no
    day, times below one.
    """
    duty_list, reason = _begin(by, duty_list, reason)
    last = duty_list.duties.aggregate(last=Max("order"))["last"] or 0
    duty = Duty(list=duty_list, order=last + 1)
    _write(duty, data)
    _done(by, "duty.add", duty, None, reason)
    return duty


@transaction.atomic
def duty_change(*, by, duty, data, reason="", seen=""):
    """Change one line of a list and return it; as `duty_add`. What was reported about its periods stays as it is.

    Raises Conflict when it is no longer as it was `seen` (mark of `shown`).
    """
    duty_list, reason = _begin(by, duty.list, reason)
    duty = _still_there(duty)
    require_unchanged(seen, shown(duty), MOVED_ON)
    duty.list = duty_list
    before = audit.snapshot(duty)
    if data.get("period", duty.period) != duty.period and DutyReport.objects.filter(duty=duty).exists():
        raise ValidationError({"period": "这项责任已有报告，频次不能再改；请另加一项。"})
    _write(duty, data)
    _done(by, "duty.change", duty, before, reason)
    return duty


@transaction.atomic
def duty_drop(*, by, duty, reason=""):
    """Take one line out of a list; refused once anything was reported about it."""
    duty_list, reason = _begin(by, duty.list, reason)
    duty = _still_there(duty)
    if DutyReport.objects.filter(duty=duty).exists():
        raise Conflict("这项责任已有报告，不能删去。")
    duty.list = duty_list
    _done(by, "duty.drop", duty, audit.snapshot(duty), reason, gone=True)
    duty.delete()
    return duty_list


def _done(by, verb, duty, before, reason, gone=False):
    audit.record(
        by=by,
        verb=verb,
        obj=duty,
        organisation=duty.list.organisation,
        before=before,
        after=None if gone else audit.snapshot(duty),
        note=reason,
    )
    mark_lists([duty.list])
