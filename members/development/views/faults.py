"""What a score says of a case, for whoever reads the score and not the case."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from common import clock
from common.requests import Request
from members.development.loaders import keeps_case
from members.development.selectors.faults import faults_for


@login_required
@require_GET
def development_faults(request: Request, pk: int) -> HttpResponse:
    """The mistakes of a case without its person; whoever keeps the person is led on to the case itself."""
    if keeps_case(request, pk):
        return redirect("development_detail", pk)
    found = faults_for(request.user, pk, clock.today())
    if found is None:
        raise Http404
    title = f"发展党员程序 {len(found)} 处计入扣分" if found else "发展党员程序现在没有计入扣分的问题"
    return render(request, "members/development/faults.html", {"title": title, "faults": found})
