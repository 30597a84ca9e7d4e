"""The scores of a year as a matrix: branches in comparable groups, quarters, dimensions of the last of them (judgement 6.5).

What its page, its workbook and the start page of leaders show of it; selectors/matrix.py reckons it.
"""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from assessments.results.models import Assessment, AssessmentState
from assessments.results.rates import SAME, Figures, Middle, change_words, share, tone_of
from assessments.scoring.numbers import plain
from common.periods import Period

TREE, CHANGE = "tree", "change"
# So many branches are named where there is no room for all.
LOOKED_AT = 3


@dataclass(frozen=True)
class Column:
    """One period of the year. assessment: None where there is none that the reader may see; trial: not published yet.

    mark: 第2版起 where a version of the scheme that counts otherwise holds than in the column before; state: why it is empty, in words.
    """

    period: Period
    assessment: Assessment | None = None
    mark: str = ""
    state: str = ""

    @property
    def trial(self) -> bool:
        return self.assessment is not None and self.assessment.state != AssessmentState.PUBLISHED


@dataclass(frozen=True)
class Cell:
    """The rate of one branch in one period, its change, and the assessment that it is a part of; words: why there is none."""

    rate: Decimal | None = None
    words: str = ""
    change: Decimal | None = None
    fresh: bool = False
    assessment: int | None = None
    # Name of the quarter, for the trend; "" where another version of the scheme held than with the newest.
    period: str = ""

    @property
    def said(self) -> str:
        return "新到期" if self.fresh else change_words(self.change)

    @property
    def turn(self) -> str:
        if self.change is None or abs(self.change) < SAME:
            return ""
        return "up" if self.change > 0 else "down"

    @property
    def low(self) -> bool:
        return tone_of(self.rate) == "late"


@dataclass(frozen=True)
class Part:
    """Points of countable points of a dimension or an indicator; words: why there are none; figures: the same, exact."""

    name: str
    points: Decimal | None = None
    maximum: Decimal | None = None
    words: str = ""
    figures: Figures | None = None

    @property
    def rate(self) -> Decimal | None:
        return share(self.figures.points, self.figures.maximum) if self.figures else None

    @property
    def tone(self) -> str:
        return tone_of(self.rate)

    @property
    def said(self) -> str:
        """The rate without a sign; points with their whole where they are nothing or out of less than one point (judgement 6.4)."""
        if self.rate is None or self.points is None or self.maximum is None:
            return ""
        if self.points == 0 or self.maximum < 1:
            return f"{plain(self.points)}/{plain(self.maximum)}"
        return str(self.rate.quantize(Decimal(1), ROUND_HALF_UP))


@dataclass
class Line:
    """One branch. note: what stands in place of figures, such as when it was founded."""

    place: int
    name: str
    cells: list[Cell]
    parts: list[Part] = field(default_factory=list)
    points: Decimal | None = None
    out_of: Decimal | None = None
    figures: Figures | None = None
    note: str = ""
    # What counts beside its points, and is in its rate.
    bonus: str = ""
    # Its parts, each with the median of its group.
    beside: list[tuple[Part, Middle]] = field(default_factory=list)

    @property
    def short(self) -> str:
        """Its name in a table of branches."""
        return self.name.removesuffix("党支部") or self.name

    @property
    def change(self) -> Decimal | None:
        return next((cell.change for cell in reversed(self.cells) if cell.change is not None), None)

    @property
    def trend(self) -> list[tuple[str, Decimal]]:
        return [(cell.period, cell.rate) for cell in self.cells if cell.rate is not None and cell.period]

    @property
    def trend_words(self) -> str:
        return "，".join(f"{name} {rate}" for name, rate in self.trend)

    @property
    def last(self) -> Cell | None:
        """The last cell with a figure."""
        return next((cell for cell in reversed(self.cells) if cell.rate is not None), None)


@dataclass
class Lines:
    """The branches of one group: key, label ("" where no groups are set), how many of it were assessed, medians by column."""

    key: str
    label: str
    number: int
    middles: list[Middle]
    lines: list[Line]
    folded: bool = False

    @property
    def to_look_at(self) -> list[Line]:
        """Those that fell most, for a page without room for all."""
        fallen = [
            line for line in self.lines if line.last and line.last.turn == "down" and line.last.change is not None
        ]
        return sorted(fallen, key=lambda line: line.last.change if line.last and line.last.change else Decimal(0))[
            :LOOKED_AT
        ]

    @property
    def has_figures(self) -> bool:
        return any(line.last for line in self.lines)

    @property
    def last_middle(self) -> str:
        return next((middle.words for middle in reversed(self.middles) if middle.words), "")


@dataclass(frozen=True)
class Coverage:
    """A dimension and the scheme's points for it; measured: whether there are data for it."""

    name: str
    nominal: Decimal
    measured: bool


@dataclass
class Matrix:
    """The whole page. last: the newest column with figures; total: the line of all, None for who does not see all."""

    year: int
    part: str
    columns: list[Column]
    groups: list[Lines]
    heads: list[tuple[str, str]]
    total: Line | None
    last: Column | None
    coverage: list[Coverage]
    compared: bool = False
    # Points of the scheme for which anything is measured, as results say it; None of those of old.
    measured: Decimal | None = None

    @property
    def lines(self) -> list[Line]:
        return [line for group in self.groups for line in group.lines]

    @property
    def covered(self) -> str:
        if self.measured is not None:
            return plain(self.measured)
        return plain(sum((row.nominal for row in self.coverage if row.measured), Decimal(0)))

    @property
    def whole(self) -> str:
        return plain(sum((row.nominal for row in self.coverage), Decimal(0)))
