"""The cadre's record: the list of those whose record one may read, one record on screen, and as a Word document."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_POST

from assessments.home import cadre_document as cadre
from assessments.home.forms.cadre import CadreFilter
from assessments.home.selectors.cadre import cadre_record, cadres, seats_readable
from assessments.results.services import root_of_results
from branches.audit import exports
from common import clock
from common.forms.filters import YearField, asked_for
from common.text import whole_number

YEARS = 5


def _years():
    this = clock.today().year
    return range(this, this - YEARS, -1)


def _year(request):
    return asked_for(YearField(years=_years()), request.GET.get("year"), clock.today().year)


def _person(request, pk):
    """Return the account whose record this is; Http404 unless it is one's own or one assesses or publishes there."""
    wanted = whole_number(pk)
    if wanted is None:
        raise Http404
    seat = seats_readable(request.user).filter(user=wanted).select_related("user").order_by("pk").first()
    if seat is None:
        raise Http404
    return seat.user


@login_required
def cadre_list(request):
    year = _year(request)
    asked = request.GET.copy()
    asked.setdefault("year", str(year))
    form = CadreFilter(asked, years=_years(), instead={"year": (str(year), f"{year}年")})
    people = {}
    for row in cadres(request.user, year):
        people.setdefault(row.user_id, {"user": row.user, "seats": []})["seats"].append(row)
    if not people and not seats_readable(request.user).exists():
        raise Http404
    rows = [row for row in people.values() if form.matches(row["user"].name)]
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    title = f"{year} 年有 {len(rows)} 名党务干部的工作实绩可查"
    return render(
        request, "assessments/home/cadres/list.html", {"title": title, "page": page, "year": year, "form": form}
    )


@login_required
def cadre_detail(request, pk):
    person, year = _person(request, pk), _year(request)
    record = cadre_record(person, year)
    this = clock.today().year
    years = [{"label": f"{one}年", "url": f"?year={one}", "current": one == year} for one in range(this - 2, this + 1)]
    context = {"title": cadre.title(record), "person": person, "record": record, "year": year, "years": years}
    return render(request, "assessments/home/cadres/detail.html", context)


@login_required
@require_POST
def cadre_document(request, pk):
    person, year = _person(request, pk), _year(request)
    record = cadre_record(person, year)
    root = root_of_results()
    return exports.send_document(
        request,
        cadre.render(record, root.name),
        f"{cadre.title(record)}.docx",
        verb="cadre.export",
        obj=person,
        organisation=root,
        note=f"{year}年工作实绩",
    )
