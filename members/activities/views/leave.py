"""Asking for leave of a meeting to come, taking it back, and the answer."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from branches.frame.acting import acted, at_once, posted
from branches.reach import access
from branches.reach.rights import RECORD
from common import clock
from common.forms.fields import take_errors
from common.requests import Request
from common.text import quoted
from members.activities.forms.leave import LeaveAnswerForm, LeaveForm
from members.activities.loaders import leave_for, own_leave_for, own_meeting_ahead
from members.activities.models.leave import OPEN_RECORDS
from members.activities.services.leave import OWN, leave_ask, leave_decide, leave_withdraw


def _back() -> str:
    return f"{reverse('member_own')}#coming"


@login_required
@require_http_methods(["GET", "POST"])
def own_leave(request: Request, pk: int) -> HttpResponse:
    """Ask for leave of one meeting to come."""
    member, activity = own_meeting_ahead(request, pk)

    def act(values: dict[str, Any]) -> str:
        leave_ask(by=request.user, member=member, activity=activity, **values)
        return "已请假，待同意"

    return acted(
        request,
        LeaveForm(posted(request)),
        act,
        title=f"{clock.in_words(activity.day)}{quoted(activity.title or activity.kinds_label)}请假？",
        text="送党支部（举办该活动的党组织）负责人同意；同意后考勤记为请假。",
        verb="请假",
        cancel=_back(),
    )


@login_required
@require_POST
def own_leave_withdraw(request: Request, pk: int) -> HttpResponse:
    leave = own_leave_for(request, pk)

    def act() -> str:
        leave_withdraw(by=request.user, leave=leave)
        return f"已撤回请假：{leave.about}"

    return at_once(request, act, _back())


@login_required
@require_http_methods(["GET", "POST"])
def leave_detail(request: Request, pk: int) -> HttpResponse:
    """What was asked, and the answer: 同意 in one click, 不同意 with its reason."""
    leave = leave_for(request, pk)
    form = LeaveAnswerForm(posted(request))
    if request.method == "POST" and form.is_valid():
        agree = request.POST.get("agree") == "1"
        try:
            done = leave_decide(by=request.user, leave=leave, agree=agree, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"{done.get_state_display()}：{done.member.name}，{done.about}")
            return redirect("leave_detail", pk)
    own = leave.member.account_id is not None and leave.member.account_id == request.user.pk
    waits = leave.open and leave.activity.state in OPEN_RECORDS
    title = f"{leave.member.name}请假：{leave.about}"
    context = {
        "form": form,
        "leave": leave,
        "title": title if leave.open else f"{title}，{leave.get_state_display()}",
        "decides": waits and not own,
        "refused": OWN if own and waits else "",
        "lapsed": leave.open and not waits,
        "records": access.has_right(request.user, RECORD, leave.activity.organisation),
    }
    return render(request, "members/activities/leave.html", context, status=422 if form.errors else 200)
