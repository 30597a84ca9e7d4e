"""Random schemes of every method against the slow scorer; a mean is never above what it is the mean of."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.scoring import Adjustment, Deduction, Fact, Item, VetoEvent, Votes, exact, scheme_from, score
from assessments.scoring.schemes import METHODS
from tests.assessments.scoring.slow_scorer import slow_score

MEASURED = ("ratio", "deduct", "bands", "steps", "count")
tenths = st.integers(0, 10).map(lambda number: f"{number / 10:.1f}")


@st.composite
def things(draw):
    found = []
    for _ in range(draw(st.integers(0, 5))):
        state = draw(st.sampled_from(["met", "met_late", "overdue", "overdue", "not_due", "exempt", "waived"]))
        if draw(st.integers(0, 40)) == 0:
            state = "unknown"
        expected = draw(st.integers(1, 6))
        done = {"met": expected, "met_late": 0}.get(state, draw(st.integers(0, expected - 1)))
        late = draw(st.integers(0, expected - done)) if state == "overdue" else expected if state == "met_late" else 0
        if state == "overdue" and done + late == expected:
            late = 0
        found.append((state, expected, done, late))
    return found


@st.composite
def indicators(draw, key):
    method, points = draw(st.sampled_from(METHODS)), draw(st.integers(1, 9))
    row = {
        "key": key,
        "name": key,
        "points": points,
        "method": method,
        "late_factor": draw(st.sampled_from(["0", "0.5", "1"])),
    }
    counted = method in MEASURED and (method == "ratio" or draw(st.booleans()))
    known = {"things": draw(things())} if counted else {}
    row |= draw(parameters(method, points, counted))
    if not counted:
        known = draw(facts(row, method, points))
    known = draw(st.sampled_from([known] * 8 + [None, {"state": "not_applicable"}, {"state": "unknown"}]))
    return row, known


@st.composite
def parameters(draw, method, points, counted):
    if method == "deduct" and counted:
        return {"deductions": [{"when": "缺", "points": draw(st.sampled_from(["0.5", "1", "2"])), "per": "each"}]}
    if method == "deduct":
        first = draw(st.integers(0, points - 1))
        return {"sub_items": [first, points - first]} if draw(st.booleans()) else {}
    if method == "graded":
        return {"levels": {"好": points, "中": str(Fraction(points) / 2) if points % 2 == 0 else 0, "差": 0}}
    if method == "votes":
        return {"levels": {"好": 100, "较好": 80, "差": 40}, "min_valid": draw(st.integers(1, 4))}
    if method == "bands":
        return {"bands": [["0.9", points], ["0.5", 1 if points > 1 else 0], [None, 0]]}
    if method == "steps":
        row = {
            "base_at": draw(tenths),
            "step": draw(st.sampled_from(["0.1", "0.25"])),
            "step_points": draw(st.sampled_from(["0.5", "1"])),
        }
        return row | {"base_points": draw(st.integers(0, points)), "started": draw(st.booleans())}
    return {"points_each": draw(st.sampled_from(["0.5", "1", "3"]))} if method == "count" else {}


@st.composite
def facts(draw, row, method, points):
    if method == "deduct":
        parts = len(row.get("sub_items", ())) or 1
        costs = st.sampled_from(["0.1", "0.5", "1", "3", "-1", "-0.5"])
        fault = st.tuples(costs, st.integers(0, parts - 1), st.sampled_from(["", "", "甲", "乙"]))
        found = draw(st.lists(fault, max_size=6))
        # What lifts an indicator is a rule of its own and belongs to no case.
        return {"faults": [(cost, part, "" if cost.startswith("-") else case) for cost, part, case in found]}
    if method == "graded":
        return {"levels": draw(st.lists(st.sampled_from(["好", "中", "差"]), min_size=1, max_size=3))}
    if method == "votes":
        return {
            "ballots": {name: draw(st.integers(0, 5)) for name in row["levels"]},
            "invalid": draw(st.integers(0, 3)),
        }
    if method in ("bands", "steps"):
        return {"figure": Fraction(draw(st.integers(0, 100)), 100)}
    if method == "count":
        return {"count": draw(st.integers(0, 9))}
    return {"value": draw(st.integers(0, 20)), "of": 20}


@st.composite
def cases(draw):
    spread = draw(st.booleans())
    parts, known = [], {}
    for place in range(draw(st.integers(1, 3))):
        rows = []
        for number in range(draw(st.integers(1, 4))):
            key = f"i{place}-{number}"
            row, known[key] = draw(indicators(key))
            rows.append(row)
        part = {
            "key": f"d{place}",
            "name": f"d{place}",
            "indicators": rows,
            "points": sum(row["points"] for row in rows),
        }
        if draw(st.integers(0, 3)) == 0:
            part |= {"weighted": True, "points": draw(st.integers(1, 50))}
        if not spread:
            part["full_from"] = draw(st.integers(1, 5))
        parts.append(part)
    total = sum(part["points"] for part in parts)
    bonus = {"counts_for_grade": draw(st.booleans())} | draw(st.sampled_from([{"cap": 5}, {"cap": 0}, {"open": True}]))
    scheme = {
        "key": "random", "title": "随机", "version": 1, "applies": ["branch"], "periods": ["year"], "total": total,
        "dimensions": parts, "spread": spread, "bonus": bonus, "open_top": draw(st.booleans()),
        "grade_on": draw(st.sampled_from(["rounded", "exact"])), "grade_min_points": draw(st.sampled_from([0, 5])),
        "grades": [
            {"name": "优", "bound": str(total * Decimal("0.9")), "condition": "创新"},
            {"name": "良", "bound": str(total * Decimal("0.6"))},
            {"name": "差"},
        ],
    }  # fmt: skip
    keys = sorted(known)
    more = {
        "bonus": draw(st.lists(st.sampled_from(["0.5", "2", "4"]), max_size=3)),
        "zeroed": draw(st.lists(st.sampled_from(keys), max_size=1)),
        "caps": draw(st.lists(st.sampled_from(["优", "良", "差"]), max_size=2)),
        "changes": draw(st.lists(st.tuples(st.sampled_from(keys), st.sampled_from(["-2", "1.5", "9"])), max_size=2)),
        "unmet": draw(st.sampled_from([(), ("优",)])),
    }
    return scheme, known, more


def fact_of(known):
    """The product's Fact of a plain one."""
    if known.get("state"):
        return Fact(state=known["state"])
    if "things" in known:
        rows = []
        for state, expected, done, late in known["things"]:
            parts = {"done": done, "late": late} if state == "overdue" else {}
            rows.append(Item(state, "事", expected=expected, **parts))
        return Fact(items=tuple(rows)) if rows else Fact.not_applicable()
    if "faults" in known:
        return Fact(
            deductions=tuple(Deduction("错", cost, part=part, case=case) for cost, part, case in known["faults"])
        )
    if "levels" in known:
        return Fact(level=known["levels"][0], also=tuple(known["levels"][1:]))
    if "ballots" in known:
        return Fact(votes=Votes(known["ballots"], blank=known["invalid"]))
    if "figure" in known:
        return Fact(value=known["figure"], of=1)
    return Fact(count=known["count"]) if "count" in known else Fact(value=known["value"], of=known["of"])


def fast(scheme, known, more):
    events = [VetoEvent("否决", "差", indicator=key) for key in more["zeroed"]]
    events += [VetoEvent("否决", cap) for cap in more["caps"]]
    return score(
        scheme_from(scheme),
        {key: fact_of(value) for key, value in known.items() if value is not None},
        bonus=more["bonus"],
        vetoes=events,
        adjustments=[Adjustment(key, Decimal(change), "经审定") for key, change in more["changes"]],
        unmet=more["unmet"],
    )


@settings(max_examples=600, deadline=None)
@given(cases())
def test_engine_and_slow_scorer_agree_on_every_method(case):
    scheme, known, more = case
    found = fast(scheme, known, more)
    # Setting an indicator to zero caps the grade as well.
    caps = [*more["caps"], *(["差"] if more["zeroed"] else [])]
    expected = slow_score(scheme, known, **more | {"caps": caps})
    assert found.state == expected["state"]
    assert (found.base, found.grade) == (expected["base"], expected["grade"])
    assert (None if found.total is None else exact(found.total)) == expected["total"]
    points = {row.key: row.exact for row in found.indicators if row.exact is not None}
    assert points == expected["points"]
    assert {row.key: row.maximum for row in found.indicators if row.maximum} == {
        key: value for key, value in expected["maxima"].items() if value
    }
    for row in found.indicators:
        if row.exact is not None:
            assert 0 <= row.exact <= row.maximum
            assert sum((reason.exact for reason in row.reasons), Fraction(0)) == row.maximum - row.exact


@settings(max_examples=100, deadline=None)
@given(cases(), st.integers(2, 5))
def test_a_mean_of_rates_is_never_above_the_whole(case, many):
    scheme, known, more = case
    rates = []
    for place in range(many):
        # The same scheme, of each organisation another part of the facts.
        mine = {key: value for number, (key, value) in enumerate(known.items()) if (number + place) % many}
        found = fast(scheme, mine, more | {"changes": [], "zeroed": []})
        if found.state == "complete" and found.out_of:
            rates.append(found.so_far / found.out_of)
    assert all(0 <= rate <= 1 for rate in rates)
    assert not rates or sum(rates) / len(rates) <= 1
