"""How far an aim is: pure decisions over what facts say. All values are exact; a percentage is 0–100."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor

from django.db import models

from assessments.targets.models import Direction, StageLevel


class ShareState(models.TextChoices):
    """Where a share stands on a day; derived, never stored while the plan is open."""

    NOT_DUE = "not_due", "未到期"
    ON_COURSE = "on_course", "按进度"
    BEHIND = "behind", "落后"
    MET = "met", "已达到"
    MISSED = "missed", "未达到"
    UNKNOWN = "unknown", "未知"
    NOT_APPLICABLE = "not_applicable", "不适用"
    STOPPED = "stopped", "已停止"


# Of these it is known how far they are.
KNOWN = (ShareState.ON_COURSE, ShareState.BEHIND, ShareState.MET, ShareState.MISSED)
GOOD = (ShareState.ON_COURSE, ShareState.MET)
LEVELS = {StageLevel.REACHED: Fraction(1), StageLevel.MOSTLY: Fraction(3, 5), StageLevel.NOT: Fraction(0)}


@dataclass(frozen=True)
class Value:
    """What facts say of a share. denominator: None of a count. late: of the numerator, what was made up later."""

    numerator: int | Decimal = 0
    denominator: int | None = None
    late: int = 0

    @property
    def rate(self) -> Fraction | None:
        """The percentage of a rate, None of a count or where nothing was owed."""
        return Fraction(100 * self.numerator) / self.denominator if self.denominator else None


@dataclass(frozen=True)
class Standing:
    """Where a share stands. progress: part of the aim that is reached, 0–1, None where nobody knows.

    expected: what should be there by now, of a count. known: of an aim above others (how many below are known, how many are
    owed). places: of what several organisations owe alike, at who stands above them (how many are on course or have met it,
    of how many that is known). common: the figure that each of them reached, of a limit that each kept to.
    """

    state: ShareState
    value: Value | None = None
    progress: Fraction | None = None
    expected: Fraction | None = None
    known: tuple[int, int] | None = None
    places: tuple[int, int] | None = None
    common: int | Decimal | None = None

    @property
    def bar(self) -> int | None:
        """How long a bar is, 0–100: of a rate the rate itself, beside which the aim is marked; else `percent`."""
        rate = self.value.rate if self.value is not None else None
        return int(rate) if rate is not None else self.percent

    @property
    def percent(self) -> int | None:
        """Whole hundredths of the aim, rounded down: what is not quite reached does not read 100."""
        return None if self.progress is None else int(self.progress * 100)


def elapsed(first: date, last: date, day: date) -> Fraction:
    """Return which part of the days from `first` to `last`, both included, has passed at the end of `day`."""
    if day < first:
        return Fraction(0)
    return Fraction((min(day, last) - first).days + 1, (last - first).days + 1)


def standing(
    value: Value | None,
    planned: Decimal,
    direction: str,
    span: tuple[date, date],
    day: date,
    *,
    tolerance: int,
    is_rate: bool,
    at_once: bool = False,
) -> Standing:
    """Return the Standing of a share on `day`.

    value: None where it is not known. span: first and last day, from the founding where that is later. tolerance: percent of
    the planned count by which it may be behind its line. A count is compared with the whole number that its line in time has
    reached, a rate with what is planned itself, and so is a figure that was asked once (at_once); what was made up later counts.
    """
    first, last = span
    if day < first:
        return Standing(ShareState.NOT_DUE)
    if value is None:
        return Standing(ShareState.UNKNOWN)
    over = day > last
    if is_rate:
        return _of_rate(value, planned, direction, over)
    if at_once:
        return _of_count(value, planned, direction, Fraction(1), over, 0)
    return _of_count(value, planned, direction, elapsed(first, last, day), over, tolerance)


def _of_rate(value: Value, planned: Decimal, direction: str, over: bool) -> Standing:
    rate = value.rate
    if rate is None:
        return Standing(ShareState.NOT_APPLICABLE if over else ShareState.NOT_DUE, value)
    wanted = Fraction(planned)
    good = rate >= wanted if direction == Direction.AT_LEAST else rate <= wanted
    progress = reached(rate, wanted, direction)
    if over:
        return Standing(ShareState.MET if good else ShareState.MISSED, value, progress)
    return Standing(ShareState.ON_COURSE if good else ShareState.BEHIND, value, progress)


def _of_count(value: Value, planned: Decimal, direction: str, passed: Fraction, over: bool, tolerance: int) -> Standing:
    number, wanted = Fraction(value.numerator), Fraction(planned)
    progress, expected = reached(number, wanted, direction), wanted * passed
    if direction == Direction.AT_MOST:
        if number > wanted:
            return Standing(ShareState.MISSED, value, progress, expected)
        return Standing(ShareState.MET if over else ShareState.ON_COURSE, value, progress, expected)
    if number >= wanted:
        return Standing(ShareState.MET, value, progress, expected)
    if over:
        return Standing(ShareState.MISSED, value, progress, expected)
    # Nothing is done by halves: what is held against the line is the whole number that should be there by now.
    held = Fraction(floor(expected)) if passed < 1 else expected
    on_course = number >= min(held, expected - wanted * tolerance / 100)
    return Standing(ShareState.ON_COURSE if on_course else ShareState.BEHIND, value, progress, expected)


def reached(number: Fraction, planned: Fraction, direction: str) -> Fraction:
    """Return the part of an aim that is reached, 0–1."""
    if direction == Direction.AT_MOST:
        if number <= planned:
            return Fraction(1)
        return planned / number
    return min(number / planned, Fraction(1)) if planned else Fraction(1)


def stages_reached(parts: Sequence[tuple[int, str]]) -> Fraction | None:
    """Return Σ part × level ÷ parts over stages that are due; None where none is. parts: [(part, level or "")]."""
    whole = sum(part for part, _ in parts)
    if not whole:
        return None
    done = sum((part * LEVELS[StageLevel(level)] for part, level in parts if level), Fraction(0))
    return done / whole


@dataclass(frozen=True)
class StageSaid:
    """What is known of one stage at one organisation on a day. level: as judged, "" of what nobody has judged.

    waits: it was reported and waits for its judgement. passed: its day is over.
    """

    part: int
    level: str = ""
    waits: bool = False
    passed: bool = False


def of_stages(said: Sequence[StageSaid]) -> Standing:
    """Return the Standing of what is judged by stages, from every stage of everybody who owes it, pooled.

    What was judged counts at once, what nobody reported is lost once its day has passed; what waits for a judgement is
    left out, for nobody knows it yet. Without any stage nothing is owed.
    """
    if not said:
        return Standing(ShareState.NOT_APPLICABLE)
    progress = stages_reached([(one.part, one.level) for one in said if one.level or (one.passed and not one.waits)])
    waits = any(one.waits for one in said)
    if progress is None:
        return Standing(ShareState.UNKNOWN if waits else ShareState.NOT_DUE)
    over = all(one.passed for one in said)
    if progress < 1:
        return Standing(ShareState.MISSED if over else ShareState.BEHIND, None, progress)
    if all(one.level for one in said):
        return Standing(ShareState.MET, None, progress)
    return Standing(ShareState.UNKNOWN) if over else Standing(ShareState.ON_COURSE, None, progress)


def of_each(there: Sequence[Standing], value: Value | None, *, over: bool) -> Standing:
    """Return the Standing of what several organisations owe alike, at who stands above them. there: where each stands.

    What one did beyond its standard reaches it for no other: the state is the worst of theirs, the progress the mean of
    theirs, as each owes the same. value: what all did together. over: the last day has passed; what is unknown of one is
    then unknown of all, unless another has missed it.
    """
    owing = [one for one in there if one.state not in (ShareState.NOT_APPLICABLE, ShareState.STOPPED)]
    if not owing:
        return Standing(ShareState.NOT_APPLICABLE, value)
    state = together(owing)
    told = [one.progress for one in owing if one.progress is not None]
    if over and state != ShareState.MISSED and len(told) < len(owing):
        return Standing(ShareState.UNKNOWN, value)
    progress = sum(told, Fraction(0)) / len(told) if told else None
    good, known = (sum(one.state in states for one in owing) for states in (GOOD, KNOWN))
    return Standing(state, value, progress, places=(good, known))


def together(states: Collection[Standing]) -> ShareState:
    """Return how an aim above others stands: the worst of those that are open; met only when nothing below is still to come."""
    kinds = {row.state for row in states}
    for state in (ShareState.MISSED, ShareState.BEHIND, ShareState.ON_COURSE):
        if state in kinds:
            return state
    if ShareState.MET in kinds:
        return ShareState.ON_COURSE if kinds & {ShareState.NOT_DUE, ShareState.UNKNOWN} else ShareState.MET
    return ShareState.NOT_DUE if ShareState.NOT_DUE in kinds else ShareState.UNKNOWN


def mean_of(progress: Sequence[tuple[Decimal, Fraction | None]]) -> tuple[Fraction | None, int]:
    """Return (weighted mean of what is known, how many are known). progress: [(weight, part reached or None)]."""
    known = [(Fraction(weight), part) for weight, part in progress if part is not None]
    if not known:
        return None, 0
    return sum((weight * part for weight, part in known), Fraction(0)) / sum(weight for weight, _ in known), len(known)


def divided(amount: int, sizes: Mapping[int, int]) -> dict[int, int]:
    """Return a whole amount shared out by size, by largest remainder; everybody gets one as long as the amount lasts.

    sizes: {id: size}; of equal remainders the larger one, then the smaller id goes first.
    """
    ids = sorted(sizes, key=lambda pk: (-sizes[pk], pk))
    if amount <= len(ids):
        return {pk: int(place < amount) for place, pk in enumerate(ids)}
    shares: dict[int, int] = {}
    rest, left = ids, amount
    while small := [pk for pk in rest if _exact(left, sizes, rest, pk) < 1]:
        # Whoever would get less than one gets one; the others share the rest.
        shares |= dict.fromkeys(small, 1)
        rest, left = [pk for pk in rest if pk not in shares], amount - len(shares)
    exact = {pk: _exact(left, sizes, rest, pk) for pk in rest}
    shares |= {pk: int(part) for pk, part in exact.items()}
    order = sorted(rest, key=lambda pk: (int(exact[pk]) - exact[pk], -sizes[pk], pk))
    for pk in order[: amount - sum(shares.values())]:
        shares[pk] += 1
    return shares


def _exact(amount: int, sizes: Mapping[int, int], among: Sequence[int], pk: int) -> Fraction:
    """Return the exact share of one among some by size; all alike where nobody has any."""
    whole = sum(sizes[one] for one in among)
    return Fraction(amount * sizes[pk], whole) if whole else Fraction(amount, len(among))


def weight_problem(weights: Sequence[Decimal]) -> str:
    """Return what is wrong with the weights of sibling targets, or ""."""
    total = sum(weights, Decimal(0))
    return "" if total == 100 or not weights else f"同级目标权重合计 {plain(total)}，应为 100。"


def parts_problem(parts: Sequence[int]) -> str:
    """Return what is wrong with the parts of the stages of a target, or ""."""
    if len(parts) < 2:
        return "定性目标至少分两个阶段。"
    total = sum(parts)
    return "" if total == 100 else f"各阶段占比合计 {total}，应为 100。"


def order_problem(days: Sequence[date]) -> str:
    """Return what is wrong with the due days of stages in their order, or ""."""
    return "" if all(one < other for one, other in pairwise(days)) else "各阶段的时限应依次向后。"


def plain(number: Decimal) -> str:
    """Return a number without needless zeros: 38, 2.5."""
    return f"{number.normalize():f}"
