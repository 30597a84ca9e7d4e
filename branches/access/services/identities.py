"""Identities at the agency's provider: linked by their owner, signed in with, unlinked (access rule 10)."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from branches import audit
from branches.access import factor
from branches.access.entering import why_not
from branches.access.models import ExternalIdentity, User
from branches.access.single_sign_on import Identity
from branches.notices.services import notice_send
from branches.reach import access
from common import clock
from common.database import one_transaction
from common.operator import OPERATOR


@one_transaction
def identity_link(*, by: User, identity: Identity) -> ExternalIdentity:
    """Link an identity to the own account. Raises ValidationError where it, or the account, is linked otherwise already."""
    user = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    row = ExternalIdentity(user=user, issuer=identity.issuer, sub=identity.sub, linked_at=clock.real_now())
    if ExternalIdentity.objects.filter(user=user, issuer=identity.issuer).exists():
        raise ValidationError("您的账号已绑定一个统一认证身份，须先解除。")
    try:
        with transaction.atomic(), audit.change(by=user, verb="identity.link", obj=row):
            row.save()
    except IntegrityError:
        # Whose it is would tell who has an account here.
        raise ValidationError("这个统一认证身份不能绑定到您的账号，请联系管理员。") from None
    _tell(user, "账号已绑定统一认证身份，可用单点登录进入")
    return row


@one_transaction
def identity_unlink(*, by: User, identity: ExternalIdentity) -> None:
    """Take an identity from the own account."""
    row = ExternalIdentity.objects.select_for_update().get(pk=identity.pk, user=by)
    audit.record(by=by, verb="identity.unlink", obj=row, before=audit.snapshot(row))
    row.delete()
    _tell(by, "账号已解除统一认证身份")


def _tell(user: User, words: str) -> None:
    text = f"{words}。不是您本人操作的，请立即修改密码并告知安全审计员。"
    notice_send(by=OPERATOR, to=user, kind="security", text=text, url=reverse("security"))


@one_transaction
def identity_enter(*, identity: Identity) -> tuple[User | None, str]:
    """Return (account, reason why it does not enter or ""): the account linked with an identity, by nothing else.

    The rules of a sign-in by password hold: locked accounts do not enter. One that waits for its first password must show
    its one-time code, and who answers for accounts, trail or results must have a factor of this system already: he enrols
    it with his password. The caller notes the refusal.
    """
    rows = ExternalIdentity.objects.select_for_update(of=("self",)).select_related("user")
    row = rows.filter(issuer=identity.issuer, sub=identity.sub).first()
    if row is None:
        return (
            None,
            "这个统一认证身份还没有绑定账号。请先用用户名和密码登录，在“登录安全”里绑定；没有账号的，请联系管理员。",
        )
    user = row.user
    if why_not(user):
        return user, "该账号现在不能登录，请联系管理员。"
    if user.must_change_password:
        return user, "该账号的口令已重置，请先用一次性口令登录并设置密码，再重新绑定。"
    if factor.is_always_local(access.current_appointments(user)) and not factor.has_device(user):
        return user, "您的职务须先启用本系统的两步验证：请用用户名和密码登录，在“登录安全”里启用。"
    ExternalIdentity.objects.filter(pk=row.pk).update(last_used=clock.real_now())
    return user, ""
