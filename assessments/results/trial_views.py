"""Start a trial, and follow it until the worker has made it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from assessments.results.forms import TrialForm
from assessments.results.trials import address_of, called, made_by, trial_ask, trial_job
from assessments.results.views import results_page
from branches.jobs.following import context_of, led_to
from branches.jobs.models import JobRun
from branches.reach import access
from branches.reach.doors import safe_next
from branches.reach.rights import ASSESS
from common.forms.fields import take_errors
from common.requests import Request


@login_required
@require_POST
def result_trial(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, ASSESS)
    form = TrialForm(request.POST)
    if form.is_valid():
        try:
            run = trial_ask(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            # Asked for from the page of a branch or of an objection, it leads back there.
            return redirect(address_of(run, safe_next(request) if "next" in request.POST else ""))
    return results_page(request, form, status=422)


@login_required
@require_GET
def result_trial_progress(request: Request, pk: int) -> HttpResponse:
    """How far the worker is with a trial; once it is made, the page that was asked for."""
    run = trial_job(request.user, pk)
    if run.state == JobRun.State.DONE:
        return _made(request, run)
    context = context_of(run, address_of(run, request.GET.get("next", "")))
    if request.htmx and not context["running"]:
        return led_to(context["address"])
    context["title"] = f"{called(run)}{'正在试算' if context['running'] else '没有算成'}"
    page = "branches/jobs/progress.html" if request.htmx else "assessments/results/trial.html"
    return render(request, page, context)


def _made(request: Request, run: JobRun) -> HttpResponse:
    messages.success(request, "试算完成")
    address = safe_next(request) if "next" in request.GET else reverse("result_detail", args=[made_by(run).pk])
    return led_to(address) if request.htmx else redirect(address)
