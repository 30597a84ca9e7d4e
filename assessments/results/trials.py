"""A trial that is asked for on a page: the worker makes it, since at the size of a province it takes minutes (services.py)."""

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from assessments.results.models import Assessment
from assessments.results.selectors.scores import TRYING
from assessments.results.services import assessment_trial, trial_allowed
from assessments.schemes.selectors import scheme_titles
from assessments.schemes.services import BRANCH_SCHEME
from branches.jobs import services as jobs
from branches.jobs.following import WAITING
from branches.jobs.models import JobRun
from branches.reach import access
from branches.reach.rights import ASSESS
from common import database
from common.errors import Conflict
from common.operator import Actor
from common.periods import Period
from common.progress import writing

KIND = "assessment_trial"
# Who asks does not wait for whoever computes: that one holds a lock of its own for minutes.
_ASKING_LOCK = 7_302_061


def trials_waiting() -> QuerySet[JobRun]:
    """Return the jobs of trials that have not ended, the oldest first."""
    return JobRun.objects.filter(kind=KIND, state__in=WAITING).order_by("queued", "pk")


@transaction.atomic
def trial_ask(*, by: Actor, period: Period, key: str = BRANCH_SCHEME, reason: str = "") -> JobRun:
    """Have the worker make the trial of a period and return its job; arguments as for `assessment_trial`.

    What can be said now is refused now, as by `trial_allowed`, and so is a trial of what is being tried. The audit entry is
    that of the trial, which the job writes with it.
    """
    trial_allowed(by=by, period=period, key=key, reason=reason)
    database.advisory_lock(_ASKING_LOCK)
    if trials_waiting().filter(parameters__period=str(period), parameters__key=key).exists():
        raise ValidationError({"period": f"{period.label()}正在试算，完成后才能再试算。"})
    return jobs.enqueue(by=by, kind=KIND, period=str(period), key=key, reason=reason)


@jobs.job(KIND, alone=True)
def _try(by: Actor, *, period: str, key: str, reason: str) -> str:
    if not access.holds_anywhere(by, ASSESS):
        raise jobs.JobFailed("考核评分的权限已终止，没有试算。")
    try:
        with writing(TRYING):
            assessment = assessment_trial(by=by, period=Period.parse(period), key=key, reason=reason)
    except ValidationError as error:
        raise jobs.JobFailed("；".join(error.messages)) from None
    except Conflict as error:
        raise jobs.JobFailed(error.message) from None
    except (Http404, PermissionDenied):
        raise jobs.JobFailed("没有在本机关考核评分的权限，没有试算。") from None
    return f"试算 {assessment.results.count()} 个党组织"


def trial_job(user: Actor, pk: int) -> JobRun:
    """Return the job of a trial for whoever assesses; Http404 for any other job."""
    access.require_anywhere(user, ASSESS)
    found = JobRun.objects.filter(kind=KIND, pk=pk).first()
    if found is None:
        raise Http404
    return found


def made_by(run: JobRun) -> Assessment:
    """Return the assessment that the trial of a job that is done has made, the newest version of its period."""
    rows = Assessment.objects.filter(scheme__key=run.parameters["key"], period=run.parameters["period"])
    found = rows.order_by("-version").first()
    if found is None:
        raise Http404
    return found


def address_of(run: JobRun, back: str = "") -> str:
    """Return where a trial is followed. back: the address to which it leads when it is done, "" for its result."""
    return reverse("result_trial_progress", args=[run.pk]) + (f"?{urlencode({'next': back})}" if back else "")


def called(run: JobRun) -> str:
    """Return what a trial is of: 2026年第三季度, of another scheme than the branches' with its title."""
    key = run.parameters["key"]
    title = "" if key == BRANCH_SCHEME else dict(scheme_titles()).get(key, "").removesuffix("方案")
    return f"{Period.parse(run.parameters['period']).label()}{title}"


def waiting_lines() -> list[dict[str, Any]]:
    """Return of each trial that has not ended what a list says of it: {"called", "url"}."""
    return [{"called": called(run), "url": address_of(run)} for run in trials_waiting()]
