"""The yearly sheet on which members read what came of their dues and what it was used for: sums, no names."""

from datetime import date

from branches.places.models.organisations import Organisation
from common import clock
from common.documents.sheet import Sheet, SheetPart, SheetTable
from members.dues.models import DuesUse
from members.dues.rules import yuan
from members.dues.selectors.month import Published


def publication(organisation: Organisation, year: int, found: Published) -> Sheet:
    """Return the sheet of one organisation and year (fee-publish)."""
    months = [[one.short(), number or None, yuan(total) if total else None] for one, number, total in found.months]
    uses = [[use.on, use.get_heading_display(), use.purpose, yuan(use.amount), _meeting(use)] for use in found.uses]
    parts = [
        SheetPart(
            f"收缴（{yuan(found.came)} 元）",
            table=SheetTable(["月份", "交纳人数", "金额（元）"], months if found.came else [], [30, 40, 50]),
            empty="本年没有登记收缴。",
        ),
        SheetPart(
            f"使用（{yuan(found.went)} 元）",
            table=SheetTable(["日期", "用途", "事由", "金额（元）", "集体决定"], uses, [24, 38, 40, 24, 30], (1, 2)),
            empty="本年没有使用党费。",
        ),
    ]
    told = f"{year} 年收缴党费 {yuan(found.came)} 元，使用 {yuan(found.went)} 元。"
    day = min(clock.today(), date(year, 12, 31))
    return Sheet(f"{organisation.label} {year} 年党费收缴使用情况", organisation.name, day, told=told, parts=parts)


def _meeting(use: DuesUse) -> str:
    decided = use.decided_in
    return f"{clock.in_words(decided.day)}会议" if decided is not None else ""
