"""Chart data of a report for the component `c-chart`, from the frozen JSON alone."""

from common.periods import Period

_ROLES = {"优秀": "honour", "良好": "review"}


def distribution(report):
    """Return the bars of the score bands, or None."""
    drawn = report["overall"]["distribution"]
    if not drawn:
        return None
    return {
        "labels": [f"{bar['label']}\n{bar['grade'] or ''}" for bar in drawn["bars"]],
        "values": [bar["count"] for bar in drawn["bars"]],
        "roles": [_ROLES.get(bar["grade"], "late") for bar in drawn["bars"]],
        "unit": "个",
    }


def trend(report):
    """Return the lines of mean, highest and lowest score over periods, or None."""
    drawn = report["overall"]["trend"]
    if not drawn:
        return None
    points, year = drawn["points"], Period.parse(report["period"]).year
    return {
        "labels": [Period.parse(point["period"]).within_year(year) for point in points],
        "series": [
            {"name": "最高", "values": [float(point["highest"]) for point in points]},
            {"name": "平均", "values": [float(point["mean"]) for point in points], "role": "review", "main": True},
            {"name": "最低", "values": [float(point["lowest"]) for point in points], "dashed": True},
        ],
    }


def comparison(report):
    """Return the dot pairs of this and the earlier period, sorted by change, or None."""
    drawn = report["comparison"]
    if not drawn:
        return None
    pairs = sorted(drawn["pairs"], key=lambda pair: float(pair["before"]) - float(pair["now"]))
    lowest = min(float(pair[key]) for pair in pairs for key in ("before", "now"))
    return {
        "min": int(lowest // 10 * 10),
        "max": 100,
        "labels": [pair["name"].removesuffix("党支部") for pair in pairs],
        "before": [float(pair["before"]) for pair in pairs],
        "after": [float(pair["now"]) for pair in pairs],
    }


def in_words(chart):
    """Return the numbers of a bar chart as a sentence for those who do not see it."""
    if not chart or "values" not in chart:
        return ""
    return "，".join(f"{label.split(chr(10))[0]}分{value}个" for label, value in zip(chart["labels"], chart["values"]))


def of(report):
    """Return every chart of a report, with its words."""
    bars = distribution(report)
    return {"distribution": bars, "trend": trend(report), "comparison": comparison(report), "words": in_words(bars)}
