"""Which duties a piece of work or a requirement serves: the slot of its page, and the same as a page of its own."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from common.requests import Request
from responsibilities.duties.models import Duty
from responsibilities.duties.selectors.of_record import duties_of_item, duties_of_requirement
from responsibilities.requirements.loaders import requirement_for
from responsibilities.requirements.selectors import requirement_name
from responsibilities.work.loaders import item_for


def _answer(request: Request, duties: list[Duty], title: str, back: str) -> HttpResponse:
    context = {"duties": duties, "title": title, "back": back}
    name = "served" if request.htmx else "served_page"
    return render(request, f"responsibilities/duties/{name}.html", context)


@login_required
@require_GET
def item_duties(request: Request, pk: int) -> HttpResponse:
    item = item_for(request.user, pk)
    carriers = list(item.carriers.filter(ended__isnull=True).order_by().values_list("organisation_id", flat=True))
    found = duties_of_item(item, carriers, user=request.user)
    return _answer(request, found, f"{item.name}对应的责任", reverse("work_detail", args=[pk]))


@login_required
@require_GET
def requirement_duties(request: Request, pk: int, rule_id: str, period: str) -> HttpResponse:
    organisation, row = requirement_for(request, pk, rule_id, period)
    found = [duty for duty, _ in duties_of_requirement(row, user=request.user, place=organisation)]
    title = f"{organisation.label}{requirement_name(row)}对应的责任"
    return _answer(request, found, title, reverse("requirement_detail", args=[pk, rule_id, period]))
