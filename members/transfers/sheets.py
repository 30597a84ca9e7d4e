"""Transfers on paper: the letter that a member carries, and the roster of a day."""

from datetime import date
from typing import Any

from branches.places.models.organisations import Organisation
from common import clock
from common.documents.sheet import Sheet, SheetPart, SheetTable
from members.roster.models.standing import MemberStage
from members.transfers.models import Transfer
from members.transfers.selectors.roll import Line, Roll

_HEADS = ["序号", "姓名", "性别", "类别", "党小组", "党内职务", "入党日期", "备注"]
_WIDTHS = [12, 22, 12, 22, 24, 26, 24, 24]


def letter_of(transfer: Transfer, until: str) -> Sheet:
    """Return the letter of introduction of a transfer out of the agency. until: the last day on which it is good, in words.

    It says what the receiving organisation needs and nothing else: no number of an identity card.
    """
    member, giver = transfer.member, transfer.giver
    assert giver is not None
    facts = [
        ("姓名", member.name),
        ("性别", member.sex or "未填"),
        ("人员类别", member.get_stage_display()),
        ("入党日期", clock.in_full(member.joined_on) if member.joined_on else "未填"),
        ("转正日期", clock.in_full(member.full_on) if member.full_on else _no_full_day(member)),
        ("转出党组织", giver.name),
        ("转往党组织", transfer.outside),
        ("党费交至", f"{transfer.dues_until:%Y年%-m月}" if transfer.dues_until else "未填"),
        ("介绍信编号", transfer.letter),
    ]
    told = f"{member.name}同志的组织关系由{giver.label}转往{transfer.outside}，请接收。有效期至{until}。"
    slip = [
        f"{member.name}同志的组织关系已于　　　　年　　月　　日接收，特此回执。",
        "接收后请将本联寄回转出党组织；转出后、接收前，由转出党组织负责管理。",
    ]
    parts = [SheetPart("基本情况", facts=facts), SheetPart("接收回执", texts=slip)]
    return Sheet(
        "党员组织关系介绍信",
        giver.name,
        transfer.issued_on or clock.today(),
        told=told,
        parts=parts,
        signers=["转出党组织（盖章）", "接收党组织（盖章）", "接收人、电话"],
    )


def _no_full_day(member: Any) -> str:
    """Of a full member the day is not known; whoever is on probation has none yet."""
    return "未填" if member.stage == MemberStage.FULL else "尚未转正"


def roll_sheet(organisation: Organisation, roll: Roll, day: date) -> Sheet:
    """Return the roster of a branch on a day."""
    parts = [
        SheetPart(
            f"在册党员（{len(roll.lines)} 名）",
            table=SheetTable(_HEADS, _rows(roll.lines), _WIDTHS, (1, 4, 5, 7)),
            empty="这一天没有在册党员。",
        )
    ]
    if roll.apart:
        parts.append(
            SheetPart(
                f"停止党籍，另列（{len(roll.apart)} 名）",
                table=SheetTable(_HEADS, _rows(roll.apart), _WIDTHS, (1, 4, 5, 7)),
            )
        )
    told = f"{clock.in_full(day)}在册党员 {len(roll.lines)} 名，其中有表决权的 {roll.voters} 名。"
    return Sheet(f"{organisation.label}党员名册", organisation.name, day, told=told, parts=parts)


def _rows(lines: list[Line]) -> list[list[Any]]:
    return [
        [number, one.member.name, one.member.sex, one.stage, one.group, one.seat, one.member.joined_on, one.remark]
        for number, one in enumerate(lines, 1)
    ]
