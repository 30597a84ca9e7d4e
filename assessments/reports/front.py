"""What a report says before and behind its chapters: the summary, the whole in figures, and how it was counted."""

from decimal import Decimal

from assessments import scoring
from assessments.reports import wording
from assessments.reports.by_hand import entry_notes
from assessments.schemes.selectors import assessed_word
from assessments.scoring.numbers import plain

LOW = Decimal(80)
BANDS = ((0, 60), (60, 70), (70, 75), (75, 80), (80, 85), (85, 90), (90, 95), (95, 100))


def summary(basis, trend):
    """Return the lines of the summary (shape.Finding): the mean, who holds the top grade, who is low; none without a complete result."""
    rows = []
    if basis.order:
        mean = trend[-1]["mean"]
        text = wording.mean_score(
            basis.period.kind,
            [Decimal(point["mean"]) for point in trend],
            list(basis.changes.values()),
            scale=basis.scale,
        )
        rows.append({"figure": mean, "unit": basis.scale.unit.strip(), "text": text, "strong": []})
        top = basis.scheme.grades[0].name
        holders = [row.organisation_name for row in basis.order if row.grade == top]
        rows.append(
            {
                "figure": str(len(holders)),
                "unit": f"个{top}",
                "strong": [],
                "text": wording.grade_holders(top, holders, None, basis.since),
            }
        )
        low = [(row.organisation_name, basis.changes.get(row.pk)) for row in basis.order if row.total < LOW]
        rows.append(
            {
                "figure": str(len(low)),
                "unit": f"个低于{LOW}{basis.scale.unit.strip()}",
                "strong": [],
                "text": wording.below(LOW, low, basis.since, basis.scale),
            }
        )
    return rows


def overall(basis, trend):
    """Return how many were assessed, their totals in bands, and the means of successive periods (shape.Overall)."""
    paragraphs = []
    if basis.order:
        paragraphs.append(
            f"本期共考核 {len(basis.results)} 个{assessed_word(basis.scheme)}，{len(basis.order)} 个有完整得分。"
        )
    bands = [
        (low, high, sum(low <= row.total < high or (high == 100 and row.total == 100) for row in basis.order))
        for low, high in BANDS
    ]
    first = next((place for place, band in enumerate(bands) if band[2]), len(bands))
    bands = bands[first:]
    distribution = None
    if basis.order:
        bars = [
            {
                "label": f"{low}-{high}",
                "count": number,
                "grade": scoring.grade(Decimal(low), basis.scheme.bounds) if low else basis.scheme.grades[-1].name,
            }
            for low, high, number in bands
        ]
        distribution = {
            "title": wording.distribution_title(bands, scale=basis.scale).rstrip("。"),
            "caption": f"各{basis.scale.name if basis.countable else '分数'}段{assessed_word(basis.scheme)}数（个）",
            "bars": bars,
        }
    line = None
    if len(trend) > 1:
        line = {
            "title": wording.mean_score(
                basis.period.kind, [Decimal(point["mean"]) for point in trend], [], scale=basis.scale
            ).rstrip("。"),
            "caption": "平均、最高和最低得分率（%）" if basis.countable else "平均分与最高、最低分（分）",
            "points": trend,
        }
    return {"paragraphs": paragraphs, "distribution": distribution, "trend": line}


def notes(basis):
    """Return the sentences on how it was counted, what is not measured, what people entered, what is unknown."""
    said = [
        f"得分由系统按{basis.scheme.title}第{basis.assessment.scheme.version}版从活动记录计算，"
        "显示到0.1分，分项之和与总分可能因四舍五入相差0.1分。"
    ]
    if basis.countable:
        said.append(
            "得分率为得分与应计分之比，有加分的另加，等次按得分率定；不适用和未到期的分值不计入应计分，同一件事只在一处扣分。"
            f"应计分不足{plain(basis.scheme.grade_min_points)}分的暂不定等次。"
        )
    waiting = basis.not_built()
    if waiting and basis.countable:
        covered = plain(max(row.covered for row in basis.results))
        # A name may hold 、 itself: the names stand apart so that they are as many as the number says.
        named = f"{len(waiting)}项指标尚未计量（{'；'.join(waiting)}）"
        said.append(f"{named}，按已有数据覆盖{covered}/{plain(basis.scheme.total)}分。")
    elif waiting:
        said.append(f"{len(waiting)}项指标尚未纳入计算（{'；'.join(waiting)}），其分值按比例分摊到其他指标。")
    said += entry_notes(basis.results)
    if basis.apart():
        said.append(basis.apart())
    unknown = [
        (row.organisation_name, [score.name for score in row.scores.all() if score.state == "unknown"])
        for row in basis.open
    ]
    if wording.unknown(unknown):
        said.append(wording.unknown(unknown))
    return said
