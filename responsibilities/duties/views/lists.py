"""Make, adjust, issue and take note of duty lists; views/index.py shows which there are."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.access.models import User
from branches.audit.history import history
from common import clock
from common.errors import Conflict
from common.forms.fields import take_errors
from common.requests import Request
from common.text import quoted, whole_number
from responsibilities.duties.forms import (
    DropForm,
    DutyForm,
    IssueForm,
    MakeForm,
    policies_offered,
    uppers_for,
)
from responsibilities.duties.loaders import duty_for, levels_to_make, list_for, year_asked
from responsibilities.duties.models import LEVEL_ORDER, Duty, DutyList, Level, ListState
from responsibilities.duties.rights import acts_for, makes, require_makes
from responsibilities.duties.selectors.holders import holders_of
from responsibilities.duties.selectors.lists import drafts_to_issue, duties_listed, missing_lists
from responsibilities.duties.selectors.wording import basis, frequency, own_number, role_of
from responsibilities.duties.services import duties as services
from responsibilities.duties.services import lists as list_services
from responsibilities.duties.soft import is_soft


@login_required
@require_http_methods(["GET", "POST"])
def duty_list_make(request: Request) -> HttpResponse:
    allowed = levels_to_make(request.user)
    year = year_asked(request)
    missing = missing_lists(request.user, year, allowed)
    numbers = {level: sum(row.level == level for row in missing) for level in allowed}
    choices = [(level, f"{Level(level).label}（{role_of(level)}）：缺 {numbers[level]} 份") for level in allowed]
    initial = {"year": year, "levels": [level for level in allowed if numbers[level]]}
    form = MakeForm(request.POST or None, initial=initial, levels=choices)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                made = list_services.duty_lists_make(by=request.user, **form.cleaned_data)
            except ValidationError as error:
                take_errors(form, error)
            else:
                messages.success(request, f"已建立 {len(made)} 份草稿，可以调整后下达")
                return redirect(f"{reverse('duty_lists')}?year={form.cleaned_data['year']}&state=draft")
        status = 422
    context = {
        "title": f"分解 {year} 年责任，缺 {len(missing)} 份清单",
        "sub": "按模板逐级生成草稿，与上级责任自动对应；生成后可以逐项调整，再成批下达",
        "form": form,
        "verb": "生成草稿",
        "cancel": reverse("duty_lists"),
    }
    return render(request, "generic/form.html", context, status=status)


def _drafts(request: Request) -> list[DutyList]:
    """Return the drafts that the address names (one list, or a level of a year) and that the user may issue."""
    rows = drafts_to_issue(request.user)
    one, level = request.GET.get("list", ""), request.GET.get("level", "")
    if one:
        number = whole_number(one)
        return list(rows.filter(pk=number)) if number else []
    rows = rows.filter(year=year_asked(request))
    return list(rows.filter(level=level) if level in Level.values else rows)


@login_required
@require_http_methods(["GET", "POST"])
def duty_list_issue(request: Request) -> HttpResponse:
    levels_to_make(request.user)
    drafts = _drafts(request)
    form = IssueForm(request.POST or None, initial={"issued_on": clock.today()})
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                number = list_services.duty_lists_issue(by=request.user, lists=drafts, **form.cleaned_data)
            except ValidationError as error:
                take_errors(form, error)
            else:
                messages.success(request, f"已下达 {number} 份责任清单，并通知责任人")
                year = drafts[0].year if drafts else year_asked(request)
                lower = _missing_below(request.user, drafts, year)
                if lower:
                    messages.info(request, f"下一级还缺 {lower} 份清单，可以继续分解")
                    return redirect(f"{reverse('duty_list_make')}?year={year}")
                return redirect(f"{reverse('duty_lists')}?year={year}")
        status = 422
    context = {
        "title": f"下达 {len(drafts)} 份责任清单" if drafts else "没有可以下达的草稿",
        "sub": "、".join(row.holder_name for row in drafts[:8]) + ("等" if len(drafts) > 8 else ""),
        "form": form,
        "verb": "下达",
        "cancel": reverse("duty_lists"),
    }
    return render(request, "generic/form.html", context, status=status)


def _missing_below(user: User, issued: list[DutyList], year: int) -> int:
    """Return how many lists are missing at the levels below those just issued: the upper list offers the lower ones."""
    lowest = max((LEVEL_ORDER.index(row.level) for row in issued), default=len(LEVEL_ORDER))
    levels = [level for level in LEVEL_ORDER[lowest + 1 :] if level in levels_to_make(user)]
    return len(missing_lists(user, year, levels)) if levels else 0


@login_required
@require_GET
def duty_list_detail(request: Request, pk: int) -> HttpResponse:
    duty_list = list_for(request, pk)
    duties = duties_listed(duty_list)
    holders = holders_of(duty_list)
    for duty in duties:
        duty.often, duty.cited, duty.own = frequency(duty), basis(duty), own_number(duty)
        duty.soft = is_soft(duty)
    context = {
        "title": f"{duty_list}，{len(duties)} 项",
        "list": duty_list,
        "duties": duties,
        "soft": sum(duty.soft for duty in duties),
        "holders": holders,
        "role": role_of(duty_list.level),
        "can_edit": makes(request.user, duty_list.level, duty_list.organisation),
        "can_note": duty_list.state == ListState.ISSUED
        and duty_list.noted_at is None
        and acts_for(request.user, duty_list),
        "history": history(duty_list),
    }
    return render(request, "responsibilities/duties/list_detail.html", context)


@login_required
@require_POST
def duty_list_note(request: Request, pk: int) -> HttpResponse:
    duty_list = list_for(request, pk)
    list_services.duty_list_note(by=request.user, duty_list=duty_list)
    messages.success(request, "已知悉")
    return redirect("own_duties" if request.POST.get("back") == "own" else duty_list_url(duty_list))


def duty_list_url(duty_list: DutyList) -> str:
    """Return the address of a list's page."""
    return reverse("duty_list_detail", args=[duty_list.pk])


def _form_page(
    request: Request, duty_list: DutyList, form: DutyForm, title: str, verb: str, status: int
) -> HttpResponse:
    context = {
        "title": title,
        "sub": str(duty_list),
        "form": form,
        "verb": verb,
        "cancel": duty_list_url(duty_list),
    }
    return render(request, "generic/form.html", context, status=status)


def _edit(
    request: Request, duty_list: DutyList, duty: Duty | None, act: Callable[[dict[str, Any], str, str], object]
) -> HttpResponse:
    """Draw and take the form of one duty; `act` does the writing."""
    require_makes(request.user, duty_list.level, duty_list.organisation)
    issued = duty_list.state == ListState.ISSUED
    initial = DutyForm.initial_of(duty) if duty else None
    form = DutyForm(
        request.POST or None,
        initial=initial,
        uppers=uppers_for(request.user, duty_list),
        policies=policies_offered(request.user, duty_list, duty),
        issued=issued,
    )
    verb = "修订" if issued else "保存"
    title = f"{verb}：{duty}" if duty else "增加责任事项"
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            act(form.data_of(), form.cleaned_data.get("reason", ""), form.cleaned_data["seen"])
        except ValidationError as error:
            take_errors(form, error)
        except Conflict as conflict:
            form.add_error(None, conflict.message)
            status = 409
        else:
            messages.success(request, "清单已修订" if issued else "已保存")
            return redirect(duty_list_url(duty_list))
    return _form_page(request, duty_list, form, title, verb, status)


@login_required
@require_http_methods(["GET", "POST"])
def duty_new(request: Request, pk: int) -> HttpResponse:
    duty_list = list_for(request, pk)

    def act(data: dict[str, Any], reason: str, _seen: str) -> None:
        services.duty_add(by=request.user, duty_list=duty_list, data=data, reason=reason)

    return _edit(request, duty_list, None, act)


@login_required
@require_http_methods(["GET", "POST"])
def duty_edit(request: Request, pk: int) -> HttpResponse:
    duty = duty_for(request, pk)

    def act(data: dict[str, Any], reason: str, seen: str) -> None:
        services.duty_change(by=request.user, duty=duty, data=data, reason=reason, seen=seen)

    return _edit(request, duty.list, duty, act)


@login_required
@require_http_methods(["GET", "POST"])
def duty_drop(request: Request, pk: int) -> HttpResponse:
    duty = duty_for(request, pk)
    require_makes(request.user, duty.list.level, duty.list.organisation)
    issued = duty.list.state == ListState.ISSUED
    form = DropForm(request.POST or None) if issued else None
    status = 200
    if request.method == "POST":
        if form is None or form.is_valid():
            reason = form.cleaned_data["reason"] if form else ""
            duty_list = services.duty_drop(by=request.user, duty=duty, reason=reason)
            messages.success(request, f"已删去{quoted(duty.text)}")
            return redirect(duty_list_url(duty_list))
        status = 422
    context = {
        "title": f"从{duty.list}中删去{quoted(duty.text)}？",
        "text": "删去后不再计算这项责任；服务于它的下级责任会显示缺少上级。",
        "verb": "删去",
        "cancel": duty_list_url(duty.list),
        "form": form,
    }
    return render(request, "generic/confirm.html", context, status=status)
