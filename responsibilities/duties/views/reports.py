"""Report, review and remind: what people say about a duty."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from branches.reach import access
from branches.reach.rights import ASSIGN, REVIEW
from common.errors import Conflict
from common.forms.fields import take_errors
from common.requests import Request
from common.stale_form import form_mark
from common.text import quoted
from responsibilities.duties.forms import ReportForm, ReturnForm
from responsibilities.duties.loaders import duty_for, report_for
from responsibilities.duties.models import DutyReport, ReportState
from responsibilities.duties.rights import reminds, require_reports, reviews
from responsibilities.duties.selectors.board import behind_together
from responsibilities.duties.services import reports as services
from responsibilities.duties.slot import ACCEPTED, CLOSED, NOT_APPLICABLE, REPORTED, STATE_NAMES, UNJUDGED, DutySlot


@login_required
@require_http_methods(["GET", "POST"])
def duty_report(request: Request, pk: int) -> HttpResponse:
    duty = duty_for(request, pk)
    require_reports(request.user, duty.list)
    key = request.POST.get("slot") or request.GET.get("slot", "")
    slot = services.slot_of(duty, key)
    if slot is None:
        raise Http404
    if request.method == "GET" and slot.state in (CLOSED, ACCEPTED, UNJUDGED, REPORTED, NOT_APPLICABLE):
        raise Conflict(f"{quoted(duty)}{slot.name}的状态是“{STATE_NAMES[slot.state]}”，不需要再报告。")
    returned = _returned(slot)
    initial = {"text": returned.text if returned else "", "seen": form_mark(services.said(slot))}
    form = ReportForm(request.POST or None, request.FILES or None, initial=initial)
    status, conflict = 200, ""
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                report = services.duty_report(by=request.user, duty=duty, slot=key, **form.cleaned_data)
            except ValidationError as error:
                take_errors(form, error)
            except OSError:
                form.add_error("file", "文件没有存上，请稍后再试或先不传文件。")
            except Conflict as error:
                slot = services.slot_of(duty, key)
                if slot is None or not services.reportable(slot):
                    return _kept(request, error.message, form.cleaned_data["text"], services.address(duty, key))
                status, conflict, returned = 409, error.message, _returned(slot)
                form = form.again(form_mark(services.said(slot)))
            else:
                late = "，已标记迟报" if report.late else ""
                words = "已报告，没有上级审核" if report.no_reviewer else "已报告，等待审核"
                messages.success(request, words + late)
                return redirect(services.address(duty, key))
    context = {
        "title": f"报告：{duty.text}",
        "sub": f"{duty.list}　{slot.name}，{slot.due:%-m月%-d日}截止",
        "form": form,
        "verb": "报告",
        "cancel": services.address(duty),
        "upload": True,
        "returned": returned,
        "conflict": conflict,
    }
    return render(request, "responsibilities/duties/report.html", context, status=status)


def _returned(slot: DutySlot) -> DutyReport | None:
    """Return the report of a slot where it was returned, or None."""
    return slot.report if slot.report is not None and slot.report.state == ReportState.RETURNED else None


def _kept(request: Request, message: str, text: str, back: str) -> HttpResponse:
    """Answer 409 to what can no longer be done, with what was written, to be copied."""
    context = {"message": message, "text": text, "back": back}
    return render(request, "responsibilities/duties/conflict.html", context, status=409)


@login_required
@require_http_methods(["GET", "POST"])
def duty_report_review(request: Request, pk: int) -> HttpResponse:
    report = report_for(request, pk)
    if not reviews(request.user, report.duty.list, report):
        raise access.Forbidden(REVIEW, report.duty.list.organisation)
    back = services.address(report.duty, report.slot)
    reason = request.POST.get("reason", "").strip()[:300]
    if report.state != ReportState.REPORTED:
        message = f"这份报告现在的状态是“{report.get_state_display()}”，不能审核。"
        if reason:
            return _kept(request, message, reason, back)
        raise Conflict(message)
    form = ReturnForm(request.POST if request.POST.get("do") == "return" else None)
    status = 200
    if request.method == "POST":
        if request.POST.get("do") == "accept":
            services.duty_report_accept(by=request.user, report=report)
            messages.success(request, "报告已通过")
            return redirect(back)
        if form.is_valid():
            try:
                services.duty_report_return(by=request.user, report=report, **form.cleaned_data)
            except Conflict as error:
                return _kept(request, error.message, reason, back)
            messages.success(request, "报告已退回")
            return redirect(back)
        status = 422
    slot = services.slot_of(report.duty, report.slot)
    context = {
        "title": f"审核：{report.duty.text}",
        "sub": f"{report.duty.list}　{slot.name if slot else report.slot}",
        "report": report,
        "form": form,
    }
    return render(request, "responsibilities/duties/review.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def duty_remind(request: Request, pk: int) -> HttpResponse:
    """Remind the holders of one duty; with ?all=1 those of the same duty at every holder's, after a page that asks."""
    duty = duty_for(request, pk)
    if not reminds(request.user, duty.list):
        raise access.Forbidden(ASSIGN, duty.list.organisation)
    together = request.GET.get("all") == "1"
    duties = behind_together(request.user, duty) if together else [duty]
    if request.method == "GET":
        context = {
            "title": f"提醒 {len(duties)} 个责任主体落实{quoted(duty.text)}？"
            if together
            else f"提醒落实{quoted(duty.text)}？",
            "text": "责任人各收到一条通知；没有逾期的不提醒。",
            "verb": "提醒",
            "cancel": services.address(duty),
        }
        return render(request, "generic/confirm.html", context)
    sent, nobody = services.duty_remind(by=request.user, duties=duties)
    if nobody:
        names = "、".join(one.list.holder_name for one in nobody[:3])
        messages.warning(request, f"{names}没有可提醒的责任人，请先任命或关联账号")
    if sent:
        messages.success(request, f"已提醒 {sent} 人")
    elif not nobody:
        messages.info(request, "没有逾期，不需要提醒")
    return redirect(services.address(duty))
