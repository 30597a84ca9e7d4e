"""Link a member's file to the account that may read it as his own."""

from django.core.exceptions import ValidationError
from django.db import transaction

from branches import audit
from branches.access.models import User
from branches.jobs.marks import mark
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.operator import Actor
from members.roster.models.members import Member


@transaction.atomic
def account_link(*, by: Actor, member: Member, username: str) -> Member:
    """Link the account named `username` to `member` ("" unlinks); its owner then reads his own file, nothing more.

    Nobody links himself. Raises ValidationError at `username` for an unknown account or one that has a member already.
    """
    member = Member.objects.select_for_update().get(pk=member.pk)
    account = User.objects.filter(username__iexact=username, is_active=True).first() if username else None
    if username and account is None:
        raise ValidationError({"username": "没有这个用户名，或账号已停用。"})
    if account is not None and account == by:
        raise ValidationError({"username": "不能为自己关联，请由另一位同志办理。"})
    if account is not None and Member.objects.filter(account=account).exclude(pk=member.pk).exists():
        raise ValidationError({"username": "该账号已关联另一名党员。"})
    if member.account_id == getattr(account, "pk", None):
        return member
    with audit.change(
        by=by, verb="member.account", obj=member, organisation=member.home, view=lambda row: {"account": row.account_id}
    ):
        member.account = account
        member.version += 1
        member.save(update_fields=["account", "version"])
        access.require(by, MEMBERS, member.home)
    # Through his account the records that a person chaired or attended are those of the office he holds.
    mark(member.home, clock.today(), clock.today(), "appointment")
    return member
