"""Runs of a procedure: begun by hand, looked at, done step by step."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.frame.acting import Done, acted, posted
from branches.reach import access
from branches.reach.rights import DUTIES, RECORD, REVIEW
from common import clock
from common.requests import Request
from common.text import quoted
from members.activities.ties import why_not_confirm
from responsibilities.assigning import assigns_work
from responsibilities.policies.forms import BeginForm, DoneForm, ReasonForm, TieForm
from responsibilities.policies.loaders import (
    policy_for,
    run_for,
    run_to_assign,
    step_for,
    step_to_assign,
    tie_to_confirm,
)
from responsibilities.policies.models import RunStep
from responsibilities.policies.selectors import policies as reads
from responsibilities.policies.selectors.procedures import begin_places
from responsibilities.policies.selectors.steps import RunView, StepView, fitting_records, run_views
from responsibilities.policies.services import runs as services
from responsibilities.policies.services.ties import step_tie, tie_of_step_confirm
from responsibilities.portfolios.rights import supervises


@login_required
@require_http_methods(["GET", "POST"])
def policy_begin(request: Request, pk: int) -> HttpResponse:
    """Begin a run by hand."""
    policy = policy_for(request, pk)
    version = reads.shown_version(policy, clock.today())
    if version is None or version.issued_at is None:
        raise Http404
    version.policy = policy
    places = begin_places(request.user, version)
    if not places.exists():
        raise access.Forbidden(DUTIES, policy.organisation)
    services.require_runs(version, clock.today())

    def act(values: dict[str, Any]) -> Done:
        run = services.run_begin(by=request.user, version=version, **values)
        return f"已启动：{run.subject}", reverse("policy_run_detail", args=[run.pk])

    return acted(
        request,
        BeginForm(posted(request), places=places),
        act,
        template="responsibilities/policies/act.html",
        title=f"走一次{quoted(policy.title)}的程序",
        sub=f"{len(version.steps.all())} 步，自今天起算。",
        verb="启动",
        policy=policy,
        cancel=reverse("policy_detail", args=[pk]),
    )


def _words(view: RunView) -> str:
    name = view.run.subject
    if view.state == "cancelled":
        return f"{name}：已撤销"
    if view.closed_on is not None:
        return f"{name}：{view.closed_on:%-m月%-d日}办结"
    waits = view.next
    if waits is None:
        return f"{name}：进行中"
    if waits.late:
        return f"{name}：{waits.row.step.title}逾期 {waits.late} 天"
    due = waits.judged.due
    return f"{name}：等待{waits.row.step.title}" + (f"，{due:%-m月%-d日}截止" if due else "")


def _step_row(request: Request, view: StepView, run_open: bool, assigns: bool) -> dict[str, object]:
    """Return what a step of a run shows, and what the user may do with it."""
    row = view.row
    acts = run_open and view.ready and services.acts_on(request.user, row)
    kind = next(iter(row.step.kinds), "")
    records = kind and acts and access.has_right(request.user, RECORD, row.organisation)
    query = f"?organisation={row.organisation_id}&kind={kind}" if kind and acts else ""
    ties = [
        tie
        for tie in view.tied
        if not tie.is_confirmed
        and tie.activity.state in ("submitted", "accepted")
        and access.has_right(request.user, REVIEW, tie.activity.organisation)
        and not why_not_confirm(request.user, tie)
    ]
    late = run_open and view.late and supervises(request.user, row.organisation)
    return {
        "view": view,
        "acts": acts and not kind,
        "record": f"{reverse('activity_new')}{query}" if query else "",
        "records": reverse("policy_step_tie", args=[row.pk]) if records else "",
        "may_skip": run_open and view.open and assigns,
        "to_confirm": ties,
        "supervise": f"{reverse('supervision_new')}?subject=run&about={row.pk}" if late else "",
    }


@login_required
@require_GET
def policy_run_detail(request: Request, pk: int) -> HttpResponse:
    run = run_for(request, pk)
    view = run_views([run])[0]
    going = view.state in ("open", "overdue")
    assigns = assigns_work(request.user, run.organisation)
    context = {
        "run": run,
        "view": view,
        "title": _words(view),
        "steps": [_step_row(request, one, going, assigns) for one in view.steps],
        "may_cancel": going and assigns,
    }
    return render(request, "responsibilities/policies/run.html", context)


def _done_words(step: RunStep) -> str:
    yields = step.step.yields_label or "未写明"
    return f"{step.run.subject}　形成：{yields}　办结日期记为登记当天（{clock.today():%-m月%-d日}）"


@login_required
@require_http_methods(["GET", "POST"])
def policy_step_done(request: Request, pk: int) -> HttpResponse:
    """Say that a step was done today, where no record could show it."""
    step = step_for(request, pk)
    if not services.acts_on(request.user, step):
        raise access.Forbidden(DUTIES, step.organisation)
    services.require_next(step)

    def act(values: dict[str, Any]) -> str:
        services.step_done(by=request.user, step=step, **values)
        return f"已办结：{step.step.title}"

    return acted(
        request,
        DoneForm(posted(request)),
        act,
        template="responsibilities/policies/act.html",
        title=f"办结{quoted(step.step.title)}",
        sub=services.needs_record(step) or _done_words(step),
        verb="办结",
        cancel=reverse("policy_run_detail", args=[step.run_id]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def policy_step_tie(request: Request, pk: int) -> HttpResponse:
    """Show a step by a record that is there: those that fit alone are offered."""
    step = step_for(request, pk)
    if not services.acts_on(request.user, step):
        raise access.Forbidden(DUTIES, step.organisation)
    access.require(request.user, RECORD, step.organisation)
    services.require_shown(step)
    records = fitting_records(request.user, step)

    def act(values: dict[str, Any]) -> str:
        step_tie(by=request.user, step=step, **values)
        return f"已关联到{quoted(step.step.title)}，上级确认后计入"

    where = f"{step.organisation.label} {step.run.opened_on:%Y-%m-%d} 启动以来的{step.step.yields_label}记录"
    return acted(
        request,
        TieForm(posted(request), records=records),
        act,
        template="responsibilities/policies/act.html",
        title=f"为{quoted(step.step.title)}关联已有记录",
        sub=f"可关联{where}，早于启动的不算。" if records.exists() else f"还没有{where}，登记并提交后再关联。",
        verb="关联",
        cancel=reverse("policy_run_detail", args=[step.run_id]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def policy_step_skip(request: Request, pk: int) -> HttpResponse:
    step = step_to_assign(request, pk)
    services.require_unsettled(step)

    def act(values: dict[str, Any]) -> str:
        services.step_skip(by=request.user, step=step, **values)
        return f"已注明不办：{step.step.title}"

    return acted(
        request,
        ReasonForm(posted(request), label="不办原因"),
        act,
        title=f"{quoted(step.step.title)}不办？",
        text="到期前注明的不再计入按期率，过了时限的仍算没有按期；下一步自今天起算，原因留在程序中。",
        verb="不办",
        cancel=reverse("policy_run_detail", args=[step.run_id]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def policy_run_cancel(request: Request, pk: int) -> HttpResponse:
    run = run_to_assign(request, pk)
    services.require_going(run)

    def act(values: dict[str, Any]) -> str:
        services.run_cancel(by=request.user, run=run, **values)
        return f"已撤销：{run.subject}"

    return acted(
        request,
        ReasonForm(posted(request), label="撤销原因"),
        act,
        title=f"撤销{quoted(run.subject)}的程序？",
        text="没有办结的步骤不再要求，已经过了时限的仍算没有按期；已办的照常保留。",
        verb="撤销程序",
        cancel=reverse("policy_run_detail", args=[pk]),
    )


@login_required
@require_POST
def policy_tie_confirm(request: Request, pk: int) -> HttpResponse:
    """Whoever reviews the branch says that a later tie is true."""
    tie = tie_to_confirm(request, pk)
    tie_of_step_confirm(by=request.user, tie=tie)
    messages.success(request, "关联已确认")
    return redirect("policy_run_detail", pk=tie.step.run_id)
