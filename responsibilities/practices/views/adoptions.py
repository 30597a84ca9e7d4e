"""Adopt a practice, say what came of it, judge that."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from branches.frame.acting import acted, posted
from common.errors import Conflict
from common.requests import Request
from common.text import quoted
from responsibilities.practices.forms import AdoptForm, JudgeForm, ReasonForm, ReportForm
from responsibilities.practices.loaders import adoption_to_judge, adoption_to_report, own_place, practice_for
from responsibilities.practices.selectors.page import line_of
from responsibilities.practices.services import adoptions as services

ONE = ["GET", "POST"]


@login_required
@require_http_methods(ONE)
def practice_adopt(request: Request, pk: int, organisation: int) -> HttpResponse:
    """One click adopts it as it is; the page itself asks how it is done otherwise."""
    practice, place = practice_for(request, pk), own_place(request, organisation)
    if request.method == "GET" and (why := services.why_not_adopt(practice, place)):
        raise Conflict(why, record=practice)

    def act(values: dict[str, Any]) -> str:
        services.practice_adopt(by=request.user, practice=practice, organisation=place, **values)
        return f"{place.label}已采用{quoted(practice.title)}；前后数据由系统比较，到时报告结果"

    return acted(
        request,
        AdoptForm(posted(request)),
        act,
        cancel=reverse("practice_detail", args=[pk]),
        template="generic/form.html",
        title=f"{place.label}采用{quoted(practice.title)}",
        sub="今天起记为采用；前后数据由系统比较，不另填报。",
        verb="采用",
    )


@login_required
@require_http_methods(ONE)
def adoption_report(request: Request, pk: int) -> HttpResponse:
    row = adoption_to_report(request, pk)
    if why := services.why_not_report(row):
        raise Conflict(why, record=row.practice)
    line, early = line_of(request.user, row), services.early_of(row)

    def act(values: dict[str, Any]) -> str:
        services.adoption_report(by=request.user, adoption=row, **values)
        return "结果已报告，待上级评定"

    return acted(
        request,
        ReportForm(posted(request), early=early, initial={"result": row.result, "text": row.text or line.figures}),
        act,
        cancel=reverse("practice_detail", args=[row.practice_id]),
        template="responsibilities/practices/adoption.html",
        title=f"{row.organisation.label}采用{quoted(row.practice.title)}的结果",
        sub=f"{early}现在不再采用的可以报告。" if early else "不再采用的，今天起停止；继续采用的不用停止。",
        verb="报告结果",
        line=line,
    )


@login_required
@require_http_methods(ONE)
def adoption_stop(request: Request, pk: int) -> HttpResponse:
    """Stop what was judged: the result and its judgement stay."""
    row = adoption_to_report(request, pk)
    if why := services.why_not_stop(row):
        raise Conflict(why, record=row.practice)

    def act(values: dict[str, Any]) -> str:
        services.adoption_stop(by=request.user, adoption=row, **values)
        return f"{row.organisation.label}已停止采用{quoted(row.practice.title)}"

    return acted(
        request,
        ReasonForm(posted(request), label="停止原因"),
        act,
        cancel=reverse("practice_detail", args=[row.practice_id]),
        title=f"{row.organisation.label}不再采用{quoted(row.practice.title)}？",
        text="今天起停止；已报告的结果和评定保留，以后可以再采用。",
        verb="停止采用",
    )


@login_required
@require_http_methods(ONE)
def adoption_judge(request: Request, pk: int) -> HttpResponse:
    row = adoption_to_judge(request, pk)
    if why := services.why_not_judge(row):
        raise Conflict(why, record=row.practice)
    line = line_of(request.user, row)

    def act(values: dict[str, Any]) -> str:
        services.adoption_judge(by=request.user, adoption=row, **values)
        return f"已评定{row.organisation.label}的采用"

    return acted(
        request,
        JudgeForm(posted(request), initial={"level": row.level, "reason": row.reason}),
        act,
        cancel=reverse("practice_detail", args=[row.practice_id]),
        template="responsibilities/practices/adoption.html",
        title=f"评定{row.organisation.label}采用{quoted(row.practice.title)}",
        sub="前后数据只作参考，不等于原因，不代作理由；由您评定并写明理由。",
        verb="评定",
        line=line,
    )
