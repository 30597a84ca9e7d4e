"""What of a paragraph is computed and nobody's to edit: its numbers, however they are written, and the words that judge them."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from assessments.reports import wording

_FIGURE = r"[0-9]+(?:\.[0-9]+)?"
_DIGITS = "[零〇一二两三四五六七八九十百千万亿几数]"
_COUNTED = "成|个|项|次|处|件|名|人|分|倍|家|季度|天|份|条|版|支|位|年|月|日|期|种|级|类|半"
_SHARES = "百分之|绝大多数|大多数|多数|少数|大部分|小部分|部分|大半|多半|过半|近半|半数|一半|全部|所有|个别|普遍|无一"
_JUDGED = (
    "没有|并非|未|上升|下降|提升|提高|降低|增加|减少|增长|下滑|回升|回落|好转|恶化|改善|持平|高于|低于|多于|少于|超过|不足|"
    "最高|最低|最多|最少|较多|较少|靠前|靠后|领先|落后|拉高|拉低|逾期|按期|及时|滞后|缺失|不同步|同步|免予|闭环|补录|补办|"
    "采纳|优秀|优异|良好|较好|较差|不合格|合格|达标|失分|升|降"
)
_CHINESE = f"{_DIGITS}+(?:{_COUNTED}|分之)|{_SHARES}"
# A grade of one character is one only beside its number.
_GRADE = f"(?:好|中|差)(?= ?{_FIGURE})"
_NUMBER = re.compile(_FIGURE)


def numbers_in(text: str) -> Counter[str]:
    """Return the numbers of a text, however they are written: wide figures count as what they are."""
    return Counter(_NUMBER.findall(unicodedata.normalize("NFKC", text)))


def names_of(body: Mapping[str, Any]) -> set[str]:
    """Return the names that a report sets beside its numbers: of those assessed, long and short, and of what was judged."""
    names = {name for row in body["branches"] for name in (row["name"], wording.short(row["name"]))}
    names |= {row["name"] for row in (body["moves"] or {"indicators": []})["indicators"]}
    return names | {row["name"] for row in (body["work"] or {"levels": []})["levels"]}


def locked_in(text: str, names: Iterable[str] = ()) -> list[str]:
    """Return the numbers of a text, the words that judge them and the names beside them, in their order."""
    longest = sorted(filter(None, names), key=lambda name: (-len(name), name))
    parts = [*map(re.escape, longest), _FIGURE, _CHINESE, _GRADE, _JUDGED]
    return re.findall("|".join(parts), unicodedata.normalize("NFKC", text))


def what_changed(before: str, after: str, names: Iterable[str] = ()) -> str:
    """Return what of a paragraph's computed parts another text leaves out, adds or turns round, "" where it keeps them."""
    names = list(names)
    was, is_now = locked_in(before, names), locked_in(after, names)
    if was == is_now:
        return ""
    less, more = Counter(was) - Counter(is_now), Counter(is_now) - Counter(was)
    words = [f"少了 {'、'.join(less.elements())}"] if less else []
    words += [f"多了 {'、'.join(more.elements())}"] if more else []
    return "，".join(words) or "次序与原文不同"
