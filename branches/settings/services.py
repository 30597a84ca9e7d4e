"""Set a dated value of the agency, or the date from which it reckons."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.http import Http404

from branches import audit
from branches.jobs.marks import mark
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.reach import fresh
from branches.reach.rights import ACCOUNTS, SET_RULES
from branches.settings.dated import KNOWN
from branches.settings.models import Setting
from branches.settings.start import EARLIEST, KEY, said_start
from common import clock
from common.database import one_transaction
from common.operator import OPERATOR, Actor, account_of


def _require(by: Actor, right: str) -> None:
    """Raise Http404 unless `by` holds the right now: a setting is nobody's place, so it is asked for anywhere."""
    held = by is OPERATOR
    held = held or (
        access.holds_system_role(by, "system_administrator") if right == ACCOUNTS else fresh(by).anywhere(right)
    )
    if not held:
        raise Http404


def _checked(key: str, value: object) -> str:
    try:
        number = KNOWN[key].parse(str(value))
    except ValueError as error:
        raise ValidationError({"value": str(error)}) from None
    return f"{number.normalize():f}"


def setting_check(*, key: str, value: object, valid_from: date) -> str:
    """Return the value as it would be kept; ValidationError by field where `setting_set` would refuse. Reads only."""
    text = _checked(key, value)
    if valid_from < clock.today() and Setting.objects.filter(key=key, valid_from=valid_from).exists():
        raise ValidationError({"valid_from": "该日已有设定，已生效的历史不再改动，请另选日期。"})
    return text


def not_past(key: str, valid_from: date) -> None:
    """Raise ValidationError for a day that has passed: nobody changes what was asked of others afterwards."""
    if KNOWN[key].right == SET_RULES and valid_from < clock.today():
        raise ValidationError({"valid_from": "从今天或以后的日期起，已经过去的日子不再改动。"})


@one_transaction
def setting_set(*, by: Actor, key: str, value: object, valid_from: date | None = None) -> Setting:
    """Set `key` of dated.KNOWN to `value` (text or number) from `valid_from` (default today) on.

    Who may: whoever holds the right of the key (access rule 11); the business from today on only. A value that is already
    history stays; one that begins today or later may be replaced. Leaves a change mark of the root over the days that change. Raises ValidationError by
    field, KeyError for an unknown key, Http404 without the right.
    """
    valid_from = valid_from or clock.today()
    _require(by, KNOWN[key].right)
    if by is not OPERATOR:
        not_past(key, valid_from)
    row = Setting.objects.select_for_update().filter(key=key, valid_from=valid_from).first()
    text = setting_check(key=key, value=value, valid_from=valid_from)
    row = row or Setting(key=key, valid_from=valid_from)
    with audit.change(by=by, verb="setting.set", obj=row):
        row.value, row.set_by = text, account_of(by)
        row.full_clean(exclude=["set_by"])
        row.save()
    following = Setting.objects.filter(key=key, valid_from__gt=valid_from).order_by("valid_from").first()
    last = following.valid_from - timedelta(days=1) if following else max(clock.today(), valid_from)
    _mark(valid_from, last)
    return row


@one_transaction
def setting_cancel(*, by: Actor, row: Setting, reason: str) -> None:
    """Take back a value that has not begun yet; the trail keeps it, with the reason."""
    _require(by, KNOWN[row.key].right)
    row = Setting.objects.select_for_update().get(pk=row.pk)
    if row.valid_from <= clock.today():
        raise ValidationError({"text": "这项设定已经生效，不能取消，可以另定新值。"})
    if not reason.strip():
        raise ValidationError({"text": "请写明取消的原因。"})
    words = f"{row.key} = {row.value}，原定 {row.valid_from} 起：{reason.strip()}"
    audit.record(by=by, verb="setting.cancel", obj=row, before=audit.snapshot(row), after={}, note=words)
    first = row.valid_from
    row.delete()
    _mark(first, first.replace(month=12, day=31))


def _mark(first: date, last: date) -> None:
    root = Organisation.objects.root()
    if root:
        mark(root, first, last, "setting")


def start_check(day: date) -> None:
    """Raise ValidationError where `start_set` would refuse the date."""
    latest = date(clock.today().year + 1, 12, 31)
    if not EARLIEST <= day <= latest:
        words = f"{clock.in_words(EARLIEST)}至 {clock.in_words(latest)}"
        raise ValidationError({"day": f"启用日期应在 {words}之间。"})
    if day == said_start():
        raise ValidationError({"day": "启用日期就是这一天，没有改动。"})


@one_transaction
def start_set(*, by: Actor, day: date) -> Setting:
    """Say the date from which the agency reckons (decisions 34); facts of all days between the old and the new are redone.

    It may be moved, with the trail as witness; published results stay as they are. Raises ValidationError by field,
    Http404 without `set_rules`.
    """
    _require(by, SET_RULES)
    before = said_start()
    start_check(day)
    today = clock.today()
    row = Setting.objects.select_for_update().filter(key=KEY, valid_from=today).first()
    row = row or Setting(key=KEY, valid_from=today)
    with audit.change(by=by, verb="setting.start", obj=row):
        row.value, row.set_by = day.isoformat(), account_of(by)
        row.full_clean(exclude=["set_by"])
        row.save()
    # What is due by year is judged as a whole, so the whole years between are marked.
    first = min(before or EARLIEST, day).replace(month=1, day=1)
    _mark(first, max(before or day, day, today).replace(month=12, day=31))
    return row
