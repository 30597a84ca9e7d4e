"""Accounts: made by the operator or an administrator, who never sees a lasting password (control C08)."""

import secrets
from datetime import timedelta

from django.contrib.auth import password_validation
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction

from branches import audit
from branches.access.models import User
from branches.notices.services import notice_send
from common import clock
from common.operator import OPERATOR, Actor, account_of

SESSIONS_PER_ACCOUNT = 3
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def _one_time_code() -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(3))


@transaction.atomic
def account_create(*, by: Actor, username: str, name: str) -> tuple[User, str]:
    """Create an account and return (user, one-time code). The code works once, for 24 hours, and must be replaced.

    An account that an administrator made gets another code from whoever first appoints or links it (access rule 10).
    """
    if User.objects.filter(username__iexact=username).exists():
        # Login ignores case, so two spellings of one name would be nobody's account.
        raise ValidationError({"username": "该用户名已被使用。"})
    user = User(username=username, name=name)
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    user.save()
    audit.record(by=by, verb="account.create", obj=user, after={"username": username, "name": name})
    return user, code_give(user, unvouched=by is not OPERATOR)


def code_give(user: User, *, unvouched: bool) -> str:
    """Replace the password by a new one-time code and return it; part of the caller's transaction and audit entry.

    Older codes and all sessions end. unvouched: the code is seen by a system administrator.
    """
    code = _one_time_code()
    user.set_password(code)
    user.must_change_password = True
    user.unvouched = unvouched
    user.code_expires = clock.now() + timedelta(hours=24)
    user.session_epoch += 1
    user.save()
    return code


def is_unused(user: User) -> bool:
    """Return whether nobody ever signed in with the account and it leads nowhere: not appointed, proposed or linked."""
    return (
        user.unvouched
        and user.last_login is None
        and user.must_change_password
        and not user.appointments.exists()
        and getattr(user, "member", None) is None
    )


@transaction.atomic
def account_first_code(*, by: Actor, user: User) -> str:
    """Give the first code of an unused account anew, because it ran out or was lost. Raises ValidationError for others."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not is_unused(user):
        raise ValidationError("该账号已有任职、已关联党员或已登录过，口令须申请重置，由有权任命的同志确认。")
    code = code_give(user, unvouched=True)
    audit.record(by=by, verb="account.first_code", obj=user)
    return code


@transaction.atomic
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


@transaction.atomic
def password_set(*, by: Actor, user: User, password: str) -> User:
    """Set a lasting password chosen by its owner; other sessions end. Raises ValidationError for a weak one."""
    user = User.objects.select_for_update().get(pk=user.pk)
    password_validation.validate_password(password, user)
    user.set_password(password)
    user.must_change_password = False
    user.code_expires = None
    user.session_epoch += 1
    user.save()
    audit.record(by=by, verb="account.password", obj=user)
    return user


@transaction.atomic
def sessions_end(*, by: Actor) -> User:
    """End the other sessions of `by`; the caller renews his own."""
    user = User.objects.select_for_update().get(pk=account_of(by).pk)
    user.session_epoch += 1
    user.save(update_fields=["session_epoch"])
    audit.record(by=by, verb="account.sessions_end", obj=user)
    return user


def sessions_limit(*, user: User, keep: str | None) -> None:
    """End the oldest sessions of `user` beyond three, the one about to begin included (control C05).

    keep: key of the present session. Sessions are few and short-lived, so all living ones are looked through.
    """
    own = []
    for session in Session.objects.filter(expire_date__gt=clock.now()).exclude(session_key=keep or ""):
        data = session.get_decoded()
        if data.get("_auth_user_id") == str(user.pk) and data.get("epoch") == user.session_epoch:
            own.append((data.get("entered", 0), session.session_key))
    surplus = [key for _, key in sorted(own)][: max(0, len(own) - SESSIONS_PER_ACCOUNT + 1)]
    if surplus:
        Session.objects.filter(session_key__in=surplus).delete()
        audit.record(by=user, verb="login.end", obj=user, note=f"同时登录超过 {SESSIONS_PER_ACCOUNT} 处，最早的结束")
        notice_send(
            by=OPERATOR,
            to=user,
            kind="session",
            text=f"同一账号最多同时登录 {SESSIONS_PER_ACCOUNT} 处，最早的一处已结束。不是您本人登录的，请立即修改密码。",
        )


def code_expired(user: User) -> bool:
    """Return whether the account still waits for its first password and the one-time code has run out."""
    return user.must_change_password and user.code_expires is not None and user.code_expires < clock.now()
