"""Records of unknown length: stated by the secretary kind by kind, confirmed or given back by whoever reviews him."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.frame.acting import acted, at_once, posted
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.doors import needs
from branches.reach.rights import MEMBERS, RECORD, REVIEW
from common import clock
from common.requests import Request
from members.activities.models import ActivityKindCode
from members.activities.study import STUDY_KINDS
from members.education.brought import MOST
from members.education.brought import waiting_for as brought_waiting
from members.education.forms import MendForm, MendReturnForm, UnknownFilter
from members.education.loaders import mend_for, place_stating
from members.education.models import BroughtHours, LengthMend, MendState
from members.education.services.mending import mend_confirm, mend_return, mend_state, why_not_decide
from members.education.unknown import YEARS, mends_of, numbers_unknown, unknown_of, waiting_for

PAGE = 30


def unknown_url(organisation: Organisation, year: int) -> str:
    asked = f"&year={year}" if year != clock.today().year else ""
    return f"{reverse('education_unknown')}?organisation={organisation.pk}{asked}"


def _places(request: Request) -> Any:
    rows = access.organisations_for(request.user, MEMBERS).filter(archived_on__isnull=True)
    return rows.exclude(kind=Kind.SMALL_GROUP).select_related("parent")


@needs(MEMBERS)
@require_GET
def education_unknown(request: Request) -> HttpResponse:
    """Of one organisation its records of unknown length, kind by kind; of several, how many each has."""
    form = UnknownFilter(request.GET, user=request.user)
    chosen = form.chosen()
    year = chosen.get("year") or clock.today().year
    pages = Paginator(_places(request), PAGE)
    place = chosen.get("organisation") or (pages.object_list[0] if pages.count == 1 else None)
    context: dict[str, Any] = {
        "form": form,
        "year": year,
        "place": place,
        "asked": chosen.get("year"),
        "waiting": _waiting(request),
        "brought": _brought(request),
        "sub": "没有起止时间的记录学时未知，不按零计；据实补填的时长经上级确认后计入学时",
    }
    if place is None:
        page = pages.get_page(request.GET.get("page"))
        numbers = numbers_unknown([row.pk for row in page.object_list], year)
        context["page"] = page
        context["lines"] = [(row, numbers.get(row.pk, 0), unknown_url(row, year)) for row in page.object_list]
        unknown = sum(numbers.values())
        context["title"] = f"{year} 年本页 {unknown} 条记录学时未知" if unknown else f"{year} 年本页没有学时未知的记录"
    else:
        context |= _of_place(request, place, year)
    return render(request, "members/education/unknown.html", context)


def _of_place(request: Request, place: Organisation, year: int) -> dict[str, Any]:
    kinds = unknown_of(place, year)
    number = sum(len(one.records) for one in kinds)
    waiting = sum(one.waiting for one in kinds)
    title = f"{place.label} {year} 年 {number} 条记录学时未知" if number else f"{place.label} {year} 年没有待补填的记录"
    return {
        "title": title + (f"，{waiting} 条补填待上级确认" if waiting else ""),
        "kinds": [(one, MendForm(prefix=one.kind), reverse("education_mend", args=[one.kind, year])) for one in kinds],
        "mends": mends_of(place),
        "may_state": access.has_right(request.user, RECORD, place) and place.archived_on is None,
    }


def _waiting(request: Request) -> list[tuple[LengthMend, str, int]]:
    """Return [(list, why he may not confirm it, how many records)] of what waits for this reader."""
    if not access.holds_anywhere(request.user, REVIEW):
        return []
    return [(row, why_not_decide(request.user, row), len(row.records.all())) for row in waiting_for(request.user)]


def _brought(request: Request) -> list[tuple[BroughtHours, str]]:
    """Return [(hours brought from outside, why he may not confirm them)] that wait for this reader."""
    if not access.holds_anywhere(request.user, REVIEW):
        return []
    return [(row, why_not_decide(request.user, row)) for row in brought_waiting(request.user)[:MOST]]


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def education_mend(request: Request, kind: str, year: int) -> HttpResponse:
    """Say how long the records of a kind took; the box of the list posts here."""
    if kind not in {str(code) for code in STUDY_KINDS} or not 0 <= clock.today().year - year < YEARS:
        raise Http404
    place = place_stating(request)
    data = posted(request)
    # The box on the list is named by its kind, that of the page is not.
    prefix = kind if data is not None and f"{kind}-hours" in data else None

    def act(values: dict[str, Any]) -> str:
        mend = mend_state(by=request.user, organisation=place, kind=kind, year=year, hours=values["hours"])
        number = mend.records.count()
        after = "待上级确认后计入" if mend.state == MendState.WAITING else "已计入学时"
        return f"已补填 {number} 条，每次 {mend.hours:g} 小时，{after}"

    return acted(
        request,
        MendForm(data, prefix=prefix),
        act,
        template="generic/form.html",
        title=f"补填{ActivityKindCode(kind).label}的时长",
        sub=f"{place.label} {year} 年没有起止时间的{ActivityKindCode(kind).label}，每次按同一时长据实补填",
        verb="补填",
        cancel=unknown_url(place, year),
    )


@login_required
@require_POST
def education_mend_confirm(request: Request, pk: int) -> HttpResponse:
    mend = mend_for(request, pk)
    back = unknown_url(mend.organisation, clock.today().year)

    def act() -> str:
        return f"已确认，{mend_confirm(by=request.user, mend=mend)} 条记录计入学时"

    return at_once(request, act, back)


@login_required
@require_http_methods(["GET", "POST"])
def education_mend_return(request: Request, pk: int) -> HttpResponse:
    mend = mend_for(request, pk)

    def act(values: dict[str, Any]) -> str:
        mend_return(by=request.user, mend=mend, **values)
        return "已退回补填"

    return acted(
        request,
        MendReturnForm(posted(request)),
        act,
        title=f"退回{mend.organisation.label}补填的时长？",
        text=f"{mend}；退回后这些记录学时仍为未知，可以重新补填。",
        verb="退回",
        cancel=unknown_url(mend.organisation, clock.today().year),
    )
