"""Exact numbers and their one rounding."""

from decimal import Decimal
from fractions import Fraction

TENTH, HUNDREDTH = 1, 2


def exact(number):
    """The number as a fraction. Binary floats are refused (TypeError): 0.1 is not a tenth there."""
    if isinstance(number, bool | float):
        raise TypeError(f"{number!r} is not an exact number; use Decimal or text")
    return Fraction(number)


def rounded(number, places=TENTH):
    """The number as a Decimal with so many places, half away from zero."""
    number = exact(number)
    units = int(abs(number) * 10**places + Fraction(1, 2))
    return Decimal(units if number >= 0 else -units).scaleb(-places)


def plain(number):
    """The number as short text: 5, 0.5, 1.33."""
    text = f"{rounded(number, HUNDREDTH):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def split_points(parts):
    """Exact parts as hundredths that add up to their rounded sum, by largest remainder; earlier parts first.

    Returns a tuple of Decimals in the order given.
    """
    parts = [exact(part) * 100 for part in parts]
    floors = [part.numerator // part.denominator for part in parts]
    missing = int(rounded(sum(parts, Fraction(0)), 0)) - sum(floors)
    order = sorted(range(len(parts)), key=lambda place: (floors[place] - parts[place], place))
    for place in order[:missing]:
        floors[place] += 1
    return tuple(Decimal(units).scaleb(-HUNDREDTH) for units in floors)
