"""What people entered and what a quota took, as a report says it: the table of adjustments, and sentences."""

from decimal import Decimal

from assessments.entries.models import EntryKind
from assessments.scoring.methods import ADJUSTMENT


def adjustment_rows(results):
    """Return the rows of what was entered by hand (shape.AdjustmentRow), every entry one; adjustments with points before and after.

    results: Results with their scores read. Where an indicator was adjusted more than once the rows follow one another.
    """
    rows = []
    for result in results:
        scores = {score.indicator: score for score in result.scores.all()}
        entered = [row for row in result.body.get("by_hand", ()) if row["kind"] == EntryKind.ADJUST and not row["idle"]]
        for key in dict.fromkeys(row["indicator"] for row in entered):
            rows += _adjusted(result, scores[key], [row for row in entered if row["indicator"] == key])
        rows += [_other(result, row) for row in result.body.get("by_hand", ()) if row not in entered]
    return rows


def _adjusted(result, score, entered):
    """The entries of one indicator, from the points before to those that stand."""
    changes = [-Decimal(reason["points"]) for reason in score.reasons if reason["kind"] == ADJUSTMENT]
    before = (score.points - sum(changes)).quantize(Decimal("0.1"))
    for row, change in zip(entered, changes, strict=True):
        after = (before + change).quantize(Decimal("0.1"))
        yield {
            "branch": result.organisation_name,
            "indicator": score.name,
            "before": str(before),
            "change": str(change.quantize(Decimal("0.1"))),
            "after": str(after),
            "reason": f"{row['reason']}（{row['document']}）",
            "by": row["approved_by"],
            "on": row["on"],
        }
        before = after


def _other(result, row):
    """An entry that changes no points of an indicator: bonus, veto, a score by hand, or what the period does not count."""
    idle = "；该指标当期不计分，没有计入" if row["idle"] else ""
    return {
        "branch": result.organisation_name,
        "indicator": row["what"],
        "before": None,
        "change": None if row["points"] is None or idle else row["points"],
        "after": None,
        "reason": f"{row['reason']}（{row['document']}{idle}）",
        "by": row["approved_by"],
        "on": row["on"],
    }


def entry_notes(results):
    """Return sentences about bonus points, vetoes, scores by hand and quotas; of a quota one for all whom it takes a grade from."""
    notes, taken = [], {}
    for result in results:
        name = result.organisation_name
        bonus = result.body.get("bonus")
        said = [row for row in result.body.get("by_hand", ()) if row["kind"] != EntryKind.ADJUST and not row["idle"]]
        for row in said:
            notes.append(f"{name}{row['what']}，{row['reason']}（{row['document']}）。")
        if bonus and bonus["counted"] != bonus["listed"]:
            notes.append(f"{name}加分共{bonus['listed']}分，按上限计{bonus['counted']}分。")
        if result.body.get("grade_by_points"):
            notes.append(f"{name}按得分为{result.body['grade_by_points']}，因上述情形定为{result.grade}。")
        if result.body.get("quota"):
            taken.setdefault((result.body["quota"], result.grade), []).append(name)
    return notes + [f"{'、'.join(names)}：{quota}，定为{grade}。" for (quota, grade), names in taken.items()]
