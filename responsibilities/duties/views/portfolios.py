"""Who of the leading group is in charge of what (领导分工)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from branches.access.models import User
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from common.forms.fields import take_errors
from common.requests import Request
from responsibilities.assigning import LEADING, assigning, assigns_anywhere
from responsibilities.duties.forms import PortfolioForm
from responsibilities.duties.loaders import portfolio_for
from responsibilities.duties.selectors.portfolios import leaders_to_name, portfolios_listed
from responsibilities.duties.services import portfolios as services


def _root(user: User) -> Organisation:
    """Return the party group at which the user assigns; 404 where he does not."""
    root = access.organisations_for(user).filter(assigning(user, ""), kind=Kind.PARTY_GROUP).first()
    if root is None:
        raise Http404
    return root


@login_required
@require_GET
def portfolio_list(request: Request) -> HttpResponse:
    manages = assigns_anywhere(request.user)
    if not manages and not any(row.role in LEADING for row in access.current_appointments(request.user)):
        raise Http404
    page = Paginator(portfolios_listed(request.user, own=not manages), 50).get_page(request.GET.get("page"))
    unended = sum(row.ends is None for row in page.object_list)
    context = {
        "title": f"领导分工 {unended} 项" if unended else "还没有登记领导分工",
        "sub": "分管处室和联系支部，用于认定分工负责、联系点指导和谈心",
        "page": page,
        "add_url": reverse("charge_new") if manages else "",
        "add_label": "登记分工",
        "manages": manages,
        "unit": "项",
    }
    return render(request, "responsibilities/duties/charges.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def portfolio_new(request: Request) -> HttpResponse:
    root = _root(request.user)
    branches = access.organisations_for(request.user).filter(kind=Kind.BRANCH, archived_on__isnull=True)
    form = PortfolioForm(request.POST or None, branches=branches, leaders=leaders_to_name())
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                services.portfolio_make(by=request.user, organisation=root, **form.cleaned_data)
            except ValidationError as error:
                take_errors(form, error)
            else:
                messages.success(request, "分工已登记")
                return redirect("charge_list")
        status = 422
    context = {
        "title": "登记领导分工",
        "sub": "分管处室和联系支部分别登记，每次一项",
        "form": form,
        "verb": "登记",
        "cancel": reverse("charge_list"),
    }
    return render(request, "generic/form.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def portfolio_end(request: Request, pk: int) -> HttpResponse:
    portfolio = portfolio_for(request, pk)
    if request.method == "POST":
        services.portfolio_end(by=request.user, portfolio=portfolio)
        messages.success(request, "分工已结束")
        return redirect("charge_list")
    what = portfolio.contact.label if portfolio.contact else portfolio.department
    context = {
        "title": f"结束{portfolio.leader}对{what}的分工？",
        "text": "从明天起不再计入其责任；此前的记录保留。",
        "verb": "结束",
        "cancel": reverse("charge_list"),
    }
    return render(request, "generic/confirm.html", context)
