"""What an open case of development decides of a person, and nobody by hand."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from members.roster.models.members import Member

LED = "该人员的发展程序正在办理，类别随程序变更。"
KEPT_BY_CASE = ("stage", "joined_on", "full_on")


def check_not_led(member: Member, values: Mapping[str, Any]) -> None:
    """Raise ValidationError by field where a change says otherwise than the open case of a person does."""
    if not member.led_by_case:
        return
    errors = {name: LED for name in KEPT_BY_CASE if name in values and values[name] != getattr(member, name)}
    if errors:
        raise ValidationError(errors)
