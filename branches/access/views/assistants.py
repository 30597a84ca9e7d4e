"""Who enters and reports for a leader: his own page, where he appoints and ends them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from branches.access.forms.appointments import (
    AppointmentWithdrawForm,
    AssistantEndForm,
    AssistantForm,
    searched,
)
from branches.access.lists import assistants_of
from branches.access.loaders import assistant_of, principal_of
from branches.access.services.appointments import appointment_end, appointment_make, appointment_withdraw
from branches.access.views.accounts import appointed
from branches.reach.doors import recent_login
from common import clock
from common.forms.fields import take_errors
from common.requests import Request


@login_required
@require_GET
def assistant_list(request: Request) -> HttpResponse:
    principal_of(request)
    today = clock.today()
    rows = assistants_of(request.user)
    serving = [row for row in rows if row.in_force_on(today)]
    context = {
        "title": f"代办人 {len(serving)} 名" if serving else "还没有代办人",
        "serving": serving,
        "former": [row for row in rows if row not in serving],
    }
    return render(request, "branches/access/assistants/list.html", context)


@login_required
@recent_login
@require_http_methods(["GET", "POST"])
def assistant_new(request: Request) -> HttpResponse:
    principal = principal_of(request)
    search, typed, found = searched(request.user, request.GET, [request.user.pk])
    form = AssistantForm(request.POST or None, user=request.user, typed=typed)
    form.offer(found)
    if request.method == "POST" and form.is_valid():
        try:
            made = appointment_make(by=request.user, role="assistant", principal=principal, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return appointed(request, made, f"已任命{made.user.name}为您的代办人", "assistant_list")
    context = {
        "title": "任命代办人",
        "sub": "代您报告责任、回复督查、起草督查，都标明代录；不能审核、确认、下达和发布",
        "form": form,
        "search": search,
        "found": found,
        "verb": "任命",
        "cancel": reverse("assistant_list"),
    }
    return render(request, "branches/access/appointments/new.html", context, status=422 if form.is_bound else 200)


@login_required
@recent_login
@require_http_methods(["GET", "POST"])
def assistant_end(request: Request, pk: int) -> HttpResponse:
    row = assistant_of(request, pk)
    form = AssistantEndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            appointment_end(by=request.user, appointment=row, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"{row.user.name}的代办已结束")
            return redirect("assistant_list")
    context = {
        "title": f"结束{row.user.name}的代办？",
        "text": "最后一天过后不能再代您办理；已经代录的内容保留。",
        "form": form,
        "verb": "结束代办",
        "cancel": reverse("assistant_list"),
    }
    return render(request, "generic/confirm.html", context, status=422 if form.is_bound else 200)


@login_required
@recent_login
@require_http_methods(["GET", "POST"])
def assistant_withdrawal(request: Request, pk: int) -> HttpResponse:
    row = assistant_of(request, pk)
    form = AppointmentWithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            appointment_withdraw(by=request.user, appointment=row, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"{row.user.name}的代办已撤回，权限已失效")
            return redirect("assistant_list")
    context = {
        "title": f"撤回{row.user.name}的代办？",
        "text": "用于当天登记错的代办。撤回后立即不能再代您办理，该账号的登录全部结束；期间代录的内容保留，撤回原因留痕，本人收到通知。",
        "form": form,
        "verb": "撤回代办",
        "cancel": reverse("assistant_list"),
    }
    return render(request, "generic/confirm.html", context, status=422 if form.is_bound else 200)
