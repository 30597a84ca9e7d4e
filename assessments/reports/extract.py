"""The extract of a report that a branch may read: its own score, grade and reasons."""

import datetime
from collections.abc import Sequence

from assessments.reports.paper import paragraph
from assessments.reports.shape import period_of
from common import clock


def for_branches(report: dict, keys: Sequence[str], name: str = "") -> dict:
    """Return the extract that these branches may read: their own score, grade and reasons, without rank and other branches.

    name: of what stands above several.

    Raises KeyError where the report assesses none of them.
    """
    rows = [row for row in report["branches"] if row["key"] in keys]
    if not rows:
        raise KeyError(*keys)
    own = dict(report)
    if own.get("work"):
        own["work"] = None
    names = {row["name"] for row in rows}
    whose = name if len(rows) > 1 and name else rows[0]["name"]
    own.update(
        title=f"{whose}{'所属党支部' if len(rows) > 1 else ''}{period_of(report).label()}考核结果",
        number=None,
        recipient=whose,
        summary=[],
        overall={"paragraphs": [], "distribution": None, "trend": None},
        branches=[{**row, "rank": None} for row in rows],
        comparison=None,
        # The mean of all is a comparison with others, which a branch is not shown.
        chapters=[
            {**chapter, "indicators": [{**row, "mean": None} for row in chapter["indicators"]]}
            for chapter in report["chapters"]
            if chapter["key"] in keys
        ],
        adjustments=[change for change in report["adjustments"] if change["branch"] in names],
        actions=[],
    )
    if own["shape"] == 3:
        own.update(opening=[], sections=[], moves=None, problems=[], signer="")
        own.update(_own_correction(report, names))
    if report.get("version", 1) > 1:
        own["title"] += f"（第{report['version']}版）"
    return own


def _own_correction(report: dict, names: set[str]) -> dict:
    """Return the correction of an extract and the paragraph that says it: why and by whom, of the numbers its own alone."""
    found = report["correction"]
    if not found:
        return {"correction": None}
    rows = [row for row in found["rows"] if row["what"].partition("：")[0] in names]
    version, day = found["version"], clock.in_full(datetime.date.fromisoformat(found["published_on"]))
    text = f"更正说明：本结果更正{day}发布的第{version}版，第{version}版保留备查。更正原因：{found['reason'].rstrip('。')}。"
    said = "；".join(f"{row['what']}由{row['before']}更正为{row['after']}" for row in rows)
    text += f"{said}。" if rows else "这里所列的得分没有变化。"
    text += f"本次更正由{found['approved_by']}批准发布。" if found["approved_by"] else ""
    return {"correction": found | {"rows": rows}, "opening": [paragraph("correction", text)]}
