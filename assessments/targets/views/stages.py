"""Report a stage, judge what was reported, send it back."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from assessments.targets.forms.targets import JudgeForm, ReportForm
from assessments.targets.loaders import report_for, stage_for
from assessments.targets.models import StageReport, StageState
from assessments.targets.selectors.places import owes
from assessments.targets.selectors.queue import records_for, report_of, reports_waiting
from assessments.targets.services import stages as services
from branches.frame.acting import Done, acted, posted
from branches.reach import access
from branches.reach.rights import DUTIES, REVIEW, VIEW
from common.requests import Request
from responsibilities.supervision.forms import ReasonForm

PAGE = 30


@login_required
@require_http_methods(["GET", "POST"])
def stage_report(request: Request, pk: int) -> HttpResponse:
    """What the reader's organisation says of a stage."""
    stage = stage_for(request.user, pk)
    place = request.scope.organisation if request.scope else None
    if place is None or not owes(stage.target, place):
        raise Http404
    if not services.may_report(request.user, place):
        raise access.Forbidden(DUTIES, place)
    before = report_of(stage, place)
    services.require_reportable(stage, before)
    initial = {"own_level": before.own_level, "text": before.text, "activity": before.activity_id} if before else {}

    def act(values: dict[str, Any]) -> str:
        services.stage_report(by=request.user, stage=stage, organisation=place, **values)
        return "已报告，等上级评定"

    return acted(
        request,
        ReportForm(posted(request), records=records_for(stage, place), initial=initial),
        act,
        template="assessments/targets/report.html",
        stage=stage,
        before=before if before is not None and before.state == StageState.RETURNED else None,
        title=f"报告：{stage.criterion}",
        sub=f"{stage.target.name}　{place.label}",
        verb="报告",
        cancel=reverse("target_detail", args=[stage.target_id]),
    )


@login_required
@require_GET
def stage_queue(request: Request) -> HttpResponse:
    """Reports that wait for the reader's judgement."""
    access.require_anywhere(request.user, VIEW)
    rows = reports_waiting(request.user)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    number = page.paginator.count
    context = {
        "page": page,
        "title": f"{number} 项阶段报告待评定" if number else "没有待评定的阶段报告",
        "sub": "定性目标的阶段，由承担的组织报告、上级评定",
        "unit": "项",
    }
    return render(request, "assessments/targets/queue.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def stage_judge(request: Request, pk: int) -> HttpResponse:
    """Judge one report; the next one that waits follows."""
    report = _to_judge(request, pk)
    proof = f"{report.activity}：{report.text}" if report.activity else report.text

    def act(values: dict[str, Any]) -> Done:
        services.stage_judge(by=request.user, report=report, **values)
        following = reports_waiting(request.user).first()
        url = reverse("stage_judge", args=[following.pk]) if following else reverse("stage_queue")
        return f"已评定：{report.organisation.label}", url

    return acted(
        request,
        JudgeForm(posted(request), initial={"level": report.own_level, "reason": proof[:200]}),
        act,
        template="assessments/targets/judge.html",
        report=report,
        title=f"评定：{report.stage.criterion}",
        sub=f"{report.organisation.label}　{report.stage.target.name}",
        verb="评定",
        cancel=reverse("stage_queue"),
    )


def _to_judge(request: Request, pk: int) -> StageReport:
    """Return a report that the user may judge; 409 for one that nobody judges any more, or that is his own."""
    report = report_for(request.user, pk)
    if not services.may_judge(request.user, report.organisation):
        raise access.Forbidden(REVIEW, report.organisation)
    services.require_waiting(request.user, report)
    return report


@login_required
@require_http_methods(["GET", "POST"])
def stage_return(request: Request, pk: int) -> HttpResponse:
    report = _to_judge(request, pk)

    def act(values: dict[str, Any]) -> str:
        services.stage_return(by=request.user, report=report, **values)
        return f"已退回{report.organisation.label}"

    return acted(
        request,
        ReasonForm(posted(request), label="退回原因"),
        act,
        title=f"退回{report.organisation.label}的报告？",
        text=f"{report.stage.criterion}。退回后由其修改重报，原来填的内容保留。",
        verb="退回",
        cancel=reverse("stage_judge", args=[pk]),
        back=reverse("stage_queue"),
    )
