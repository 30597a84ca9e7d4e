"""Exemptions: all of them in a list, a new one, taking one back."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from branches.audit import exports
from branches.frame.confirm_with_reason import confirm_with_reason
from branches.reach import access
from branches.reach.rights import VIEW
from common import clock
from common.forms.fields import take_errors
from common.periods import QUARTER, YEAR, Period
from common.requests import Request
from responsibilities.requirements.exemptions import (
    FIELDS,
    exemption_for,
    exemption_make,
    exemption_revoke,
    exemptions_listed,
    may_revoke,
    places_to_exempt,
    rule_names,
)
from responsibilities.requirements.forms import ExemptionFilter, ExemptionForm
from responsibilities.requirements.models import Exemption


def _periods(asked: str = "") -> list[tuple[str, str]]:
    """The periods to choose from; the results of an earlier one lead here with it in the address."""
    this = Period.containing(YEAR, clock.today())
    offered = [this, *reversed(this.parts(QUARTER)), this.previous()]
    with suppress(ValueError):
        offered.append(Period.parse(asked))
    return list(dict.fromkeys((str(one), one.label()) for one in offered))


def _state(row: Exemption) -> str:
    today = clock.today()
    if row.revoked:
        return "revoked"
    if row.first > today:
        return "coming"
    return "now" if row.last >= today else "past"


def _filtered(request: Request) -> tuple[ExemptionFilter, list[Exemption]]:
    form = ExemptionFilter(
        request.GET or None,
        organisations=access.organisations_for(request.user),
        periods=_periods(request.GET.get("period", "")),
    )
    chosen = form.chosen()
    rows = exemptions_listed(request.user, chosen.get("organisation"), chosen.get("period"))
    state, rule = chosen.get("state"), chosen.get("rule")
    return form, [row for row in rows if (not state or _state(row) == state) and (not rule or rule in row.rules)]


_STATES = {"now": "有效", "coming": "尚未开始", "past": "已结束", "revoked": "已撤销"}


@login_required
def exemption_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form, rows = _filtered(request)
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    in_force = sum(_state(row) == "now" for row in rows)
    may_make = places_to_exempt(request.user).exists()
    context: dict[str, Any] = {
        "title": f"{in_force} 项免予有效" if rows else form.heading_of_none("免予", "没有免予"),
        "sub": "免予的义务不计入应办，也不扣分；期间的大部分在免予之内的，这一期间免予",
        "form": form,
        "page": page,
        "lines": [
            {
                "row": row,
                "rules": rule_names(row.rules),
                "state": _STATES[_state(row)],
                "may_revoke": row.revoked is None and may_revoke(request.user, row),
            }
            for row in page.object_list
        ],
        "export_url": reverse("exemption_export"),
        "add_url": reverse("exemption_new") if may_make else "",
        "add_label": "登记免予",
    }
    return render(request, "responsibilities/requirements/exemptions/list.html", context)


@login_required
@require_POST
def exemption_export(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form, rows = _filtered(request)
    table = (
        [
            row.organisation.name,
            rule_names(row.rules),
            row.first,
            row.last,
            row.reason,
            row.document,
            row.approved_by.name if row.approved_by else "",
            clock.day_of(row.approved),
            _STATES[_state(row)],
            row.revoke_reason,
        ]
        for row in rows
    )
    columns = ["党组织", "义务", "自", "至", "原因", "文号", "登记人", "登记日期", "状态", "撤销原因"]
    return exports.send(
        request,
        rows=table,
        columns=columns,
        name="免予清单",
        verb="requirement.exempt_export",
        filters=form,
    )


@login_required
def exemption_new(request: Request) -> HttpResponse:
    """Exempt several organisations from several rules between two days."""
    if not places_to_exempt(request.user).exists():
        raise Http404
    form = ExemptionForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = exemption_make(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        except access.Forbidden as error:
            form.add_error(FIELDS.get(error.reason, "last"), error.reason or "没有权限登记这项免予。")
        else:
            messages.success(request, f"已为 {len(made)} 个党组织登记免予，有关计量将重新计算")
            return redirect("exemption_list")
    context = {
        "title": "登记免予",
        "sub": "由上级党组织登记；期间的大部分在免予之内的，这一期间的义务免予",
        "form": form,
        "verb": "登记免予",
        "cancel": reverse("exemption_list"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "generic/form.html", context, status=status)


@login_required
def exemption_revoke_page(request: Request, pk: int) -> HttpResponse:
    row = exemption_for(request.user, pk)

    def act(text: str) -> None:
        exemption_revoke(by=request.user, exemption=row, reason=text)
        messages.success(request, "免予已撤销，有关计量将重新计算")

    return confirm_with_reason(
        request,
        act,
        label="撤销的原因",
        title=f"撤销{row.organisation.label}的免予？",
        text=f"{rule_names(row.rules)}自 {row.first:%Y-%m-%d} 至 {row.last:%Y-%m-%d} 重新计入应办；原来的登记留作历史。",
        verb="撤销免予",
        back=reverse("exemption_list"),
    )
