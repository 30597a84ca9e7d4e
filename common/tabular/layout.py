"""Where the table lies on a sheet: heading rows among titles, merged cells, and rows that are no records."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from common.tabular.headings import Heading, display
from common.text import cell_text, fold

SEARCHED_ROWS = 60
MAX_LEVELS = 3

_TOTAL = re.compile(
    r"^(?:本页|本表|本支部|各支部|全局|全委|全部|累计)?(?:小计|合计|总计|共计|总合计|统计)(?:[\d:(人个名条次].*)?$"
)
_NOTE = re.compile(
    r"^(?:单位)?(?:填报|填表|制表|审核|审批|复核|校核|经办|联系|负责|分管|统计|报送|录入|主管)"
    r"(?:单位|部门|党组织|支部)?(?:人|时间|日期|电话|方式|领导|负责人|单位|部门|意见|党组织)?(?:[(]?(?:签字|签名|签章|盖章)[)]?)*:"
    r"|^(?:支部书记|书记|单位负责人|党组织负责人|党组织书记)[(]?(?:签字|签名|签章|盖章)[)]?:?"
    r"|^(?:注|备注|备注说明|说明|填表说明|填报说明|填写说明|注意事项|附注|特别说明)\d*[:、.]"
    r"|^[*※]"
)
_NOTE_ALONE = re.compile(
    r"^(?:注|备注|备注说明|说明|填表说明|填报说明|填写说明|注意事项|附注)$"
    r"|^(?:[(]?[一二三四五六七八九十]{1,3}[)、.]|[(]?\d{1,2}[)、.](?!\d))|^以下(?:空白|无正文)|^-+以下"
)
_EXAMPLE = re.compile(r"^[(\[【]?(?:例|示例|样例|范例|填写示例|填表示例|例如|示范)\d*[)\]】]?[:]?$")


_RANGE = re.compile(r"([A-Z]+)(\d+):([A-Z]+)(\d+)")
# Words that complete a heading above them and are never a record by themselves.
_PARTS = frozenset(
    (
        "日期",
        "时间",
        "年月",
        "年月日",
        "人数",
        "人员",
        "名单",
        "原因",
        "姓名",
        "名称",
        "全称",
        "简称",
        "届满",
        "开始",
    )
    + ("结束", "起", "止", "应到", "实到", "缺席", "请假", "介绍人", "党组织", "职务", "号码", "情况")
)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


class Grid:
    """The cells of one sheet by row number, with its merged ranges (rows from 1, columns from 0)."""

    def __init__(
        self,
        title: str,
        visible: bool,
        rows: Iterable[tuple[int, list[Any]]],
        merges: Iterable[str],
        *,
        cut: bool = False,
    ) -> None:
        self.title, self.visible, self.cut = title, visible, cut
        self.rows = dict(rows)
        self.merges = []
        for text in merges:
            if match := _RANGE.fullmatch(text):
                left, top, right, bottom = match.groups()
                self.merges.append((int(top), _column(left), int(bottom), _column(right)))

    def cell(self, row: int, column: int) -> Any:
        cells = self.rows.get(row, ())
        return cells[column] if column < len(cells) else None

    def fill_down(self, first: int) -> None:
        """Give every row of a cell merged over several rows its value, if the row holds something itself."""
        for top, left, bottom, _ in self.merges:
            value = self.cell(top, left)
            if top < first or bottom == top or value is None:
                continue
            for number in [n for n in self.rows if top < n <= bottom]:
                cells = self.rows[number]
                cells.extend([None] * (left + 1 - len(cells)))
                if cells[left] is None:
                    cells[left] = value

    def merged_width(self, row: int) -> int:
        """Return the width in columns of the widest range that begins in the row."""
        return max((right - left + 1 for top, left, _, right in self.merges if top == row), default=1)

    def sub_headings_follow(self, row: int) -> bool:
        """Tell whether the row below belongs to the headings of `row`: it names nameless columns."""
        above, below = self.rows.get(row, ()), self.rows.get(row + 1, ())
        filled = {c: fold(cell_text(v)) for c, v in enumerate(below) if v is not None and not isinstance(v, dict)}
        named = {c for c, v in enumerate(above) if v is not None}
        words = all(isinstance(below[c], str) and len(t) <= 12 and not re.search(r"\d", t) for c, t in filled.items())
        if filled and set(filled.values()) <= _PARTS and len(filled) < len(named):
            return True
        if len(named) < 3 or not filled or not words or set(filled) >= named:
            return False
        tall = any(top == row and bottom > row for top, _, bottom, _ in self.merges)
        return tall or bool(set(filled) - named)

    def headings(self, row: int, levels: int) -> list[Heading]:
        """Return the Headings read from `levels` rows beginning at `row`."""
        texts = [
            [display(c) if not isinstance(c, dict) else "" for c in self.rows.get(row + i, ())] for i in range(levels)
        ]
        width = max(map(len, texts), default=0)
        texts = [line + [""] * (width - len(line)) for line in texts]
        for top, left, _, right in self.merges:
            if row <= top < row + levels and left < width:
                line = texts[top - row]
                for column in range(left, min(right + 1, width)):
                    line[column] = line[left]
        return _headings(texts, width)


def _headings(texts: list[list[str]], width: int) -> list[Heading]:
    """Join the levels; without merged cells a parent reaches right over columns that have a child."""
    for upper in range(len(texts) - 1):
        parent = ""
        for column in range(width):
            has_child = any(line[column] for line in texts[upper + 1 :])
            if texts[upper][column]:
                parent = texts[upper][column] if has_child else ""
            elif has_child and parent:
                texts[upper][column] = parent
            else:
                parent = ""
    found = []
    for column in range(width):
        levels = tuple(dict.fromkeys(line[column] for line in texts if line[column]))
        if levels:
            found.append(Heading(column, levels))
    return found


@dataclass(frozen=True)
class _Line:
    """A row below the headings as its judges see it.

    filled: {column: folded text} of the cells that say something, from left to right. titles: folded texts above the
    headings, which printed pages repeat. wide: a merged cell of the row spans half of the table or more.
    """

    filled: dict[int, str]
    headings: Sequence[Heading]
    titles: Collection[str]
    wide: bool

    @property
    def texts(self) -> list[str]:
        return list(self.filled.values())

    @property
    def first(self) -> str:
        return self.texts[0]

    def fills_at_most(self, least: int, numerator: int, denominator: int) -> bool:
        """Whether the filled cells are at most this share of the headings; `least` always passes."""
        return len(self.filled) <= max(least, len(self.headings) * numerator // denominator)


def _is_total(line: _Line) -> bool:
    return any(_TOTAL.match(text) for text in line.texts[:2]) and line.fills_at_most(4, 2, 3)


def _repeats_headings(line: _Line) -> bool:
    own = {heading.column: {fold(level) for level in heading.levels} for heading in line.headings}
    same = sum(text in own.get(column, ()) for column, text in line.filled.items())
    return same >= 2 and same * 5 >= len(line.filled) * 3


def _numbers_columns(line: _Line) -> bool:
    return len(line.filled) >= 3 and line.texts == [str(n) for n in range(1, len(line.filled) + 1)]


def _is_example(line: _Line) -> bool:
    return bool(_EXAMPLE.match(line.first))


def _is_note(line: _Line) -> bool:
    """Whether the row is a line of the form around the table: who filled it in, how, what it is called."""
    if _NOTE.match(line.first) and (line.fills_at_most(2, 1, 4) or line.fills_at_most(0, 1, 2)):
        return True
    alone = len(line.filled) == 1
    return alone and bool(line.wide or _NOTE_ALONE.match(line.first) or line.first in line.titles)


_NO_RECORD: tuple[tuple[str, Callable[[_Line], bool]], ...] = (
    ("合计", _is_total),
    ("重复的标题", _repeats_headings),
    ("列号", _numbers_columns),
    ("示例", _is_example),
    ("说明", _is_note),
)


def why_not_a_record(grid: Grid, number: int, headings: Sequence[Heading], titles: Collection[str]) -> str | None:
    """Return why a row below the headings is no record (a short Chinese word for the notice), or None.

    titles: folded texts above the headings, which printed pages repeat.
    """
    cells = grid.rows[number]
    texts = {column: fold(cell_text(c)) for column, c in enumerate(cells) if c is not None and not isinstance(c, dict)}
    filled = {column: text for column, text in texts.items() if text}
    if not filled:
        # A row of error values only says something, which nobody can read.
        return None if any(isinstance(c, dict) for c in cells) else "空行"
    wide = grid.merged_width(number) >= max(3, len(headings) // 2)
    line = _Line(filled, headings, titles, wide)
    return next((reason for reason, applies in _NO_RECORD if applies(line)), None)


def titles_above(grid: Grid, row: int) -> set[str]:
    """Return the folded texts that stand above a row."""
    return {fold(cell_text(c)) for n in grid.rows if n < row for c in grid.rows[n] if isinstance(c, str)}
