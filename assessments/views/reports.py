"""Reports: on screen, on paper, as Word and workbook, all from the frozen JSON."""

import json

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_POST

from assessments.models import Report
from assessments.reports import documents, shape
from assessments.selectors import charts
from branches import access, audit, exports
from branches.models import Kind, Organisation
from branches.periods import Period
from branches.rights import ASSESS, OBJECT, REPORTS


def _report(request, pk):
    """Return (report row, JSON as this reader may see it).

    Whoever reads reports at the root or the committee reads all of it; a branch reads the extract about itself, without
    rank and without other branches.
    """
    found = Report.objects.filter(pk=pk).select_related("assessment").first()
    if found is None:
        raise Http404
    body = json.loads(found.body)
    wide = access.organisations_for(request.user, REPORTS).filter(kind__in=(Kind.PARTY_GROUP, Kind.COMMITTEE))
    if wide.exists():
        return found, body, True
    own = Organisation.objects.visible_to(request.user, REPORTS).filter(kind=Kind.BRANCH).values_list("pk", flat=True)
    keys = {row["key"] for row in body["branches"]}
    mine = [str(place) for place in own if str(place) in keys]
    if not mine:
        raise Http404
    return found, shape.for_branch(body, mine[0]), False


@login_required
def report_list(request):
    access.require_anywhere(request.user, REPORTS)
    rows = Report.objects.select_related("assessment").order_by("-published")
    lines = [
        {"row": row, "period": Period.parse(row.assessment.period), "version": row.assessment.version}
        for row in rows[:60]
    ]
    return render(
        request,
        "assessments/reports/list.html",
        {
            "lines": lines,
            "title": f"已发布 {len(lines)} 份考核报告，最近一份是{lines[0]['period'].label()}"
            if lines
            else "还没有发布过考核报告",
            "may_assess": access.holds_anywhere(request.user, ASSESS),
        },
    )


@login_required
def report_detail(request, pk):
    found, body, wide = _report(request, pk)
    return render(
        request,
        "assessments/reports/detail.html",
        {
            "report": body,
            "charts": charts.of(body),
            "ranked": wide,
            "row": found,
            "wide": wide,
            "period": Period.parse(body["period"]),
            "others": Report.objects.select_related("assessment").order_by("-published")[:6],
            "may_object": access.holds_anywhere(request.user, OBJECT),
        },
    )


@login_required
@require_POST
def report_download(request, pk, kind):
    found, body, _ = _report(request, pk)
    if kind not in ("docx", "xlsx"):
        raise Http404
    data = documents.render(body, kind)
    with transaction.atomic():
        audit.record(
            by=request.user, verb="report.export", obj=found, organisation=found.organisation, after={"format": kind}
        )
    return exports.attachment(data, f"{body['title']}.{kind}", documents.FORMATS[kind])
