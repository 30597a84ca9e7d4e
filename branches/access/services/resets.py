"""A new one-time code for somebody who lost his password, or an end of his second factor: asked by one person, confirmed
by another (access rule 10)."""

from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse

from branches import audit
from branches.access import beside, factor, resets
from branches.access.auditors import tell_auditors
from branches.access.models import PasswordReset, ResetKind, ResetState, User
from branches.access.services.accounts import code_give
from branches.access.services.factor import factor_drop
from branches.notices.services import notice_send
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import OPERATOR, Actor, account_of


def _waiting_of(owner: User, kind: str) -> PasswordReset | None:
    """Return the waiting reset of an account; one that waited too long is put away first."""
    rows = PasswordReset.objects.select_for_update().filter(owner=owner, kind=kind, state=ResetState.WAITING)
    row = rows.first()
    if row is not None and resets.has_run_out(row):
        PasswordReset.objects.filter(pk=row.pk).update(state=ResetState.EXPIRED, decided_at=clock.now())
        return None
    return row


@one_transaction
def reset_ask(*, by: User, owner: User, reason: str, kind: str = ResetKind.PASSWORD) -> PasswordReset:
    """Ask for a new code for `owner`, or (kind "factor") for an end of his second factor; until somebody else confirms,
    password and factor work as before.

    Raises Http404 for whoever is neither administrator nor superior, ValidationError where a reset of this kind waits
    already or there is no factor.
    """
    owner = User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    if not resets.may_ask(by, owner):
        raise Http404
    if not owner.is_active:
        raise ValidationError("该账号已锁定，须先由系统管理员启用。")
    _check_factor(owner, kind)
    if _waiting_of(owner, kind) is not None:
        raise ValidationError("该账号已有一项申请等待确认。")
    reset = PasswordReset(kind=kind, owner=owner, asked_by=by, asked_at=clock.now(), reason=reason)
    with audit.change(by=by, verb="account.reset_ask", obj=reset):
        reset.full_clean()
        reset.save()
    for user in resets.confirmers(owner, by):
        notice_send(
            by=by,
            to=user,
            kind="reset",
            text=f"{by.name}申请重置{reset}的{reset.what}，请核实后确认或退回",
            url=reverse("reset_list"),
            about=f"reset/{reset.pk}",
        )
    text = f"{by.name}申请重置您的{reset.what}；不是您提出的，请告知上级和安全审计员"
    notice_send(by=by, to=owner, kind="reset", text=text)
    return reset


def _check_factor(owner: User, kind: str) -> None:
    if kind == ResetKind.FACTOR and factor.device_of(owner) is None:
        raise ValidationError("该账号没有启用两步验证。")


def _taken(by: User, reset: PasswordReset) -> PasswordReset:
    """Return the reset, locked, if `by` may decide on it and it still waits."""
    reset = PasswordReset.objects.select_for_update().get(pk=reset.pk)
    if not resets.may_confirm(by, reset.owner):
        raise Http404
    if reset.asked_by_id == by.pk:
        raise ValidationError("自己提出的申请须由另一位同志确认。")
    if resets.is_of_one_hand(by, reset):
        raise ValidationError("您和申请人的账号由同一人发放口令，不能互相确认，须由另一位同志或服务器操作员办理。")
    if reset.state != ResetState.WAITING:
        raise Conflict(f"这项申请现在的状态是“{reset.get_state_display()}”，不能再办理。")
    if resets.has_run_out(reset):
        raise Conflict("这项申请已超过等待期限，请重新申请。")
    return reset


@one_transaction
def reset_confirm(*, by: User, reset: PasswordReset) -> str:
    """Confirm what another asked; returns the one-time code, which only the confirmer sees, once.

    The old password and all sessions of the account end. Of a second factor: device and recovery codes and all sessions
    end, the password stays, and there is no code (""). Raises Http404, ValidationError (asked by himself, account
    locked) or Conflict (decided or run out).
    """
    reset = _taken(by, reset)
    if not reset.owner.is_active:
        raise ValidationError("该账号已锁定，须先由系统管理员启用。")
    return _confirmed(by, reset)


def _confirmed(by: Actor, reset: PasswordReset) -> str:
    verb = "account.reset_factor" if reset.kind == ResetKind.FACTOR else "account.reset"
    # Read before the code is given: who confirms may be handed it.
    bond = beside.bond_of(reset.asked_by or OPERATOR, by)
    with audit.change(by=by, verb=verb, obj=reset, note=bond):
        code = _carried_out(User.objects.select_for_update(no_key=True).get(pk=reset.owner_id), reset.kind, by)
        reset.state, reset.decided_by, reset.decided_at = ResetState.CONFIRMED, account_of(by), clock.now()
        reset.full_clean()
        reset.save()
    asker = reset.asked_by.name if reset.asked_by else OPERATOR.name
    words = f"{reset}的{reset.what}已重置：{asker}申请，{by.name}确认"
    for user in (reset.owner, reset.asked_by):
        if user is not None:
            notice_send(by=by, to=user, kind="reset", text=words)
    tell_auditors(text=f"{words}。{bond}，请核查" if bond else words, about=f"reset/{reset.pk}")
    return code


def _carried_out(owner: User, kind: str, by: Actor) -> str:
    if kind == ResetKind.PASSWORD:
        return code_give(owner, by=by, unvouched=False)
    factor_drop(owner)
    owner.session_epoch += 1
    owner.save(update_fields=["session_epoch"])
    return ""


@one_transaction
def reset_refuse(*, by: User, reset: PasswordReset, reason: str) -> PasswordReset:
    """Refuse what another asked; the asker is told why. Raises as `reset_confirm`."""
    reset = _taken(by, reset)
    with audit.change(by=by, verb="account.reset_refuse", obj=reset):
        reset.state, reset.refusal = ResetState.REFUSED, reason
        reset.decided_by, reset.decided_at = by, clock.now()
        reset.full_clean()
        reset.save()
    if reset.asked_by is not None:
        notice_send(by=by, to=reset.asked_by, kind="reset", text=f"重置{reset}{reset.what}的申请被退回：{reason}")
    return reset


@one_transaction
def reset_by_operator(*, owner: User, kind: str = ResetKind.PASSWORD) -> str:
    """Give a new code, or end the second factor, from the command line: for administrators, auditors, the last who could
    confirm, or anybody.

    Settles the reset that waits for the account, if there is one. Raises ValidationError for a locked account, or one
    without a factor.
    """
    owner = User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    if not owner.is_active:
        raise ValidationError("该账号已锁定，须先启用。")
    _check_factor(owner, kind)
    waiting = _waiting_of(owner, kind)
    reset = waiting or PasswordReset(kind=kind, owner=owner, asked_at=clock.now(), reason="服务器操作员办理")
    return _confirmed(OPERATOR, reset)
