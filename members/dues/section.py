"""Dues in a member's file: the months of this year, as the payer reads them and who keeps the roster at his branch itself."""

from typing import Any

from branches.frame.states import chip_look
from common import clock
from members.dues.rights import reads_amounts
from members.dues.rules import PAID, PAID_LATE, WARN_MONTHS, unpaid_run
from members.dues.selectors.month import year_of_member
from members.roster.models.members import Member
from members.roster.sections import Given, Place, Reader, Section, register


def _read(reader: Reader) -> dict[str, Any] | None:
    if not (reader.own or reader.manages and reads_amounts(reader.user, reader.member.home)):
        return None
    today = clock.today()
    months = year_of_member(reader.member, today.year, today)
    if not months:
        return None
    run = unpaid_run(month.state for month in months) >= WARN_MONTHS
    return {
        "year": today.year,
        "months": months,
        "paid": sum(month.state in (PAID, PAID_LATE) for month in months),
        "run": run and reader.own,
    }


def _give(member: Member) -> list[Given]:
    today = clock.today()
    rows = [
        (
            month.month.label(),
            chip_look(month.look)["word"],
            "" if month.rate is None else float(month.rate),
            "" if month.paid is None else float(month.paid),
        )
        for month in year_of_member(member, today.year, today)
    ]
    return [Given(f"{today.year}年党费", ("月份", "情况", "应交（元）", "交纳（元）"), rows)]


register(
    Section("dues", "党费", _read, Place(True, 30), Place(True, 50), template="members/dues/section.html", give=_give)
)
