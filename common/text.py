"""Plain values from hand-kept ledgers: text, names, dates and counts in every spelling people use.

Pure functions; errors are `ValueError`s whose text is a Chinese sentence fit for the page.
"""

import datetime
import math
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from common import clock

EARLIEST = datetime.date(1921, 7, 1)  # no Party record can be older than the Party
YEARS_AHEAD = 5  # the longest term of office (基层组织工作条例, 五年) ends within this
BLANK_MARKS = frozenset({"", "无", "—", "——", "–", "-", "--", "/", "\\", "―", "─", "／", "－"})

# Category Cf holds zero-width and bidi marks, Cc controls, Cs lone surrogates, Zl/Zp stray separators.
_KEPT_CONTROLS = {"\n", "\t"}
_DROPPED = {"Cc", "Cf", "Cs"}
# Blanks that stay, though Python counts them among what cannot be printed.
_BLANKS = dict.fromkeys(map(ord, "\n\t\u3000\u00a0"), " ")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_DOTS = re.compile(r"\s*[·•・‧∙⋅●]\s*")


_ONE_LEVEL_DOWN = str.maketrans("“”‘’", "‘’“”")


def quoted(text: object) -> str:
    """Return a title in quotation marks, its own set one level down: “ ‘ “ ” ’ ” (GB/T 15834, 4.8.3.4).

    A single mark in a text without double ones may be an apostrophe and stays.
    """
    words = str(text)
    return "“" + (words.translate(_ONE_LEVEL_DOWN) if "“" in words or "”" in words else words) + "”"


def clean_text(value: object) -> str:
    """Return text in NFC without controls, zero-width and bidi marks, blanks at the ends removed.

    `value`: text or None; line breaks and tabs inside stay. Text of invisible characters only comes back
    empty.
    """
    if value is None:
        return ""
    text = str(value)
    # Nearly all text is of this kind, and need not be looked at character by character.
    plain = text if text.isprintable() else text.translate(_BLANKS)
    if plain.isprintable() and unicodedata.is_normalized("NFC", text):
        return text.strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n")
    kept = (c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) not in _DROPPED)
    # U+FFFE, U+FFFF and their like are no characters and cannot be stored in XML.
    text = "".join(c for c in kept if ord(c) & 0xFFFE != 0xFFFE)
    return unicodedata.normalize("NFC", text).strip()


def cell_text(value: object) -> str:
    """Return the text of a cell: whole numbers without a decimal part, dates as 2026-01-08."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "minutes")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return clean_text(value)


def fold(value: object) -> str:
    """Return the form in which headings and names are compared: NFKC, no blanks, lower case."""
    text = unicodedata.normalize("NFKC", cell_text(value))
    return "".join(text.split()).lower()


def person_name(value: object) -> str:
    """Return a name as it is kept: `雷　佳` → `雷佳`, `Li  Ming` → `Li Ming`, middle dots unified to `·`."""
    text = unicodedata.normalize("NFKC", clean_text(value))
    text = _DOTS.sub("·", " ".join(text.split()))
    return text.replace(" ", "") if _HAN.search(text) else text


def is_blank_mark(value: object) -> bool:
    """Tell whether a cell says "nothing here": empty, `无`, a dash or a slash."""
    return value is None or (not isinstance(value, int | float) and fold(value) in BLANK_MARKS)


def text_of(most: int) -> Callable[[object], str]:
    """Return a reader of a cell's text, empty where it says "nothing here"; over `most` characters a ValueError (Chinese)."""

    def read(value: object) -> str:
        text = "" if is_blank_mark(value) else cell_text(value)
        if len(text) > most:
            raise ValueError(f"不应超过 {most} 个字。")
        return text

    return read


_NUMERALS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
_CHINESE_DATE = re.compile(
    r"^([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]?$"
)
# What may follow the day: an hour, a weekday, a word for the part of the day.
_TAIL = (
    r"(?:(?:T|\s|,)*(?:\(?(?:星期|周|礼拜)[一二三四五六日天]\)?|上午|下午|晚上|中午|早上|晚|"
    r"\d{1,2}(?::\d{1,2}){1,2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?|\d{1,2}[时点](?:\d{1,2}分?|半|整)?|[-~至])){0,6}\s*"
)
_DATE = re.compile(r"^(\d{4})\s*([-/.年])\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?" + _TAIL + "$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:\.0+)?" + r"(?:\s+\d{1,2}(?::\d{2}){1,2})?$")
_MONTH = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?$|^(\d{4})(\d{2})$")


def chinese_number(text: str) -> int | None:
    """Return 0–99 from `零`, `一`, `十二`, `三十一`, or None."""
    tens, has_ten, ones = text.rpartition("十")
    if not has_ten:
        return _NUMERALS.get(text)
    if any(part and part not in _NUMERALS for part in (tens, ones)):
        return None
    return (_NUMERALS[tens] if tens else 1) * 10 + (_NUMERALS[ones] if ones else 0)


def _parts(text: str, month_only: bool) -> tuple[int, int, int] | None:
    """Return (year, month, day) found in the text, or None."""
    if match := _DATE.match(text):
        return int(match[1]), int(match[3]), int(match[4])
    if match := _COMPACT.match(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _CHINESE_DATE.match(text):
        year = int("".join(str(_NUMERALS[c]) for c in match[1]))
        return year, chinese_number(match[2]) or 0, chinese_number(match[3]) or 0
    if month_only and (match := _MONTH.match(text)):
        return int(match[1] or match[3]), int(match[2] or match[4]), 1
    return None


def _shift_years(day: datetime.date, years: int) -> datetime.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


# A month and a day without their year, as people write of what was not long ago.
_NO_YEAR = re.compile(r"^(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?$")


def last_such_day(text: str, today: datetime.date) -> datetime.date | None:
    """Return the last day until today that a month and a day without a year name (12-25, 12月25日), None for any other text."""
    match = _NO_YEAR.match(" ".join(unicodedata.normalize("NFKC", clean_text(text)).split()))
    # 29 February has been within these years, but for a century that had none.
    for year in range(today.year, today.year - 9, -1) if match else ():
        try:
            day = datetime.date(year, int(match[1]), int(match[2]))  # type: ignore[index]  # without a match no year is tried
        except ValueError:
            continue
        if day <= today:
            return day
    return None


def parse_date(
    value: object,
    *,
    month_only: bool = False,
    earliest: datetime.date = EARLIEST,
    today: datetime.date | None = None,
    past: bool = False,
) -> datetime.date:
    """Return the date that a cell means.

    `value`: date, datetime, serial number of a spreadsheet, or text such as `2026-01-08`, `2026/1/8`,
    `2026.1.8`, `20260108`, `2026年1月8日`, `２０２６年１月８日`, `2026年1月8日 14:30`, `二〇二六年一月八日`.
    `month_only`: also take `2026.01` and mean its first day (for 出生年月). `past`: also take `12-25` and mean the last one,
    for days on which something has happened.
    Raises ValueError when it is no date or lies outside `earliest` … today + 5 years.
    """
    if isinstance(value, datetime.datetime):
        found = value.date()
    elif isinstance(value, datetime.date):
        found = value
    elif past and isinstance(value, str) and (day := last_such_day(value, today or clock.today())) is not None:
        found = day
    else:
        found = _date_from_text(value, month_only)
    latest = _shift_years(today or clock.today(), YEARS_AHEAD)
    if not earliest <= found <= latest:
        raise ValueError(f"日期 {found.isoformat()} 超出合理范围（{earliest.isoformat()} 至 {latest.isoformat()}）。")
    return found


def _date_from_text(value: object, month_only: bool) -> datetime.date:
    if isinstance(value, bool):
        raise ValueError("不是日期，请按“2026-01-08”的样式填写。")
    text = " ".join(unicodedata.normalize("NFKC", cell_text(value)).split())
    if not text:
        raise ValueError("日期没有填写。")
    shown = text[:40]
    if len(text) > 60:
        raise ValueError(f"{quoted(shown + '…')}不是日期，请按“2026-01-08”的样式填写。")
    if parts := _parts(text, month_only):
        try:
            return datetime.date(*parts)
        except ValueError:
            raise ValueError(f"{quoted(shown)}不是有效日期。") from None
    # Spreadsheets count days from 1899-12-30; five digits cover 1927 to 2173, four are taken from numbers
    # only.
    if re.fullmatch(r"\d{5}(\.\d+)?", text) or (
        isinstance(value, int | float) and re.fullmatch(r"\d{4}(\.\d+)?", text)
    ):
        return datetime.date(1899, 12, 30) + datetime.timedelta(days=int(float(text)))
    raise ValueError(f"{quoted(shown)}不是日期，请按“2026-01-08”的样式填写。")


def parse_optional_date(value: object, **options: Any) -> datetime.date | None:
    """Return the date, or None where the cell says that there is none (`—`, `-`, `/`, `无`, empty)."""
    return None if is_blank_mark(value) else parse_date(value, **options)


def whole_number(text: object) -> int | None:
    """Return the number that a text of plain digits names (an id, a year in an address), else None.

    str.isdigit also says yes to "²" and to thousands of digits, which int() refuses.
    """
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


_COUNT = re.compile(r"^(\d{1,6})(?:\.0+)?(?:人|名|个|次|位|人次)?$")


def parse_count(value: object, *, most: int = 100_000) -> int:
    """Return a whole number from 0 to `most`; takes `16`, `16.0`, `１６`, `16人`. Raises ValueError."""
    if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError("不是人数，请填写整数。")
    text = fold(value)
    if not text:
        raise ValueError("人数没有填写。")
    match = _COUNT.match(text)
    if not match:
        raise ValueError(f"{quoted(text[:20])}不是人数，请填写不小于 0 的整数。")
    if int(match[1]) > most:
        raise ValueError(f"人数不应大于 {most}。")
    return int(match[1])
