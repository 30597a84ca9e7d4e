"""Schemes as agencies publish them, entered through the page's own forms, and their arithmetic."""

import json
from dataclasses import replace
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
    typed = {
        "title": published["title"],
        "periods": body["periods"],
        "total": drafting.total_of(body),
        "spread": "on",
        **WHY,
    }
    typed |= {
        "bonus_cap": str(bonus.get("cap", "" if bonus else 0)),
        "open_top": "on" if bonus and not bonus.get("cap") else "",
    }
    grades = published.get("grades") or [{"zh": "合格", "min": None}]
    if any(row.get("min") is None for row in grades[:-1]):
        # Named without bounds: the bounds are the agency's own.
        grades = [{**row, "min": 90 - 10 * place} for place, row in enumerate(grades)]
    quotas = {row.get("grade"): row.get("max_ratio", row.get("about")) for row in published.get("quotas") or ()}
    if any("about" in row for row in published.get("quotas") or ()):
        typed["quota_about"] = "on"
    if bonus.get("counts_for_grade", True):
        typed["counts_for_grade"] = "on"
    for place, row in enumerate(grades):
        typed |= {f"grade_{place}": row["zh"], f"bound_{place}": str(row["min"]) if place < len(grades) - 1 else ""}
        typed[f"condition_{place}"] = row.get("also", "")
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


# ---- further cases, each on the scheme that the forms made


def whole_scheme(key):
    return entered(PUBLISHED[key])


def row_named(scheme, name):
    return next(row for _, row in scheme.indicators() if row.name == name)


def ballots(*counts):
    """Votes by the four levels, 100 and 80 first."""
    return scoring.Fact(votes=scoring.Votes(dict(zip(("好", "较好", "一般", "差"), [*counts, 0, 0], strict=True))))


def five(given):
    """Sub-items entered one by one each end at zero; as one indicator it ends at zero as a whole."""
    scheme = whole_scheme("standard-branch-100")
    first, second = (row for _, row in scheme.indicators()[:2])
    won = [
        scoring.deduct(row.points, faults(*taken).deductions).points
        for row, taken in ((first, given["deductions_on_first"]), (second, given["deductions_on_second"]))
    ]
    method, typed = indicator(PUBLISHED["standard-branch-100"]["dimensions"][0]["indicators"][0], 4)
    data = valid(IndicatorForm(typed, method=method)).indicator()
    taken = faults(*given["deductions_on_first"], *given["deductions_on_second"]).deductions
    return {"per_sub_item": sum(won), "per_indicator": scoring.deduct(data["points"], taken).points}


def eight(given):
    scheme = whole_scheme("five-star-110")
    unmet = [grade.name for grade in scheme.grades if grade.condition and not given["innovation_project"]]
    return {"grade": scoring.grade(given["score"], scheme.bounds, scheme.grade_on, unmet)}


def nine(given):
    scheme = whole_scheme("five-star-110")
    places = scoring.places_of([(quota.max_ratio, quota.number, quota.about) for quota in scheme.quotas], given["n"])
    return {"largest_remainder": [*places, given["n"] - sum(places)]}


def star(base, *votes, grade_on="rounded"):
    """The formula: of each point lost of the base 0.7, of the ballots 0.3."""
    scheme = replace(whole_scheme("city-star-2023"), grade_on=grade_on)
    lost = (100 - Decimal(base)) * Decimal("0.7")
    return scored(scheme, {"基础项": faults(lost), "述职评议": ballots(*votes)})


def eleven(given):
    result = star(given["base"] - given["deductions"], 2, 3)
    return {"total": result.total, "grade": result.grade}


def twelve(given):
    rounded, exactly = (star(given["base"] - given["deductions"], 13, 37, grade_on=way) for way in ("rounded", "exact"))
    return {
        "exact": rounded.base,
        "rounded_0.1": rounded.total,
        "grade_on_rounded": rounded.grade,
        "grade_on_exact": exactly.grade,
    }


def fourteen(given):
    scheme = whole_scheme("city-star-2023")
    (places,) = scoring.places_of([(quota.max_ratio, quota.number, quota.about) for quota in scheme.quotas], given["n"])
    totals = list(enumerate(map(str, given["scores"])))
    kept = {tie: len(scoring.apply_quota(totals, places, tie).kept) for tie in ("none_in", "all_in")}
    return {"places": places} | kept


def twenty(given):
    """Assembly and group meeting are two aspects of one indicator; the lower counts."""
    row = next(
        one
        for part in PUBLISHED["univ-agency-graded"]["dimensions"]
        for one in part["indicators"]
        if one["key"] == "o1"
    )
    method, typed = indicator(row, row["points"])
    data = valid(IndicatorForm(typed | {"aspects": "支部大会、党小组会"}, method=method)).indicator()
    scheme = scheme_from(
        {"key": "x", "title": "x", "version": 1, "applies": ["branch"], "periods": ["year"], "total": 5,
         "dimensions": [{"key": "d", "name": "d", "points": 5, "indicators": [data | {"key": "o1"}]}], "grades": [{"name": "合格"}]}
    )  # fmt: skip
    assert scheme.indicators()[0][1].aspects == ("支部大会", "党小组会")
    named = {"每季度": "每季度(小组每月)", "每季": "每半年(小组每季)"}
    fact = scoring.Fact(level=named[given["assembly"]], also=(named[given["groups"]],))
    return {"o1": scoring.score(scheme, {"o1": fact}).so_far}


def twenty_four(given):
    scheme = whole_scheme("vote-formula")
    levels = [name for name, _ in scheme.indicators()[0][1].levels]
    means = {"leader": (6, 4), "staff": (49, 51), "group": (2, 3)}
    facts = {
        row.key: scoring.Fact(votes=scoring.Votes(dict(zip(levels, [*means[who], 0, 0], strict=True))))
        for (_, row), who in zip(scheme.indicators(), ("leader", "staff", "group"), strict=True)
    }
    result = scoring.score(scheme, facts, bonus=[given["bonus"]])
    assert result.total == Decimal("90.5")
    return {"total": result.base + given["bonus"]}


def twenty_eight(given):
    row = row_named(whole_scheme("wenzhou-100"), "思想政治建设(中心组学习)")
    taken = [2] * (given["meetings_short"] + given["days_short"] + given["no_speech"])
    outcome = scoring.deduct(row.points, faults(*taken).deductions)
    return {"score": outcome.points, "raw_deduction": sum(reason.raw for reason in outcome.reasons)}


def thirty(given):
    """A step below ninety per cent, as the form of steps enters it."""
    found = {}
    for key, more in (("whole_steps", {}), ("started_steps", {"started": "on"})):
        typed = {
            "name": "出勤率",
            "points": "2",
            "base_at": "0.9",
            "step": "0.1",
            "step_points": "1",
            "source": "by-hand",
        }
        data = valid(IndicatorForm(typed | more | WHY, method="steps")).indicator()
        scheme = scheme_from(
            {"key": "x", "title": "x", "version": 1, "applies": ["branch"], "periods": ["year"], "total": 2,
             "dimensions": [{"key": "d", "name": "d", "points": 2, "indicators": [data | {"key": "i"}]}], "grades": [{"name": "合格"}]}
        )  # fmt: skip
        fact = scoring.Fact(value=given["attendance"], of=1)
        found[key] = 2 - scoring.score(scheme, {"i": fact}).so_far
    return found


def fifty_one(given):
    row = next(row for _, row in whole_scheme("agency-classify-100").indicators() if row.name == "制度落实")
    taken = [2] * len(given["not_done"]) + [5] + [3] * given["leaders_short"]
    outcome = scoring.deduct(row.points, faults(*taken).deductions)
    return {"score": outcome.points, "raw_deduction": sum(reason.raw for reason in outcome.reasons)}


def fifty_three(given):
    scheme = whole_scheme("five-star-110")
    full = {
        row.name: scoring.Fact(value=row.points, of=row.points)
        for _, row in scheme.indicators()
        if row.method == "manual"
    }
    full |= {row.name: scoring.Fact() for _, row in scheme.indicators() if row.method == "deduct"}
    lost = 100 - Decimal(given["base"])
    facts = full | {"群众评价": scoring.Fact(value=25 - lost, of=25)}
    with_it, without = (
        scored(scheme, facts | {"加分项目": scoring.Fact(value=bonus, of=10)}) for bonus in (given["bonus"], 0)
    )
    return {"with_bonus": with_it.total, "grade_with": with_it.grade, "grade_without": without.grade}


def grades_of(key, totals):
    scheme = whole_scheme(key)
    return [scoring.grade(total, scheme.bounds, scheme.grade_on) for total in totals]


def seven(given):
    row = row_named(whole_scheme("six-haves"), "制度健全")
    assert row.points == given["points"]
    return {"score": scoring.deduct(row.points, faults(*[1] * given["missing"]).deductions).points}


ON_ENTERED = {
    5: five,
    7: seven,
    8: eight,
    9: nine,
    11: eleven,
    12: twelve,
    13: lambda given: {"grade": grades_of("city-star-2023", [given["total"]])[0]},
    14: fourteen,
    17: lambda given: {"grade": grades_of("college-150", [given["total"]])[0]},
    18: lambda given: {"grades": grades_of("bureau-quarterly", given["totals"])},
    20: twenty,
    24: twenty_four,
    28: twenty_eight,
    30: thirty,
    51: fifty_one,
    53: fifty_three,
}
# Reproduced above, and on the agency's own schemes in tests/assessments/scoring.
ABOVE = {1, 2, 6, 15, 16, 19, 22, 23, 29, 52}
OWN = {25, *range(31, 42)}
# No base and no floor to take points from; points by rank; points beyond an indicator's own; members, votes of a meeting, dues, dates.
NOT_OF_A_SCHEME = {3, 4, 10, 21, 26, 27, *range(42, 51)}


@pytest.mark.parametrize("number", sorted(ON_ENTERED))
def test_a_case_is_reproduced_on_the_scheme_that_was_entered(number):
    given, expect = case(number)
    found = ON_ENTERED[number](given)
    for key, value in found.items():
        wanted = expect[key]
        if isinstance(wanted, list | str):
            assert value == wanted, key
        else:
            assert Decimal(str(float(value))) == Decimal(str(float(wanted))), key


def test_every_case_is_accounted_for():
    assert sorted({*ON_ENTERED, *ABOVE, *OWN, *NOT_OF_A_SCHEME}) == list(range(1, 54))
    assert len(ON_ENTERED) + len(ABOVE) + len(OWN) == 38
