"""Schemes as agencies publish them, entered through the page's own forms, and their arithmetic."""

import json
from decimal import Decimal

import pytest

from assessments import scoring
from assessments.entries.items import entry_items
from assessments.schemes import drafting
from assessments.schemes.forms import BonusForm, DimensionForm, WholeForm
from assessments.schemes.indicator_form import IndicatorForm
from assessments.scoring import scheme_from
from tests.assessments.scoring.cases import given as case
from tests.paths import DATA

PUBLISHED = {row["key"]: row for row in json.loads((DATA / "published_schemes.json").read_text("utf-8"))}
# No base that points could be taken from; no points at all; points by rank, which another's record would change.
MISSING = {"deduct-2022": "分值", "star-10-40-30": "分值", "rank-2012": "计分方法"}
WHY = {"reason": "照文件录入"}
PER = {"once": "once", "each": "each", "each_person": "each_person", "each_period": "each"}


def valid(form):
    assert form.is_valid(), (form.errors.as_data(), form.data)
    return form


def indicator(row, points):
    """Return (method, what is typed) of a published indicator."""
    typed = {"name": row["zh"], "points": str(points), "source": "by-hand", **WHY}
    method = row["method"]
    if method == "deduct":
        rules = [*row.get("deductions", ())] or [{"when": "按细则扣分", "points": None}]
        for place, rule in enumerate(rules):
            typed[f"when_{place}"] = rule["when"]
            typed[f"per_{place}"] = "degree" if rule.get("points") is None else PER[rule.get("per", "once")]
            typed[f"fault_{place}"] = "" if rule.get("points") is None else str(rule["points"])
        for place, item in enumerate(row.get("bonus_inside", ()), len(rules)):
            typed |= {f"when_{place}": item["what"], f"per_{place}": "plus", f"fault_{place}": str(item["points"])}
        return "deduct", typed
    if method in ("graded", "votes"):
        levels = row.get("levels") or {"好": 100, "较好": 80, "一般": 60, "差": 40}
        for place, (name, value) in enumerate(levels.items()):
            typed |= {f"level_{place}": name, f"level_points_{place}": str(value)}
        return method, typed | {"min_valid": "1"}
    if "base_at" in row:
        base = {"base_at": str(row["base_at"]), "step": str(row["step"]), "step_points": str(row["step_points"])}
        return "steps", typed | base
    return ("count", typed | {"points_each": "1"}) if method == "count" else ("manual", typed)


def parts_of(row):
    """Indicators as they are entered: one with sub-items that each have a floor of its own is entered item by item."""
    if row.get("sub_items"):
        return [({**row, "zh": f"{row['zh']}（{place}）"}, points) for place, points in enumerate(row["sub_items"], 1)]
    return [(row, row["points"])]


def entered(published):
    """Return the scheme that the forms make of a published one."""
    body = {
        "key": "tongbu-branch",
        "title": published["title"],
        "version": 3,
        "applies": ["branch"],
        "periods": ["year"],
    }
    body |= {"total": "0", "dimensions": [], "grades": [{"name": "合格"}]}
    dimensions = [part for part in published["dimensions"] if part["indicators"]]
    if not dimensions:
        whole = {"zh": "考核得分", "points": published["total"], "method": "manual"}
        dimensions = [{"key": "all", "zh": "考核得分", "points": published["total"], "indicators": [whole]}]
    for part in dimensions:
        weight = str(Decimal(str(part["weight"])) * 100) if part.get("weight") else ""
        form = valid(DimensionForm({"name": part["zh"], "full_from": "1", "weight": weight, **WHY}))
        said = {"name": form.cleaned_data["name"], "full_from": 1}
        if weight:
            said |= {"weighted": True, "points": weight}
        body = drafting.with_dimension(body, "", said)
        for published_row in part["indicators"]:
            rest = sum(one["points"] or 0 for one in part["indicators"])
            for row, points in parts_of(published_row):
                # Of one line whose points were cut the rest of its dimension.
                points = points or part["points"] - rest
                method, typed = indicator(row, points)
                form = valid(IndicatorForm(typed, method=method))
                body = drafting.with_indicator(body, body["dimensions"][-1]["key"], "", form.indicator())
    for item in (published.get("bonus") or {}).get("items", ()):
        levels = enumerate(item.get("levels", {}).items())
        typed = {"what": item["what"], "points": str(item.get("points") or ""), **WHY}
        for place, (name, points) in levels:
            typed |= {f"level_{place}": name, f"level_points_{place}": str(points)}
        body = drafting.with_bonus(body, None, valid(BonusForm(typed)).item())
    return scheme_from(valid(WholeForm(whole_of(published, body), body=body)).changed_body())


def whole_of(published, body):
    bonus = published.get("bonus") or {}
    typed = {"title": published["title"], "total": drafting.total_of(body), "spread": "on", **WHY}
    typed |= {
        "bonus_cap": str(bonus.get("cap", "" if bonus else 0)),
        "open_top": "on" if bonus and not bonus.get("cap") else "",
    }
    grades = published.get("grades") or [{"zh": "合格", "min": None}]
    if any(row.get("min") is None for row in grades[:-1]):
        # Named without bounds: the bounds are the agency's own.
        grades = [{**row, "min": 90 - 10 * place} for place, row in enumerate(grades)]
    quotas = {row.get("grade"): row.get("max_ratio", row.get("about")) for row in published.get("quotas") or ()}
    for place, row in enumerate(grades):
        typed |= {f"grade_{place}": row["zh"], f"bound_{place}": str(row["min"]) if place < len(grades) - 1 else ""}
        if quotas.get(row["zh"]):
            typed[f"quota_{place}"] = str(Decimal(str(quotas[row["zh"]])) * 100)
    for place, veto in enumerate(published.get("veto") or ()):
        typed |= {f"veto_{place}": veto["when"], f"veto_cap_{place}": grades[-1]["zh"]}
    return typed


def test_twenty_published_schemes_are_entered_by_the_forms_and_the_others_say_what_is_missing():
    assert len(PUBLISHED) - len(MISSING) == 20
    for key, published in PUBLISHED.items():
        if key in MISSING:
            continue
        scheme = entered(published)
        seen = [row["points"] for part in published["dimensions"] for row in part["indicators"]]
        if seen and not any(part.get("weight") for part in published["dimensions"]):
            known = sum(Decimal(str(one)) for one in seen if one)
            assert sum(row.points for _, row in scheme.indicators()) == known or None in seen, key
        items = entry_items(scheme, "year")
        for _, row in scheme.indicators():
            assert row.by_hand and any(
                item.indicator == row.key and item.kind != "adjust" for item in items.values()
            ), key
    for key, word in MISSING.items():
        rows = [row for part in PUBLISHED[key]["dimensions"] for row in part["indicators"]]
        missing = [row for row in rows if row["points"] is None or row["method"] == "derived"]
        assert missing
        if word == "分值":
            form = IndicatorForm({**indicator(missing[0], "")[1]}, method=indicator(missing[0], "")[0])
            assert not form.is_valid() and "points" in form.errors


def named(scheme, *keys):
    return [row for _, row in scheme.indicators() if row.name in keys]


def scored(scheme, facts):
    return scoring.score(scheme, {row.key: facts[row.name] for _, row in scheme.indicators() if row.name in facts})


def faults(*points):
    return scoring.Fact(deductions=tuple(scoring.Deduction(str(place), str(one)) for place, one in enumerate(points)))


@pytest.mark.parametrize(
    "number, key, place",
    [(1, "city-standard-project", 3), (2, "jingmen-2015", 1)],
)
def test_deductions_of_an_entered_scheme_end_at_zero(number, key, place):
    given, expect = case(number)
    scheme = entered(PUBLISHED[key])
    row = scheme.indicators()[place][1]
    result = scored(scheme, {row.name: faults(*given["deductions"])})
    score = next(one for one in result.indicators if one.key == row.key)
    share = score.exact / score.maximum * row.points
    assert (row.points, share) == (given["points"], Decimal(str(expect["score"])))


def test_entered_schemes_give_the_totals_of_their_cases():
    _, expect = case(52)
    classify = entered(PUBLISHED["agency-classify-100"])
    lost = (5, 0, 12, 5, 0, 10, 0)
    facts = {row.name: faults(points) for (_, row), points in zip(classify.indicators(), lost, strict=True)}
    assert scored(classify, facts).total == Decimal(str(expect["total"]))
    for number, key, values in (
        (15, "agency-2012", ("95", "86")),
        (16, "college-150", ("130", "116")),
    ):
        _, expect = case(number)
        scheme = entered(PUBLISHED[key])
        whole = 100 if number == 15 else 150
        facts = {
            row.name: scoring.Fact(value=value, of=whole)
            for (_, row), value in zip(scheme.indicators(), values, strict=True)
        }
        result = scored(scheme, facts)
        assert (result.total, result.grade) == (Decimal(str(expect["total"])), expect["grade"]), key
    given, expect = case(22)
    weighted = entered(PUBLISHED["dept-weighted"])
    assert [(part.points, part.weighted) for part in weighted.dimensions] == [(20, True)]
    facts = {}
    for (_, row), points in zip(weighted.indicators(), given["A"], strict=True):
        facts[row.name] = (
            faults(20 - points) if row.method == "deduct" else scoring.Fact(level={20: "好", 15: "较好"}[points])
        )
    assert scored(weighted, facts).so_far == Decimal(str(expect["in_total"]))
    given, expect = case(19)
    graded = entered(PUBLISHED["univ-agency-graded"])
    rows = dict(zip(("o1", "o2", "o3", "o4"), [row for _, row in graded.indicators()][5:9], strict=True))
    result = scored(graded, {rows[key].name: scoring.Fact(level=level) for key, level in given.items()})
    won = sum(one.exact / one.maximum * one.nominal for one in result.indicators if one.exact is not None)
    assert (won, sum(row.points for row in rows.values())) == (
        Decimal(str(expect["score"])),
        Decimal(str(expect["of"])),
    )


def test_bonus_within_an_indicator_does_not_lift_it_above_its_points_and_votes_count_the_valid():
    given, expect = case(6)
    row = entered(PUBLISHED["six-haves"]).indicators()[0][1]
    assert [rule.points for rule in row.deductions if rule.points and rule.points < 0] == [-1, -1]
    deductions = [scoring.Deduction("扣", str(given["deductions"][0])), *[scoring.Deduction("加", "-1")] * 2]
    assert scoring.deduct(row.points, deductions).points == Decimal(str(expect["capped"]))
    southern = entered(PUBLISHED["southern-2013"])
    given, expect = case(29)
    assert (
        southern.bonus.cap == expect["counted"]
        and scoring.bonus(given["items"], southern.bonus.cap)[1] == expect["counted"]
    )
    given, expect = case(23)
    formula = entered(PUBLISHED["vote-formula"])
    row = formula.indicators()[0][1]
    counts = dict(zip([name for name, _ in row.levels], given["workload"], strict=True))
    outcome = scoring.votes(row.points, dict(row.levels), scoring.Votes(counts))
    assert outcome.points * 100 / row.points == Decimal(str(expect["workload"]))
    assert formula.open_top and formula.bonus.cap is None
