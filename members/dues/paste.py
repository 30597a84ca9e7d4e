"""Read a pasted table of names and bases; pure. The bases are used to reckon and go no further (sec-pi-min)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from common.text import clean_text, person_name, quoted
from members.dues.models import RateKind
from members.dues.rules import fee
from members.roster.namesakes import named, which_words

MOST_LINES = 500
MOST_BASE = Decimal(10_000_000)
_WORDS = {
    "工资": RateKind.SALARIED,
    "在职": RateKind.SALARIED,
    "年薪": RateKind.ANNUAL,
    "离退休": RateKind.RETIRED,
    "退休": RateKind.RETIRED,
    "离休": RateKind.RETIRED,
    "其他": RateKind.OTHER,
    "定额": RateKind.FLAT,
} | {kind.label: kind for kind in RateKind}
_QUARTERLY = ("按季", "按季度", "按季度交纳", "季度")
_HEADS = ("姓名",)


@dataclass(frozen=True)
class Reckoned:
    """One line with what follows from it; the base itself is not part of it."""

    member: int
    name: str
    kind: str
    amount: Decimal
    band: str
    quarterly: bool


def read(
    text: str, people: Mapping[int, str], kinds: Mapping[int, str], rounding: Decimal
) -> tuple[list[Reckoned], list[str]]:
    """Return (lines in the order of the table, sentences about wrong rows); with a wrong row nothing is to be written.

    people: {member id: name} of the branch, told apart where two bear one (members/roster/namesakes.py); kinds: what each was reckoned as so far.
    """
    lines: list[Reckoned] = []
    wrong: list[str] = []
    rows = [(number, row) for number, row in enumerate(text.splitlines(), 1) if clean_text(row)]
    if len(rows) > MOST_LINES:
        return [], [f"一次最多粘贴 {MOST_LINES} 行。"]
    seen: set[int] = set()
    for number, row in rows:
        cells = _cells(row)
        if cells[0] in _HEADS:
            continue
        problem, found = _line(cells, people, kinds, seen, rounding)
        if found is None:
            wrong.append(f"第 {number} 行：{problem}")
        else:
            lines.append(found)
    if not lines and not wrong:
        wrong.append("没有可以核定的行。")
    return lines, wrong


def _cells(row: str) -> list[str]:
    """Return the cells of a row: a table is pasted with tabs, what somebody types has blanks or commas between."""
    parts = row.split("\t") if "\t" in row else re.split(r"\s+|[,，](?=\D)|(?<=\D)[,，]", row.strip())
    cells = [clean_text(cell) for cell in parts]
    return [person_name(cells[0]), *[cell for cell in cells[1:] if cell]]


def _line(
    cells: list[str],
    people: Mapping[int, str],
    kinds: Mapping[int, str],
    seen: set[int],
    rounding: Decimal,
) -> tuple[str, Reckoned | None]:
    name = cells[0]
    same = named(people, name)
    if not same:
        return f"本支部名册中没有{quoted(name[:20])}。", None
    if len(same) > 1:
        return f"本支部有 {len(same)} 名党员叫{name}，{which_words(people[pk] for pk in same)}", None
    pk = same[0]
    if pk in seen:
        return f"{name}写了两次。", None
    seen.add(pk)
    name = people[pk]
    words = [cell for cell in cells[1:] if not _is_number(cell)]
    numbers = [cell for cell in cells[1:] if _is_number(cell)]
    unknown = [word for word in words if word not in _WORDS and word not in _QUARTERLY]
    if unknown:
        return (
            f"不认识{quoted(unknown[0][:20])}，类别可写：在职、年薪、退休、其他、定额，按季度交纳的加写“按季”。",
            None,
        )
    kind = next((str(_WORDS[word]) for word in words if word in _WORDS), kinds.get(pk, RateKind.SALARIED.value))
    quarterly = any(word in _QUARTERLY for word in words)
    if kind == RateKind.FLAT:
        base = Decimal(0)
    elif len(numbers) != 1:
        return f"{name}后面应有一个计算基数。", None
    else:
        base = Decimal(_plain(numbers[0]))
        if not 0 < base <= MOST_BASE:
            return f"{name}的计算基数应大于 0。", None
    amount, band = fee(kind, base, rounding)
    return "", Reckoned(pk, name, kind, amount, band, quarterly)


def _plain(text: str) -> str:
    return text.replace(",", "").removesuffix("元")


def _is_number(text: str) -> bool:
    try:
        return Decimal(_plain(text)).is_finite()
    except InvalidOperation:
        return False
