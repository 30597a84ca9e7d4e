"""State the hours that somebody brings from outside, and confirm them: only then they count, as a length that is stated later does."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.urls import reverse

from branches import audit
from branches.jobs.marks import mark_days
from branches.notices.services import notice_send
from branches.reach import access
from branches.reach.models import OrganisationGrant
from branches.reach.rights import MEMBERS, REVIEW
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.text import clean_text
from members.education.brought import arrived_in
from members.education.marks import SUBJECT
from members.education.models import PROOF_MOST, BroughtHours, MendState
from members.education.services.mending import REASON_MOST, why_not_decide
from members.roster.models.members import Member
from members.roster.services.standing import held as member_held

DAY_HOURS = 8
NOT_ARRIVED = "这一年没有从机关外转入，不能登记转来的学时。"
STATED = "这一年转来的学时已经登记，退回后才能重新登记。"


def most_hours(arrived: date) -> Decimal:
    """Return what can be studied from the year's beginning until a day, at eight hours a day."""
    return Decimal(DAY_HOURS * max((arrived - date(arrived.year, 1, 1)).days, 0))


@one_transaction
def hours_bring(*, by: Actor, member: Member, year: int, hours: Decimal, proof: str) -> BroughtHours:
    """State what a member who came from outside studied in the year before; without anybody above who reviews, it counts at once.

    proof: who certified it. Raises ValidationError by field: he did not come that year, stated already, more than the days allow.
    """
    member, proof = member_held(member), clean_text(proof)
    access.require(by, MEMBERS, member.home)
    arrived = arrived_in(member, year)
    if arrived is None:
        raise ValidationError(NOT_ARRIVED)
    if not proof:
        raise ValidationError({"proof": "请填写出具证明的党组织和证明名称。"})
    if hours <= 0:
        raise ValidationError({"hours": "转来的学时应大于 0。"})
    most = most_hours(arrived)
    if hours > most:
        raise ValidationError({"hours": f"转来的学时不超过 {most} 学时（转入前每天按 {DAY_HOURS} 学时计）。"})
    if BroughtHours.objects.filter(member=member, year=year).exclude(state=MendState.RETURNED).exists():
        raise ValidationError(STATED)
    row = BroughtHours(
        member=member,
        organisation=member.home,
        year=year,
        hours=hours,
        proof=proof,
        counted_on=arrived,
        stated_by=account_of(by),
    )
    with audit.change(by=by, verb="brought.state", obj=row, organisation=member.home):
        row.full_clean(exclude=["stated_by", "decided_by"])
        row.save()
    if not OrganisationGrant.objects.giving(REVIEW, clock.today()).above(member.home).exists():
        _count(by, row)
    return row


def _held(by: Actor, row: BroughtHours) -> BroughtHours:
    rows = BroughtHours.objects.select_for_update(of=("self",)).select_related("organisation__parent", "member")
    fresh = rows.get(pk=row.pk)
    access.require(by, REVIEW, fresh.organisation)
    if fresh.state != MendState.WAITING:
        raise Conflict(f"这份转来学时{fresh.get_state_display()}，不能再改。")
    if problem := why_not_decide(by, fresh):
        raise Conflict(problem)
    return fresh


@one_transaction
def hours_confirm(*, by: Actor, row: BroughtHours) -> BroughtHours:
    """Say that it is certified: from now on it counts, wherever hours are counted."""
    fresh = _held(by, row)
    fresh.decided_by, fresh.decided = account_of(by), clock.now()
    _count(by, fresh)
    _tell(by, fresh, f"{fresh.member.name}转来的 {fresh.hours:g} 学时已确认，计入学时")
    return fresh


def _count(by: Actor, row: BroughtHours) -> None:
    with audit.change(by=by, verb="brought.confirm", obj=row, organisation=row.organisation):
        row.state = MendState.CONFIRMED
        row.save()
    # Hours belong to the person, and count where he belongs today.
    mark_days({row.organisation_id, row.member.home_id}, [row.counted_on], SUBJECT)


@one_transaction
def hours_return(*, by: Actor, row: BroughtHours, reason: str) -> BroughtHours:
    """Give it back with a reason; it can be stated anew."""
    fresh, reason = _held(by, row), clean_text(reason)
    if not reason:
        raise ValidationError({"reason": "请填写退回原因。"})
    if len(reason) > REASON_MOST:
        raise ValidationError({"reason": f"退回原因不超过 {REASON_MOST} 字，现有 {len(reason)} 字。"})
    with audit.change(by=by, verb="brought.return", obj=fresh, organisation=fresh.organisation):
        fresh.state, fresh.reason = MendState.RETURNED, reason
        fresh.decided_by, fresh.decided = account_of(by), clock.now()
        fresh.save()
    _tell(by, fresh, f"{fresh.member.name}转来的学时被退回：{reason}")
    return fresh


def _tell(by: Actor, row: BroughtHours, text: str) -> None:
    if row.stated_by is not None:
        url = reverse("education_bring", args=[row.member_id])
        about = f"brought_hours/{row.pk}"
        notice_send(by=by, to=row.stated_by, kind="length_mend", text=text[:200], url=url, about=about)


__all__ = ["NOT_ARRIVED", "PROOF_MOST", "STATED", "hours_bring", "hours_confirm", "hours_return", "most_hours"]
