"""Who was away and why, as ledgers write it in one cell."""

import re
from typing import NamedTuple

from common.text import cell_text, clean_text, fold, is_blank_mark, person_name

LONGEST = 2000  # characters; a whole committee fits


class Absentee(NamedTuple):
    """Who was away: name, reason as written, and the state of attendance: `leave` or `absent`."""

    name: str
    reason: str
    state: str


_NOBODY = re.compile(
    r"0人?|(?:均|都|全部|全体|全员)*(?:无缺席|无人缺席|全勤|到齐|全到|出席|参加"
    r"|无请假|没有|未缺席)(?:人员)?。?|无缺席人员|无请假人员|无人"
)
_NO_EXCUSE = re.compile(r"无故|旷|缺席|缺勤|未请假|没请假|不请假|无正当|不明|未说明|无理由|未到|擅自")
_REASONS = (
    r"病假|事假|公假|年假|年休假?|休假|产假|陪产假|育儿假|婚假|丧假|探亲假?|补休|调休|公休|公差|公出|出差|借调|挂职|外出|驻村|援[藏疆青]"
    r"|培训|学习|开会|值班|住院|生病|请假|无故.*|旷会|缺席|缺勤|未请假|抽调|下乡|调研|出国|因.+"
)
_NAME_REASON = re.compile(rf"^(?P<name>[^\W\d_]{{2,4}}?|[^\W\d_]+·[^\W\d_]+?)(?:同志)?[-:—\s]*(?P<reason>{_REASONS})$")
_REASON_FIRST = re.compile(rf"^(?P<reason>{_REASONS})(?:的?人员)?[:：](?P<names>.+)$")
_SHARED = re.compile(r"^(?:均|都|皆|同)(?:为|因|系|是)?")


def absence_state(reason):
    """Return `leave` for a reason, `absent` for none or for 无故, 旷会, 缺席, 未请假."""
    return "absent" if is_blank_mark(reason) or _NO_EXCUSE.search(fold(reason)) else "leave"


def _pieces(text):
    """Split at 、 , ; and line breaks, but not inside brackets."""
    # 张三(病假)李四(事假): a closing bracket ends a person, too.
    text = re.sub(r"([)\]】])\s*(?=[^\s、,;。)\]】(\[【])", r"\1、", text)
    pieces, depth, piece = [], 0, ""
    for character in text:
        depth += (character in "([【") - (character in ")]】" and depth > 0)
        if character in "、,;\n。" and not depth:
            pieces.append((piece, character))
            piece = ""
        else:
            piece += character
    cleaned = ((re.sub(r"^(?:\d{1,2}[.、)]|[①-⑳])\s*", "", p.strip()), end) for p, end in [*pieces, (piece, "")])
    return [(p, end) for p, end in cleaned if p and not re.fullmatch(r"[共计等]+\s*\d*\s*[人名]?|\d{1,2}\.?", p)]


def parse_absentees(value, reasons=None):
    """Return the Absentees of a cell: `何嘉兰(病假)、石静英(公假)`, `病假：张三、李四；事假：王五`,
    `张三病假`.

    `reasons`: the cell of a separate column of reasons, when the ledger has one: used in the order of the
    names, or for all of them when it gives one. Nobody away (`无`, `—`, `全勤`, empty) gives [].
    Raises ValueError only for a cell beyond 2,000 characters.
    """
    text = _plain(value)
    if len(text) > LONGEST:
        raise ValueError(f"缺席人员及原因不应超过 {LONGEST} 个字符。")
    if is_blank_mark(text) or _NOBODY.fullmatch(fold(text)):
        return _from_reasons_only(reasons)
    found, open_reason = [], ""
    for piece, end in _pieces(text):
        first = _REASON_FIRST.match(piece)
        if first:
            open_reason, piece = first["reason"], first["names"]
        name, reason = _name_and_reason(piece)
        shared = _SHARED.match(reason)
        if shared:
            reason = reason[shared.end() :]
            for index in range(len(found) - 1, -1, -1):
                if found[index][1]:
                    break
                found[index] = (found[index][0], reason)
        if name:
            found.append((name, reason or open_reason))
        if end in (";", "\n", "。"):
            open_reason = ""
    found = _with_reasons(found, reasons)
    return [Absentee(name, reason, absence_state(reason)) for name, reason in found]


def _plain(value):
    text = cell_text(value)
    return text.translate(str.maketrans("（）［］，；：", "()[],;:"))


def _name_and_reason(piece):
    match = re.match(r"^(?P<name>[^(\[【]*)[(\[【](?P<reason>.*?)[)\]】]*\s*$", piece)
    if not match:
        match = _NAME_REASON.match(piece)
    if not match:
        return person_name(re.sub(r"同志$", "", piece)), ""
    return person_name(re.sub(r"同志$", "", match["name"].strip(" -:—"))), clean_text(match["reason"])


def _from_reasons_only(reasons):
    return [] if reasons is None or is_blank_mark(reasons) else parse_absentees(reasons)


def _with_reasons(found, reasons):
    given = [] if reasons is None or is_blank_mark(reasons) else [p for p, _ in _pieces(_plain(reasons))]
    if not given or any(reason for _, reason in found):
        return found
    if len(given) == 1 and not re.search(r"[(:]", given[0]):
        return [(name, given[0]) for name, _ in found]
    named = {a.name: a.reason for a in parse_absentees(reasons) if a.reason}
    if named:
        return [(name, named.get(name, "")) for name, _ in found]
    return [(name, given[i] if i < len(given) else "") for i, (name, _) in enumerate(found)]
