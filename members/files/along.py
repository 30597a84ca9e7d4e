"""What a member takes along: everything that the sections give of him, as a Word document and as data."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from common import clock
from common.documents.sheet import Sheet, SheetPart, SheetTable, render_word
from members.roster.models.members import Member
from members.roster.sections import Given, given

NUMBERS = "证件号码和手机号码遮盖；需要完整号码的，请向党支部申请核对。"
# The widths of a table of the sheet, together the width of its text.
_WIDE = 156


def document(member: Member) -> bytes:
    """Return the bytes of the Word file."""
    parts = [_part(table) for table in given(member)]
    sheet = Sheet(
        f"{member.name}的党员档案",
        member.home.name,
        clock.today(),
        told=f"由本人从系统导出。{NUMBERS}",
        parts=parts,
    )
    return render_word(sheet)


def _part(table: Given) -> SheetPart:
    if len(table.columns) == 2 and table.columns[0] == "项目":
        return SheetPart(table.title, facts=[(str(name), _said(value)) for name, value in table.rows])
    width = _WIDE / len(table.columns)
    rows = [list(row) for row in table.rows]
    shown = SheetTable(list(table.columns), rows, [width] * len(table.columns), left=range(len(table.columns)))
    return SheetPart(table.title, table=shown, empty="没有记录。")


def _said(value: Any) -> str:
    return clock.in_full(value) if isinstance(value, date) else str(value)


def record(member: Member) -> bytes:
    """Return the same as data: {section: [{column: value}]}, days as 2026-03-01."""
    body = {table.title: [dict(zip(table.columns, row, strict=True)) for row in table.rows] for table in given(member)}
    whole = {"姓名": member.name, "导出日期": clock.today(), "说明": NUMBERS, "内容": body}
    return json.dumps(whole, ensure_ascii=False, indent=2, default=_plain).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)
