"""Say the way and the field of a record oneself, where the system judged them otherwise."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from branches.reach import access
from branches.reach.rights import RECORD, REVIEW, VIEW
from common.forms.fields import take_errors
from common.requests import Request
from members.activities.forms.natures import NatureForm
from members.activities.loaders import record_for
from members.activities.services.natures import nature_set


@login_required
@require_http_methods(["GET", "POST"])
def activity_nature(request: Request, pk: int) -> HttpResponse:
    activity = record_for(request, pk, VIEW)
    if not access.has_right(request.user, REVIEW, activity.organisation):
        access.require(request.user, RECORD, activity.organisation)
    initial = {"way": activity.way, "building": activity.building}
    form = NatureForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            nature_set(by=request.user, activity=activity, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "方式和方面已更改，以后不再由系统判断")
            return redirect("activity_detail", pk=pk)
    context = {
        "title": "更改方式和方面",
        "text": f"{activity}：{activity.nature_label or '系统还没有判断'}。更改后以选定的为准；不影响应办义务、四同步和考核得分。",
        "verb": "更改",
        "cancel": reverse("activity_detail", args=[pk]),
        "form": form,
    }
    return render(request, "generic/confirm.html", context, status=422 if form.is_bound else 200)
