"""Background jobs and signs of life, for the administrator."""

from django.core.paginator import Paginator
from django.shortcuts import render

from branches.jobs.forms import JobFilter
from branches.jobs.selectors import failed_jobs, jobs_listed, signs_of_life
from branches.reach.doors import needs
from branches.reach.rights import ACCOUNTS


@needs(ACCOUNTS)
def job_list(request):
    form = JobFilter(request.GET)
    form.is_valid()
    page = Paginator(jobs_listed(form.cleaned_data.get("state", "")), 50).get_page(request.GET.get("page"))
    failed = failed_jobs()
    context = {
        "title": f"{failed} 项后台任务失败"
        if failed
        else f"{page.paginator.count} 项后台任务"
        if page.paginator.count
        else "没有后台任务",
        "form": form,
        "page": page,
        "beats": signs_of_life(),
        "empty_title": "没有后台任务",
    }
    return render(request, "branches/jobs/list.html", context)
