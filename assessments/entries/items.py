"""What may be entered by hand under a version of a scheme: its bonus items, vetoes, indicators and quotas. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from assessments.entries.models import EntryKind
from assessments.scoring.numbers import plain
from assessments.scoring.schemes import Indicator, Scheme
from common.text import quoted

_PER = {"each": "每次", "each_person": "每人"}
# What is typed where points follow from a figure.
_FIGURES = {"bands": "填写数值，按分档计分", "steps": "填写比例，如 0.95，按步长计分", "count": "填写数量"}
_MOST = Fraction(9999)


@dataclass(frozen=True)
class EntryItem:
    """One thing that may be entered.

    key: its address within the scheme. low, high: bounds of the points to be typed, None where the scheme says them. number:
    place of the bonus item, veto or rule in the scheme. repeated: whether each occurrence is entered on its own.
    levels: of a vote, on which ballots are counted. slot: of a level, what all levels of the same thing have in common; level: its
    name. names_indicator: whether the entry must name one (a veto that sets it to zero).
    """

    key: str
    kind: str
    label: str
    low: Fraction | None = None
    high: Fraction | None = None
    indicator: str = ""
    number: int = 0
    points: Fraction | None = None
    names_indicator: bool = False
    repeated: bool = False
    levels: tuple[str, ...] = ()
    slot: str = ""
    level: str = ""


def entry_items(scheme: Scheme, kind_of_period: str) -> dict[str, EntryItem]:
    """Return {key: EntryItem} in the order of the scheme. kind_of_period: quotas hold for some kinds only."""
    found = [*_bonuses(scheme), *_vetoes(scheme), *_by_hand(scheme), *_adjustments(scheme)]
    for quota in scheme.quota_for(kind_of_period):
        label = f"{quota.grade}名额并列时列入"
        found.append(EntryItem(f"quota/{quota.grade}", EntryKind.QUOTA, label))
    for grade in scheme.grades:
        if grade.condition:
            label = f"{grade.name}另需：{grade.condition}（已具备）"
            found.append(EntryItem(f"condition/{grade.name}", EntryKind.CONDITION, label))
    return {item.key: item for item in found}


def _bonuses(scheme: Scheme) -> Iterator[EntryItem]:
    for number, row in enumerate(scheme.bonus.items):
        if row.levels:
            for name, points in row.levels:
                label = f"{row.what}：{name}（加 {plain(points)} 分，只计最高一项）"
                yield EntryItem(
                    f"bonus/{number}/{name}", EntryKind.BONUS, label, number=number, points=points, repeated=True
                )
        elif row.points is not None:
            most = f"，最多 {plain(row.cap)} 分" if row.cap is not None else ""
            label = f"{row.what}（每项加 {plain(row.points)} 分{most}）"
            yield EntryItem(f"bonus/{number}", EntryKind.BONUS, label, number=number, points=row.points, repeated=True)
        else:
            high = row.cap if row.cap is not None else scheme.total
            label = f"{row.what}（加分，最多 {plain(high)} 分）"
            yield EntryItem(
                f"bonus/{number}", EntryKind.BONUS, label, low=Fraction(0), high=high, number=number, repeated=True
            )


def _vetoes(scheme: Scheme) -> Iterator[EntryItem]:
    for number, row in enumerate(scheme.vetoes):
        zero = "该项计零分，" if row.zero_indicator else ""
        label = f"{row.when}（{zero}等次不高于{quoted(row.cap)}）"
        yield EntryItem(f"veto/{number}", EntryKind.VETO, label, number=number, names_indicator=row.zero_indicator)


def _by_hand(scheme: Scheme) -> Iterator[EntryItem]:
    for _, row in scheme.indicators():
        if row.by_hand:
            yield from _deductions(row) if row.method == "deduct" else _scores(row)


def _deductions(row: Indicator) -> Iterator[EntryItem]:
    for number, rule in enumerate(row.deductions):
        key, name = f"deduct/{row.key}/{number}", f"{row.name}：{rule.when}"
        if rule.points is not None:
            act = "扣" if rule.points >= 0 else "加"
            label = f"{name}（{_PER.get(rule.per, '')}{act} {plain(abs(rule.points))} 分）"
            yield EntryItem(
                key, EntryKind.DEDUCT, label, None, None, row.key, number, rule.points, repeated=rule.per != "once"
            )
        else:
            label = f"{name}（按程度扣，最多 {plain(row.points)} 分）"
            yield EntryItem(
                key, EntryKind.DEDUCT, label, Fraction(0), row.points, row.key, number, repeated=rule.per != "once"
            )


def _scores(row: Indicator) -> Iterator[EntryItem]:
    key = f"score/{row.key}"
    if row.method == "graded":
        # Each aspect is judged by itself; without any the indicator as a whole.
        for number, aspect in enumerate(row.aspects or ("",)):
            of, slot = (f"（{aspect}）", f"{key}/{number}") if aspect else ("", key)
            for name, points in row.levels:
                label = f"{row.name}{of}：{name}（{plain(points)} 分）"
                yield EntryItem(
                    f"{slot}/{name}", EntryKind.SCORE, label, indicator=row.key, points=points, slot=slot, level=name
                )
    elif row.method == "manual":
        label = f"{row.name}（0 至 {plain(row.points)} 分）"
        yield EntryItem(key, EntryKind.SCORE, label, Fraction(0), row.points, indicator=row.key)
    elif row.method == "votes":
        levels = tuple(name for name, _ in row.levels)
        label = f"{row.name}（测评票：{'、'.join(levels)}）"
        yield EntryItem(key, EntryKind.SCORE, label, indicator=row.key, levels=levels)
    elif row.method in _FIGURES:
        yield EntryItem(
            key, EntryKind.SCORE, f"{row.name}（{_FIGURES[row.method]}）", Fraction(0), _MOST, indicator=row.key
        )


def _adjustments(scheme: Scheme) -> Iterator[EntryItem]:
    for dimension, row in scheme.indicators():
        label = f"{dimension.name}／{row.name}（加减不超过 {plain(row.points)} 分）"
        yield EntryItem(
            f"adjust/{row.key}", EntryKind.ADJUST, label, low=-row.points, high=row.points, indicator=row.key
        )


def self_rated(scheme: Scheme) -> list[Indicator]:
    """Return the indicators of a scheme of which an organisation says what it thinks itself: those that people score."""
    return [row for _, row in scheme.indicators() if row.by_hand and row.method not in ("deduct", "votes")]


def bounds_of(row: Indicator) -> tuple[Fraction, Fraction]:
    """Return the bounds of what is typed for an indicator that people score without levels: its points, or a figure."""
    return Fraction(0), row.points if row.method == "manual" else _MOST
