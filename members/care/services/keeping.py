"""Write whom a branch looks after: marks begun and ended, what befell somebody, what was given to him."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from branches import audit
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.fields import conceal
from common.operator import Actor
from members.care.marks import days_of_event, mark_member
from members.care.models import (
    NOTE_MOST,
    CareEvent,
    CareHelp,
    CareMark,
    EventKind,
    HelpKind,
    HelpSource,
    MarkKind,
)
from members.care.rights import require_keeper
from members.dues.models import UseHeading
from members.dues.services.uses import use_note
from members.roster.models.members import Member
from members.roster.services.members import member_update

FRAIL_WORDS = "年老体弱"
# What the sheet of uses that is hung up says of a grant: no name, no reason.
PURPOSE = "党内关怀帮扶补助"


def told(row: Any) -> dict[str, Any]:
    """What the trail keeps: who is looked after, and why, is for the branch and himself alone."""
    return audit.snapshot(row, hide=("member", "kind", "note", "amount"))


def _held(member: Member) -> Member:
    found: Member = Member.objects.select_for_update(of=("self",)).select_related("home").get(pk=member.pk)
    return found


def _check(member: Member, day: date, name: str, note: str = "") -> None:
    """Raise ValidationError by field: a day to come, a note that is too long, somebody who has left, an archived branch."""
    wrong = {}
    if day > clock.today():
        wrong["day"] = f"{name}不能晚于今天。"
    if len(note) > NOTE_MOST:
        wrong["note"] = f"备注不超过 {NOTE_MOST} 字，现有 {len(note)} 字。"
    if wrong:
        raise ValidationError(wrong)
    if member.left_on is not None:
        raise ValidationError(f"{member.name}的组织关系已于 {clock.in_words(member.left_on)} 离开本机关，不能再登记。")
    if member.home.archived_on:
        raise ValidationError(
            f"{member.home.label}已于 {clock.in_words(member.home.archived_on)} 撤销，不能再登记关怀。"
        )


@one_transaction
def mark_begin(*, by: Actor, member: Member, kind: str, day: date, note: str = "") -> CareMark:
    """Begin to look after somebody. Who is frail is freed of hard demands with it, unless he is already (life-elderly-exempt)."""
    member = _held(member)
    _check(member, day, "开始日期", note)
    if CareMark.objects.in_force(day).filter(member=member, kind=kind).exists():
        raise ValidationError({"kind": f"{member.name}已经登记为{MarkKind(kind).label}。"})
    row = CareMark(member=member, kind=kind, starts=day)
    with audit.change(by=by, verb="care.mark", obj=row, organisation=member.home, view=told):
        conceal(row, "note", note)
        row.full_clean()
        row.save()
        require_keeper(by, member.home)
    if kind == MarkKind.FRAIL and member.exempt_from is None:
        member_update(by=by, member=member, exempt_from=day, exempt_reason=FRAIL_WORDS)
    mark_member(member.pk, day)
    return row


def require_open(mark: CareMark) -> None:
    """Raise Conflict once a mark has ended."""
    if mark.ends is not None:
        raise Conflict(f"这一项已于 {clock.in_words(mark.ends)} 结束。")


@one_transaction
def mark_end(*, by: Actor, mark: CareMark, day: date) -> CareMark:
    """End a mark with a day, the last of it; it stays to be read."""
    row = CareMark.objects.select_for_update(of=("self",)).select_related("member__home").get(pk=mark.pk)
    require_open(row)
    if day > clock.today():
        raise ValidationError({"day": "结束日期不能晚于今天。"})
    if day < row.starts:
        raise ValidationError({"day": "结束日期不能早于开始日期。"})
    with audit.change(by=by, verb="care.end", obj=row, organisation=row.member.home, view=told):
        row.ends = day
        row.full_clean()
        row.save(update_fields=["ends"])
        require_keeper(by, row.member.home)
    mark_member(row.member_id, day)
    return row


@one_transaction
def event_note(*, by: Actor, member: Member, kind: str, day: date, note: str = "") -> CareEvent:
    """Note what befell somebody; from that day on a visit or a talk answers it."""
    member = _held(member)
    _check(member, day, "日期", note)
    if CareEvent.objects.filter(member=member, kind=kind, day=day).exists():
        raise ValidationError({"day": f"{member.name}这一天的{EventKind(kind).label}已经登记。"})
    row = CareEvent(member=member, kind=kind, day=day)
    with audit.change(by=by, verb="care.event", obj=row, organisation=member.home, view=told):
        conceal(row, "note", note)
        row.full_clean()
        row.save()
        require_keeper(by, member.home)
    mark_member(member.pk, *days_of_event(day))
    return row


@one_transaction
def help_note(
    *,
    by: Actor,
    member: Member,
    kind: str,
    source: str,
    day: date,
    amount: Decimal | None = None,
    heading: str = UseHeading.HARDSHIP,
    decided_in: Any = None,
) -> CareHelp:
    """Note what was given to somebody; a grant from dues writes its use with it. Raises ValidationError by field."""
    member = _held(member)
    _check(member, day, "日期")
    if kind == HelpKind.GRANT and amount is None:
        raise ValidationError({"amount": "请填写补助的金额。"})
    if source == HelpSource.DUES and kind != HelpKind.GRANT:
        raise ValidationError({"source": "党费只用于补助，请选择补助并填写金额。"})
    row = CareHelp(member=member, kind=kind, source=source, on=day, amount=amount, decided_in=decided_in)
    with audit.change(by=by, verb="care.help", obj=row, organisation=member.home, view=told):
        if source == HelpSource.DUES and amount is not None:
            row.use = use_note(
                by=by,
                organisation=member.home,
                on=day,
                heading=heading,
                amount=amount,
                purpose=PURPOSE,
                decided_in=decided_in,
            )
        elif decided_in is not None and decided_in.organisation_id != member.home_id:
            raise ValidationError({"decided_in": "请选择本组织的会议。"})
        row.full_clean()
        row.save()
        require_keeper(by, member.home)
    return row
