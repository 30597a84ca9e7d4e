"""The yearly sheet on which members read what came of their dues and what it was used for: sums, no names."""

from datetime import date
from decimal import Decimal
from typing import Any

from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.documents.sheet import Sheet, SheetPart, SheetTable
from common.periods import Period
from members.dues.models import DuesUse
from members.dues.rules import FEWEST, NEXT_MONTH, NOT_LISTED, TOO_FEW, is_told, yuan
from members.dues.selectors.month import Published
from members.dues.selectors.told import telling_months, untold_months


def untold(organisation: Organisation, found: Published, *, own: bool) -> set[Period]:
    """Return the months whose sums the reader is not told. own: the branch itself reads them."""
    if own:
        return set()
    of_branch = organisation.kind == Kind.BRANCH
    until = clock.today() if of_branch else date.max
    hidden = {one for one, number, _ in found.months if number and not is_told(number, one, until)}
    beside = untold_months if of_branch else telling_months
    return hidden | beside(organisation, found.months[0][0].year)


def publication(organisation: Organisation, year: int, found: Published, *, own: bool) -> Sheet:
    """Return the sheet of one organisation and year (fee-publish). own: the branch itself reads it, with every sum."""
    today = clock.today()
    hidden = untold(organisation, found, own=own)
    months = [
        [one.short(), *_month(number, total, hidden=one in hidden, over=one.last < today)]
        for one, number, total in found.months
    ]
    # Beside the other months the year's sum would tell the one that is not told.
    came = NOT_LISTED if hidden else f"{yuan(found.came)} 元"
    uses = [[use.on, use.get_heading_display(), use.purpose, yuan(use.amount), _meeting(use)] for use in found.uses]
    parts = [
        SheetPart(
            f"收缴（{came}）",
            table=SheetTable(["月份", "交纳人数", "金额（元）"], months if found.came else [], [30, 40, 50]),
            empty="本年没有登记收缴。",
        ),
        SheetPart(
            f"使用（{yuan(found.went)} 元）",
            table=SheetTable(["日期", "用途", "事由", "金额（元）", "集体决定"], uses, [24, 38, 40, 24, 30], (1, 2)),
            empty="本年没有使用党费。",
        ),
    ]
    told = f"{year} 年收缴党费 {came}，使用 {yuan(found.went)} 元。"
    day = min(today, date(year, 12, 31))
    return Sheet(f"{organisation.label} {year} 年党费收缴使用情况", organisation.name, day, told=told, parts=parts)


def _month(number: int, total: Decimal, *, hidden: bool, over: bool) -> list[Any]:
    """Return (heads, sum) of a month as the sheet tells them."""
    if not number:
        return [None, None]
    if not hidden:
        return [number, yuan(total)]
    if number < FEWEST:
        return [TOO_FEW, NOT_LISTED]
    return [number, NOT_LISTED if over else NEXT_MONTH]


def _meeting(use: DuesUse) -> str:
    decided = use.decided_in
    return f"{clock.in_words(decided.day)}会议" if decided is not None else ""
