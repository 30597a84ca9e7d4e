"""Appointments: list and make. Ending one shows the open records of the place: members/views/handover.py."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.access.forms.appointments import (
    AppointmentFilter,
    AppointmentForm,
    AppointmentWithdrawForm,
    searched,
)
from branches.access.lists import appointments_listed, given_by, state_of
from branches.access.loaders import appointment_for
from branches.access.selectors import given_since
from branches.access.services.appointments import appointment_make, appointment_withdraw
from branches.access.views.accounts import appointed
from branches.reach.doors import needs, recent_login
from branches.reach.rights import APPOINT
from common import clock
from common.forms.fields import take_errors


@needs(APPOINT)
def appointment_list(request):
    form = AppointmentFilter(request.GET, user=request.user)
    form.is_valid()
    rows = appointments_listed(request.user, form.cleaned_data)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.state = state_of(row, clock.today())
    context = {
        "title": f"任职授权 {page.paginator.count} 项",
        "sub": "权限随任职生效，到期自动失效",
        "form": form,
        "page": page,
        # For whose posts he may ask a new one-time code.
        "mine": given_by(request.user, page.object_list),
    }
    return render(request, "branches/access/appointments/list.html", context)


def _outlives(row):
    """Say whom the holder has appointed meanwhile: what he gave does not end with his own appointment."""
    given = "、".join(f"{one.user.name}（{one.title}）" for one in given_since(row))
    return f"由其任命的{given}仍然有效，需要的请分别撤回。" if given else ""


@needs(APPOINT)
@recent_login
def appointment_withdrawal(request, pk):
    row = appointment_for(request, pk)
    form = AppointmentWithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            appointment_withdraw(by=request.user, appointment=row, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"{row.user.name}的任职已撤回，权限已失效")
            return redirect("appointment_list")
    context = {
        "title": f"撤回{row.user.name}的{row.title}任职？",
        "text": "用于当天登记错的任职。撤回后，这一职务的权限立即失效，该账号的登录全部结束，视为没有任过职；"
        "期间登记的内容保留，撤回原因留痕，本人收到通知。" + _outlives(row),
        "form": form,
        "verb": "撤回任职",
        "cancel": reverse("appointment_list"),
    }
    return render(request, "generic/confirm.html", context)


@needs(APPOINT)
@recent_login
def appointment_new(request):
    search, typed, found = searched(request.user, request.GET, [request.user.pk])
    form = AppointmentForm(
        request.POST or None,
        user=request.user,
        typed=typed,
        initial={"organisation": request.GET.get("organisation")},
    )
    chosen = request.POST.get("user", "")
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 18:
        found = [*found, *form.fields["user"].queryset.filter(pk=chosen).exclude(pk__in=[row.pk for row in found])]
    form.offer(found)
    if request.method == "POST" and form.is_valid():
        try:
            made = appointment_make(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return appointed(request, made, f"已任命{made.user.name}为{made.title}", "appointment_list")
    context = {
        "title": "任命",
        "sub": "只列出您的职务可以授予的角色和范围内的组织",
        "form": form,
        "search": search,
        "found": found,
        "verb": "任命",
        "cancel": reverse("appointment_list"),
    }
    return render(request, "branches/access/appointments/new.html", context)
