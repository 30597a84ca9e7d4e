"""The draft of a report: read as it will read, its form chosen, its words edited, published by another."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from assessments.reports import documents
from assessments.reports.drafting import draft_ask, draft_run
from assessments.reports.drafts import (
    NotWritten,
    checked,
    draft_head,
    draft_refresh,
    draft_words,
    drafted,
    edited,
    is_large,
    kept,
    require_writes,
    usual_head,
)
from assessments.reports.forms import HeadForm, WordsForm
from assessments.reports.loaders import draft_for
from assessments.reports.paper import paragraphs_of
from assessments.reports.parts import parts_of
from assessments.reports.selectors import side_of
from assessments.reports.services import assessment_publish, publishers
from assessments.results.loaders import assessment_for
from assessments.results.models import Assessment, AssessmentState
from assessments.results.services import root_of_results
from branches.audit import exports
from branches.jobs.following import WAITING, context_of, led_to
from branches.jobs.models import JobRun
from branches.reach import access
from branches.reach.doors import recent_login
from branches.reach.rights import PUBLISH
from common.errors import Conflict
from common.forms.fields import take_errors
from common.periods import Period
from common.requests import Request


def _page(
    request: Request, assessment: Assessment, head: HeadForm | None = None, words: WordsForm | None = None
) -> HttpResponse:
    """The draft as it reads. head, words: forms that were sent and have errors."""
    try:
        stands = drafted(assessment)
    except NotWritten:
        return _unwritten(request, assessment)
    frozen = assessment.state == AssessmentState.FROZEN
    blocks = paragraphs_of(stands.body)
    asked = words.data.get("key", "") if words else request.GET.get("edit", "")
    if words is None and frozen and asked in blocks:
        words = WordsForm(initial={"key": asked, "text": blocks[asked]["text"], "seen": stands.mark})
    bound = any(form is not None and form.is_bound for form in (head, words))
    edits = list(stands.row.edits.select_related("made_by").order_by("-pk")[:50]) if stands.row else []
    context = side_of(stands.body) | {
        "assessment": assessment,
        "report": stands.body,
        "letter": True,
        "period": Period.parse(assessment.period),
        "frozen": frozen,
        "stands": stands,
        "head_form": (head or HeadForm.of(stands)) if frozen else None,
        "words_form": words,
        "editing": asked if words else "",
        "edits": edits,
        "publishers": publishers(assessment, stands),
        "publishers_after": publishers(assessment, stands, without=request.user.pk) if words else [],
        "may_publish": frozen and access.holds_anywhere(request.user, PUBLISH),
    }
    context |= parts_of(stands.body, request.GET.get("sheet", ""), request.GET.get("page", ""))
    return render(request, "assessments/reports/draft.html", context, status=422 if bound else 200)


def _followed(request: Request, assessment: Assessment) -> HttpResponse | None:
    """The page that follows the worker while it writes the draft, None where nothing is on its way."""
    run = draft_run(assessment)
    if run is not None and run.state in WAITING:
        return _unwritten(request, assessment)
    if run is not None and request.htmx and "follow" in request.GET:
        # Whoever followed it to its end reads what came of it.
        told = messages.success if run.state == JobRun.State.DONE else messages.error
        told(request, run.outcome)
        return led_to(reverse("report_draft", args=[assessment.pk]))
    return None


def _unwritten(request: Request, assessment: Assessment) -> HttpResponse:
    """How far the worker is with the draft of a large assessment, or the button that asks for it."""
    address, run = reverse("report_draft", args=[assessment.pk]), draft_run(assessment)
    context = context_of(run, f"{address}?follow=1") if run is not None else {"running": False}
    failed = run is not None and run.state == JobRun.State.FAILED
    context |= {
        "title": "正在起草报告" if context["running"] else "报告没有起草成" if failed else "报告还没有起草",
        "assessment": assessment,
        "period": Period.parse(assessment.period),
        "failed": failed,
    }
    page = "branches/jobs/progress.html" if request.htmx else "assessments/reports/drafting.html"
    return render(request, page, context)


@login_required
@require_http_methods(["GET", "POST"])
def report_draft(request: Request, pk: int) -> HttpResponse:
    """The draft; what is sent chooses its kind, number, signer and recipient."""
    assessment = draft_for(request, pk)
    if request.method == "GET":
        return _followed(request, assessment) or _page(request, assessment)
    require_writes(request.user)
    form = HeadForm.of(drafted(assessment), request.POST)
    if form.is_valid():
        data = dict(form.cleaned_data)
        try:
            seen = data.pop("seen")
            draft_head(by=request.user, assessment=assessment, seen=seen, data=data)
        except ValidationError as error:
            take_errors(form, error)
        except NotWritten:
            # Another kind of document has another text, which the worker writes.
            draft_ask(by=request.user, assessment=assessment, head=checked(data), seen=seen)
            return redirect("report_draft", pk)
        else:
            messages.success(request, "公文要素已保存")
            return redirect("report_draft", pk)
    return _page(request, assessment, head=form)


@login_required
@require_POST
def report_words(request: Request, pk: int) -> HttpResponse:
    assessment = draft_for(request, pk)
    require_writes(request.user)
    form = WordsForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            draft_words(by=request.user, assessment=assessment, key=data["key"], text=data["text"], seen=data["seen"])
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "文字已保存")
            return redirect(f"{reverse('report_draft', args=[pk])}#p-{data['key']}")
    return _page(request, assessment, words=form)


@login_required
@require_POST
def report_refresh(request: Request, pk: int) -> HttpResponse:
    assessment, seen = draft_for(request, pk), request.POST.get("seen", "")[:16]
    if is_large(assessment):
        draft_ask(by=request.user, assessment=assessment, seen=seen)
        return redirect("report_draft", pk)
    stands = draft_refresh(by=request.user, assessment=assessment, seen=seen)
    messages.success(request, "数字和时限已按今天的情况重新取得")
    if stands.lost:
        messages.warning(request, f"{len(stands.lost)} 段的数字有变化，改过的文字没有保留，请重新核对")
    return redirect("report_draft", pk)


@login_required
@require_POST
def report_draft_download(request: Request, pk: int) -> HttpResponse:
    assessment = draft_for(request, pk)
    body = drafted(assessment).body
    return exports.send_document(
        request,
        documents.render(body, "docx"),
        f"{body['title']}（草稿）.docx",
        verb="report.export",
        obj=assessment,
        organisation=root_of_results(),
        after={"format": "docx", "draft": True},
    )


@login_required
@recent_login
def result_publish(request: Request, pk: int) -> HttpResponse:
    assessment = assessment_for(request, pk, PUBLISH)
    if assessment.state != AssessmentState.FROZEN:
        raise Conflict(f"{Period.parse(assessment.period).label()}的结果{assessment.get_state_display()}，不能发布。")
    try:
        stands = kept(assessment)
    except NotWritten:
        return redirect("report_draft", pk)
    if stands is None and is_large(assessment):
        # It is read before it is published, and the worker writes it.
        return redirect("report_draft", pk)
    form = HeadForm.of(stands, request.POST if request.method == "POST" else None, usual_head(assessment))
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        seen = data.pop("seen")
        try:
            report = assessment_publish(by=request.user, assessment=assessment, head=checked(data), seen=seen)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "考核报告已发布")
            return redirect("report_detail", report.pk)
    return render(
        request,
        "assessments/reports/publish.html",
        {
            "title": f"发布{Period.parse(assessment.period).label()}考核报告？",
            "text": "发布后结果和报告不能再修改；更正须另做新版本，旧版本保留。",
            "verb": "发布报告",
            "cancel": reverse("result_detail", args=[pk]),
            "form": form,
            "assessment": assessment,
            "edited": edited(stands),
            **(side_of(stands.body) if stands else {}),
        },
        status=422 if form.is_bound else 200,
    )
