"""Honours: those within reach, one entered or cancelled, the roll on paper and as a file."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.audit import exports
from branches.frame.acting import acted, posted
from branches.reach import access
from branches.reach.doors import needs, recent_login
from branches.reach.rights import IMPORT, MEMBERS, VIEW
from common import clock
from common.requests import Request
from common.text import quoted
from members.care.forms import CancelForm, HonourFilter, HonourForm
from members.care.loaders import holder_of, honour_for, honours_named, honours_read, offered
from members.care.services.honours import honour_cancel, honour_note, require_standing
from members.care.sheets import HONOUR_COLUMNS, honour_row, honours_roll

PAGE = 50


def _year(request: Request) -> int:
    text = request.GET.get("year", "")
    if not text:
        return clock.today().year
    if not (text.isascii() and text.isdigit() and len(text) == 4 and 1950 <= int(text) <= 2100):
        raise Http404
    return int(text)


@needs(VIEW)
@require_GET
def honour_list(request: Request) -> HttpResponse:
    year = _year(request)
    form = HonourFilter(request.GET)
    text = form.chosen().get("q") or ""
    rows = honours_named(request.user, text).filter(granted_on__year=year)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    count = page.paginator.count
    context = {
        "title": f"{year} 年表彰 {count} 项" if count else form.heading_of_none("表彰", f"{year} 年没有登记表彰"),
        "sub": "党员和党组织受到的表彰；同一事项按最高一级计",
        "page": page,
        "unit": "项",
        "form": form,
        "narrowed": form.narrows(),
        "year": year,
        "years": [year - 1, *([year + 1] if year < clock.today().year else [])],
        "enters": access.holds_anywhere(request.user, MEMBERS),
        "imports": access.holds_anywhere(request.user, MEMBERS) and access.holds_anywhere(request.user, IMPORT),
        "mine": {row.pk for row in page.object_list if access.has_right(request.user, MEMBERS, row.place)},
    }
    return render(request, "members/care/honours.html", context)


def _holder(request: Request, key: str) -> dict[str, Any]:
    """Return the holder that was chosen. Raises as `access.get_for` does."""
    return holder_of(request.user, key)


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def honour_new(request: Request) -> HttpResponse:
    people, places = offered(request.user)

    def act(values: dict[str, Any]) -> str:
        row = honour_note(by=request.user, **_holder(request, values.pop("holder")), **values)
        return f"已登记{row.holder}的表彰"

    return acted(
        request,
        HonourForm(posted(request), people=people, places=places),
        act,
        template="generic/form.html",
        title="登记表彰",
        sub="党员或党组织受到的表彰，登记一次，各处引用",
        verb="登记",
        cancel=reverse("honour_list"),
    )


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def honour_cancel_view(request: Request, pk: int) -> HttpResponse:
    honour = honour_for(request, pk)
    require_standing(honour)

    def act(values: dict[str, Any]) -> str:
        honour_cancel(by=request.user, honour=honour, **values)
        return "已作废"

    return acted(
        request,
        CancelForm(posted(request)),
        act,
        title=f"作废{quoted(honour.title)}的登记？",
        text=f"{honour.holder}　{honour.granted_by}。登记有误时作废，记录和原因保留。",
        verb="作废",
        cancel=f"{reverse('honour_list')}?year={honour.granted_on.year}",
    )


@needs(VIEW)
@require_GET
def honour_roll(request: Request) -> HttpResponse:
    year, place = _year(request), _name(request)
    sheet = honours_roll(place, year, honours_read(request.user).filter(granted_on__year=year).order_by("granted_on"))
    crumbs = [("表彰", f"{reverse('honour_list')}?year={year}"), ("名册", "")]
    return render(request, "generic/sheet.html", {"sheet": sheet, "crumbs": crumbs, "download": ""})


def _name(request: Request) -> str:
    scope = request.scope.organisation if request.scope else None
    return scope.name if scope is not None else ""


@needs(VIEW)
@require_POST
@recent_login
def honour_export(request: Request) -> HttpResponse:
    year = _year(request)
    rows = honours_read(request.user).filter(granted_on__year=year).order_by("granted_on", "pk")
    return exports.send(
        request,
        rows=map(honour_row, rows.iterator(chunk_size=500)),
        columns=HONOUR_COLUMNS,
        name=f"{year}年表彰",
        verb="honour.export",
        filters=f"{year} 年",
        too_many=exports.beyond(rows),
    )
