"""Published reports: on screen, on paper, as Word and workbook, all from the frozen JSON; a step taken over as a supervision."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from assessments.reports import charts, reading, shape
from assessments.reports.extract import for_branches
from assessments.reports.loaders import Extract, newer_version, report_for
from assessments.reports.models import Report
from assessments.reports.parts import parts_of
from assessments.reports.selectors import newest_reports, side_of, to_publish
from assessments.reports.services import documents_ask, documents_waiting, is_at_hand, report_document
from assessments.reports.taking_over import step_take_over, taken
from branches.audit import exports
from branches.jobs.following import context_of, led_to
from branches.reach import access
from branches.reach.rights import ASSESS, PUBLISH, REPORTS
from common.periods import Period


def _readable(report: Report, extract: Extract | None) -> dict:
    """Return the JSON of the report, or of the extract about some branches."""
    return report.body if extract is None else for_branches(report.body, extract.keys, extract.name)


@login_required
def report_list(request):
    access.require_anywhere(request.user, REPORTS)
    lines = [
        {"row": row, "period": Period.parse(row.assessment.period), "version": row.assessment.version}
        for row in newest_reports(60)
    ]
    writes = access.holds_anywhere(request.user, ASSESS) or access.holds_anywhere(request.user, PUBLISH)
    frozen = to_publish() if writes else ()
    return render(
        request,
        "assessments/reports/list.html",
        {
            "lines": lines,
            "title": f"已发布 {len(lines)} 份考核报告，最近一份是{lines[0]['period'].label()}"
            if lines
            else "您可查看的范围内没有已发布的考核报告",
            "may_assess": access.holds_anywhere(request.user, ASSESS),
            "drafts": [{"row": row, "period": Period.parse(row.period)} for row in frozen],
        },
    )


@login_required
def report_detail(request, pk):
    found, extract = report_for(request, pk)
    body, wide = _readable(found, extract), extract is None
    letter = shape.is_letter(body)
    context = {
        "report": body,
        "charts": {} if letter else charts.of(body),
        "ranked": wide and reading.is_ranked(body),
        "row": found,
        "wide": wide,
        "letter": letter,
        "period": Period.parse(body["period"]),
        "others": newest_reports(6),
        "newer": newer_version(found),
    }
    if letter:
        context |= side_of(body) | {"taken": taken(request.user, found)}
    context |= parts_of(body, request.GET.get("sheet", ""), request.GET.get("page", ""))
    return render(request, "assessments/reports/detail.html", context)


@login_required
@require_POST
def report_download(request, pk, kind):
    found, extract = report_for(request, pk)
    if kind not in ("docx", "xlsx"):
        raise Http404
    if not is_at_hand(found, kind, extract):
        documents_ask(by=request.user, report=found)
        return redirect("report_document_progress", pk, kind)
    data = report_document(found, kind, extract)
    name = f"{_readable(found, extract)['title']}.{kind}"
    entry = {"verb": "report.export", "obj": found, "organisation": found.organisation, "after": {"format": kind}}
    # Whoever may read a published report has it as often as he likes.
    return exports.send_document(request, data, name, limited=False, **entry)


@login_required
@require_GET
def report_document_progress(request, pk, kind):
    """How far the worker is with the documents of a large report; once they are drawn, the button that fetches one."""
    found, extract = report_for(request, pk)
    if kind not in ("docx", "xlsx"):
        raise Http404
    address = reverse("report_document_progress", args=[pk, kind])
    ready = is_at_hand(found, kind, extract)
    run = None if ready else documents_waiting(found)
    if run is not None:
        context = context_of(run, address)
    elif request.htmx:
        return led_to(address)
    else:
        context = {"ready": ready}
    page = "branches/jobs/progress.html" if request.htmx else "assessments/reports/document.html"
    word = "正在生成文件" if run else "文件已生成" if ready else "文件没有生成"
    return render(request, page, context | {"title": word, "row": found, "kind": kind})


@login_required
@require_POST
def report_step(request, pk, number):
    """Take a step over as a supervision; where one is open already, show it."""
    found, extract = report_for(request, pk)
    if extract is not None:
        raise Http404
    notices, made = step_take_over(by=request.user, report=found, number=number)
    labels = "、".join(row.label for row in notices)
    messages.success(request, f"已转为督查：{labels}") if made else messages.info(
        request, f"这一项已有未销号的督查：{labels}"
    )
    if len(notices) == 1:
        return redirect("supervision_detail", notices[0].pk)
    return redirect(f"{reverse('report_detail', args=[pk])}#steps")
