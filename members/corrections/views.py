"""Corrections that members asked for, and the decision on one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from branches.reach import access
from branches.reach.rights import MEMBERS, RECORD
from common.forms.fields import take_errors
from common.requests import Request
from members.corrections.forms import CorrectionFilter, DecideForm
from members.corrections.loaders import correction_for
from members.corrections.models import Correction, CorrectionItem
from members.corrections.rules import OWN
from members.corrections.selectors import attendance_meant, listed, waiting_for
from members.corrections.services import correction_decide

PAGE = 30
# Where what is wrong is put right: {item: (name of the address, what the link says)}; the address takes the member's id.
MENDED_AT = {
    CorrectionItem.POST: ("member_detail", "到档案更正职务"),
    CorrectionItem.BELONGS: ("member_transfer", "调整编组"),
    CorrectionItem.STANDING: ("member_detail", "到档案更正"),
    CorrectionItem.DUES: ("member_detail", "到档案核对党费"),
    CorrectionItem.OTHER: ("member_detail", "到档案更正"),
}


@login_required
@require_GET
def correction_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, MEMBERS)
    form = CorrectionFilter(request.GET, user=request.user)
    page = Paginator(listed(request.user, form.chosen()), PAGE).get_page(request.GET.get("page"))
    waits = waiting_for(request.user).order_by().count()
    context = {
        "title": f"{waits} 件更正请求待核对" if waits else "没有待核对的更正请求",
        "sub": "党员对本人档案和考勤提出的更正；认定属实后据实更正",
        "form": form,
        "page": page,
        "narrowed": form.narrows(),
    }
    return render(request, "members/corrections/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def correction_detail(request: Request, pk: int) -> HttpResponse:
    """What was asked, what is kept now, and the decision: 属实 in one click, 不属实 with its reason."""
    correction = correction_for(request, pk)
    form = DecideForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        right = request.POST.get("right") == "1"
        try:
            done = correction_decide(by=request.user, correction=correction, right=right, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            said = "已认定属实，请据实更正" if right else "已认定不属实，并告知本人"
            messages.success(request, f"{said}：{done.about}")
            return redirect("correction_detail", pk)
    context = {"form": form, **_shown(request, correction)}
    return render(request, "members/corrections/detail.html", context, status=422 if form.errors else 200)


def _shown(request: Request, correction: Correction) -> dict[str, Any]:
    member, about = correction.member, correction.about
    own = member.account_id is not None and member.account_id == request.user.pk
    title = f"{member.name}请求更正{about}"
    attendance, mend = None, None
    if correction.activity is not None:
        attendance = attendance_meant(correction)
        if access.has_right(request.user, RECORD, correction.activity.organisation):
            mend = (reverse("activity_detail", args=[correction.activity_id]), "到这次活动更正考勤")
    else:
        name, words = MENDED_AT.get(CorrectionItem(correction.item), ("member_edit", "修改档案"))
        mend = (reverse(name, args=[member.pk]), words)
    return {
        "title": title if correction.open else f"{title}：{correction.get_state_display()}",
        "correction": correction,
        "about": about,
        "attendance": attendance,
        "mend": mend,
        "decides": correction.open and not own,
        "refused": OWN if own and correction.open else "",
    }
