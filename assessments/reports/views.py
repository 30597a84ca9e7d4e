"""Reports: on screen, on paper, as Word and workbook, all from the frozen JSON."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from assessments.reports import charts, documents, shape
from assessments.reports.loaders import report_for
from assessments.reports.models import Report
from assessments.reports.services import assessment_publish, report_document
from assessments.results.forms import PublishForm
from assessments.results.loaders import assessment_for
from branches import audit
from branches.audit import exports
from branches.reach import access
from branches.reach.doors import recent_login
from branches.reach.rights import ASSESS, OBJECT, PUBLISH, REPORTS
from common.forms.fields import take_errors
from common.periods import Period


def _readable(report: Report, branch: int | None) -> dict:
    """Return the JSON of the report, or of the extract about one branch."""
    return report.body if branch is None else shape.for_branch(report.body, str(branch))


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
            else "您可查看的范围内没有已发布的考核报告",
            "may_assess": access.holds_anywhere(request.user, ASSESS),
        },
    )


@login_required
def report_detail(request, pk):
    found, branch = report_for(request, pk)
    body, wide = _readable(found, branch), branch is None
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
    found, branch = report_for(request, pk)
    if kind not in ("docx", "xlsx"):
        raise Http404
    data = report_document(found, kind, branch)
    with transaction.atomic():
        audit.record(
            by=request.user, verb="report.export", obj=found, organisation=found.organisation, after={"format": kind}
        )
    return exports.attachment(data, f"{_readable(found, branch)['title']}.{kind}", documents.FORMATS[kind])


@login_required
@recent_login
def result_publish(request, pk):
    assessment = assessment_for(request, pk, PUBLISH)
    form = PublishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            report = assessment_publish(by=request.user, assessment=assessment, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "考核报告已发布")
            return redirect("report_detail", report.pk)
    return render(
        request,
        "generic/confirm.html",
        {
            "title": f"发布{Period.parse(assessment.period).label()}考核报告？",
            "text": "发布后结果和报告不能再修改；更正须另做新版本，旧版本保留。",
            "verb": "发布报告",
            "cancel": reverse("result_detail", args=[pk]),
            "form": form,
        },
        status=422 if form.is_bound else 200,
    )
