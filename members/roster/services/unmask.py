"""Look at one encrypted field of one person, with a reason that stays in the trail (control C45)."""

from django.core.exceptions import ValidationError
from django.db import transaction

from branches import audit
from branches.reach import access
from branches.reach.rights import IDENTITY
from common import crypto
from common.fields import reveal
from common.operator import Actor
from members.roster.models.members import Member

FIELDS = {"identity": "公民身份号码", "phone": "手机号码"}


@transaction.atomic
def member_unmask(*, by: Actor, member: Member, field: str, reason: str) -> str:
    """Return the plain text of `field` ("identity" or "phone") and leave who, whose, which field and why.

    Raises ValidationError when the field is empty or cannot be shown; Http404 or Forbidden without view_identity.
    """
    if field not in FIELDS:
        raise ValidationError({"field": "只能查看证件号码或电话。"})
    if not reason.strip():
        raise ValidationError({"reason": "请填写查看原因。"})
    access.require(by, IDENTITY, member.home)
    if not getattr(member, field):
        raise ValidationError(f"没有登记{FIELDS[field]}。")
    try:
        plain = reveal(member, field)
    except crypto.CannotBeShown as error:
        raise ValidationError(str(error)) from None
    audit.record(
        by=by, verb="member.unmask", obj=member, organisation=member.home, after={"field": FIELDS[field]}, note=reason
    )
    return plain
