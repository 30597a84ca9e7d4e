"""Try a version of the scheme on a past period beside another version: a panel of the scheme's page, or a page of its own."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from assessments.results.simulation import (
    beside,
    finding,
    is_running,
    kept,
    mark_of,
    others_of,
    past_periods,
    rows_for,
    simulation_ask,
)
from assessments.schemes.loaders import version_for
from branches.jobs.models import JobRun
from branches.reach import access
from branches.reach.rights import ASSESS


@login_required
@require_http_methods(["GET", "POST"])
def scheme_simulation(request, pk):
    """The figures that are there; POST has the worker make new ones."""
    access.require_anywhere(request.user, ASSESS)
    version = version_for(request, pk)
    asked = request.POST if request.method == "POST" else request.GET
    periods, others = past_periods(version), others_of(version)
    period = _chosen(periods, asked.get("period"))
    other = _chosen(others, asked.get("with"), "pk") if asked.get("with") else beside(version, period, others)
    if request.method == "POST":
        if other is None:
            raise Http404
        simulation_ask(by=request.user, version=version, other=other, period=period)
        if not request.htmx:
            where = urlencode({"period": str(period), "with": other.pk})
            return redirect(f"{reverse('scheme_simulation', args=[pk])}?{where}")
    row = kept(version, other, period) if other else None
    rows = rows_for(request.user, row)
    failed = row is not None and row.job is not None and row.job.state == JobRun.State.FAILED
    stale = other is not None and (row is None or row.mark != mark_of(version, other))
    context = {
        "version": version,
        "held": other,
        "others": others,
        "period": period,
        "periods": periods,
        "row": row,
        "rows": rows,
        "said": finding(rows),
        "running": is_running(row),
        "failed": row.job.outcome if failed else "",
        "stale": stale,
        # A draft is tried anew when its page is opened after a change.
        "by_itself": stale and not version.fixed and not is_running(row) and not failed,
    }
    page = "assessments/results/simulation.html" if request.htmx else "assessments/results/simulation_page.html"
    return render(request, page, context)


def _chosen(rows, wanted, name=""):
    """The row that the address names, the first where it names none; Http404 for one that is not offered."""
    if not wanted:
        return rows[0]
    found = next((one for one in rows if str(getattr(one, name) if name else one) == wanted), None)
    if found is None:
        raise Http404
    return found
