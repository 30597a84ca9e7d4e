"""Background jobs and signs of life, for the administrator."""

from django.core.paginator import Paginator
from django.shortcuts import render

from branches.jobs.forms import JobFilter
from branches.jobs.models import Heartbeat, JobRun
from branches.reach.doors import needs
from branches.reach.rights import ACCOUNTS


@needs(ACCOUNTS)
def job_list(request):
    form = JobFilter(request.GET)
    form.is_valid()
    rows = JobRun.objects.select_related("requester")
    if form.cleaned_data.get("state"):
        rows = rows.filter(state=form.cleaned_data["state"])
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    failed = JobRun.objects.filter(state=JobRun.State.FAILED).count()
    context = {
        "title": f"{failed} 项后台任务失败"
        if failed
        else f"{page.paginator.count} 项后台任务"
        if page.paginator.count
        else "没有后台任务",
        "form": form,
        "page": page,
        "beats": Heartbeat.objects.filter(name__in=Heartbeat.LABELS).order_by("name"),
        "empty_title": "没有后台任务",
    }
    return render(request, "branches/jobs/list.html", context)
