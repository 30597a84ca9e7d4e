"""Development in a member's file: his way into the Party, his case where one is open, whom he accompanies."""

from datetime import date
from typing import Any

from common import clock
from members.development.models.cases import CaseRole, DevelopmentCase
from members.development.selectors.board import chip_in
from members.development.selectors.cases import case_of, cases_of, open_case
from members.development.steps import PAPER_UNTIL
from members.roster.models.members import Member, MemberStage
from members.roster.sections import Given, Place, Reader, Section, register


def _read(reader: Reader) -> dict[str, Any] | None:
    """The case itself is read by himself and by whoever keeps the roster; others are not told that there is one."""
    if not reader.closely:
        return None
    member = reader.member
    row = open_case(member) if member.led_by_case else None
    roles = CaseRole.objects.filter(member=member, ends__isnull=True, case__closed_on__isnull=True)
    accompanied = list(roles.select_related("case__member").order_by("starts", "pk"))
    ended = [one for one in cases_of(reader) if one.closed_on is not None]
    closed = max(ended, key=lambda one: one.closed_on or date.min, default=None)
    takes_over = reader.manages and not reader.own and row is None and member.stage in PAPER_UNTIL
    if row is None and not accompanied and closed is None and not takes_over:
        return None
    case = case_of(row) if row is not None else None
    view = case.standing.next if case is not None else None
    state, word = chip_in(case, view, clock.today()) if case is not None and view is not None else ("", "")
    return {
        "case": row,
        "next": view,
        "state": state,
        "word": word,
        "closed": closed,
        "accompanied": accompanied,
        "takes_over": takes_over,
        # An applicant has nothing on paper that has to be gone on with.
        "applies": takes_over and member.stage == MemberStage.APPLICANT,
    }


def _give(member: Member) -> list[Given]:
    rows = [
        (case.opened_on, case.closed_on or "", case.get_outcome_display() if case.outcome else "正在办理")
        for case in DevelopmentCase.objects.filter(member=member).order_by("opened_on")
    ]
    return [Given("发展进程", ("申请日期", "办结日期", "结果"), rows)] if rows else []


register(
    Section(
        "development",
        "发展",
        _read,
        Place(True, 50),
        Place(True, 60),
        template="members/development/section.html",
        give=_give,
    )
)
