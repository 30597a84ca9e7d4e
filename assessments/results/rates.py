"""Rates of results (得分率): of the whole or of one dimension, with the median of comparable ones (judgement 6.5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median

from assessments import scoring
from assessments.results.groups import MEDIAN_FROM
from assessments.results.models import Result, Score
from assessments.scoring.numbers import exact
from assessments.scoring.totals import COMPLETE

# Shares of a hundred from which a bar is no warning, or none yet, as on the heat map.
GOOD, FAIR = 85, 60
# Less is no change that a figure of one decimal shows.
SAME = Decimal("0.05")


def tone_of(rate: Decimal | None) -> str:
    """Return the tone of a bar: ok, soon, late; "" without a rate."""
    return "" if rate is None else "ok" if rate >= GOOD else "soon" if rate >= FAIR else "late"


def share(points: Decimal | Fraction, of: Decimal | Fraction) -> Decimal | None:
    """Return points of a whole as per cent to a tenth, None of nothing."""
    return scoring.rounded(100 * exact(points) / exact(of)) if of else None


@dataclass(frozen=True)
class Figures:
    """Points and what they can yield, exact: what rates, medians and means are computed of, rounded once at the end."""

    points: Fraction
    maximum: Fraction

    @property
    def rate(self) -> Fraction | None:
        """Per cent, exact; None of nothing."""
        return 100 * self.points / self.maximum if self.maximum else None


def exact_figures(outcome: scoring.Result) -> dict:
    """Return the exact figures of a result as its body keeps them: text of fractions, beside the shown ones."""
    return {
        "whole": _text(outcome.so_far, outcome.out_of),
        "dimensions": {row.key: _text(row.exact, row.maximum) for row in outcome.dimensions if row.exact is not None},
        "indicators": {row.key: _text(row.exact, row.maximum) for row in outcome.indicators if row.exact is not None},
    }


def _text(points: Fraction, maximum: Fraction) -> list[str]:
    return [str(points), str(maximum)]


def _kept(row: list[str] | None, points: Decimal | str, maximum: Decimal | str) -> Figures:
    """What the body keeps, or of results from before it kept them the figures as they are shown."""
    shown = row or [str(points), str(maximum)]
    return Figures(Fraction(shown[0]), Fraction(shown[1]))


def figures_of(result: Result) -> Figures:
    """Return the points and countable points of a result."""
    return _kept(result.body.get("exact", {}).get("whole"), result.so_far, result.out_of)


def figures_of_part(result: Result, part: str) -> Figures | None:
    """Return the figures of a dimension, None where nothing of it counts."""
    row = part_of(result, part)
    if row is None or row["points"] is None:
        return None
    return _kept(result.body.get("exact", {}).get("dimensions", {}).get(part), row["points"], row["maximum"])


def figures_of_score(result: Result, score: Score) -> Figures | None:
    """Return the figures of an indicator of the result, None where it has no points."""
    if score.points is None:
        return None
    return _kept(result.body.get("exact", {}).get("indicators", {}).get(score.indicator), score.points, score.maximum)


def part_of(result: Result, part: str) -> dict | None:
    """Return the dimension `part` of a result as it is kept, None where the scheme has none."""
    return next((row for row in result.body.get("dimensions", ()) if row["key"] == part), None)


def rate_of(result: Result, part: str = "") -> Decimal | None:
    """Return the rate of a result, or of one of its dimensions; None where nothing of it counts."""
    if not part:
        return result.total if result.state == COMPLETE else None
    found = figures_of_part(result, part)
    return share(found.points, found.maximum) if found else None


def total_with(result: Result, gained: Decimal | Fraction) -> Decimal | None:
    """Return the total of a result with so many points more, None without a total."""
    if result.total is None or not gained:
        return result.total
    whole = figures_of(result)
    rate = Figures(whole.points + exact(gained), whole.maximum).rate
    if rate is None or not result.bonus:
        return None if rate is None else scoring.rounded(rate)
    # Bonus leads beyond the whole only where it already did.
    return min(scoring.rounded(rate + exact(result.bonus)), max(Decimal(100), result.total))


def words_of_rate(result: Result) -> str:
    """Return the rate of a result in words, bonus apart: 得分率 96.7%，加 3 分，合计 99.7."""
    if not result.bonus:
        return f"得分率 {result.total}%"
    whole = figures_of(result)
    return f"得分率 {share(whole.points, whole.maximum)}%，加 {result.bonus} 分，合计 {result.total}"


@dataclass(frozen=True)
class Middle:
    """What several are compared with: their median, or below five the range of all; words: as it is shown, "" for nothing."""

    median: Decimal | None = None
    words: str = ""


def middle_of(own: Iterable[Decimal | None], all_of_them: Iterable[Decimal | None]) -> Middle:
    """Return the Middle of rates of one group. all_of_them: those of the whole agency."""
    known = [value for value in own if value is not None]
    everything = [value for value in all_of_them if value is not None]
    if len(known) >= MEDIAN_FROM:
        value = scoring.rounded(median(known))
        return Middle(value, f"中位 {value}")
    if not known or len(everything) < MEDIAN_FROM:
        return Middle()
    return Middle(None, f"全部 {min(everything)} 至 {max(everything)}")


def change_words(change: Decimal | None) -> str:
    """Return a change as it is written: ▲ 2.1, ▼ 1.9, 持平; "" where there is nothing to compare with."""
    if change is None:
        return ""
    if abs(change) < SAME:
        return "持平"
    return f"{'▲' if change > 0 else '▼'} {abs(change)}"
