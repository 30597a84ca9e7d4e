"""Supervisions drafted for a leader: who acts for him writes them, he issues them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from common.errors import Conflict
from common.forms.fields import take_errors
from common.requests import Request
from responsibilities.portfolios.rights import require_supervises
from responsibilities.supervision.forms import SupervisionForm
from responsibilities.supervision.loaders import draft_for, leader_assisted
from responsibilities.supervision.models import Subject, SupervisionDraft
from responsibilities.supervision.selectors.about import About, about_of
from responsibilities.supervision.selectors.notices import open_about
from responsibilities.supervision.services import drafts as services
from responsibilities.supervision.services.notices import recipients


def _shown(request: Request, form: SupervisionForm, about: About, **context: Any) -> HttpResponse:
    others = open_about(request.user, about.about)
    shown = {"form": form, "about": about, "others": others, "cancel": reverse("supervision_list"), **context}
    return render(request, "responsibilities/supervision/draft.html", shown, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def supervision_draft_new(request: Request) -> HttpResponse:
    leader = leader_assisted(request)
    subject = request.GET.get("subject") or Subject.FREE
    about = about_of(request.user, subject, request.GET.get("about") or "", request.GET)
    if about.organisation is not None:
        require_supervises(leader, about.organisation)
    if about.untrue:
        raise Conflict(about.untrue)
    data = request.POST if request.method == "POST" else None
    form = SupervisionForm(data, user=leader, about=about, persons=False, initial=SupervisionForm.initial_of(about))
    if data is not None and form.is_valid():
        values = dict(form.cleaned_data)
        organisation, _ = values.pop("recipient")
        try:
            services.supervision_draft(
                by=request.user,
                leader=leader,
                organisation=organisation,
                subject=about.subject,
                about=about.about,
                **values,
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"已起草，等{leader.name}下达")
            return redirect("supervision_list")
    return _shown(request, form, about, title=f"代{leader.name}起草督查", verb="存为草稿", leader=leader)


def _initial(draft: SupervisionDraft) -> dict[str, Any]:
    return {
        "recipient": f"o{draft.organisation_id}",
        "title": draft.title,
        "expected": draft.expected,
        "due": draft.due,
        "problems": draft.problems,
    }


@login_required
@require_http_methods(["GET", "POST"])
def supervision_draft(request: Request, pk: int) -> HttpResponse:
    """The leader issues a draft with what he changes; who acts for him writes it anew."""
    draft = draft_for(request, pk)
    own = draft.leader_id == request.user.pk
    about = about_of(request.user, draft.subject, draft.about, request.GET)
    data = request.POST if request.method == "POST" else None
    form = SupervisionForm(data, user=draft.leader, about=about, persons=False, initial=_initial(draft))
    if data is not None and form.is_valid():
        values = dict(form.cleaned_data)
        values["organisation"], _ = values.pop("recipient")
        try:
            return _issued(request, draft, about, values) if own else _kept(request, draft, values)
        except ValidationError as error:
            take_errors(form, error)
    title = f"下达{draft.author.name}起草的督查" if own else f"修改代{draft.leader.name}起草的督查"
    verb = "下达" if own else "保存草稿"
    return _shown(request, form, about, title=title, verb=verb, leader=draft.leader, draft=draft, own=own)


def _issued(request: Request, draft: SupervisionDraft, about: About, values: dict[str, Any]) -> HttpResponse:
    known = {"subject": about.subject, "about": about.about, "about_name": about.name, "about_url": about.url}
    made = services.supervision_draft_issue(by=request.user, draft=draft, **known, **values)
    messages.success(request, f"{made.label}已下达，已通知 {len(recipients(made))} 人")
    return redirect("supervision_detail", pk=made.pk)


def _kept(request: Request, draft: SupervisionDraft, values: dict[str, Any]) -> HttpResponse:
    services.supervision_draft(by=request.user, leader=draft.leader, draft=draft, **values)
    messages.success(request, "草稿已保存")
    return redirect("supervision_list")


@login_required
@require_http_methods(["GET", "POST"])
def supervision_draft_drop(request: Request, pk: int) -> HttpResponse:
    draft = draft_for(request, pk)
    if request.method == "POST":
        services.supervision_draft_drop(by=request.user, draft=draft)
        messages.success(request, "草稿已删去")
        return redirect("supervision_list")
    context = {
        "title": f"删去督查草稿：{draft.title}？",
        "text": f"{draft.author.name}起草，还没有下达。",
        "verb": "删去",
        "cancel": reverse("supervision_draft", args=[draft.pk]),
    }
    return render(request, "generic/confirm.html", context)
