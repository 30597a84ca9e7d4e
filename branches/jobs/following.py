"""A page that follows a job: how far it is, and another page in its place when it has ended."""

from typing import Any

from django.http import HttpResponse

from branches.jobs.models import JobRun

WAITING = (JobRun.State.QUEUED, JobRun.State.RUNNING)


def context_of(run: JobRun, address: str) -> dict[str, Any]:
    """Return what branches/jobs/progress.html needs. address: that of the page itself, which it asks again."""
    return {
        "job": run,
        "running": run.state in WAITING,
        "step": run.step if run.state == JobRun.State.RUNNING and run.step else "排队等候",
        "address": address,
    }


def led_to(address: str) -> HttpResponse:
    """Answer a script that asked for a part of a page: the browser is to load another page."""
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = address
    return answer
