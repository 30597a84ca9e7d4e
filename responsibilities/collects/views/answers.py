"""Asking once, the side of those who are asked: fill in the form; and the sender's asking once more."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from branches.reach import access
from branches.reach.rights import ASSIGN, DUTIES, VIEW
from common.errors import Conflict
from common.forms.fields import take_errors
from common.requests import Request
from responsibilities.assigning import assigns_work
from responsibilities.collects.forms import AnswerForm
from responsibilities.collects.loaders import target_for
from responsibilities.collects.models import CollectState
from responsibilities.collects.selectors import known_figures
from responsibilities.collects.services import answers as services
from responsibilities.supervision.forms import ReasonForm


@login_required
@require_http_methods(["GET", "POST"])
def collect_answer(request: Request, pk: int, target: int) -> HttpResponse:
    asked = target_for(request, pk, target, VIEW)
    if not services.may_answer(request.user, asked):
        raise access.Forbidden(DUTIES, asked.organisation)
    collect = asked.collect
    if collect.state != CollectState.OPEN and request.method == "GET":
        # A notice may be opened long after the end: the finished table says more than a refusal.
        messages.info(request, "征集已经结束，不能再填报")
        return redirect("collect_detail", pk=pk)
    if collect.state != CollectState.OPEN:
        raise Conflict("征集已经结束，不能再填报。", record=collect)
    if services.is_settled(asked) and request.method == "GET":
        messages.info(request, services.SETTLED)
        return redirect("collect_detail", pk=pk)
    fields = list(collect.fields.all())
    open_fields = [field for field in fields if not field.figure]
    answers = {answer.field_id: answer for answer in asked.answers.select_related("paper")}
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AnswerForm(*posted, fields=open_fields, answers=answers)
    if request.method == "POST" and form.is_valid():
        given = {field.pk: form.cleaned_data[services.name_of(field)] for field in open_fields}
        try:
            asked = services.collect_answer(by=request.user, target=asked, given=given)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "已填报" + ("，晚于时限，已标记" if asked.late else ""))
            return redirect("collect_detail", pk=pk)
    known = known_figures.values([field.figure for field in fields if field.figure], [asked.organisation])
    context = {
        "collect": collect,
        "target": asked,
        "form": form,
        "taken": [
            (
                field,
                known_figures.shown(
                    known_figures.BY_KEY[field.figure].kind, known[field.figure].by_place[asked.organisation_id]
                ),
            )
            for field in fields
            if field.figure
        ],
        "title": f"填报：{collect.title}",
        "verb": "提交填报",
        "cancel": reverse("collect_detail", args=[pk]),
    }
    return render(request, "responsibilities/collects/answer.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def collect_return(request: Request, pk: int, target: int) -> HttpResponse:
    asked = target_for(request, pk, target, ASSIGN)
    if not assigns_work(request.user, asked.collect.organisation):
        raise access.Forbidden(ASSIGN, asked.organisation)
    form = ReasonForm(request.POST if request.method == "POST" else None, label="退回原因")
    if request.method == "POST" and form.is_valid():
        try:
            services.collect_return(by=request.user, target=asked, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"已退回{asked.organisation.label}重新填报")
            return redirect("collect_detail", pk=pk)
    context = {
        "title": f"退回{asked.organisation.label}的填报？",
        "text": "退回后请其重新填报，原来填的内容保留，可在其上修改。",
        "verb": "退回",
        "cancel": reverse("collect_detail", args=[pk]),
        "form": form,
    }
    return render(request, "generic/confirm.html", context, status=422 if form.is_bound else 200)
