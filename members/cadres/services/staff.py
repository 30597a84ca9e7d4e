"""Party workers without a seat, and how many work at the agency: dated rows, ended and never overwritten."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError

from branches import audit
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor
from members.cadres import rules
from members.cadres.marks import mark_staff
from members.cadres.models import PartyWork, StaffTotal
from members.roster.models.members import Member

ONE_DAY = timedelta(days=1)


@one_transaction
def work_note(*, by: Actor, member: Member, organisation: Organisation, share: str, starts: date) -> PartyWork:
    """Note that somebody does Party work at an organisation from a day on; another share ends what stood before."""
    if organisation.archived_on:
        raise ValidationError(rules.archived_words(organisation.label, organisation.archived_on, "登记党务工作"))
    if starts > clock.today():
        raise ValidationError({"starts": "起不能晚于今天。"})
    access.require(by, MEMBERS, member.home)
    Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    before = PartyWork.objects.filter(member=member, organisation=organisation, ends__isnull=True).first()
    if before is not None and before.share == share:
        raise ValidationError({"member": f"{member.name}已登记为{before.get_share_display()}。"})
    if before is not None:
        if before.starts >= starts:
            raise ValidationError({"starts": f"应晚于现在登记的起始日期 {clock.in_full(before.starts)}。"})
        _end(by, before, starts - ONE_DAY)
    row = PartyWork(member=member, organisation=organisation, share=share, starts=starts)
    with audit.change(by=by, verb="party_work.note", obj=row, organisation=organisation):
        row.full_clean()
        row.save()
        access.require(by, MEMBERS, organisation)
    mark_staff(organisation, starts)
    return row


def _end(by: Actor, row: PartyWork, ends: date) -> None:
    with audit.change(by=by, verb="party_work.end", obj=row, organisation=row.organisation):
        row.ends = ends
        row.full_clean()
        row.save()
        access.require(by, MEMBERS, row.organisation)
    mark_staff(row.organisation, ends)


@one_transaction
def work_end(*, by: Actor, work: PartyWork, ends: date) -> None:
    """Say until when somebody did Party work, that day included."""
    row = (
        PartyWork.objects.select_for_update(of=("self",))
        .select_related("organisation__parent", "member")
        .get(pk=work.pk)
    )
    if row.ends is not None:
        raise Conflict(f"{row.member}的党务工作已登记到 {clock.in_full(row.ends)}。")
    if ends < row.starts:
        raise ValidationError({"ends": "止不能早于起。"})
    if ends > clock.today():
        raise ValidationError({"ends": "止不能晚于今天。"})
    _end(by, row, ends)


@one_transaction
def total_note(*, by: Actor, organisation: Organisation, number: int, starts: date) -> StaffTotal:
    """Note how many work at the agency of a committee from a day on; the number before ends the day before."""
    if organisation.kind != Kind.COMMITTEE:
        raise ValidationError("机关工作人员总数由机关党委登记。")
    if organisation.archived_on:
        raise ValidationError(rules.archived_words(organisation.label, organisation.archived_on, "登记"))
    if starts > clock.today():
        raise ValidationError({"starts": "起不能晚于今天。"})
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    before = StaffTotal.objects.filter(organisation=organisation, ends__isnull=True).first()
    if before is not None and before.starts >= starts:
        raise ValidationError({"starts": f"应晚于上次登记的日期 {clock.in_full(before.starts)}。"})
    row = StaffTotal(organisation=organisation, number=number, starts=starts)
    with audit.change(by=by, verb="staff_total.note", obj=row, organisation=organisation):
        if before is not None:
            before.ends = starts - ONE_DAY
            before.save()
        row.full_clean()
        row.save()
        access.require(by, MEMBERS, organisation)
    mark_staff(organisation, starts)
    return row
