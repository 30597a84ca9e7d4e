"""方式与方面: how the records of a year served the business work, and which field of Party building they belong to."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from branches.audit import exports
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.intervals import tree_order
from branches.reach.rights import VIEW
from common import clock
from common.periods import YEAR, Period
from common.requests import Request
from common.text import quoted
from responsibilities.work.forms.ways import WayFilter
from responsibilities.work.selectors.way_matrix import Matrix, empty_field, way_matrix


def _asked(request: Request) -> tuple[WayFilter, Organisation, Period, Matrix]:
    access.require_anywhere(request.user, VIEW)
    form = WayFilter(request.GET, user=request.user)
    place = form.chosen().get("organisation") or _own(request)
    period = Period(YEAR, form.year_chosen())
    return form, place, period, way_matrix(request.user, place, period)


def _own(request: Request) -> Organisation:
    """Return the organisation of the reader's appointment, else the highest within his reach."""
    if request.scope is not None and request.scope.organisation is not None:
        return request.scope.organisation
    return access.organisations_for(request.user).order_by(*tree_order(""))[0]


def _finding(matrix: Matrix) -> str:
    if not matrix.records:
        return "还没有可判断的活动记录"
    share = round(100 * matrix.linked / matrix.records)
    return f"{matrix.records} 条记录，{matrix.linked} 条关联业务（{share}%）"


def _sub(matrix: Matrix, period: Period) -> str:
    parts = [f"{period.label()}，由系统按记录内容判断，点数字看记录；不计分"]
    if matrix.emptiest:
        parts.append(f"{quoted(matrix.emptiest)}的活动最少")
    if matrix.said:
        parts.append(f"{matrix.said} 条由人工选定")
    if matrix.unjudged:
        parts.append(f"{matrix.unjudged} 条等待判断")
    return "；".join(parts) + "。"


@login_required
@require_GET
def way_matrix_page(request: Request) -> HttpResponse:
    form, place, period, matrix = _asked(request)
    context = {"form": form, "place": place, "matrix": matrix, "title": _finding(matrix), "sub": _sub(matrix, period)}
    return render(request, "responsibilities/work/ways.html", context)


@login_required
@require_GET
def way_hint(request: Request) -> HttpResponse:
    """The slot above what a branch has planned: one field without a record this quarter, in one sentence, or nothing."""
    access.require_anywhere(request.user, VIEW)
    place = _own(request)
    name = empty_field(request.user, place, clock.today()) if place.kind == Kind.BRANCH else ""
    return render(request, "responsibilities/work/_way_hint.html", {"name": name, "place": place})


@login_required
@require_POST
def way_matrix_export(request: Request) -> HttpResponse:
    form, place, period, matrix = _asked(request)
    rows = [[row.name, *(cell.number for cell in row.cells), row.total.number] for row in matrix.rows]
    rows.append(["合计", *(cell.number for cell in matrix.totals), sum(cell.number for cell in matrix.totals)])
    return exports.send(
        request,
        rows=rows,
        columns=["方面", *matrix.columns, "合计"],
        name=f"方式与方面-{place.label}-{period.year}",
        verb="ways.export",
        filters=form,
    )
