"""Report a stage, judge what was reported, send it back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from assessments.targets.forms.targets import JudgeForm, ReportForm
from assessments.targets.loaders import report_for, stage_for
from assessments.targets.models import StageState
from assessments.targets.selectors.places import owes
from assessments.targets.selectors.queue import records_for, report_of, reports_waiting
from assessments.targets.services import stages as services
from branches.frame.acting import acted, posted
from branches.reach import access
from branches.reach.rights import DUTIES, REVIEW, VIEW
from common.forms.fields import take_errors
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
    initial = {"own_level": before.own_level, "text": before.text, "activity": before.activity_id} if before else {}
    form = ReportForm(
        request.POST if request.method == "POST" else None,
        records=records_for(stage, place),
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.stage_report(by=request.user, stage=stage, organisation=place, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "已报告，等上级评定")
            return redirect("target_detail", pk=stage.target_id)
    context = {
        "form": form,
        "stage": stage,
        "before": before if before is not None and before.state == StageState.RETURNED else None,
        "title": f"报告：{stage.criterion}",
        "sub": f"{stage.target.name}　{place.label}",
        "verb": "报告",
        "cancel": reverse("target_detail", args=[stage.target_id]),
    }
    return render(request, "assessments/targets/report.html", context, status=422 if form.is_bound else 200)


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
    report = report_for(request.user, pk)
    if not services.may_judge(request.user, report.organisation):
        raise access.Forbidden(REVIEW, report.organisation)
    proof = f"{report.activity}：{report.text}" if report.activity else report.text
    initial = {"level": report.own_level, "reason": proof[:200]}
    form = JudgeForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.stage_judge(by=request.user, report=report, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"已评定：{report.organisation.label}")
            following = reports_waiting(request.user).first()
            return redirect("stage_judge", pk=following.pk) if following else redirect("stage_queue")
    context = {
        "form": form,
        "report": report,
        "title": f"评定：{report.stage.criterion}",
        "sub": f"{report.organisation.label}　{report.stage.target.name}",
        "verb": "评定",
        "cancel": reverse("stage_queue"),
        "open": report.state == StageState.REPORTED,
    }
    return render(request, "assessments/targets/judge.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def stage_return(request: Request, pk: int) -> HttpResponse:
    report = report_for(request.user, pk)
    if not services.may_judge(request.user, report.organisation):
        raise access.Forbidden(REVIEW, report.organisation)

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
