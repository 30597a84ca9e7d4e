"""Why the mean moved: which indicators and which branches, and by how much (judgement 8). Pure arithmetic on results.

Of each branch with a result in both periods the loss is split by indicator: what it lost there of its countable points, in
per cent. The means of these shares add up to what the mean lacks of a hundred, and their changes to the change of the mean.
What was rounded, given or taken otherwise stands in a row of its own, and so does what comes from other branches being assessed.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from assessments import scoring
from assessments.results.models import Result
from assessments.results.rates import figures_of, figures_of_score
from assessments.scoring.numbers import exact

STEP = Decimal("0.1")
OTHER, SET = "其他（加分、调整和取整）", "参加考核的党支部增减"
HUNDRED = Fraction(100)


def apportioned(parts: Sequence[Fraction], whole: Decimal) -> list[Decimal]:
    """Return `parts` in tenths that add up to `whole`, by largest remainder; they are to add up to nearly that themselves.

    What no rounding can bridge goes to the last part.
    """
    units = [part / exact(STEP) for part in parts]
    floors = [unit.numerator // unit.denominator for unit in units]
    missing = int(whole / STEP) - sum(floors)
    order = sorted(range(len(parts)), key=lambda place: (floors[place] - units[place], place))
    for place in order[: max(missing, 0)]:
        floors[place] += 1
    if floors:
        floors[-1] += int(whole / STEP) - sum(floors)
    return [STEP * units_of for units_of in floors]


def total_of(result: Result) -> Decimal:
    """Return the total of a complete result, which has one."""
    assert result.total is not None
    return result.total


def _shares(result: Result, whole: Decimal) -> dict[str, Fraction]:
    """Return {indicator: what was lost there, in per cent of the countable points}."""
    out_of = figures_of(result).maximum if result.countable else exact(whole)
    if not out_of:
        return {}
    return {
        score.indicator: (found.maximum - found.points) * HUNDRED / out_of
        for score in result.scores.all()
        if (found := figures_of_score(result, score)) is not None
    }


def _mean(values: Iterable[Fraction], number: int) -> Fraction:
    return sum(values, Fraction(0)) / number


def change_of_means(pairs: Sequence[tuple[Decimal, Decimal]]) -> Decimal | None:
    """Return the change of a mean, None of no pairs (now, before): the difference of the two means as they are shown."""
    if not pairs:
        return None
    now, before = (scoring.rounded(sum(side, Decimal(0)) / len(pairs)) for side in zip(*pairs, strict=True))
    return now - before


def moves(
    now: Sequence[Result], before: Mapping[int, Result], whole: Decimal, means: tuple[Decimal, Decimal]
) -> dict[str, Any] | None:
    """Return the change of the mean as plain data (shape.Moves), None where no branch has a result in both periods.

    now: complete results with their scores. before: {organisation id: result of the earlier period}. whole: total of the
    scheme. means: of all branches, in the earlier period and now, as the report shows them.
    """
    both = [(row, before[row.organisation_id]) for row in now if row.organisation_id in before]
    if not both:
        return None
    number, names = len(both), {score.indicator: score.name for row in now for score in row.scores.all()}
    lost = [(_shares(row, whole), _shares(old, whole)) for row, old in both]
    rows = []
    for key, name in names.items():
        was, is_now = (_mean((pair[side].get(key, Fraction(0)) for pair in lost), number) for side in (1, 0))
        if was or is_now:
            rows.append((key, name, was, is_now))
    same = _mean((exact(total_of(row) - total_of(old)) for row, old in both), number)
    change = means[1] - means[0]
    parts = [was - is_now for _, _, was, is_now in rows]
    parts.append(same - sum(parts, Fraction(0)))
    parts.append(exact(change) - same)
    effects = apportioned(parts, change)
    # What only roundings of the two means make is no change of who was assessed.
    if len(both) == len(now) == len(before):
        effects[-2:] = [effects[-2] + effects[-1], Decimal(0)]
    found: list[dict[str, Any]] = [
        {
            "key": key,
            "name": name,
            "before": str(scoring.rounded(was)),
            "now": str(scoring.rounded(is_now)),
            "effect": str(effect),
        }
        for (key, name, was, is_now), effect in zip(rows, effects, strict=False)
    ]
    found = sorted((row for row in found if Decimal(row["effect"])), key=lambda row: -abs(Decimal(row["effect"])))
    for name, effect in zip((OTHER, SET), effects[-2:], strict=True):
        if effect:
            found.append({"key": "", "name": name, "before": None, "now": None, "effect": str(effect)})
    return {
        "before": str(means[0]),
        "now": str(means[1]),
        "change": str(change),
        "compared": number,
        "indicators": found,
        "branches": _of_branches(both, change - effects[-1]),
    }


def _of_branches(both: Sequence[tuple[Result, Result]], same: Decimal) -> list[dict[str, Any]]:
    """How much each branch moved the mean; together what it moved apart from who was assessed."""
    number = len(both)
    parts = [exact(total_of(row) - total_of(old)) / number for row, old in both]
    effects = apportioned(parts, same)
    rows = [
        {
            "key": str(row.organisation_id),
            "name": row.organisation_name,
            "change": str(total_of(row) - total_of(old)),
            "effect": str(effect),
        }
        for (row, old), effect in zip(both, effects, strict=True)
    ]
    return sorted(rows, key=lambda row: -abs(Decimal(row["change"])))
