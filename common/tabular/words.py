"""Words as offices write them: headings with their other names, cells with a word nobody knows, the closest known one."""

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import Any

from rapidfuzz import fuzz, process

from common.text import cell_text, clean_text, fold, is_blank_mark, quoted


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text as a tuple: the other headings of a column."""
    return tuple(text.split())


def joined(*groups: str) -> tuple[str, ...]:
    """Return every combination of one word of each group; `-` stands for nothing."""
    made = ("".join(w for w in chosen if w != "-") for chosen in product(*(g.split() for g in groups)))
    return tuple(w for w in made if w)


def understood(parser: Callable[[Any], Any]) -> Callable[[Any], bool]:
    """Return the test whether a cell holds what `parser` reads: tells a column without a known heading by its content."""

    def looks(value: Any) -> bool:
        try:
            return bool(parser(value))
        except ValueError:
            return False

    return looks


REMARK = words("备注说明 其他说明 说明 备考 附注")


def split_names(value: object) -> list[str]:
    """Return the names in a cell of several people or organisations, separated by 、 , ; / or line breaks."""
    return [
        p for p in (clean_text(x) for x in re.split(r"[、,，;；/\n]", cell_text(value))) if p and not is_blank_mark(p)
    ]


def nearest(text: str, known: Iterable[str], least: float = 60) -> str | None:
    """Return the one of `known` (folded) that is most like a text, None where none is so by `least` of 100."""
    close = process.extractOne(fold(text), list(known), scorer=fuzz.ratio, score_cutoff=least)
    return close[0] if close else None


def suggestion(text: str, known: Iterable[str], shown: Iterable[str] | None = None) -> str:
    """Return `是否为“…”？` with the closest of `known`, or the list of what may be written.

    shown: the official words, where `known` holds common names beside them.
    """
    close = nearest(text, known)
    return f"是否为{quoted(close)}？" if close else "可填：" + "、".join(shown or known) + "。"


def unknown_word(what: str, value: object, known: Iterable[str], shown: Iterable[str] | None = None) -> ValueError:
    """Return the ValueError for a word that is none of `known`."""
    return ValueError(
        f"{what}{quoted(cell_text(value)[:30])}无法识别，{suggestion(cell_text(value), list(known), shown)}"
    )


def _bare(value: object) -> str:
    """Return the folded text without what stands in brackets."""
    return re.sub(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】", "", fold(value)).strip(":。.")


def by_pattern(value: object, patterns: Iterable[tuple[str, str]], labels: Mapping[str, str], what: str) -> str:
    """Return the code of the first of `patterns` [(code, regular expression)] that a cell fits, or its label.

    labels: {code: official word}; what: the column in Chinese. Raises ValueError with a sentence.
    """
    if is_blank_mark(value):
        raise ValueError(f"{what}没有填写。")
    whole = fold(value)[:60]
    # 研究生(硕士) says more than 研究生; 党委(党组) and 本科/学士 say it with the first word.
    for text in (re.sub(r"[()\[\]【】]", "", whole), _bare(whole), whole.split("/")[0]):
        for code, pattern in patterns:
            if text == code or text == labels[code] or re.fullmatch(pattern, text):
                return code
    raise unknown_word(what, value, labels.values())
