"""Carrying out resolutions: the list, done, reopened."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.audit import exports
from branches.places.models.organisations import Kind
from branches.reach import access
from branches.reach.rights import ASSESS, RECORD, VIEW
from common import clock
from common.forms.fields import take_errors
from members.activities.forms.resolution_filters import DoneForm, ReopenForm, ResolutionFilter
from members.activities.loaders import resolution_for
from members.activities.selectors import resolutions as reads
from members.activities.services import resolutions as services

PAGE = 30


def _filtered(request):
    access.require_anywhere(request.user, VIEW)
    form = ResolutionFilter(request.GET, organisations=access.organisations_for(request.user))
    return form, reads.resolutions(request.user, form.chosen())


def _finding(counts):
    parts = [f"{counts[key]} 项{word}" for key, word in (("overdue", "逾期"), ("open", "在办")) if counts[key]]
    return f"决议事项 {counts['total']} 项" + ("，" + "，".join(parts) if parts else "")


@login_required
@require_GET
def resolution_list(request):
    form, rows = _filtered(request)
    counts = reads.counts(rows)
    pages = Paginator(rows, PAGE)
    pages.count = counts["total"]
    context = {
        "title": _finding(counts),
        "form": form,
        "page": pages.get_page(request.GET.get("page")),
        "records_at": set(access.organisations_for(request.user, RECORD).values_list("pk", flat=True)),
        "may_score": access.holds_anywhere(request.user, ASSESS),
        # The kinds of organisation that schemes assess.
        "scored_kinds": (Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH),
        "narrowed": form.narrows(),
    }
    return render(request, "members/activities/resolutions/list.html", context)


@login_required
@require_POST
def resolution_export(request):
    form, rows = _filtered(request)
    return exports.send(
        request,
        rows=map(reads.resolution_row, rows.iterator(500)),
        columns=reads.COLUMNS,
        name="决议落实清单",
        verb="resolution.export",
        filters=form,
    )


def _asked(request, form, act, words, resolution, **context):
    """A page with one field; `act` does it, then back to the record."""
    if request.method == "POST" and form.is_valid():
        try:
            act(by=request.user, resolution=resolution, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, words)
            return redirect("activity_detail", pk=resolution.activity_id)
    context |= {"form": form, "cancel": reverse("activity_detail", args=[resolution.activity_id])}
    return render(request, "generic/confirm.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def resolution_done(request, pk):
    resolution = resolution_for(request, pk)
    data = request.POST if request.method == "POST" else None
    due = f"时限{resolution.due:%-m月%-d日}，晚于时限的记为逾期办结。" if resolution.due else "没有写明时限。"
    return _asked(
        request,
        DoneForm(data, initial={"done_on": clock.today().isoformat()}),
        services.resolution_done,
        "决议已办结",
        resolution,
        title=f"办结决议：{resolution.text[:60]}",
        text=due,
        verb="办结",
    )


@login_required
@require_http_methods(["GET", "POST"])
def resolution_reopen(request, pk):
    resolution = resolution_for(request, pk)
    return _asked(
        request,
        ReopenForm(request.POST if request.method == "POST" else None),
        services.resolution_reopen,
        "决议已重新列为未办结",
        resolution,
        title=f"重新办理决议：{resolution.text[:60]}",
        text="办结日期会撤下，原因留在审计记录里，并通知原来登记办结的人。",
        verb="重新办理",
    )
