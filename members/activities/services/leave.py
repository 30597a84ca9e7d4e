"""Write leave of meetings to come; what is agreed stands in the attendance of the record, so that nobody types it again."""

from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from branches import audit
from branches.access.models import User
from branches.notices.services import notice_send, notices_settled
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.text import clean_text
from members.activities.judgement import judge, judgements_write
from members.activities.models import Activity, Attendance, AttendanceState
from members.activities.models.codes import ActivityState, picks
from members.activities.models.leave import OPEN_RECORDS, Leave, LeaveState
from members.activities.quorum import figures
from members.activities.selectors.rosters import expected
from members.activities.services.records import locked
from members.roster.models.members import Member

NOTICE = "leave"
MOST_ANSWER = 20  # nobody has more secretaries; what lies above them is not read
OWN = "不能办理本人的请假，由他人办理。"
NOT_OWN = "只能为本人请假。"
NO_REASON = "请写明请假原因。"
NO_ANSWER = "不同意的，请写明原因。"
TWICE = "这次活动已经请过假，请等待答复。"
PAST = "活动已经开展，不能再请假；考勤有误的，可以提出更正。"
NOT_EXPECTED = "这次活动没有列您为应到人员，不必请假。"
NOBODY = "还没有可以办理请假的人，请联系上级党组织。"


def deciders_of(leave: Leave) -> list[User]:
    """Return who decides: of those who keep the roster there the nearest, without the member himself (a secretary's own goes on)."""
    able = access.who_can(MEMBERS, leave.organisation, limit=MOST_ANSWER)
    others = [row for row in able if row.user_id != leave.member.account_id]
    nearest = others[0].organisation_id if others else None
    return list({row.user_id: row.user for row in others if row.organisation_id == nearest}.values())


def _about(leave: Leave) -> str:
    return f"leave/{leave.pk}"


def kept_at(activity: Activity, member: Member) -> Organisation | None:
    """Return the organisation in whose attendance of a record a member stands, None where he is not expected."""
    if picks(activity.codes):
        return None
    entry = Attendance.objects.select_related("organisation__parent").filter(activity=activity, member=member).first()
    if entry is not None:
        return None if entry.state == AttendanceState.EXEMPT else entry.organisation
    named = {one.pk for one in expected(activity.organisation, activity.codes, activity.day)}
    return activity.organisation if member.pk in named and not member.exempt_on(activity.day) else None


@one_transaction
def leave_ask(*, by: User, member: Member, activity: Activity, reason: str) -> Leave:
    """Ask for leave of a planned record and tell who decides. Returns the Leave.

    Raises ValidationError: somebody else's, no reason, begun already, not expected there, asked already, nobody to decide.
    """
    activity, reason = locked(activity), clean_text(reason)
    if member.account_id is None or member.account_id != getattr(account_of(by), "pk", None):
        raise ValidationError(NOT_OWN)
    if not reason:
        raise ValidationError({"reason": NO_REASON})
    if activity.state != ActivityState.PLANNED or activity.day < clock.today():
        raise ValidationError(PAST)
    place = kept_at(activity, member)
    if place is None:
        raise ValidationError(NOT_EXPECTED)
    if Leave.objects.filter(activity=activity, member=member, state__in=(LeaveState.ASKED, LeaveState.AGREED)).exists():
        raise ValidationError(TWICE)
    leave = Leave(activity=activity, member=member, organisation=place, reason=reason, asked_on=clock.today())
    able = deciders_of(leave)
    if not able:
        raise ValidationError(NOBODY)
    with audit.change(by=by, verb="leave.ask", obj=leave, organisation=place):
        leave.full_clean()
        leave.save()
    text = f"{member.name}请假：{leave.about}，{reason}"
    for user in able:
        url = reverse("leave_detail", args=[leave.pk])
        notice_send(by=by, to=user, kind=NOTICE, text=text, url=url, about=_about(leave))
    return leave


def require_open(leave: Leave) -> None:
    """Raise Conflict for what is answered already, or cannot be answered any more."""
    if not leave.open:
        raise Conflict(f"这次请假已处理：{leave.get_state_display()}。")
    if leave.activity.state not in OPEN_RECORDS:
        raise Conflict(f"这条记录现在的状态是“{leave.activity.get_state_display()}”，不能再办理请假。")


def _fresh(leave: Leave) -> Leave:
    """Return the row with its record, both held: the record first, as whoever writes it does."""
    activity = locked(leave.activity)
    rows = Leave.objects.select_for_update(of=("self",)).select_related("member__account", "organisation__parent")
    fresh = rows.get(pk=leave.pk)
    fresh.activity = activity
    return fresh


@one_transaction
def leave_decide(*, by: Actor, leave: Leave, agree: bool, answer: str = "") -> Leave:
    """Agree, and the attendance says so with the reason; or refuse and say why. The member is told.

    Raises Conflict once it is answered or the record has left its writers' hands, ValidationError: one's own, no reason for a no.
    """
    fresh, account, answer = _fresh(leave), account_of(by), clean_text(answer)
    access.require(by, MEMBERS, fresh.organisation)
    require_open(fresh)
    if account is not None and account.pk == fresh.member.account_id:
        raise ValidationError(OWN)
    if not agree and not answer:
        raise ValidationError({"answer": NO_ANSWER})
    with audit.change(
        by=by, verb="leave.agree" if agree else "leave.refuse", obj=fresh, organisation=fresh.organisation
    ):
        fresh.state = LeaveState.AGREED if agree else LeaveState.REFUSED
        fresh.decided_on, fresh.decided_by, fresh.answer = clock.today(), account, answer
        fresh.full_clean()
        fresh.save()
    if agree:
        _attendance_say(fresh, AttendanceState.LEAVE, fresh.reason)
    _tell(by, fresh)
    return fresh


@one_transaction
def leave_withdraw(*, by: User, leave: Leave) -> Leave:
    """Say that one comes after all, while the record is planned; what was agreed leaves the attendance again.

    Raises ValidationError for somebody else's, Conflict where it is too late.
    """
    fresh = _fresh(leave)
    if fresh.member.account_id is None or fresh.member.account_id != getattr(account_of(by), "pk", None):
        raise ValidationError(NOT_OWN)
    if not fresh.may_be_withdrawn:
        raise Conflict(f"这次请假不能再撤回：{fresh.get_state_display()}。")
    agreed = fresh.state == LeaveState.AGREED
    with audit.change(by=by, verb="leave.withdraw", obj=fresh, organisation=fresh.organisation):
        fresh.state = LeaveState.WITHDRAWN
        fresh.full_clean()
        fresh.save()
    if agreed:
        _attendance_say(fresh, AttendanceState.NOT_RECORDED, "")
    for user in deciders_of(fresh):
        notices_settled(to=user, kind=NOTICE, about=_about(fresh))
        if agreed:
            notice_send(by=by, to=user, kind=NOTICE, text=f"{fresh.member.name}撤回请假，将参加{fresh.about}")
    return fresh


def _attendance_say(leave: Leave, state: str, reason: str) -> None:
    """Write the member's attendance and judge the record anew; a form that was opened before is stale then."""
    activity = leave.activity
    Attendance.objects.update_or_create(
        activity=activity,
        member=leave.member,
        defaults={"state": state, "reason": reason},
        create_defaults={"state": state, "reason": reason, "organisation": leave.organisation},
    )
    own = {one.kind: one.quorum for one in judge(activity) if one.host == activity.organisation_id}
    for name, value in figures(own).items():
        setattr(activity, name, value)
    activity.version += 1
    activity.changed = clock.now()
    activity.save()
    judgements_write(activity)


def _tell(by: Actor, leave: Leave) -> None:
    """Tell the member, and take the question away from everybody who was asked."""
    for user in deciders_of(leave):
        notices_settled(to=user, kind=NOTICE, about=_about(leave))
    member: Any = leave.member
    if member.account is None or not member.account.is_active:
        return
    said = f"{leave.get_state_display()}：{leave.about}" + (f"，{leave.answer}" if leave.answer else "")
    notice_send(by=by, to=member.account, kind=NOTICE, text=said, url=f"{reverse('member_own')}#coming")
