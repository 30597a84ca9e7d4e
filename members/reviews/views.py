"""The queue of records that wait for a review, the review of one, and the acceptance of several."""

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.audit.history import history
from branches.reach import access
from branches.reach.rights import REVIEW
from branches.settings.start import with_start
from common.errors import Conflict
from members.activities.models import ActivityState
from members.activities.selectors.counting import uncounted_of
from members.activities.selectors.records import (
    NO_FIGURES,
    attendance_groups,
    figures_for,
    readable,
    unknown_among,
    without_figures,
)
from members.activities.selectors.versions import versions_of
from members.activities.services import states as services
from members.activities.services.records import judgements_of, quorums_kept, record_data
from members.activities.study import shows_hours
from members.activities.submission import checks_of, said_of
from members.activities.writers import bars_of
from members.reviews.findings import findings_for
from members.reviews.forms import ReturnForm, ReviewFilter, VersionForm
from members.reviews.selectors import LOOKED_AT, looked_at, next_after, position_of, queue, sorted_out
from members.reviews.services import activities_accept

PAGE = 30
# A choice of the queue: record and the version that was shown.
_CHOICE = re.compile(r"([0-9]{1,18})v([0-9]{1,9})")


@login_required
@require_GET
def review_queue(request):
    access.require_anywhere(request.user, REVIEW)
    form = ReviewFilter(request.GET)
    wanted = form.chosen().get("found")
    rows = sorted_out(request.user, wanted == "1") if wanted else queue(request.user)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    total = page.paginator.count
    shown = list(page.object_list)
    page.object_list = shown if wanted else looked_at(request.user, shown)
    figures_for([row.record for row in page.object_list])
    longest = page.object_list[0].days if page.number == 1 and page.object_list else 0
    title = f"{total} 条记录待审核" if total else "没有待审核的记录"
    if wanted and total:
        title = f"{total} 条待审核的记录{'值得看' if wanted == '1' else '没有疑点'}"
    if longest:
        title += f"，最早的已等 {longest} 天"
    context = {
        "title": title,
        "sub": "按报送先后排列；记录由最近一级有审核权的人审核，本人登记的不由本人审核",
        "total": total,
        "longest": longest,
        "page": page,
        "form": form,
        "wanted": wanted,
        "looked_at": LOOKED_AT,
        "ticked": request.GET.get("select") == "clean",
    }
    return render(request, "members/reviews/queue.html", context)


def _load(request, pk):
    return access.get_for(readable(request.user), request.user, REVIEW, pk=pk)


@login_required
@require_GET
def review_detail(request, pk):
    activity = _load(request, pk)
    data = record_data(activity)
    judgements = judgements_of(activity)
    quorums = quorums_kept(activity, judgements)
    attendance = attendance_groups(activity)
    names = {row.member_id: row.member.name for _, states in attendance for _, _, rows in states for row in rows}
    files = list(activity.attachments.shown())
    barred, writers = bars_of(request.user, activity)
    is_open = activity.state == ActivityState.SUBMITTED
    findings = findings_for(request.user, [activity]).get(activity.pk, []) if is_open else []
    said = {one.text for one in findings}
    checks = checks_of(data, quorums, names, len(files), bool(data.attendance))
    context = {
        "activity": figures_for([activity])[0],
        "studies": shows_hours(activity.codes, activity.length),
        "attendance": attendance,
        "resolutions": with_start(activity.resolutions.select_related("owner")),
        "attachments": files,
        "hosts": activity.hosts.select_related("organisation__parent"),
        "checks": [check for check in checks if check.text not in said],
        "said": said_of(quorums, unknown_among(activity, attendance)),
        "no_figures": NO_FIGURES if without_figures([activity.pk]) else "",
        "uncounted": uncounted_of([row for row in judgements if row.organisation_id != activity.organisation_id]),
        "history": history(activity),
        "barred": barred,
        "writers": writers,
        "open": is_open,
        "findings": findings,
        "position": position_of(request.user, activity) if is_open else None,
        "versions": versions_of(activity),
    }
    return render(request, "members/reviews/detail.html", context)


@login_required
@require_POST
def review_begin(request, pk):
    services.review_begin(by=request.user, activity=_load(request, pk))
    return redirect("review_detail", pk=pk)


def _go_on(request, activity, following, words):
    messages.success(request, words + ("，下面是下一条" if following else "，没有其他待审核的记录"))
    return redirect("review_detail", pk=following.pk) if following else redirect("review_queue")


@login_required
@require_POST
def activity_accept(request, pk):
    activity = _load(request, pk)
    form = VersionForm(request.POST)
    if not form.is_valid():
        raise Conflict("这条记录在您打开之后有了改动，请重新核对。", record=activity)
    following = next_after(request.user, activity)
    activity = services.activity_accept(by=request.user, activity=activity, version=form.cleaned_data["version"])
    return _go_on(request, activity, following, f"{activity.organisation.label}的{activity}已通过")


@login_required
@require_http_methods(["GET", "POST"])
def activity_return(request, pk):
    activity = _load(request, pk)
    if request.method == "GET" or activity.state != ActivityState.SUBMITTED:
        if activity.state != ActivityState.SUBMITTED:
            raise Conflict(f"这条记录现在的状态是“{activity.get_state_display()}”，不能退回。", record=activity)
        return _return_page(request, activity, ReturnForm(initial={"version": activity.version}))
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _return_page(request, activity, form, status=422)
    following = next_after(request.user, activity)
    activity = services.activity_return(by=request.user, activity=activity, **form.cleaned_data)
    return _go_on(request, activity, following, f"{activity.organisation.label}的{activity}已退回")


def _return_page(request, activity, form, status=200):
    return render(request, "members/reviews/return.html", {"activity": activity, "form": form}, status=status)


# ---- several at once


def _choices(data):
    """Return {record id: version as shown} of what was ticked, a page of it at most; nonsense is left out."""
    found = [_CHOICE.fullmatch(text) for text in data.getlist("record")[:PAGE]]
    return {int(match[1]): int(match[2]) for match in found if match}


@login_required
@require_http_methods(["GET", "POST"])
def activities_accept_page(request):
    """Name what was ticked in the queue, and accept it once that is confirmed."""
    access.require_anywhere(request.user, REVIEW)
    chosen = _choices(request.POST if request.method == "POST" else request.GET)
    rows = list(queue(request.user).filter(pk__in=chosen))
    if request.method == "POST":
        return _accept_several(request, rows, chosen)
    if not rows:
        messages.warning(request, "没有选中待您审核的记录")
        return redirect("review_queue")
    changed = [row for row in rows if row.version != chosen[row.pk]]
    context = {
        "rows": looked_at(request.user, figures_for([row for row in rows if row not in changed])),
        "changed": changed,
        "missing": len(chosen) - len(rows),
    }
    return render(request, "members/reviews/accept.html", context)


def _accept_several(request, rows, chosen):
    decided = activities_accept(by=request.user, choices=[(row, chosen[row.pk]) for row in rows])
    accepted = [one.activity for one in decided if not one.problem]
    if accepted:
        messages.success(request, f"已通过 {len(accepted)} 条记录")
    for one in decided:
        if one.problem:
            messages.warning(request, f"没有通过：{one.activity.organisation.label}的{one.activity}。{one.problem}")
    missing = len(chosen) - len(rows)
    if missing:
        messages.warning(request, f"另有 {missing} 条已不在您的待审记录中，没有办理")
    return redirect(reverse("review_queue"))
