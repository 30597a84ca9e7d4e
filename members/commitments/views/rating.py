"""Writing of oneself before the review of members."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from branches.frame.acting import acted, posted
from common import clock
from common.requests import Request
from members.commitments.forms import RatingForm
from members.commitments.loaders import own_member
from members.commitments.rating import rating_of, rating_write, why_not, year_open


@login_required
@require_http_methods(["GET", "POST"])
def own_rating(request: Request) -> HttpResponse:
    """The own words for the year's review; they can be changed until it has been held."""
    member = own_member(request)
    if member is None:
        return render(request, "members/files/no_file.html", status=404)
    year = year_open(member, clock.today())

    def shown() -> dict[str, Any]:
        found = rating_of(member, year or clock.today().year)
        return {"text": found.text, "version": found.version} if found else {}

    def act(values: dict[str, Any]) -> str:
        rating_write(by=request.user, member=member, **values)
        return "已保存自评，民主评议召开前可以修改"

    if year is None and request.method == "GET":
        title = f"{clock.today().year}年民主评议自评"
        context = {"title": title, "why": why_not(member, clock.today()), "row": rating_of(member, clock.today().year)}
        return render(request, "members/commitments/rating_closed.html", context)
    return acted(
        request,
        RatingForm(posted(request), initial=shown()),
        act,
        now=shown,
        template="generic/form.html",
        title=f"{year or clock.today().year}年民主评议自评",
        sub="一段话写明一年来的表现和不足；只有本人和党支部书记可以看到",
        verb="保存",
        cancel=f"{reverse('member_own')}#rating",
    )
