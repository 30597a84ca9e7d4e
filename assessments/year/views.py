"""换年: one page, one confirmation for each line; twice changes nothing."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from assessments.year.selectors import is_open, lines_of, opens_on, places_of
from assessments.year.subjects import SUBJECTS
from branches.frame.year import YearState
from branches.reach import access
from branches.reach.rights import VIEW
from common import clock
from common.errors import Conflict
from common.requests import Request
from responsibilities.assigning import refusal


def _check(request: Request, year: int) -> None:
    """404 for a year that is neither this one nor the next, 403 for whoever arranges work at no committee."""
    access.require_anywhere(request.user, VIEW)
    if not clock.today().year <= year <= clock.today().year + 1:
        raise Http404
    if not places_of(request.user):
        raise refusal(request.user)


def _not_yet(year: int) -> str:
    return f"{year}年的换年事项，{clock.in_full(opens_on(year))}起办理"


@login_required
@require_GET
def year_change(request: Request, year: int) -> HttpResponse:
    _check(request, year)
    lines = lines_of(request.user, year)
    waiting = sum(one.line.state == YearState.PROPOSED for one in lines)
    opened = is_open(year)
    title = f"{year}年换年，{waiting} 项待确认" if waiting else f"{year}年换年，没有待确认的事项"
    context = {
        "title": title if opened else _not_yet(year),
        "sub": "逐项确认；没有确认的不变，重复确认不会再改动",
        "year": year,
        "opened": opened,
        "lines": lines,
    }
    return render(request, "assessments/year/page.html", context)


@login_required
@require_POST
def year_confirm(request: Request, year: int, key: str, pk: int) -> HttpResponse:
    _check(request, year)
    subject = next((one for one in SUBJECTS if one.key == key and one.confirm is not None), None)
    place = next((one for one in places_of(request.user) if one.pk == pk), None)
    if subject is None or subject.confirm is None or place is None:
        raise Http404
    if not is_open(year):
        raise Conflict(f"{_not_yet(year)}。")
    try:
        changed = subject.confirm(request.user, place, year)
    except ValidationError as error:
        raise Conflict("；".join(error.messages)) from None
    messages.success(request, f"已确认：{place.label}" if changed else "已经确认过，没有再改动")
    return redirect("year_change", year)
