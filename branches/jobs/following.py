"""A page that follows a job: how far it is, and another page in its place when it has ended."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse

from branches.jobs.models import JobRun
from common import clock

WAITING = (JobRun.State.QUEUED, JobRun.State.RUNNING)
# A job that has not begun by then waits for another one, or for a worker that is away.
_QUIET = timedelta(minutes=1)


def context_of(run: JobRun, address: str) -> dict[str, Any]:
    """Return what branches/jobs/progress.html needs. address: that of the page itself, which it asks again."""
    late = run.state == JobRun.State.QUEUED and run.queued < clock.now() - _QUIET
    return {
        "job": run,
        "running": run.state in WAITING,
        "step": run.step if run.state == JobRun.State.RUNNING and run.step else "排队等候",
        "late": "后台一次处理一项，请稍候；超过 5 分钟仍未开始的，请联系系统管理员。" if late else "",
        "address": address,
    }


def led_to(address: str) -> HttpResponse:
    """Answer a script that asked for a part of a page: the browser is to load another page."""
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = address
    return answer
