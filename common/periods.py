"""The calendar of the product: months, quarters, half years and years in Asia/Shanghai.

Pure: no database and no settings. A period is written `2026`, `2026H1`, `2026Q3` or `2026-10`; that text is
its address, its key in files and its form on the command line.
"""

import calendar
import datetime
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from common.text import quoted

ZONE = ZoneInfo("Asia/Shanghai")
MONTH, QUARTER, HALF, YEAR = "month", "quarter", "half", "year"
MONTHS_IN = {MONTH: 1, QUARTER: 3, HALF: 6, YEAR: 12}
KINDS = tuple(MONTHS_IN)
FIRST_YEAR, LAST_YEAR = 1900, 2999

WRITTEN = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})|Q(?P<quarter>[0-9])|H(?P<half>[0-9]))?")
QUARTER_NAMES = ("", "一", "二", "三", "四")
HALF_NAMES = ("", "上半年", "下半年")


@dataclass(frozen=True)
class Period:
    """One calendar period.

    `kind` is one of KINDS; `number` counts the periods of that kind within the year from 1 (always 1 for a
    year). Raises ValueError (Chinese) for a period that does not exist.
    """

    kind: str
    year: int
    number: int = 1

    def __post_init__(self) -> None:
        if self.kind not in MONTHS_IN:
            raise ValueError(f"没有{quoted(self.kind)}这种期间，可用年、半年、季度、月。")
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise ValueError(f"年份应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间。")
        if not 1 <= self.number <= 12 // MONTHS_IN[self.kind]:
            raise ValueError(f"{self.year} 年没有这个期间，请检查月份、季度或半年的数字。")

    @classmethod
    def parse(cls, text: object) -> "Period":
        """The period written as `2026`, `2026H1`, `2026Q3` or `2026-10`; anything else is a ValueError."""
        if not isinstance(text, str):
            raise ValueError(_not_a_period(text))
        return _parsed(text)

    @classmethod
    def containing(cls, kind: str, day: datetime.date) -> "Period":
        """The period of that kind in which the date lies."""
        if kind not in MONTHS_IN:
            raise ValueError(f"没有{quoted(kind)}这种期间，可用年、半年、季度、月。")
        return cls(kind, day.year, (day.month - 1) // MONTHS_IN[kind] + 1)

    def __str__(self) -> str:
        return self._written

    @cached_property
    def _written(self) -> str:
        if self.kind == MONTH:
            return f"{self.year}-{self.number:02d}"
        return f"{self.year}" + {QUARTER: f"Q{self.number}", HALF: f"H{self.number}", YEAR: ""}[self.kind]

    def __lt__(self, other: "Period") -> bool:
        """Order by first day, the shorter period first, so that the parts stand before their whole."""
        return (self.first, self.last) < (other.first, other.last)

    # A roll-up compares hundreds of thousands of days with a handful of periods: their ends are reckoned once.
    @cached_property
    def first(self) -> datetime.date:
        """First day."""
        return datetime.date(self.year, (self.number - 1) * MONTHS_IN[self.kind] + 1, 1)

    @cached_property
    def last(self) -> datetime.date:
        """Last day, itself part of the period."""
        month = self.number * MONTHS_IN[self.kind]
        return datetime.date(self.year, month, calendar.monthrange(self.year, month)[1])

    def __contains__(self, day: datetime.date) -> bool:
        return self.first <= day <= self.last

    def label(self) -> str:
        """The full name, as in a title: 2026年第三季度."""
        return {
            MONTH: f"{self.year}年{self.number}月",
            QUARTER: f"{self.year}年第{QUARTER_NAMES[self.number] if self.kind == QUARTER else ''}季度",
            HALF: f"{self.year}年{HALF_NAMES[self.number] if self.kind == HALF else ''}",
            YEAR: f"{self.year}年度",
        }[self.kind]

    def short(self) -> str:
        """The name where the year is known, as in a table: 三季度, 10月."""
        if self.kind == QUARTER:
            return f"{QUARTER_NAMES[self.number]}季度"
        if self.kind == HALF:
            return HALF_NAMES[self.number]
        return f"{self.number}月" if self.kind == MONTH else "全年"

    def within_year(self, year: int) -> str:
        """The short name where it is one of `year`, which is known; else the full one, and always that of a whole year."""
        return self.short() if self.year == year and self.kind != YEAR else self.label()

    def span(self) -> str:
        """First and last day in words: 2026年7月1日至9月30日."""
        first, last = self.first, self.last
        return f"{first.year}年{first.month}月{first.day}日至{last.month}月{last.day}日"

    def previous(self) -> "Period":
        """The period of the same kind just before."""
        return Period.containing(self.kind, self.first - datetime.timedelta(days=1))

    def next(self) -> "Period":
        """The period of the same kind just after."""
        return Period.containing(self.kind, self.last + datetime.timedelta(days=1))

    def within(self, other: "Period") -> bool:
        """Whether every day of this period lies in the other (a period lies within itself)."""
        return other.first <= self.first and self.last <= other.last

    def parts(self, kind: str) -> tuple["Period", ...]:
        """The periods of a kind that make up this one, in order: the three months of a quarter.

        A kind longer than this period has no part in it: ValueError.
        """
        if kind not in MONTHS_IN or MONTHS_IN[kind] > MONTHS_IN[self.kind]:
            raise ValueError(f"{self.label()}不能分成这种期间。")
        ratio = MONTHS_IN[self.kind] // MONTHS_IN[kind]
        return tuple(Period(kind, self.year, (self.number - 1) * ratio + step + 1) for step in range(ratio))

    def days(self) -> tuple[datetime.date, ...]:
        """Every day of the period, in order."""
        count = (self.last - self.first).days + 1
        return tuple(self.first + datetime.timedelta(days=step) for step in range(count))

    def counts_since(self, start: datetime.date, share: Fraction = Fraction(1, 2)) -> bool:
        """Whether a body that exists from `start` on owes this period.

        It does when at least `share` of the days remain, the day of founding included (setting, one half).
        """
        remaining = (self.last - max(start, self.first)).days + 1
        return remaining > 0 and remaining >= share * len(self.days())


def _not_a_period(text: object) -> str:
    return f"{quoted(text)}不是期间，请写成 2026、2026H1、2026Q3 或 2026-10。"


# A fill reads the same handful of periods a hundred thousand times.
@lru_cache(maxsize=512)
def _parsed(text: str) -> Period:
    match = WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError(_not_a_period(text))
    for kind in (MONTH, QUARTER, HALF):
        if match[kind] is not None:
            return Period(kind, int(match["year"]), int(match[kind]))
    return Period(YEAR, int(match["year"]))


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day number so many months later, or the last day of a month that lacks it."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
