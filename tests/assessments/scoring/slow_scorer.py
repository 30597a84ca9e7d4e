"""A second way to score, slow and straight from the words of the rulebook: nothing of the product is imported.

A scheme is the plain dict that a version keeps, what is known of an indicator a plain dict: {"state": "unknown"} or
"not_applicable"; {"things": [(state, expected, done, late)]}; {"faults": [(points, part, case)]}; {"levels": [name]};
{"ballots": {name: number}}; {"figure": number}; {"count": number}; {"value": number, "of": number}. None: nothing measures it.
"""

from fractions import Fraction

COUNTED = ("met", "met_late", "overdue")


def number(value):
    return Fraction(str(value)) if not isinstance(value, Fraction) else value


def units(things, late_factor):
    """Every unit that counts, one by one: 1 done in time, the factor done late, 0 not done."""
    found = []
    for state, expected, done, late in things:
        if state in COUNTED:
            found += [Fraction(1)] * done + [late_factor] * late + [Fraction(0)] * (expected - done - late)
    return found


def indicator(row, known):
    """Return (state, points won of the row's own, how many due things it rests on)."""
    points, method = number(row["points"]), row["method"]
    if known is None:
        return "nothing", None, 1
    if known.get("state"):
        return known["state"], None, 1
    late = number(row.get("late_factor", "0.5"))
    things = [thing for thing in known.get("things", ()) if thing[0] in COUNTED]
    if "things" in known:
        if any(thing[0] == "unknown" for thing in known["things"]):
            return "unknown", None, 1
        if not things:
            soon = any(thing[0] in ("not_due", "due_soon") for thing in known["things"])
            return ("not_due" if soon else "not_applicable"), None, 1
        counted = units(things, late)
        if method == "ratio":
            return "known", points * sum(counted) / len(counted), len(things)
        if method == "deduct":
            each = number(row["deductions"][0]["points"])
            return "known", max(points - each * sum(1 - unit for unit in counted), Fraction(0)), len(things)
        known = {"count": sum(counted)} if method == "count" else {"figure": sum(counted) / len(counted)}
    return (
        ("known", *by_method(row, points, method, known), len(things) or 1)
        if open_votes(row, known)
        else ("unknown", None, 1)
    )


def open_votes(row, known):
    """Whether there are votes enough, where votes are asked."""
    return row["method"] != "votes" or sum(known["ballots"].values()) >= max(row.get("min_valid", 0), 1)


def by_method(row, points, method, known):
    if method == "deduct":
        return (deducted(row, points, known["faults"]),)
    if method == "graded":
        return (min(number(row["levels"][name]) for name in known["levels"]),)
    if method == "votes":
        votes = known["ballots"]
        mean = sum(number(row["levels"][name]) * many for name, many in votes.items()) / Fraction(sum(votes.values()))
        return (points * mean / 100,)
    if method == "bands":
        for bound, won in row["bands"]:
            if bound is None or known["figure"] >= number(bound):
                return (number(won),)
    if method == "steps":
        return (stepped(row, points, known["figure"]),)
    if method == "count":
        return (min(points, number(row["points_each"]) * known["count"]),)
    return (points * number(known["value"]) / number(known["of"]),)


def deducted(row, points, faults):
    parts = [number(part) for part in row.get("sub_items", ())] or [points]
    heaviest = {}
    for place, (cost, part, case) in enumerate(faults):
        key = case or place
        if key not in heaviest or number(cost) > number(heaviest[key][0]):
            heaviest[key] = (cost, part)
    left = list(parts)
    lifted = Fraction(0)
    for cost, part in heaviest.values():
        if number(cost) < 0:
            lifted -= number(cost)
        else:
            left[part] -= number(cost)
    return min(sum(max(one, Fraction(0)) for one in left) + lifted, points)


def stepped(row, points, figure):
    base = number(row["base_points"]) if row.get("base_points") is not None else points
    away, step = figure - number(row["base_at"]), number(row["step"])
    taken, walked = 0, Fraction(0)
    while walked + step <= abs(away):
        walked += step
        taken += 1
    if row.get("started") and walked < abs(away):
        taken += 1
    won = base + (taken if away > 0 else -taken) * number(row["step_points"])
    return max(Fraction(0), min(won, points))


def maxima(scheme, found):
    """{key: what the indicator can yield here}."""
    applies = {key for key, (state, _, _) in found.items() if state in ("known", "unknown")}
    alive = [part for part in scheme["dimensions"] if any(row["key"] in applies for row in part["indicators"])]
    most = {}
    for part in alive:
        rows = [row for row in part["indicators"] if row["key"] in applies]
        own = sum(number(row["points"]) for row in rows)
        if scheme["spread"]:
            whole = number(part["points"]) / sum(number(one["points"]) for one in alive) * number(scheme["total"])
        else:
            due = sum(found[row["key"]][2] for row in rows)
            nominal = sum(number(row["points"]) for row in part["indicators"])
            whole = own * number(part["points"]) / nominal * min(Fraction(1), Fraction(due, part.get("full_from", 1)))
        for row in rows:
            most[row["key"]] = number(row["points"]) / own * whole
    return most


def slow_score(scheme, known, *, bonus=(), zeroed=(), caps=(), changes=(), unmet=()):
    """Return {"state", "base", "total", "grade", "points": {key: points}, "maxima": {key: points}}."""
    rows = [row for part in scheme["dimensions"] for row in part["indicators"]]
    found = {row["key"]: indicator(row, known.get(row["key"])) for row in rows}
    most = maxima(scheme, found)
    points = {}
    for row in rows:
        key = row["key"]
        if found[key][0] != "known":
            continue
        won = found[key][1] * most[key] / number(row["points"])
        for change in (change for at, change in changes if at == key):
            won = min(max(won + number(change), Fraction(0)), max(most[key], won))
        points[key] = Fraction(0) if key in zeroed else won
    answer = {"points": points, "maxima": most, "base": None, "total": None, "grade": None}
    if any(state == "unknown" for state, _, _ in found.values()):
        return answer | {"state": "incomplete"}
    if not points:
        return answer | {"state": "not_applicable"}
    won, out_of = sum(points.values()), sum(most.values())
    base = won if scheme["spread"] or not out_of else won / out_of * number(scheme["total"])
    extra = sum((number(one) for one in bonus), Fraction(0))
    if not scheme["bonus"].get("open"):
        extra = min(extra, number(scheme["bonus"]["cap"]))
    full = base + extra if scheme.get("open_top") else min(base + extra, number(scheme["total"]))
    answer |= {"state": "complete", "base": base, "total": half_up(full)}
    if out_of >= number(scheme.get("grade_min_points", 0)):
        answer["grade"] = graded(scheme, full if scheme["bonus"].get("counts_for_grade", True) else base, unmet, caps)
    return answer


def half_up(value):
    tenths = abs(value) * 10
    whole = tenths.numerator // tenths.denominator
    whole += 1 if tenths - whole >= Fraction(1, 2) else 0
    return Fraction(whole if value >= 0 else -whole, 10)


def graded(scheme, value, unmet, caps):
    value = half_up(value) if scheme.get("grade_on", "rounded") == "rounded" else value
    names = [row["name"] for row in scheme["grades"]]
    reached = next(
        row["name"]
        for row in scheme["grades"]
        if row["name"] not in unmet and (row.get("bound") is None or value >= number(row["bound"]))
    )
    return names[max([names.index(reached), *(names.index(cap) for cap in caps)])]
