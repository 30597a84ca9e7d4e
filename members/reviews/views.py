"""The queue of records that wait for a review, and the review of one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.audit.history import history
from branches.reach import access
from branches.reach.rights import REVIEW
from branches.settings.start import with_start
from common import clock
from common.errors import Conflict
from members.activities.models import ActivityState
from members.activities.selectors.counting import uncounted_of
from members.activities.selectors.records import attendance_groups, figures_for, readable
from members.activities.services import states as services
from members.activities.services.records import judgements_of, quorums_kept, record_data
from members.activities.submission import checks_of, quorum_words
from members.activities.writers import bars_of
from members.reviews.forms import ReturnForm, VersionForm
from members.reviews.selectors import next_after, waiting_for

PAGE = 30


@login_required
@require_GET
def review_queue(request):
    access.require_anywhere(request.user, REVIEW)
    rows = waiting_for(request.user).select_related("organisation__parent", "author").prefetch_related("kinds")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    page.object_list = figures_for(list(page.object_list))
    for row in page.object_list:
        row.days_waiting = (clock.today() - clock.day_of(row.submitted_at)).days if row.submitted_at else 0
    total = page.paginator.count
    longest = page.object_list[0].days_waiting if page.number == 1 and page.object_list else 0
    title = f"{total} 条记录待审核" if total else "没有待审核的记录"
    if longest:
        title += f"，最早的已等 {longest} 天"
    return render(request, "members/reviews/queue.html", {"title": title, "page": page})


def _load(request, pk):
    return access.get_for(readable(request.user), request.user, REVIEW, pk=pk)


@login_required
@require_GET
def review_detail(request, pk):
    activity = _load(request, pk)
    data = record_data(activity)
    judgements = judgements_of(activity)
    quorums = quorums_kept(activity, judgements)
    words, tone = quorum_words(quorums)
    attendance = attendance_groups(activity)
    names = {row.member_id: row.member.name for _, states in attendance for _, _, rows in states for row in rows}
    files = list(activity.attachments.all())
    barred, writers = bars_of(request.user, activity)
    context = {
        "activity": figures_for([activity])[0],
        "attendance": attendance,
        "resolutions": with_start(activity.resolutions.select_related("owner")),
        "attachments": files,
        "hosts": activity.hosts.select_related("organisation__parent"),
        "checks": checks_of(data, quorums, names, len(files), bool(data.attendance)),
        "quorum": words,
        "quorum_tone": tone,
        "uncounted": uncounted_of(judgements),
        "history": history(activity),
        "barred": barred,
        "writers": writers,
        "open": activity.state == ActivityState.SUBMITTED,
    }
    return render(request, "members/reviews/detail.html", context)


@login_required
@require_POST
def review_begin(request, pk):
    services.review_begin(by=request.user, activity=_load(request, pk))
    return redirect("review_detail", pk=pk)


def _go_on(request, activity, words):
    following = next_after(request.user, activity)
    messages.success(request, words + ("，下面是下一条" if following else "，没有其他待审核的记录"))
    return redirect("review_detail", pk=following.pk) if following else redirect("review_queue")


@login_required
@require_POST
def activity_accept(request, pk):
    activity = _load(request, pk)
    form = VersionForm(request.POST)
    if not form.is_valid():
        raise Conflict("这条记录在您打开之后有了改动，请重新核对。", record=activity)
    activity = services.activity_accept(by=request.user, activity=activity, version=form.cleaned_data["version"])
    return _go_on(request, activity, f"{activity.organisation.label}的{activity}已通过")


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
    activity = services.activity_return(by=request.user, activity=activity, **form.cleaned_data)
    return _go_on(request, activity, f"{activity.organisation.label}的{activity}已退回")


def _return_page(request, activity, form, status=200):
    return render(request, "members/reviews/return.html", {"activity": activity, "form": form}, status=status)
