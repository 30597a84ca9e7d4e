"""Supervision notices: list, one notice, issue, reply, review, prolong, close."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.audit import exports
from branches.audit.history import history
from branches.reach import access
from branches.reach.rights import DUTIES, VIEW
from common.errors import Conflict
from common.forms.fields import take_errors
from common.requests import Request
from common.text import quoted
from responsibilities.portfolios.rights import require_supervises, supervises_anywhere
from responsibilities.supervision.forms import (
    MOST_RECORDS,
    ProlongForm,
    ReasonForm,
    ReplyForm,
    ReviewForm,
    SupervisionFilter,
    SupervisionForm,
    places_of,
)
from responsibilities.supervision.loaders import leader_assisted, notice_for, notice_to_judge
from responsibilities.supervision.models import AWAITING, Subject, Supervision, SupervisionState
from responsibilities.supervision.rights import in_whose_name, may_judge, may_reply, wrote
from responsibilities.supervision.selectors import notices as reads
from responsibilities.supervision.selectors.about import About, about_of
from responsibilities.supervision.services import notices as services
from responsibilities.supervision.services.drafts import drafts_reply, supervision_reply_draft

PAGE = 30
_SIDES = ((reads.RECEIVED, "我收到的"), (reads.ISSUED, "我下达的"), (reads.ALL, "全部"))


def _filtered(request: Request) -> tuple[SupervisionFilter, str, reads.Notices]:
    """Return (filter form, side, notices): those within reach that the address asks for."""
    access.require_anywhere(request.user, VIEW)
    form = SupervisionFilter(request.GET, organisations=places_of(request.user))
    chosen = form.chosen()
    side = chosen.get("side") or reads.ALL
    rows = reads.listed(request.user, side)
    return form, side, reads.filtered(rows, chosen)


def _order(request: Request, form: SupervisionFilter) -> list[Any]:
    """Return the order of the address; an unknown one is said with the filters."""
    sort = request.GET.get("sort") or "due"
    if sort not in reads.SORTS:
        form.leave_out("排序", sort, "时限从早到晚")
        sort = "due"
    return reads.SORTS[sort]


def _finding(form: SupervisionFilter, counts: dict[str, int]) -> str:
    parts = []
    if counts["waiting"]:
        late = f"，其中 {counts['overdue']} 件逾期" if counts["overdue"] else ""
        parts.append(f"{counts['waiting']} 件待回复{late}")
    if counts["review"]:
        parts.append(f"{counts['review']} 件待审核")
    whole = f"督查 {counts['total']} 件" if counts["total"] else form.heading_of_none("督查", "没有督查")
    return "，".join([whole, *parts])


def _sides(request: Request, side: str) -> list[dict[str, Any]]:
    query = request.GET.copy()
    query.pop("page", None)
    items = []
    for key, label in _SIDES:
        query["side"] = key
        items.append({"label": label, "url": f"?{query.urlencode()}", "current": key == side})
    return items


def _may_draft(request: Request) -> bool:
    try:
        return bool(leader_assisted(request))
    except Http404:
        return False


@login_required
@require_GET
def supervision_list(request: Request) -> HttpResponse:
    form, side, rows = _filtered(request)
    counts = reads.counts(rows)
    order = _order(request, form)
    pages: Any = Paginator(rows.order_by(*order).values("pk"), PAGE)
    pages.count = counts["total"]
    page = pages.get_page(request.GET.get("page"))
    page.object_list = list(reads.of_page(rows, page.object_list, order))
    context = {
        "title": _finding(form, counts),
        "form": form,
        "sides": _sides(request, side),
        "page": page,
        "may_issue": supervises_anywhere(request.user),
        "may_draft": _may_draft(request),
        "drafts": reads.drafts_of(request.user),
        "narrowed": form.narrows(),
    }
    return render(request, "responsibilities/supervision/list.html", context)


@login_required
@require_POST
def supervision_export(request: Request) -> HttpResponse:
    form, _, rows = _filtered(request)
    order = _order(request, form)
    return exports.send(
        request,
        rows=[reads.export_row(row) for row in reads.with_open_problems(rows).order_by(*order)],
        columns=reads.COLUMNS,
        name="督查清单",
        verb="supervision.export",
        filters=form,
    )


def _about(request: Request) -> About:
    subject = request.GET.get("subject") or Subject.FREE
    about = about_of(request.user, subject, request.GET.get("about") or "", request.GET)
    if about.organisation is not None:
        require_supervises(request.user, about.organisation)
    if about.untrue:
        raise Conflict(about.untrue)
    return about


@login_required
@require_http_methods(["GET", "POST"])
def supervision_new(request: Request) -> HttpResponse:
    """One screen that confirms what is asked; what it is about stands in the address."""
    if not supervises_anywhere(request.user):
        raise Http404
    about = _about(request)
    data = request.POST if request.method == "POST" else None
    form = SupervisionForm(data, user=request.user, about=about, initial=SupervisionForm.initial_of(about))
    if data is not None and form.is_valid():
        values = dict(form.cleaned_data)
        organisation, holder = values.pop("recipient")
        try:
            made = services.supervision_issue(
                by=request.user,
                organisation=organisation,
                holder=holder,
                subject=about.subject,
                about=about.about,
                about_name=about.name,
                about_url=about.url,
                **values,
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            people = services.recipients(made)
            if people:
                messages.success(request, f"{made.label}已下达，已通知 {len(people)} 人")
            else:
                messages.warning(request, f"{made.label}已下达，但{made.recipient}没有可通知的负责人，请先任命")
            return redirect("supervision_detail", pk=made.pk)
    context = {
        "title": f"督查{about.organisation.label}：{about.name}"
        if about.name and about.organisation and not about.name.startswith(about.organisation.label)
        else f"督查{about.name or '一件事'}",
        "about": about,
        "others": reads.open_about(request.user, about.about),
        "form": form,
        "verb": "下达",
        "cancel": about.url or reverse("supervision_list"),
    }
    return render(request, "responsibilities/supervision/new.html", context, status=422 if form.is_bound else 200)


@login_required
@require_GET
def supervision_detail(request: Request, pk: int) -> HttpResponse:
    supervision = notice_for(request, pk)
    judges, replies = may_judge(request.user, supervision), may_reply(request.user, supervision)
    answers = list(
        supervision.replies.select_related("author", "on_behalf_of", "drafted_by", "reviewed_by", "paper", "activity")
    )
    state = supervision.state
    waiting = answers[-1] if answers and state == SupervisionState.REPORTED else None
    own = waiting is not None and wrote(request.user, waiting)
    problems = list(supervision.problems.select_related("done_by"))
    left = sum(row.done_on is None for row in problems)
    context = {
        "supervision": supervision,
        "title": _heading(supervision, left),
        "replies": answers,
        "problems": problems,
        "open_problems": left,
        "extensions": supervision.extensions.select_related("author"),
        "history": history(supervision),
        "may_reply": replies and state in AWAITING,
        "reply_draft": reads.reply_begun(request.user, supervision)
        if drafts_reply(request.user, supervision)
        else None,
        "may_review": judges and waiting is not None and not own,
        "may_prolong": judges and state in AWAITING,
        "may_close": judges and state != SupervisionState.CLOSED and not own,
        "own": judges and own,
        "may_list": (judges or (replies and problems)) and state != SupervisionState.CLOSED,
        "may_strike": (judges or replies) and state == SupervisionState.ACCEPTED,
    }
    return render(request, "responsibilities/supervision/detail.html", context)


def _heading(supervision: Supervision, open_problems: int) -> str:
    if supervision.overdue_days:
        return f"{supervision.title}：逾期 {supervision.overdue_days} 天"
    if supervision.state == SupervisionState.ACCEPTED:
        return f"{supervision.title}：{open_problems} 项未销号"
    return f"{supervision.title}：{supervision.get_state_display()}"


def _shown(request: Request, form: Form, **context: Any) -> HttpResponse:
    return render(
        request,
        "responsibilities/supervision/act.html",
        {"form": form, "cancel": reverse("supervision_detail", args=[context["supervision"].pk]), **context},
        status=422 if form.is_bound else 200,
    )


def _done(request: Request, supervision: Supervision, words: str) -> HttpResponse:
    messages.success(request, f"{supervision.label}{words}")
    return redirect("supervision_detail", pk=supervision.pk)


@login_required
@require_http_methods(["GET", "POST"])
def supervision_reply(request: Request, pk: int) -> HttpResponse:
    supervision = notice_for(request, pk)
    if not may_reply(request.user, supervision):
        raise access.Forbidden(DUTIES, supervision.organisation)
    if supervision.state not in AWAITING:
        if request.htmx and request.method == "GET":
            # A search that was typed just before the answer was sent: nothing on the page changes any more.
            return HttpResponse(status=204)
        words = "已销号" if supervision.state == SupervisionState.CLOSED else supervision.get_state_display()
        raise Conflict(f"这件督查现在的状态是{quoted(words)}，不能再回复。", record=supervision)
    records = reads.evidence_for(request.user, supervision)
    draft = reads.reply_begun(request.user, supervision)
    begun = {"text": draft.text, "activity": draft.activity_id} if draft else {}
    sent_in = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ReplyForm(*sent_in, records=records, subject=supervision.subject, initial=begun)
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("do") == "draft":
                return _reply_kept(request, supervision, form.cleaned_data)
            services.supervision_reply(by=request.user, supervision=supervision, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            late = "，晚于时限，已标记" if supervision.late else ""
            sent = form.cleaned_data
            bare = "" if sent["activity"] or sent["file"] else "；没有附记录或文件"
            return _done(request, supervision, f"已回复{late}{bare}")
    words = request.GET.get("find", "").strip()[:40]
    found = reads.found_among(records, words, MOST_RECORDS)
    if draft and draft.activity_id and not words and draft.activity_id not in {row.pk for row in found}:
        found = [*records.filter(pk=draft.activity_id), *found]
    form.offer(found, words)
    return _shown(
        request,
        form,
        supervision=supervision,
        title=f"回复：{supervision.title}",
        verb="提交回复",
        drafts=drafts_reply(request.user, supervision),
        draft=draft,
    )


def _reply_kept(request: Request, supervision: Supervision, sent: dict[str, Any]) -> HttpResponse:
    """Keep the answer as a draft; a file is sent with the answer only."""
    if sent["file"]:
        raise ValidationError({"file": "草稿不保存文件，提交回复时再上传。"})
    supervision_reply_draft(by=request.user, supervision=supervision, text=sent["text"], activity=sent["activity"])
    leader = in_whose_name(request.user, supervision)
    return _done(request, supervision, f"的回复草稿已保存，{f'待{leader.name}提交' if leader else '还没有提交'}")


@login_required
@require_http_methods(["GET", "POST"])
def supervision_review(request: Request, pk: int) -> HttpResponse:
    supervision = notice_to_judge(request, pk)
    reply = supervision.replies.select_related("author", "on_behalf_of", "drafted_by", "paper", "activity").last()
    if supervision.state != SupervisionState.REPORTED:
        raise Conflict(
            f"这件督查现在的状态是“{supervision.get_state_display()}”，没有待审核的回复。", record=supervision
        )
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("decision") == "accept":
                services.supervision_accept(by=request.user, supervision=supervision)
                closed = supervision.state == SupervisionState.CLOSED
                return _done(request, supervision, "已通过，已销号" if closed else "已通过，等待逐项销号")
            services.supervision_return(by=request.user, supervision=supervision, **form.cleaned_data)
            return _done(request, supervision, "已退回")
        except ValidationError as error:
            take_errors(form, error)
    context = {"supervision": supervision, "reply": reply, "form": form, "title": f"审核回复：{supervision.title}"}
    return render(request, "responsibilities/supervision/review.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def supervision_prolong(request: Request, pk: int) -> HttpResponse:
    supervision = notice_to_judge(request, pk)
    form = ProlongForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.supervision_prolong(by=request.user, supervision=supervision, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return _done(request, supervision, "已延期")
    return _shown(
        request,
        form,
        supervision=supervision,
        title=f"延长{quoted(supervision.title)}的时限",
        text=f"现在的时限是{supervision.due:%-m月%-d日}。首次时限保留，原因会通知承办方。",
        verb="延期",
    )


@login_required
@require_http_methods(["GET", "POST"])
def supervision_close(request: Request, pk: int) -> HttpResponse:
    supervision = notice_to_judge(request, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None, label="销号原因")
    if request.method == "POST" and form.is_valid():
        services.supervision_close(by=request.user, supervision=supervision, **form.cleaned_data)
        return _done(request, supervision, "已销号")
    return _shown(
        request,
        form,
        supervision=supervision,
        title=f"直接销号：{supervision.title}",
        text="销号后承办方不再回复，清单不能再改；原因记入审计。",
        verb="销号",
    )
