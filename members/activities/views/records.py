"""The list of records, one record, and its moves from state to state (record_form.py writes it)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.audit import exports
from branches.audit.history import history
from branches.reach import access
from branches.reach.doors import recent_login
from branches.reach.rights import RECORD, REVIEW, VIEW
from branches.settings.start import with_start
from common.errors import Conflict
from common.paging import LongPaginator, counted, number_words
from members.activities.forms.cancel import CancelForm
from members.activities.forms.filters import ActivityFilter
from members.activities.forms.hosts import HostForm
from members.activities.loaders import invitation_for, record_for
from members.activities.minutes import minutes_of
from members.activities.models import COUNTING_STATES, ActivityState
from members.activities.selectors.counting import uncounted_of
from members.activities.selectors.export import COLUMNS, PREFETCHED, activity_row
from members.activities.selectors.records import (
    NO_FIGURES,
    attendance_groups,
    figures_for,
    hosts_of,
    readable,
    unconfirmed_hosts,
    unknown_among,
    without_figures,
)
from members.activities.selectors.turn import turn_of
from members.activities.selectors.versions import corrections_in_hand, versions_of
from members.activities.services import records as services
from members.activities.services import states as moves
from members.activities.services.hosts import host_confirm
from members.activities.services.natures import may_choose_nature
from members.activities.study import shows_hours
from members.activities.submission import said_of
from members.activities.writers import bars_of

PAGE = 30


def _filtered(request):
    """Return (form, records within reach that fit the filter of the address, in no order)."""
    access.require_anywhere(request.user, VIEW)
    form = ActivityFilter(request.GET, user=request.user)
    return form, form.narrow(readable(request.user))


def _finding(counts):
    said = {key: number_words(number) for key, number in counts.items()}
    waiting = [
        f"{said[key]} 条{word}" for key, word in (("returned", "被退回"), ("draft", "草稿未提交")) if counts[key]
    ]
    if waiting:
        return f"活动记录 {said['total']} 条，其中 {'、'.join(waiting)}"
    if counts["submitted"]:
        return f"活动记录 {said['total']} 条，{said['submitted']} 条待审核"
    return f"活动记录 {said['total']} 条"


@login_required
@require_GET
def activity_list(request):
    form, records = _filtered(request)
    states = ("draft", "returned", "submitted")
    numbers = counted(records, *(records.filter(state=state) for state in states))
    counts = dict(zip(("total", *states), numbers))
    pages = LongPaginator(records.order_by(*form.order()), PAGE, number=counts["total"])
    page = pages.get_page(request.GET.get("page"))
    page.object_list = figures_for(list(page.object_list))
    context = {
        "title": _finding(counts),
        "form": form,
        "page": page,
        "invitations": list(unconfirmed_hosts(request.user)[:PAGE]),
        "corrections": list(corrections_in_hand(request.user)[:PAGE]),
        "may_record": access.holds_anywhere(request.user, RECORD),
        "planned": request.GET.get("state") == ActivityState.PLANNED,
        "narrowed": form.narrows(),
    }
    return render(request, "members/activities/list.html", context)


def _exported(rows):
    """Yield the lines of the file; nothing is read before the first is asked for."""
    for activity in figures_for(list(rows.prefetch_related(*PREFETCHED)[: exports.MOST_ROWS + 1])):
        yield activity_row(activity)


@login_required
@require_POST
@recent_login
def activity_export(request):
    form, records = _filtered(request)
    return exports.send(
        request,
        rows=_exported(records.order_by(*form.order())),
        columns=COLUMNS,
        name="活动记录",
        verb="activity.export",
        filters=form,
        too_many=exports.beyond(records),
    )


@login_required
@require_GET
def activity_detail(request, pk):
    activity = access.get_for(readable(request.user), request.user, VIEW, pk=pk)
    rights = {right: access.has_right(request.user, right, activity.organisation) for right in (RECORD, REVIEW)}
    state = activity.state
    judges = rights[REVIEW] and state == ActivityState.SUBMITTED
    barred, _ = bars_of(request.user, activity) if judges else ("", "")
    judgements = services.judgements_of(activity)
    quorums = services.quorums_kept(activity, judgements)
    versions = versions_of(activity)
    attendance = attendance_groups(activity)
    context = {
        "activity": figures_for([activity])[0],
        "studies": shows_hours(activity.codes, activity.length),
        "attendance": attendance,
        "minutes": minutes_of(activity, attendance, quorums),
        "resolutions": list(with_start(activity.resolutions.select_related("owner"))),
        "attachments": list(activity.attachments.shown()),
        "unknown_absentees": activity.unknown_absentees.all(),
        "hosts": hosts_of(request.user, activity),
        "said": said_of(quorums, unknown_among(activity, attendance)),
        "no_figures": NO_FIGURES if without_figures([activity.pk]) else "",
        "uncounted": uncounted_of([row for row in judgements if row.organisation_id != activity.organisation_id]),
        "versions": versions,
        "may_correct": rights[RECORD] and state == ActivityState.ACCEPTED and versions.in_hand is None,
        "history": history(activity),
        "turn": turn_of(activity),
        "may_edit": rights[RECORD] and state in services.EDITABLE,
        "may_discard": rights[RECORD] and state in (ActivityState.DRAFT, ActivityState.PLANNED),
        "may_cancel": rights[RECORD] and state == ActivityState.PLANNED,
        "may_withdraw": rights[RECORD] and state == ActivityState.SUBMITTED and activity.review_opened_at is None,
        "may_review": judges and not barred,
        # Whoever reviews it found it worth making known.
        "may_recommend": rights[REVIEW] and state == ActivityState.ACCEPTED and activity.valid,
        "barred": barred,
        "may_record": rights[RECORD],
        "may_choose_nature": may_choose_nature(request.user, activity),
        "may_finish": rights[RECORD] and state in COUNTING_STATES and activity.valid,
    }
    return render(request, "members/activities/detail.html", context)


@login_required
@require_POST
def activity_submit(request, pk):
    activity = record_for(request, pk)
    try:
        activity = moves.activity_submit(by=request.user, activity=activity)
    except ValidationError as error:
        messages.error(request, "没有提交：" + "".join(error.messages))
        return redirect("activity_edit", pk=pk)
    messages.success(request, sent_words(activity))
    return redirect(counts_url(activity))


def counts_url(activity):
    """Return the address of a record where it says what it counts for: there one looks after it was submitted."""
    return f"{reverse('activity_detail', args=[activity.pk])}#counts"


def sent_words(activity):
    """Return what a submission came to, in one sentence."""
    if activity.no_reviewer:
        return "已提交，无上级审核，直接通过"
    if activity.corrects is not None:
        return "更正已提交，等待上级重新审核"
    return "已提交，等待上级审核" + ("；超过补报期限，记为迟报" if activity.late else "")


@login_required
@require_POST
def activity_withdraw(request, pk):
    moves.activity_withdraw(by=request.user, activity=record_for(request, pk))
    messages.success(request, "已撤回为草稿，修改后请重新提交")
    return redirect("activity_edit", pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def activity_cancel(request, pk):
    activity = record_for(request, pk)
    if activity.state != ActivityState.PLANNED:
        raise Conflict(f"这条记录现在的状态是“{activity.get_state_display()}”，不能取消。", record=activity)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        moves.activity_cancel(by=request.user, activity=activity, **form.cleaned_data)
        messages.success(request, "计划已取消")
        return redirect("activity_detail", pk=pk)
    context = {
        "title": f"取消{activity.organisation.label}{activity.day:%-m月%-d日}的{activity.kinds_label}？",
        "text": "取消后不能再填写这条记录，原因留在记录里；改期请直接修改日期。",
        "verb": "取消计划",
        "cancel": reverse("activity_detail", args=[pk]),
        "form": form,
    }
    return render(request, "generic/confirm.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def activity_discard(request, pk):
    activity = record_for(request, pk)
    if request.method == "POST":
        services.activity_discard(by=request.user, activity=activity)
        messages.success(request, "草稿已删除")
        return redirect("activity_list")
    return render(request, "members/activities/discard.html", {"activity": activity})


@login_required
@require_http_methods(["GET", "POST"])
def activity_host_confirm(request, pk):
    host = invitation_for(request, pk)
    form = HostForm(request.POST if request.method == "POST" else None, host=host)
    if request.method == "POST" and form.is_valid():
        try:
            host_confirm(by=request.user, host=host, attendance=form.attendance)
        except ValidationError as error:
            form.add_error("attendance_errors", "".join(error.messages))
        else:
            messages.success(request, f"已确认，{host.organisation.label}计入这次共同活动")
            return redirect("activity_detail", pk=host.activity_id)
    status = 422 if form.is_bound else 200
    return render(request, "members/activities/host_confirm.html", {"host": host, "form": form}, status=status)
