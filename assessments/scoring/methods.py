"""How points come from a fact: one function per method. Each answers with an Outcome in the scheme's own
points.

Every lost fraction of a point has its reason: the reasons of an outcome add up exactly to what it lost.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from assessments.scoring.facts import COUNTED, KNOWN, NOT_APPLICABLE, NOT_DUE, PENDING, UNKNOWN, Deduction
from assessments.scoring.numbers import exact, plain, rounded
from common.text import quoted

MISSING, LATE, PARTIAL, DEDUCTION = "missing", "late", "partial", "deduction"
LEVEL, COUNT, VOTES, VALUE = "level", "count", "votes", "value"
ADJUSTMENT, VETO = "adjustment", "veto"
# Counted by another indicator: said without points.
ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Reason:
    """Why points were lost, and where to go.

    text    Chinese, without the points
    exact   points lost, exact; negative for an adjustment in favour
    kind    MISSING, LATE, PARTIAL, DEDUCTION, LEVEL, COUNT, VOTES, VALUE, ADJUSTMENT, VETO, ELSEWHERE
    target  opaque reference of the record, requirement or stage
    points  points lost in hundredths; set when a result is made, so that they add up to the indicator's loss
    regain  of these, what can still be won back by making it good now
    raw     points of a deduction before the floor at zero
    """

    text: str
    exact: Fraction
    kind: str
    target: tuple = ()
    points: Decimal | None = None
    regain: Fraction = Fraction(0)
    raw: Fraction | None = None

    def scaled(self, factor):
        """The same reason where a point of the scheme weighs `factor` points of the total."""
        raw = None if self.raw is None else self.raw * factor
        return replace(self, exact=self.exact * factor, regain=self.regain * factor, raw=raw)


@dataclass(frozen=True)
class Outcome:
    """Points of one indicator: `points` is None unless `state` is "known".

    `things` how many due things they rest on, each of whatever units: the dimension weighs by them.
    """

    state: str
    points: Fraction | None = None
    reasons: tuple[Reason, ...] = ()
    required: Fraction = Fraction(0)
    on_time: Fraction = Fraction(0)
    late: Fraction = Fraction(0)
    note: str = ""
    things: int = 1


def ratio(points, items, late_factor):
    """points × (on time + late_factor × late) ÷ what is due.

    Exempt, waived, not applicable and not yet due items are outside the denominator. One unknown item makes
    the outcome unknown; nothing due makes it not applicable, or not due when something still comes.
    """
    points, late_factor = exact(points), exact(late_factor)
    if any(item.state == UNKNOWN for item in items):
        return Outcome(UNKNOWN)
    counted = [item for item in items if item.state in COUNTED]
    if not counted:
        pending = any(item.state in PENDING for item in items)
        return Outcome(NOT_DUE if pending else NOT_APPLICABLE)
    required = sum(item.parts()[0] for item in counted)
    on_time = sum(item.parts()[1] for item in counted)
    late = sum(item.parts()[2] for item in counted)
    reasons = tuple(reason.scaled(points / required) for item in counted for reason in item_reasons(item, late_factor))
    won = points * (on_time + late_factor * late) / required
    return Outcome(KNOWN, won, reasons, required, on_time, late, things=len(counted))


def item_reasons(item, late_factor):
    """What an item lost, in units of the item: one Reason for what is missing, one for what came late."""
    expected, done, late = item.parts()
    missing = expected - done - late
    if missing:
        if item.text:
            text = item.text
        elif done or late or expected != 1:
            text = f"{item.name}还差{plain(missing)}{item.unit}"
        else:
            text = f"{item.name}未见记录"
        kind = PARTIAL if done or late else MISSING
        regain = Fraction(0) if item.final else missing * late_factor
        yield Reason(text, missing, kind, item.target, regain=regain)
    if late and late_factor != 1:
        amount = f"{plain(late)}{item.unit}" if expected != 1 else ""
        text = item.late_text or f"{item.name}{amount}{item.late_word}"
        yield Reason(text, late * (1 - late_factor), LATE, item.target)


def deduct(points, deductions, sub_items=(), floor_at="sub_item", inside_bonus=(), bonus_may_exceed=False):
    """points minus deductions, never below zero.

    With `sub_items` (points of each, adding to `points`) the floor holds for each of them, or for the whole
    with floor_at="indicator". Deductions of one case count once, by the highest. All reasons stay listed;
    beyond the floor they cost nothing more. `inside_bonus` may not lift the score above `points` unless
    allowed.
    """
    points = exact(points)
    whole = tuple(exact(part) for part in sub_items) if sub_items and floor_at == "sub_item" else (points,)
    left, reasons = list(whole), []
    # What lifts an indicator comes after what was taken from it: the order of entry decides nothing.
    for deduction in sorted(_one_per_case(deductions), key=lambda one: exact(one.points) < 0):
        part = deduction.part if len(whole) > 1 else 0
        raw = exact(deduction.points)
        counted = min(raw, left[part])
        left[part] -= counted
        regain = counted if deduction.mendable else Fraction(0)
        reasons.append(Reason(deduction.text, counted, DEDUCTION, deduction.target, regain=regain, raw=raw))
    total = sum(left) + sum(exact(item) for item in inside_bonus)
    if not bonus_may_exceed:
        total = min(total, points)
    if total != sum(left):
        reasons.append(Reason("指标内加分", sum(left) - total, DEDUCTION))
    return Outcome(KNOWN, total, tuple(reasons))


def missed(items, row):
    """A Deduction for each thing owed that is missing or late, by the points of its rule (`fault`); a late one in part."""
    return tuple(
        Deduction(reason.text, reason.exact * row.deductions[item.fault].points, reason.target)
        for item in items
        if item.state in COUNTED
        for reason in item_reasons(item, row.late_factor)
    )


def _one_per_case(deductions):
    highest = {}
    for place, deduction in enumerate(deductions):
        before = highest.get(deduction.case)
        if before is None or exact(deduction.points) > exact(deductions[before].points):
            highest[deduction.case] = place
    for place, deduction in enumerate(deductions):
        once = not deduction.case or highest[deduction.case] == place
        yield deduction if once else replace(deduction, points=0)


def graded(points, levels, level, name="", target=()):
    """Points of the chosen level (`levels`: name → points). KeyError for a level the scheme lacks."""
    points, won = exact(points), exact(levels[level])
    lost = points - won
    reasons = (Reason(f"{name}评为{quoted(level)}", lost, LEVEL, target),) if lost else ()
    return Outcome(KNOWN, won, reasons)


def lowest(levels, *chosen):
    """The chosen level that yields least; KeyError for one that the scheme lacks."""
    return min(chosen, key=lambda level: exact(levels[level]))


def bands(points, rows, figure, name="", target=()):
    """Points of the band that a figure reaches. `rows`: (lower bound or None, points) from the highest down, inclusive."""
    points, figure = exact(points), exact(figure)
    won = next(exact(value) for bound, value in rows if bound is None or figure >= exact(bound))
    lost = points - won
    reasons = (Reason(f"{name}为{plain(figure)}", lost, LEVEL, target),) if lost else ()
    return Outcome(KNOWN, won, reasons)


def stepped(row, figure, target=()):
    """The points of an Indicator by steps from its base, from nothing to its whole: the base's points at the base."""
    base = row.points if row.base_points is None else row.base_points
    number = steps(exact(figure) - row.base_at, row.step, row.started)
    won = min(max(base + number * row.step_points, Fraction(0)), row.points)
    lost = row.points - won
    reasons = (Reason(f"{row.name}为{plain(exact(figure) * 100)}%", lost, LEVEL, target),) if lost else ()
    return Outcome(KNOWN, won, reasons)


def count(points, number, points_each, name="", target=(), unit="项"):
    """points_each for every counted thing, up to `points`."""
    points = exact(points)
    won = min(points, exact(number) * exact(points_each))
    lost = points - won
    text = f"{name}{plain(number)}{unit}，得满分需{plain(points / exact(points_each))}{unit}"
    return Outcome(KNOWN, won, (Reason(text, lost, COUNT, target),) if lost else ())


def votes(points, levels, ballots, min_valid=0, name="测评", target=()):
    """The weighted share of valid votes: Σ level × votes ÷ valid votes, as a part of `points`.

    `levels`: name → value out of 100. Invalid votes leave the denominator and are reported in the note. Fewer
    valid votes than `min_valid`, or none: unknown.
    """
    points = exact(points)
    valid = sum(ballots.counts.values())
    note = f"有效票{valid}张，无效票{ballots.invalid}张"
    if valid < max(min_valid, 1):
        return Outcome(UNKNOWN, note=f"{note}，不足{max(min_valid, 1)}张，不计分")
    value = Fraction(sum(exact(levels[level]) * number for level, number in ballots.counts.items())) / valid
    lost = points * (100 - value) / 100
    reasons = (Reason(f"{name}得分{plain(rounded(value))}", lost, VOTES, target),) if lost else ()
    return Outcome(KNOWN, points - lost, reasons, Fraction(valid), note=note)


def share(points, value, of=100, text="", target=()):
    """A figure taken from another result, or given by a person: points × value ÷ of, at most `points`.

    Below zero or above `of` is a ValueError.
    """
    points, value, of = exact(points), exact(value), exact(of)
    if not 0 <= value <= of:
        raise ValueError(f"{plain(value)} 不在 0 至 {plain(of)} 之间。")
    lost = points * (of - value) / of
    reasons = (Reason(text or f"得分{plain(value)}（满分{plain(of)}）", lost, VALUE, target),) if lost else ()
    return Outcome(KNOWN, points - lost, reasons)


def bonus(items, cap):
    """Bonus points counted: the sum of `items`, at most `cap` (None: all). Returns (listed sum, counted)."""
    listed = sum((exact(item) for item in items), Fraction(0))
    return listed, listed if cap is None else min(listed, exact(cap))


def steps(distance, step, started=False):
    """Whole steps in a distance towards or away from a bound, or started ones. Both exact, step > 0."""
    number = exact(distance) / exact(step)
    whole = int(abs(number))
    if started and whole != abs(number):
        whole += 1
    return whole if number >= 0 else -whole
