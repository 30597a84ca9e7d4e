"""Correct an accepted record, give the correction up, read an earlier version."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from branches.reach import access
from branches.reach.rights import VIEW
from common.errors import Conflict
from members.activities.forms.corrections import CorrectionForm
from members.activities.loaders import record_for
from members.activities.models import ActivityState
from members.activities.selectors.records import readable
from members.activities.selectors.versions import version_row
from members.activities.services import corrections as services
from members.activities.versions import beside, in_progress, version_of


@login_required
@require_http_methods(["GET", "POST"])
def activity_correct(request, pk):
    activity = record_for(request, pk)
    if activity.state != ActivityState.ACCEPTED:
        raise Conflict(f"这条记录现在的状态是“{activity.get_state_display()}”，不能更正。", record=activity)
    if in_progress(activity) is not None:
        return redirect("activity_edit", pk=pk)
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.correction_begin(by=request.user, activity=activity, **form.cleaned_data)
        return redirect("activity_edit", pk=pk)
    context = {
        "title": f"更正{activity.organisation.label}{activity.day:%-m月%-d日}的{activity.kinds_label}？",
        "text": "更正提交之前，已通过的内容照常计入；提交后按更正的内容计入，由上级重新审核。前后两版都可以查看。",
        "verb": "开始更正",
        "cancel": reverse("activity_detail", args=[pk]),
        "form": form,
    }
    return render(request, "generic/confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def activity_correct_discard(request, pk):
    activity = record_for(request, pk)
    revision = in_progress(activity)
    if revision is None:
        raise Conflict("这条记录没有正在进行的更正。", record=activity)
    if request.method == "POST":
        services.correction_discard(by=request.user, activity=activity)
        messages.success(request, "已放弃更正，记录照旧")
        return redirect("activity_detail", pk=pk)
    context = {
        "title": "放弃这次更正？",
        "text": f"已填写的更正不再保留，记录仍是已通过的内容。更正原因：{revision.reason}",
        "verb": "放弃更正",
        "cancel": reverse("activity_detail", args=[pk]),
    }
    return render(request, "generic/confirm.html", context)


@login_required
@require_GET
def activity_version(request, pk, number):
    activity = access.get_for(readable(request.user), request.user, VIEW, pk=pk)
    revision = version_row(activity, number)
    if revision is None:
        raise Http404
    context = {
        "activity": activity,
        "revision": revision,
        "said": revision.said,
        "title": revision.data["columns"]["title"] or "未填主题",
        "lines": beside(revision.data, version_of(activity)),
    }
    return render(request, "members/activities/version.html", context)
