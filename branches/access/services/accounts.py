"""Accounts: made by the operator or an administrator, who never sees a lasting password (control C08)."""

from datetime import timedelta

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from branches import audit
from branches.access.auditors import tell_auditors
from branches.access.models import CodeSlip, ExternalIdentity, User
from branches.access.services.codes import digest_of, one_time_code
from branches.access.services.factor import factor_drop
from common import clock
from common.database import one_transaction
from common.operator import OPERATOR, Actor, account_of

CODE_HOURS = 24


@one_transaction
def account_create(*, by: Actor, username: str, name: str) -> tuple[User, str]:
    """Create an account and return (user, one-time code). The code works once, for 24 hours, and must be replaced.

    An account that an administrator made gets another code from the committee's secretary who first appoints it (access
    rule 10).
    """
    user = account_add(by=by, username=username, name=name)
    return user, code_give(user, by=by, unvouched=by is not OPERATOR)


def account_add(*, by: Actor, username: str, name: str) -> User:
    """Create an account without any password; part of the caller's transaction, which gives it a code."""
    if User.objects.filter(username__iexact=username).exists():
        # Login ignores case, so two spellings of one name would be nobody's account.
        raise ValidationError({"username": "该用户名已被使用。"})
    user = User(username=username, name=name)
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    user.save()
    audit.record(by=by, verb="account.create", obj=user, after={"username": username, "name": name})
    return user


def code_give(user: User, *, by: Actor, unvouched: bool, hours: int = CODE_HOURS) -> str:
    """Replace the password by a new one-time code and return it; part of the caller's transaction and audit entry.

    Older codes, all sessions and linked identities end: whoever had the account before has no other door. The second
    factor stays, or a lost password would be a way round it; but not one that was enrolled while an administrator knew
    the password. by: who is handed the code. unvouched: the code is seen by a system administrator. hours: how long it is good.
    """
    CodeSlip.objects.filter(user=user, replaced_at__isnull=True).update(replaced_at=clock.now())
    ExternalIdentity.objects.filter(user=user).delete()
    if user.unvouched:
        factor_drop(user)
    code = one_time_code()
    user.set_password(code)
    user.must_change_password = True
    user.unvouched = unvouched
    user.code_expires = clock.now() + timedelta(hours=hours)
    user.code_digest, user.code_used_at, user.code_by = digest_of(user.username, code), None, account_of(by)
    user.session_epoch += 1
    user.save()
    return code


def is_unused(user: User) -> bool:
    """Return whether nobody has set a password for the account yet and it leads nowhere: neither appointed nor linked.

    Whoever entered with the code, which is then used up, and set no password gets another here.
    """
    return (
        user.unvouched
        and user.must_change_password
        and not user.appointments.exists()
        and getattr(user, "member", None) is None
    )


@one_transaction
def account_first_code(*, by: Actor, user: User) -> str:
    """Give the first code of an unused account anew, because it ran out or was lost. Raises ValidationError for others."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not is_unused(user):
        raise ValidationError("该账号已有任职、已关联党员或已设置密码，口令须申请重置，由有权任命的同志确认。")
    code = code_give(user, by=by, unvouched=True)
    audit.record(by=by, verb="account.first_code", obj=user)
    tell_auditors(text=f"{by.name}重发了{user}（{user.username}）的首次口令，原口令作废")
    return code


@one_transaction
def account_lock(*, by: Actor, user: User, active: bool) -> User:
    """Switch an account off or on; switching off ends its sessions. Nobody locks himself out."""
    if user == by and not active:
        raise ValidationError("不能锁定自己的账号。")
    user = User.objects.select_for_update().get(pk=user.pk)
    verb = "account.unlock" if active else "account.lock"
    with audit.change(by=by, verb=verb, obj=user, view=lambda user: {"is_active": user.is_active}):
        user.is_active = active
        user.session_epoch += 1
        user.save()
    return user


@one_transaction
def password_set(*, by: Actor, user: User, password: str) -> User:
    """Set a lasting password chosen by its owner; other sessions end. Raises ValidationError for a weak one."""
    user = User.objects.select_for_update().get(pk=user.pk)
    password_validation.validate_password(password, user)
    user.set_password(password)
    user.must_change_password = False
    user.password_set_at = clock.now()
    user.code_expires = None
    user.session_epoch += 1
    user.save()
    CodeSlip.objects.filter(user=user, used_at__isnull=False, set_at__isnull=True, replaced_at__isnull=True).update(
        set_at=clock.now()
    )
    audit.record(by=by, verb="account.password", obj=user)
    return user


def code_expired(user: User) -> bool:
    """Return whether the account still waits for its first password and the one-time code has run out."""
    return user.must_change_password and user.code_expires is not None and user.code_expires < clock.now()
