"""Set a dated value of the agency."""

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.db import transaction

from branches import audit
from branches.jobs.marks import mark
from branches.places.models.organisations import Organisation
from branches.settings.dated import KNOWN
from branches.settings.models import Setting
from common import clock
from common.operator import Actor


def _checked(key: str, value: object) -> str:
    known = KNOWN[key]
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValidationError({"value": "请填写数字。"}) from None
    if not number.is_finite() or not known.low <= number <= known.high:
        raise ValidationError({"value": f"应在 {known.low} 至 {known.high} 之间。"})
    if "." not in known.default and number != number.to_integral_value():
        raise ValidationError({"value": "应为整数。"})
    return f"{number.normalize():f}"


@transaction.atomic
def setting_set(*, by: Actor, key: str, value: object, valid_from: date | None = None) -> Setting:
    """Set `key` of dated_settings.KNOWN to `value` (text or number) from `valid_from` (default today) on.

    A value that is already history stays; one that begins today or later may be replaced. Leaves a change mark of the
    root over the days that change. Raises ValidationError by field, KeyError for an unknown key.
    """
    valid_from = valid_from or clock.today()
    text = _checked(key, value)
    row = Setting.objects.select_for_update().filter(key=key, valid_from=valid_from).first()
    if row and valid_from < clock.today():
        raise ValidationError({"valid_from": "该日已有设定，已生效的历史不再改动，请另选日期。"})
    row = row or Setting(key=key, valid_from=valid_from)
    with audit.change(by=by, verb="setting.set", obj=row):
        row.value = text
        row.full_clean()
        row.save()
    following = Setting.objects.filter(key=key, valid_from__gt=valid_from).order_by("valid_from").first()
    last = following.valid_from - timedelta(days=1) if following else max(clock.today(), valid_from)
    root = Organisation.objects.root()
    if root:
        mark(root, valid_from, last, "setting")
    return row
