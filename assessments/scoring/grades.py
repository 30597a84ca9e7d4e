"""Grades and quotas: applied after the score, each with its own reason."""

from dataclasses import dataclass

from assessments.scoring.numbers import exact, rounded

NONE_IN, ALL_IN, DECIDE = "none_in", "all_in", "decide"


def grade(total, grades, on="rounded", unmet=()):
    """The name of the grade whose lower bound the total reaches.

    `grades`: (name, lower bound or None) from the highest down. Bounds are inclusive and compared with the
    total rounded to a tenth (on="exact": as it is). A grade named in `unmet` lacks an extra condition: the
    next lower one is given.
    """
    value = rounded(total) if on == "rounded" else exact(total)
    for name, bound in grades:
        if name not in unmet and (bound is None or value >= exact(bound)):
            return name
    return grades[-1][0]


def cap_grade(name, cap, grades):
    """The lower of two grades: a veto caps the grade, never the score."""
    order = [row[0] for row in grades]
    return order[max(order.index(name), order.index(cap))]


def quota_places(number, ratio):
    """Places of a quota: floor(number × ratio), at least one from three organisations on."""
    places = int(number * exact(ratio))
    return max(places, 1) if number >= 3 and exact(ratio) > 0 else places


def places_of(quotas, number):
    """Places of several quotas (ratio, number or None, whether it is meant as "about") among `number` organisations, in their order.

    Shares that are meant as "about" are rounded together, so that they and what is left over make up the whole.
    """
    about = [exact(ratio) for ratio, fixed, rough in quotas if rough and fixed is None]
    shared = iter(largest_remainder(number, [*about, max(1 - sum(about), 0)]) if about and sum(about) <= 1 else ())
    found = []
    for ratio, fixed, rough in quotas:
        if fixed is not None:
            found.append(fixed)
        else:
            found.append(next(shared) if rough and sum(about) <= 1 else quota_places(number, ratio))
    return found


def largest_remainder(number, ratios):
    """`number` places shared by ratios that are meant as "about": the floors, then one more by largest
    remainder.
    """
    shares = [number * exact(ratio) for ratio in ratios]
    places = [int(value) for value in shares]
    order = sorted(range(len(shares)), key=lambda place: (places[place] - shares[place], place))
    for place in order[: number - sum(places)]:
        places[place] += 1
    return places


@dataclass(frozen=True)
class QuotaOutcome:
    """Who keeps the grade, who loses it, and between whom a person must decide for how many places."""

    kept: tuple
    dropped: tuple
    undecided: tuple
    places_left: int


def apply_quota(totals, places, tie=DECIDE):
    """Share `places` among those who reached a grade.

    `totals`: pairs (key, total), in any order; equal means equal when rounded to a tenth. A tie at the edge
    is left to a person (DECIDE), or takes nobody (NONE_IN) or everybody (ALL_IN) of the tied.
    """
    rows = sorted(((rounded(total), key) for key, total in totals), key=lambda row: -row[0])
    if len(rows) <= places:
        return QuotaOutcome(tuple(key for _, key in rows), (), (), 0)
    edge = rows[places - 1][0] if places else None
    if edge is None or rows[places][0] != edge:
        return QuotaOutcome(tuple(key for _, key in rows[:places]), tuple(key for _, key in rows[places:]), (), 0)
    above = tuple(key for total, key in rows if total > edge)
    tied = tuple(key for total, key in rows if total == edge)
    below = tuple(key for total, key in rows if total < edge)
    if tie == ALL_IN:
        return QuotaOutcome(above + tied, below, (), 0)
    if tie == NONE_IN:
        return QuotaOutcome(above, tied + below, (), 0)
    return QuotaOutcome(above, below, tied, places - len(above))
