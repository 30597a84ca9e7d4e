"""更正说明: what a corrected version changed, by how much, why and who approved it, from the two frozen reports alone."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from assessments import scoring
from assessments.hearing.models import Decision, Objection, ObjectionState
from assessments.reports.paper import blocks_of, cell_text, paragraph
from assessments.results.models import Assessment, AssessmentState
from common import clock
from common.text import quoted

NONE = "无"
# Rows that stand in the text; all of them are an annex.
MOST = 1
# Reasons that a changed indicator names.
MOST_REASONS = 2


def earlier_version(assessment: Assessment) -> Assessment | None:
    """Return the published version that this one corrects, None of a first version."""
    rows = Assessment.objects.filter(
        scheme__key=assessment.scheme.key,
        period=assessment.period,
        version__lt=assessment.version,
        state=AssessmentState.PUBLISHED,
        report__isnull=False,
    )
    return rows.order_by("-version").select_related("report").first()


def correction_of(assessment: Assessment, report: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what the report corrects as plain data (shape.Correction), None of a first version."""
    before = earlier_version(assessment)
    if before is None:
        return None
    return {
        "version": before.version,
        "published_on": clock.day_of(before.published).isoformat() if before.published else report["as_of"],
        "reason": _reason(assessment),
        "approved_by": "",
        "rows": [
            {"what": what, "before": was or NONE, "after": is_now or NONE}
            for what, was, is_now in _differences(before.report.body, report)
            if was != is_now
        ],
    }


def _reason(assessment: Assessment) -> str:
    """Why it is corrected: the reason that was given, and the objections that were taken since the version before."""
    rows = Objection.objects.filter(
        assessment=assessment, state=ObjectionState.ANSWERED, decision__in=(Decision.ACCEPTED, Decision.PARTLY)
    )
    taken = [
        f"{row.organisation.label}对{quoted(row.name)}的异议（{row.get_decision_display()}）"
        for row in rows.select_related("organisation__parent").order_by("pk")
    ]
    reason = assessment.reason or "未写明"
    return f"{reason.rstrip('。')}；{'、'.join(taken)}" if taken else reason


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    yield "参加考核的党支部", f"{len(old['branches'])} 个", f"{len(new['branches'])} 个"
    yield "党支部平均", _mean(old), _mean(new)
    rows = [{row["key"]: row for row in body["branches"]} for body in (old, new)]
    for key in dict.fromkeys([*rows[0], *rows[1]]):
        one, other = rows[0].get(key), rows[1].get(key)
        # Earlier reports did not tell the bonus apart: that is no difference of the two.
        apart = all("bonus" in row for row in (one, other) if row)
        yield (other or one or {})["name"], _of_branch(one, apart), _of_branch(other, apart)
    works = [body.get("work") or {"stages": [], "levels": []} for body in (old, new)]
    for key, words in (("stages", _of_stage), ("levels", _of_level)):
        found = [{row["name"]: row for row in work[key]} for work in works]
        for name in dict.fromkeys([*found[0], *found[1]]):
            was, is_now = (words(part[name]) if name in part else "" for part in found)
            yield name, was, is_now
    yield from _of_indicators(old, new)
    yield from _of_text(old, new)
    yield "人工登记", f"{_entered(old)} 项", f"{_entered(new)} 项"


def _entered(body: Mapping[str, Any]) -> int:
    """How much was entered by hand, as the report itself says it; earlier ones had not all of it in their table."""
    said = re.search(r"人工登记\s*([0-9]+)\s*项", "".join(body["burden"]))
    return int(said[1]) if said else len(body["adjustments"])


def _of_indicators(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The indicators of each assessed organisation: what moved its score, and the reasons that only one of the two has."""
    rows: list[dict[tuple[str, str], Mapping[str, Any]]] = [
        {(chapter["name"], row["name"]): row for chapter in body["chapters"] for row in chapter["indicators"]}
        for body in (old, new)
    ]
    for place, name in dict.fromkeys([*rows[0], *rows[1]]):
        one, other = (part.get((place, name)) for part in rows)
        was, is_now = _points(one), _points(other)
        if was != is_now:
            yield f"{place}：{name}", was + _only(one, other), is_now + _only(other, one)


def _points(row: Mapping[str, Any] | None) -> str:
    return f"{row['points']}/{row['maximum']} 分" if row and row["points"] else ""


def _only(row: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> str:
    """The reasons of an indicator that the other version does not have: 补录, 补办 and what was missing are told apart by them."""
    known = {reason["text"] for reason in (other or {}).get("reasons", ())}
    texts = [reason["text"] for reason in (row or {}).get("reasons", ()) if reason["text"] not in known]
    return f"（{'；'.join(texts[:MOST_REASONS])}{'等' if len(texts) > MOST_REASONS else ''}）" if texts else ""


def _of_text(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The rows of the comparison of groups, and how many problems and steps there are or how many read otherwise."""
    groups = [
        {
            str(cell_text(row[0])): "，".join(map(cell_text, row[1:]))
            for block in (blocks_of(body) if "sections" in body else ())
            for row in _groups(block)
        }
        for body in (old, new)
    ]
    for name in dict.fromkeys([*groups[0], *groups[1]]):
        was, is_now = (part.get(name, "") for part in groups)
        yield f"分类情况：{name}", was, is_now
    for key, name in (("problems", "主要问题"), ("actions", "下一步事项")):
        texts = [[row["text"] for row in body.get(key, ())] for body in (old, new)]
        if texts[0] != texts[1]:
            fresh = sum(text not in texts[0] for text in texts[1])
            yield name, f"{len(texts[0])} 项", f"{len(texts[1])} 项" + (f"（{fresh} 项有变化）" if fresh else "")


def _groups(block: Mapping[str, Any]) -> list[list[Any]]:
    return block["rows"] if block["kind"] == "table" and block["key"] == "groups" else []


def _mean(body: Mapping[str, Any]) -> str:
    totals = [Decimal(row["score"]) for row in body["branches"] if row["score"]]
    unit = "%" if body.get("counting") == "countable" else " 分"
    return f"{scoring.rounded(sum(totals, Decimal(0)) / len(totals))}{unit}" if totals else ""


def _of_branch(row: Mapping[str, Any] | None, apart: bool) -> str:
    if row is None or not row["score"]:
        return ""
    points = (
        f"{row['score']}%（{row['points']}/{row['maximum']}{_bonus(row) if apart else ''}）"
        if row.get("points")
        else f"{row['score']} 分"
    )
    return f"{points}，{row['grade']}" if row["grade"] else points


def _bonus(row: Mapping[str, Any]) -> str:
    return f"，加{row['bonus']}" if row.get("bonus") else ""


def _of_stage(row: Mapping[str, Any]) -> str:
    return f"到期 {row['due']} 处，同步 {row['synchronised']}、滞后 {row['lagging']}、缺失 {row['missing']}"


def _of_level(row: Mapping[str, Any]) -> str:
    return f"到期责任 {row['duties']} 项，逾期 {row['behind']}" if row.get("duties") is not None else ""


def with_correction(report: dict[str, Any], found: dict[str, Any] | None) -> dict[str, Any]:
    """Return the report with its correction, said before everything else."""
    report = report | {"correction": found}
    if found is None:
        return report
    day = clock.in_full(date.fromisoformat(found["published_on"]))
    version, rows = found["version"], found["rows"]
    kind = "通报" if report.get("kind") == "circular" else "报告"
    text = f"更正说明：本{kind}更正{day}发布的第{version}版，第{version}版保留备查。更正原因：{found['reason'].rstrip('。')}。"
    said = "；".join(f"{row['what']}由{row['before']}更正为{row['after']}" for row in rows[:MOST])
    text += (
        f"共更正 {len(rows)} 处：{said}{'等' if len(rows) > MOST else ''}，见附件1。" if rows else "各项数字没有变化。"
    )
    return report | {"opening": [paragraph("correction", text, [("附件1", "#annex-corrections")]), *report["opening"]]}


def approved(report: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a corrected report that says who approved it, behind what it corrects; any other as it is."""
    if not report["correction"] or not name:
        return report
    said = paragraph("correction-approved", f"本次更正由{name}批准发布。")
    at = 1 + next((place for place, block in enumerate(report["opening"]) if block["key"] == "correction"), -1)
    opening = [*report["opening"][:at], said, *report["opening"][at:]]
    return report | {"correction": report["correction"] | {"approved_by": name}, "opening": opening}
