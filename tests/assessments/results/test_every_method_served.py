"""The service against the slow scorer: every method of a scheme, given by records or by people, in one trial."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from assessments.entries.services import entry_approve, entry_make
from assessments.schemes.models import SchemeVersion
from assessments.scoring import exact, rounded
from assessments.scoring.schemes import METHODS
from tests.assessments.entries.test_entries import HAND
from tests.assessments.results.test_results import Q3, hold, quarter, run  # noqa: F401
from tests.assessments.scoring.slow_scorer import slow_score

pytestmark = pytest.mark.django_db
THEME = {"measures": ["requirement.life-theme-day"]}
# What the quarter's records say of theme days: three of three, two of three, none of three.
MET = {"branch_a": 3, "branch_b": 2, "branch_c": 0}
LEVELS = {"好": 4, "中": 2, "差": 0}
FOUR = {"好": 100, "较好": 80, "一般": 60, "差": 40}


def rows(chance):
    """An indicator of each method for people to judge, and of each that records can give."""
    return [
        {"key": "ratio", "points": 6, "method": "ratio", "late_factor": "0.5"} | THEME,
        {"key": "missed", "points": 4, "method": "deduct", "deductions": [{"when": "缺一次", "points": "1.5", "per": "each"}]} | THEME,
        {"key": "share-bands", "points": 5, "method": "bands", "bands": [["0.9", 5], ["0.5", 2], [None, 0]]} | THEME,
        {"key": "share-steps", "points": 5, "method": "steps", "base_at": "0.5", "base_points": 2, "step": "0.1", "step_points": 1} | THEME,
        {"key": "number", "points": 3, "method": "count", "points_each": "1.5"} | THEME,
        {
            "key": "faults", "points": 6, "method": "deduct", "sub_items": [2, 4],
            "deductions": [
                {"when": "一", "points": "0.5", "per": "each", "part": 0},
                {"when": "二", "points": 3, "per": "each", "part": 1, "case": "处分"},
                {"when": "三", "points": 1, "per": "each", "part": 1, "case": "处分"},
                {"when": "加", "points": -1, "per": "each", "part": 1},
            ],
        } | HAND,
        {"key": "level", "points": 4, "method": "graded", "levels": LEVELS, "aspects": ["配备", "履职"]} | HAND,
        {"key": "votes", "points": 8, "method": "votes", "levels": FOUR, "min_valid": 3} | HAND,
        {"key": "figure", "points": 5, "method": "bands", "bands": [[90, 5], [60, 3], [None, 1]]} | HAND,
        {"key": "steps", "points": 5, "method": "steps", "base_at": "0.6", "step": "0.1", "step_points": 1, "started": True} | HAND,
        {"key": "count", "points": 3, "method": "count", "points_each": 1} | HAND,
        {"key": "manual", "points": 7, "method": "manual"},
    ]  # fmt: skip


def scheme_of(chance):
    found = [row | {"name": row["key"]} for row in rows(chance)]
    spread = chance.random() < 0.5
    parts, start = [], 0
    for place, number in enumerate((4, 3, 5)):
        mine = found[start : start + number]
        start += number
        part = {
            "key": f"d{place}",
            "name": f"d{place}",
            "indicators": mine,
            "points": sum(row["points"] for row in mine),
        }
        if place == 1 and chance.random() < 0.5:
            part |= {"weighted": True, "points": 30}
        parts.append(part if spread else part | {"full_from": chance.choice([1, 2, 9])})
    total = sum(part["points"] for part in parts)
    return {
        "key": "tongbu-branch", "title": "各种方法", "version": 9, "applies": ["branch"], "periods": ["quarter"],
        "total": total, "dimensions": parts, "spread": spread, "open_top": chance.random() < 0.5,
        "bonus": {"cap": 3, "counts_for_grade": chance.random() < 0.5, "items": [{"what": "获奖", "points": 2}]},
        "vetoes": [{"when": "造假", "cap": "中", "zero_indicator": True}, {"when": "问责", "cap": "差"}],
        "grade_on": chance.choice(["rounded", "exact"]),
        "grades": [
            {"name": "优", "bound": str(total * Decimal("0.7")), "condition": "创新"},
            {"name": "良", "bound": str(total * Decimal("0.6"))},
            {"name": "中", "bound": str(total * Decimal("0.3"))},
            {"name": "差"},
        ],
    }  # fmt: skip


class Branch:
    """What is entered of one branch, through the services and beside them as the slow scorer reads it."""

    def __init__(self, world, name, chance):
        self.world, self.name, self.chance = world, name, chance
        done = MET[name]
        things = {"things": [("met", 1, 1, 0)] * done + [("overdue", 1, 0, 0)] * (3 - done)}
        self.known = dict.fromkeys(("ratio", "missed", "share-bands", "share-steps", "number"), things)
        self.more = {"bonus": [], "zeroed": [], "caps": [], "changes": [], "unmet": ["优"]}

    def enter(self, item, **more):
        row = entry_make(
            by=self.world.staff,
            period=Q3,
            organisation=getattr(self.world, self.name),
            item=item,
            reason="经核实",
            document=more.pop("document", "文件"),
            **more,
        )
        return entry_approve(by=self.world.committee_secretary, entry=row)

    def judge(self):
        chance = self.chance
        faults = []
        for number, (cost, part, case) in enumerate((("0.5", 0, ""), ("3", 1, "x"), ("1", 1, "x"), ("-1", 1, ""))):
            for _ in range(chance.randrange(3)):
                paper = chance.choice(["甲", "乙"])
                self.enter(f"deduct/faults/{number}", document=paper)
                faults.append((cost, part, f"{case}{paper}" if case else ""))
        self.known["faults"] = {"faults": faults}
        chosen = [chance.choice(list(LEVELS)) for _ in range(2)]
        for aspect, level in enumerate(chosen):
            self.enter(f"score/level/{aspect}/{level}")
        self.known["level"] = {"levels": chosen}
        self.vote()
        for key, value in (
            ("figure", Decimal(chance.randrange(100))),
            ("steps", Decimal(chance.randrange(101)) / 100),
            ("count", Decimal(chance.randrange(5))),
            ("manual", Decimal(chance.randrange(29)) / 4),
        ):
            self.enter(f"score/{key}", points=value)
            figure = Fraction(value)
            self.known[key] = {"count": figure} if key == "count" else {"figure": figure}
        self.known["manual"] = {"value": self.known["manual"]["figure"], "of": 7}

    def vote(self):
        meeting = hold(self.world.committee, "debrief", date(2026, 9, 20), valid=True)
        counts = {name: self.chance.randrange(1, 6) for name in FOUR}
        tally = {"activity": meeting, "counts": counts, "invalid": 2, "expected": 40}
        self.enter("score/votes", tally=tally)
        self.known["votes"] = {"ballots": counts}

    def lift_and_lower(self):
        chance = self.chance
        for _ in range(chance.randrange(3)):
            self.enter("bonus/0")
            self.more["bonus"].append("2")
        if chance.random() < 0.5:
            self.enter("adjust/ratio", points=Decimal("-1.5"))
            self.more["changes"].append(("ratio", "-1.5"))
        if chance.random() < 0.3:
            self.enter("veto/0", indicator="manual")
            self.more["zeroed"].append("manual")
            self.more["caps"].append("中")
        if chance.random() < 0.3:
            self.enter("veto/1")
            self.more["caps"].append("差")
        if chance.random() < 0.6:
            self.enter("condition/优")
            self.more["unmet"] = []


@pytest.mark.parametrize("seed", range(4))
def test_a_trial_gives_what_the_slow_scorer_gives(quarter, seed):  # noqa: F811
    chance = Random(seed)
    body = scheme_of(chance)
    assert {row["method"] for part in body["dimensions"] for row in part["indicators"]} == {*METHODS} - {"derived"}
    SchemeVersion.objects.create(
        key="tongbu-branch", version=9, title="三", body=body, state="in_force", in_force_from=date(2026, 7, 1)
    )
    branches = [Branch(quarter, name, chance) for name in MET]
    for branch in branches:
        branch.judge()
        branch.lift_and_lower()
    assessment = run(quarter)
    means = []
    for branch in branches:
        expected = slow_score(body, branch.known, **branch.more)
        found = assessment.results.get(organisation=getattr(quarter, branch.name))
        assert (found.state, exact(found.total), found.grade) == ("complete", expected["total"], expected["grade"])
        scores = {row.indicator: row for row in found.scores.all()}
        for key, points in expected["points"].items():
            assert scores[key].points == rounded(points), (branch.name, key)
            assert scores[key].points <= scores[key].maximum
        assert found.so_far <= found.out_of
        means.append(found.so_far / found.out_of)
    assert sum(means) / len(means) <= 1
