"""The annexes of a report: what its text leaves out, as frozen with it, and no more than the reader may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assessments.reports.moves import SET
from assessments.reports.reading import signed

SCORES, MOVES, STAGES, BY_HAND, SHEETS = "scores", "moves", "stages", "by-hand", "sheets"
CORRECTIONS = "corrections"


@dataclass(frozen=True)
class Annex:
    """number: from 1. size: how much is in it, in words."""

    key: str
    number: int
    title: str
    size: str


def lists_of(report: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    """Return {annex: its rows}, of a report of any shape, in the order of the annexes."""
    moves = report.get("moves") or {"indicators": [], "branches": []}
    return {
        CORRECTIONS: (report.get("correction") or {"rows": []})["rows"],
        SCORES: report["branches"],
        MOVES: [*moves["indicators"], *moves["branches"]],
        STAGES: (report.get("work") or {"problems": []})["problems"],
        BY_HAND: report["adjustments"],
        SHEETS: report["chapters"],
    }


def annexes_of(report: Mapping[str, Any]) -> list[Annex]:
    """Return the annexes of a report that have anything in them, in their order."""
    called = report.get("whom", "党支部")
    words = {
        CORRECTIONS: ("更正内容", "处"),
        SCORES: (f"各{called}得分", "个"),
        MOVES: ("平均变化的来源", "项"),
        STAGES: ("四同步不同步环节明细", "处"),
        BY_HAND: ("人工登记情况", "项"),
        SHEETS: (f"{called}得分表", "张"),
    }
    there = [(key, *words[key], len(rows)) for key, rows in lists_of(report).items() if rows]
    return [Annex(key, number, title, f"{many} {unit}") for number, (key, title, unit, many) in enumerate(there, 1)]


def moves_tables(report: Mapping[str, Any]) -> list[tuple[list[str], list[list[str | None]], list[int]]]:
    """Return [(heads, rows, widths)] of what moved the mean, by indicator and by branch, each with its sum."""
    moves, countable = report["moves"], report["counting"] == "countable"
    unit, step = ("%", "个百分点") if countable else ("分", "分")
    indicators = [[row["name"], row["before"], row["now"], signed(row["effect"])] for row in moves["indicators"]]
    branches = [[row["name"], signed(row["change"]), signed(row["effect"])] for row in moves["branches"]]
    # Who came or left is no branch of those compared, and yet a part of the change.
    came = [row for row in moves["indicators"] if not row["key"] and row["name"] == SET]
    branches += [[row["name"], None, signed(row["effect"])] for row in came]
    effects = sum((Decimal(row["effect"]) for row in [*moves["branches"], *came]), Decimal(0))
    return [
        (
            ["指标", f"上期失分（{unit}）", f"本期失分（{unit}）", f"影响平均（{step}）"],
            [*indicators, ["合计", None, None, signed(moves["change"])]],
            [60, 32, 32, 32],
        ),
        (
            [f"可比的 {moves['compared']} 个{report.get('whom', '党支部')}", f"变化（{step}）", f"影响平均（{step}）"],
            [*branches, ["合计", None, signed(str(effects))]],
            [76, 40, 40],
        ),
    ]
