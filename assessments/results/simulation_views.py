"""Try a version of the scheme on a past quarter: a panel of the scheme's page, or a page of its own."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render

from assessments.results.simulation import past_quarters, simulate
from assessments.schemes.loaders import version_for
from branches.reach import access
from branches.reach.rights import ASSESS


@login_required
def scheme_simulation(request, pk):
    access.require_anywhere(request.user, ASSESS)
    version, periods = version_for(request, pk), past_quarters()
    wanted = request.GET.get("period") or str(periods[0])
    period = next((one for one in periods if str(one) == wanted), None)
    if period is None:
        raise Http404
    problem, held, rows = "", None, []
    try:
        held, rows = simulate(request.user, version, period)
    except ValueError as error:
        problem = str(error)
    context = {"version": version, "held": held, "period": period, "periods": periods, "rows": rows, "problem": problem}
    page = "assessments/results/simulation.html" if request.htmx else "assessments/results/simulation_page.html"
    return render(request, page, context)
