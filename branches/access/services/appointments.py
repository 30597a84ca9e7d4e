"""Make and end appointments; grants follow in the same transaction."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db.models import F, Q

from branches import audit
from branches.access.auditors import tell_auditors
from branches.access.models import CodeSlip, User
from branches.access.services.accounts import code_give
from branches.access.services.factor import factor_drop
from branches.jobs.marks import mark
from branches.notices.services import notice_send
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.models import Appointment
from branches.reach.rights import ASSISTANT, PRINCIPALS, ROLES
from branches.settings import dated
from common import clock
from common.database import one_transaction
from common.operator import OPERATOR, Actor, account_of


def _check_place(role: str, organisation: Organisation) -> None:
    kinds = ROLES[role].kinds
    if kinds and organisation.kind not in kinds:
        raise ValidationError({"role": f"{ROLES[role].label}不能任命在{organisation.get_kind_display()}。"})
    if organisation.archived_on:
        raise ValidationError({"organisation": "该组织已撤销。"})


def _check_giving(
    by: Actor, user: User, role: str, organisation: Organisation | None, principal: Appointment | None
) -> None:
    if user == by:
        raise ValidationError({"user": "不能任命自己。"})
    if not user.is_active:
        raise ValidationError({"user": "该账号已停用。"})
    if _is_of_nobody(user) and not access.appoints_for_agency(by):
        # Its code would go to whoever appoints it first, and with the code every post it is given later.
        raise ValidationError({"user": "系统管理员新建、还没有任职的账号，由机关党委书记首次任命。"})
    if role == ASSISTANT:
        if principal is None or (by is not OPERATOR and principal.user_id != by.pk):
            raise ValidationError({"role": "代办人由党组成员、党组书记为本人任命。"})
        if not Appointment.objects.filter(pk=principal.pk, role__in=PRINCIPALS).giving_power(clock.today()).exists():
            raise ValidationError({"role": "您现在没有可以代办的任职。"})
    elif not access.may_appoint(by, role, organisation):
        raise ValidationError({"role": "您的职务不能授予这一角色，或该组织不在您的范围内。"})
    if organisation is not None:
        _check_place(role, organisation)


def _is_of_nobody(user: User) -> bool:
    """Return whether only a system administrator knows this account yet. A linked one is known to its organisation."""
    return user.unvouched and getattr(user, "member", None) is None


def _printer(user: User) -> User | None:
    """Return who printed the slip with whose code the account began, or None; where another code came later nobody did."""
    slip = CodeSlip.objects.filter(user=user, replaced_at__isnull=True).select_related("printed_by").first()
    return slip.printed_by if slip else None


def _ends_the_code_of(by: Actor, appointment: Appointment) -> str:
    """Return whose code the account began with, in words, where it ends with this appointment; "" where it stays.

    Whoever was handed the code may have set the password: a post that he could not give himself would be his. So it ends
    when another gives such a post for the first time; who could give it anyway gains nothing by it. The member's link is
    no proof, it was confirmed with the same password.
    """
    user = appointment.user
    if _is_of_nobody(user):
        return "管理员发放的口令"
    if by is OPERATOR:
        return ""
    printer = _printer(user)
    if printer is None or printer == by or access.may_appoint(printer, appointment.role, appointment.organisation):
        return ""
    return f"{printer.name}打印的口令"


def _check_start(by: Actor, user: User, organisation: Organisation | None, starts: date) -> None:
    """An appointment reaches back a little, for a meeting of last week, and never before its account or its place.

    What happened before would otherwise be his to enter and to be scored for. The server's operator, who makes histories
    for the demo and for measurements, is not bound; his command knows no other day than today.
    """
    if by is OPERATOR:
        return
    limits = [(clock.today() - timedelta(days=dated.whole("appointment_backdate_days")), "登记当天往前的天数有限")]
    limits.append((clock.day_of(user.created), "账号当天建立"))
    if organisation is not None and organisation.founded:
        limits.append((organisation.founded, "党组织当天成立"))
    earliest, why = max(limits, key=lambda limit: limit[0])
    if starts < earliest:
        raise ValidationError({"starts": f"任职起不能早于{clock.in_words(earliest)}（{why}）。"})


def _check_days(by: Actor, appointment: Appointment) -> None:
    """Raise ValidationError for days that run backwards, reach too far back, or leave those of whom he acts for."""
    row, principal = appointment, appointment.principal
    if row.ends and row.ends < row.starts:
        raise ValidationError({"ends": "任职止不能早于任职起。"})
    _check_start(by, row.user, row.organisation, row.starts)
    if principal is not None and not principal.starts <= row.starts <= clock.today():
        raise ValidationError({"starts": "代办从今天或之前开始，不能早于代办对象任职。"})
    open_rows = Appointment.objects.filter(user=row.user, role=row.role, organisation=row.organisation)
    if open_rows.filter(ends__isnull=True).exists():
        raise ValidationError({"user": "该账号已担任这一职务。"})


def _mark(appointment: Appointment, *days: date) -> None:
    """Who answers for an organisation decides which records are his: its facts may have changed."""
    if appointment.organisation_id:
        days = (clock.today(), *days)
        mark(appointment.organisation_id, min(days), max(days), "appointment")


def _end_assistants(by: Actor, principal: Appointment, last_day: date) -> None:
    """End on the same day those who act for whoever leaves an appointment."""
    rows = Appointment.objects.select_for_update().filter(principal=principal)
    for row in rows.filter(Q(ends__isnull=True) | Q(ends__gt=last_day)):
        with audit.change(by=by, verb="appointment.end", obj=row, organisation=row.organisation):
            row.ends, row.end_reason = max(last_day, row.starts), "代办对象任职结束"
            row.save()
            access.sync_grants(row)
        if last_day < clock.today():
            User.objects.filter(pk=row.user_id).update(session_epoch=F("session_epoch") + 1)
        notice_send(by=by, to=row.user, kind="appointment", text=f"您的{row.title}任职于{last_day}结束")


@one_transaction
def appointment_make(
    *,
    by: Actor,
    user: User,
    role: str,
    organisation: Organisation | None = None,
    starts: date | None = None,
    ends: date | None = None,
    principal: Appointment | None = None,
) -> Appointment:
    """Appoint `user` to `role` at `organisation` from `starts` (default today) to `ends` (included, or open).

    Raises ValidationError keyed by field when the giver's own role does not list `role`, when he would appoint himself,
    or when the duties of administrator, auditor and business would meet in one account (access rule 5, control C18).
    Also for a start that reaches back too far (setting appointment_backdate_days).
    What an administrator knows of a new account ends with its first appointment, which only the committee's secretary (or
    the operator) gives, and so does what the printer of a member's slip knows, with the first post that he could not give
    himself: whoever appoints finds the new one-time code in `first_code` of the appointment, and nobody finds it again; the
    security auditors are told (access rule 10).
    principal: of an assistant, the giver's own appointment as a leader; it begins today at the latest, lies at the same
    organisation and ends with it.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if principal is not None:
        # Whoever ends it meanwhile waits, or is seen here.
        principal = Appointment.objects.select_for_update(of=("self",)).select_related("user").get(pk=principal.pk)
        organisation, ends = principal.organisation, min(filter(None, (ends, principal.ends)), default=None)
    _check_giving(by, user, role, organisation, principal)
    appointment = Appointment(
        user=user,
        role=role,
        organisation=organisation,
        starts=starts or clock.today(),
        ends=ends,
        appointed_by=account_of(by),
        principal=principal,
        # The operator makes histories; what he enters is no slip of the hand of this day.
        made_at=None if by is OPERATOR else clock.now(),
    )
    _check_days(by, appointment)
    _write(by, appointment)
    if user != by:
        notice_send(
            by=by,
            to=user,
            kind="appointment",
            text=f"您已被任命为{appointment.title}",
        )
    return appointment


def _write(by: Actor, appointment: Appointment) -> None:
    user = appointment.user
    with audit.change(by=by, verb="appointment.make", obj=appointment, organisation=appointment.organisation) as said:
        appointment.full_clean()
        appointment.save()
        if ended := _ends_the_code_of(by, appointment):
            # Nor does the phone that was enrolled under that password come along.
            factor_drop(user)
            appointment.first_code = code_give(user, by=by, unvouched=False)
            said.note = f"{ended}作废，由任命人另发一次性口令"
            tell_auditors(text=f"{by.name}首次任命{user}（{user.username}），{ended}作废，另发了一次性口令")
        elif _is_of_his_slip(by, appointment):
            said.note = "该账号的口令条由任命人打印"
            tell_auditors(
                text=f"{by.name}把由其打印口令条的账号{user}（{user.username}）任命为{appointment.title}，请核查"
            )
        access.sync_grants(appointment)
        _mark(appointment, appointment.starts)


def _is_of_his_slip(by: Actor, appointment: Appointment) -> bool:
    """Return whether `by` printed the code of an account, for no post or for another, to which he now gives this one.

    A secretary's slip and his post are made in one step, and the trail has both.
    """
    rows = CodeSlip.objects.filter(user=appointment.user, replaced_at__isnull=True, printed_by=account_of(by))
    return by is not OPERATOR and rows.exclude(role=appointment.role).exists()


def _check_ending(by: Actor, appointment: Appointment) -> None:
    """Raise ValidationError where `by` may not end this appointment, or it has ended."""
    if by is not access.OPERATOR and appointment.user_id == by.pk:
        raise ValidationError("不能结束自己的任职。")
    own = appointment.principal is not None and by is not OPERATOR and appointment.principal.user_id == by.pk
    if not own and not access.may_give(by, appointment):
        raise ValidationError("您的职务不能结束这一任职。")
    if appointment.ends and appointment.ends < clock.today():
        raise ValidationError("该任职已经结束。")


@one_transaction
def appointment_withdraw(*, by: Actor, appointment: Appointment, reason: str) -> Appointment:
    """Take back an appointment on the day it was entered: its rights and open sessions end at once, not at midnight.

    The row stays, in force on no day; the trail has the reason. Raises ValidationError for whoever may not end it, and
    for one that was entered on another day, which has been acted upon and is ended instead.
    """
    appointment = Appointment.objects.select_for_update().get(pk=appointment.pk)
    _check_ending(by, appointment)
    if not appointment.is_of_today:
        raise ValidationError("只有当天登记的任职可以撤回；其他的请办理结束任职。")
    last_day = min(appointment.starts, clock.today()) - timedelta(days=1)
    with audit.change(
        by=by, verb="appointment.withdraw", obj=appointment, organisation=appointment.organisation, note=reason
    ):
        appointment.ends, appointment.end_reason, appointment.withdrawn_at = last_day, reason, clock.now()
        appointment.full_clean()
        appointment.save()
        access.sync_grants(appointment)
        _mark(appointment, appointment.starts)
        _end_assistants(by, appointment, clock.today() - timedelta(days=1))
        User.objects.filter(pk=appointment.user_id).update(session_epoch=F("session_epoch") + 1)
    notice_send(by=by, to=appointment.user, kind="appointment", text=f"您的{appointment.title}任职已撤回：{reason}")
    return appointment


@one_transaction
def appointment_end(
    *, by: Actor, appointment: Appointment, ends: date | None = None, successor: User | None = None, reason: str = ""
) -> Appointment:
    """End an appointment; `ends` is its last day (default today).

    successor: the account that takes over open items. Nobody ends the appointment that gives him his own power.
    """
    appointment = Appointment.objects.select_for_update().get(pk=appointment.pk)
    today = clock.today()
    _check_ending(by, appointment)
    last_day = ends or max(appointment.starts, today)
    if last_day < appointment.starts:
        raise ValidationError({"ends": "任职止不能早于任职起。"})
    if successor is not None and (successor.pk == appointment.user_id or not successor.is_active):
        raise ValidationError({"successor": "接手人须是另一个启用的账号。"})
    with audit.change(by=by, verb="appointment.end", obj=appointment, organisation=appointment.organisation):
        appointment.ends, appointment.successor, appointment.end_reason = last_day, successor, reason
        appointment.full_clean()
        appointment.save()
        access.sync_grants(appointment)
        _mark(appointment, last_day)
        _end_assistants(by, appointment, last_day)
        # A post that ends ends the open sessions that rest on it (control C05).
        if last_day < today:
            User.objects.filter(pk=appointment.user_id).update(session_epoch=F("session_epoch") + 1)
    notice_send(
        by=by,
        to=appointment.user,
        kind="appointment",
        text=f"您的{appointment.title}任职于{last_day}结束",
    )
    if successor is not None:
        notice_send(
            by=by,
            to=successor,
            kind="handover",
            text=f"{appointment.user.name}的{appointment.title}任职于{last_day}结束，由您接手未办完的事项",
        )
    return appointment
