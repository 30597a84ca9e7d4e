"""Reports as pages list them; what stands beside one on its page: length, contents, attachments."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from assessments.reports.annexes import annexes_of, moves_tables
from assessments.reports.models import Report
from assessments.reports.reading import LONGEST, characters, length_warning
from assessments.reports.wording import numeral
from assessments.results.models import Assessment, AssessmentState
from common.periods import Period


def newest_reports(number: int) -> QuerySet[Report]:
    """Return so many published reports, the newest first, without their bodies."""
    return Report.objects.select_related("assessment").defer("body").order_by("-published")[:number]


def to_publish() -> QuerySet[Assessment]:
    """Return the frozen assessments whose reports are still to be published, the newest period first."""
    return Assessment.objects.filter(state=AssessmentState.FROZEN).order_by("-period")


def side_of(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the context of the page of a report of chapters: numbered chapters, annexes, length and its warning."""
    body = dict(report)
    return {
        "chapters": [(f"{numeral(number)}、{row['title']}", row) for number, row in enumerate(report["sections"], 1)],
        "finding": finding_of(report),
        "annexes": annexes_of(report),
        "moves": moves_tables(report) if report["moves"] else [],
        "characters": characters(body),
        "longest": LONGEST,
        "too_long": length_warning(body),
    }


def finding_of(report: Mapping[str, Any]) -> str:
    """Return the report in a line: 三季度：平均 87.0%，下降 1.9；9 处不同步，7 项事项."""
    trend, moves = report["overall"]["trend"], report["moves"]
    unit = "%" if report["counting"] == "countable" else " 分"
    means = [row["figure"] for row in report["summary"][:1]] if not trend else [trend["points"][-1]["mean"]]
    words = f"平均 {means[0]}{unit}" if means else "没有完整的得分"
    if moves and Decimal(moves["change"]):
        change = Decimal(moves["change"])
        words += f"，{'上升' if change > 0 else '下降'} {abs(change)}"
    wrong = len((report["work"] or {"problems": []})["problems"])
    period = Period.parse(report["period"])
    return f"{period.within_year(period.year)}：{words}；{wrong} 处不同步，{len(report['actions'])} 项下一步"
