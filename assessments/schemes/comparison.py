"""Two versions of a scheme side by side: what an indicator says, in words, and what changed. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from assessments.schemes.measures import is_built, name_of
from assessments.scoring.numbers import exact, plain
from assessments.scoring.schemes import BY_HAND, ordered
from common.periods import HALF, QUARTER, YEAR
from common.text import quoted

METHOD_NAMES = {
    "ratio": "比率",
    "deduct": "扣分",
    "graded": "分档评定",
    "bands": "按数值分档",
    "steps": "按步长增减",
    "count": "计数",
    "votes": "测评票",
    "derived": "由结果换算",
    "manual": "人工评分",
}
# For how long a time a scheme gives results.
PERIOD_WORDS = {QUARTER: "季度", HALF: "半年", YEAR: "年度"}
_PER = {"once": "", "each": "每次", "each_person": "每人"}


@dataclass(frozen=True)
class Line:
    """An indicator or dimension with what it was in the other version (None: the same, or not there)."""

    key: str
    name: str
    points: str
    method: str = ""
    parameters: str = ""
    source: str = ""
    points_before: str | None = None
    method_before: str | None = None
    parameters_before: str | None = None
    new: bool = False
    why: str = ""

    @property
    def changed(self) -> bool:
        before = (self.points_before, self.method_before, self.parameters_before)
        return self.new or any(value is not None for value in before)


def number(value: Any) -> str:
    """Return a figure of a body as short text; bodies hold int, text and the floats that TOML wrote."""
    return plain(exact(str(value)))


def parameters(row: dict) -> str:
    """Return the parameters of an indicator in words."""
    method = row["method"]
    said: list[str] = []
    if method == "ratio":
        share = exact(str(row.get("late_factor", "0.5")))
        said.append("补录、补办同样计分" if share == 1 else f"补录、补办计 {plain(share * 100)}%")
    elif method == "deduct":
        said += [_rule(rule) for rule in row.get("deductions", ())]
    elif method == "graded":
        said += [f"{name} {number(points)}" for name, points in ordered(row.get("levels", {}))]
    elif method == "bands":
        said += [
            f"{number(bound)} 以上 {number(points)}" if bound is not None else f"以下 {number(points)}"
            for bound, points in row.get("bands", ())
        ]
    elif method == "steps":
        said.append(f"{number(row['base_at'])} 处起，每 {number(row['step'])} 增减 {number(row['step_points'])}")
    elif method == "count":
        said.append(f"每{row.get('unit', '项')} {number(row['points_each'])} 分")
    if row.get("aspects"):
        said.append(f"{'、'.join(row['aspects'])}取最低")
    if row.get("counted_in"):
        said.append("已在他处计分的不再扣")
    return "；".join(said)


def _rule(rule: dict) -> str:
    if rule.get("points") is None:
        return f"{rule['when']}，按程度"
    if exact(str(rule["points"])) < 0:
        return f"{rule['when']} +{plain(-exact(str(rule['points'])))}"
    once = "（同一文件取最重）" if rule.get("case") else ""
    return f"{rule['when']} {_PER.get(rule.get('per', 'once'), '')}−{number(rule['points'])}{once}"


def source(row: dict, alive: Collection[str] = ()) -> str:
    """Return where the figures of an indicator come from, in words. alive: as the version says it."""
    measures = row.get("measures", ())
    if row["method"] == "manual" or list(measures) == [BY_HAND]:
        return "人工登记"
    named = [name_of(measure).partition("：")[0] for measure in measures if is_built(measure, alive)]
    return "、".join(dict.fromkeys(named)) or "尚无数据来源"


def tree(body: dict, other: dict | None, why: dict[str, str]) -> list[tuple[Line, list[Line]]]:
    """Return [(dimension, indicators)] of a body, each against the other one where there is one."""
    parts = {part["key"]: part for part in other["dimensions"]} if other else {}
    rows = {row["key"]: row for part in parts.values() for row in part["indicators"]}
    return [
        (
            _dimension(part, parts.get(part["key"]), other is not None),
            [
                _indicator(row, rows.get(row["key"]), other is not None, why, body.get("alive", ()))
                for row in part["indicators"]
            ],
        )
        for part in body["dimensions"]
    ]


def gone(body: dict, other: dict | None) -> list[str]:
    """Return the names of the indicators that the other version has and this one has not."""
    keys = {row["key"] for part in body["dimensions"] for row in part["indicators"]}
    parts = other["dimensions"] if other else ()
    return [row["name"] for part in parts for row in part["indicators"] if row["key"] not in keys]


@dataclass(frozen=True)
class Whole:
    """Something that holds for the whole scheme and differs: what it is, how it was and how it is, in words."""

    name: str
    before: str
    after: str


def whole_changes(body: dict, other: dict | None) -> list[Whole]:
    """Return what differs beside the indicators: total, grades, quotas, bonus, vetoes."""
    if other is None:
        return []
    before, after = _whole(other), _whole(body)
    names = [*before, *(name for name in after if name not in before)]
    return [
        Whole(name, before.get(name, "没有"), after.get(name, "没有"))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _whole(body: dict) -> dict[str, str]:
    bonus = body.get("bonus", {})
    said = {
        "考核期": "、".join(PERIOD_WORDS[kind] for kind in body["periods"]),
        "总分": f"{number(body['total'])} 分",
        "不适用的分值": "分摊" if body.get("spread", True) else "不分摊",
        "加分上限": "不设" if bonus.get("open") else f"{number(bonus.get('cap', 0))} 分",
        "开始计量": "、".join(name_of(one).partition("：")[0] for one in body.get("alive", ()) if name_of(one))
        or "没有",
        "暂不定等次": f"应计分不足 {number(body.get('grade_min_points', 0))}",
    }
    for grade in body["grades"]:
        bound = "其余" if grade.get("bound") is None else f"{number(grade['bound'])} 以上"
        said[f"等次{quoted(grade['name'])}"] = bound + (f"，另需{grade['condition']}" if grade.get("condition") else "")
    for quota in body.get("quotas", ()):
        said[f"{quoted(quota['grade'])}名额"] = quota_in_words(quota)
    for item in bonus.get("items", ()):
        said[f"加分：{item['what']}"] = (
            "按档" if item.get("levels") else number(item["points"]) if item.get("points") else "按程度"
        )
    for veto in body.get("vetoes", ()):
        said[f"否决：{veto['when']}"] = f"不高于{quoted(veto['cap'])}"
    return said


def quota_in_words(quota: dict) -> str:
    """Return how many places a quota has: 不超过 30%, 约 30%, 3 个."""
    if quota.get("number") is not None:
        return f"{quota['number']} 个"
    return f"{'约' if quota.get('about') else '不超过'} {plain(exact(str(quota['max_ratio'])) * 100)}%"


def _dimension(part: dict, before: dict | None, compared: bool) -> Line:
    full = part.get("full_from", 1)
    said = f"{len(part['indicators'])} 个指标" + (f"；到期不足 {full} 项时按项数折算" if full > 1 else "")
    points, old = number(part["points"]), number(before["points"]) if before else None
    return Line(
        part["key"],
        part["name"],
        points,
        parameters=said,
        points_before=old if old not in (None, points) else None,
        new=compared and before is None,
    )


def _indicator(
    row: dict, before: dict | None, compared: bool, why: dict[str, str], alive: Collection[str] = ()
) -> Line:
    now = (number(row["points"]), METHOD_NAMES[row["method"]], parameters(row))
    old = (number(before["points"]), METHOD_NAMES[before["method"]], parameters(before)) if before else (None,) * 3
    points, method, said = (was if was not in (None, is_) else None for was, is_ in zip(old, now, strict=True))
    return Line(
        row["key"],
        row["name"],
        *now,
        source(row, alive),
        points_before=points,
        method_before=method,
        parameters_before=said,
        new=compared and before is None,
        why=why.get(row["key"], ""),
    )
