"""Write corrections: a member asks for his own file, or his attendance of a record, to be put right; whoever keeps the roster decides."""

from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from branches import audit
from branches.access.models import User
from branches.jobs.marks import mark
from branches.notices.services import notice_send, notices_settled
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.text import clean_text
from members.activities.models import Activity, Attendance
from members.corrections import rules
from members.corrections.models import Correction, CorrectionItem, CorrectionState
from members.roster.models.members import Member
from members.roster.services.standing import held as member_held

NOTICE = "correction"
# The change mark of what was found right, which the faults of a roster read.
SUBJECT = "corrections"
MOST_ANSWER = 20  # nobody has more secretaries; what lies above them is not read


def keepers_of(member: Member) -> list[User]:
    """Return who decides on a member's corrections: of those who may, the ones at the nearest organisation, without himself."""
    able = access.who_can(MEMBERS, member.home, limit=MOST_ANSWER)
    others = [row for row in able if row.user_id != member.account_id]
    nearest = others[0].organisation_id if others else None
    return list({row.user_id: row.user for row in others if row.organisation_id == nearest}.values())


def _about(correction: Correction) -> str:
    return f"correction/{correction.pk}"


def _check(by: User, member: Member, text: str, item: str, activity: Activity | None) -> None:
    """Raise as `correction_ask` for what cannot be asked."""
    if member.account_id is None or member.account_id != getattr(account_of(by), "pk", None):
        raise ValidationError("只能对本人的档案提出更正。")
    if problem := rules.text_problem(text):
        raise ValidationError({"text": problem})
    if activity is not None and not Attendance.objects.filter(activity=activity, member=member).exists():
        raise ValidationError("这次活动没有您的考勤。")
    if activity is None and (item == CorrectionItem.ATTENDANCE or item not in CorrectionItem.values):
        raise ValidationError({"item": "请选择哪一项有误。"})
    same = {"activity": activity} if activity is not None else {"activity__isnull": True, "item": item}
    if Correction.objects.waiting().filter(member=member, **same).exists():
        raise ValidationError(rules.TWICE)


@one_transaction
def correction_ask(
    *, by: User, member: Member, text: str, item: str = CorrectionItem.OTHER, activity: Activity | None = None
) -> Correction:
    """Keep what a member says is wrong in his file, or in his attendance of a record, and tell who decides. Returns the Correction.

    Raises ValidationError: somebody else's file, no clear text, a record without him, asked already, nobody to decide.
    """
    member, text = member_held(member), clean_text(text)
    _check(by, member, text, item, activity)
    keepers = keepers_of(member)
    if not keepers:
        raise ValidationError("您所在党支部还没有可以办理的人，请联系上级党组织。")
    correction = Correction(member=member, item=item, activity=activity, text=text, asked_on=clock.today())
    if activity is not None:
        correction.item = CorrectionItem.ATTENDANCE
    with audit.change(by=by, verb="correction.ask", obj=correction, organisation=member.home):
        correction.full_clean()
        correction.save()
    for user in keepers:
        notice_send(
            by=by,
            to=user,
            kind=NOTICE,
            text=f"{member.name}请求更正{correction.about}：{text}",
            url=reverse("correction_detail", args=[correction.pk]),
            about=_about(correction),
        )
    return correction


def require_open(correction: Correction) -> None:
    """Raise Conflict once a correction is decided."""
    if not correction.open:
        who = correction.decided_by.name if correction.decided_by else "系统"
        raise Conflict(f"{who}已于{correction.decided_words}认定{correction.get_state_display()}。")


@one_transaction
def correction_decide(*, by: Actor, correction: Correction, right: bool, reason: str = "") -> Correction:
    """Say that a member is right, or that he is not and why; he is told. What is wrong is put right where it stands.

    Found right it is a fault of his branch's roster in the month of the decision. Raises Conflict once it is decided,
    ValidationError: his own, no reason for a no.
    """
    member = member_held(correction.member)
    rows = Correction.objects.select_for_update(of=("self",)).select_related("activity", "decided_by")
    fresh = rows.get(pk=correction.pk)
    fresh.member = member
    access.require(by, MEMBERS, member.home)
    require_open(fresh)
    account = account_of(by)
    if account is not None and account.pk == member.account_id:
        raise ValidationError(rules.OWN)
    reason = clean_text(reason)
    if not right and not reason:
        raise ValidationError({"reason": rules.NO_REASON})
    with audit.change(by=by, verb="correction.decide", obj=fresh, organisation=member.home):
        fresh.state = CorrectionState.RIGHT if right else CorrectionState.WRONG
        fresh.decided_on, fresh.decided_by, fresh.reason = clock.today(), account, reason
        fresh.branch_id = member.home_id
        fresh.full_clean()
        fresh.save()
    if right:
        mark(member.home_id, fresh.decided_on, fresh.decided_on, SUBJECT)
    _tell(by, fresh)
    return fresh


def _tell(by: Actor, correction: Correction) -> None:
    """Tell the member, and take the question away from everybody who was asked."""
    member: Any = correction.member
    for user in keepers_of(member):
        notices_settled(to=user, kind=NOTICE, about=_about(correction))
    if member.account is None or not member.account.is_active:
        return
    found = f"您提出更正的{correction.about}，认定{correction.get_state_display()}"
    text = f"{found}：{correction.reason}" if correction.reason else f"{found}，将据实更正"
    notice_send(by=by, to=member.account, kind=NOTICE, text=text, url=f"{reverse('member_own')}#corrections")
