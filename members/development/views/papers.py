"""A case on paper: the sheet of its way, the text of its notice; to print, or as Word."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from branches.audit import exports
from common.documents.sheet import Sheet
from common.requests import Request
from members.development.loaders import case_for
from members.development.selectors.cases import Case, standings
from members.development.sheets import notice_of, resolution_of, way_of


def _case(request: Request, pk: int) -> Case:
    return standings([case_for(request, pk)])[0]


def _shown(request: Request, case: Case, sheet: Sheet, name: str, download: str) -> HttpResponse:
    crumbs = [
        ("发展党员", reverse("development_list")),
        (case.row.member.name, reverse("development_detail", args=[case.pk])),
        (name, ""),
    ]
    context = {"sheet": sheet, "crumbs": crumbs, "download": reverse(download, args=[case.pk])}
    return render(request, "generic/sheet.html", context)


@login_required
@require_GET
def development_sheet(request: Request, pk: int) -> HttpResponse:
    """The whole way on one page to print."""
    case = _case(request, pk)
    return _shown(request, case, way_of(case), "全程纪实表", "development_sheet_download")


@login_required
@require_POST
def development_sheet_download(request: Request, pk: int) -> HttpResponse:
    case = _case(request, pk)
    return exports.send_sheet(request, way_of(case), verb="development.export", obj=case.row)


def _notice(request: Request, pk: int) -> tuple[Case, Sheet]:
    case = _case(request, pk)
    sheet = notice_of(case)
    if sheet is None:
        raise Http404
    return case, sheet


@login_required
@require_GET
def development_notice_text(request: Request, pk: int) -> HttpResponse:
    """The text that hangs, to print."""
    case, sheet = _notice(request, pk)
    return _shown(request, case, sheet, "公示文本", "development_notice_download")


@login_required
@require_POST
def development_notice_download(request: Request, pk: int) -> HttpResponse:
    case, sheet = _notice(request, pk)
    return exports.send_sheet(request, sheet, verb="development.notice.export", obj=case.row)


def _resolution(request: Request, pk: int, key: str) -> tuple[Case, Sheet]:
    case = _case(request, pk)
    sheet = resolution_of(case, key)
    if sheet is None:
        raise Http404
    return case, sheet


@login_required
@require_GET
def development_resolution(request: Request, pk: int, key: str) -> HttpResponse:
    """The resolution of the assembly that voted, to print and sign."""
    case, sheet = _resolution(request, pk, key)
    crumbs = [
        ("发展党员", reverse("development_list")),
        (case.row.member.name, reverse("development_detail", args=[case.pk])),
        ("支部大会决议", ""),
    ]
    download = reverse("development_resolution_download", args=[case.pk, key])
    return render(request, "generic/sheet.html", {"sheet": sheet, "crumbs": crumbs, "download": download})


@login_required
@require_POST
def development_resolution_download(request: Request, pk: int, key: str) -> HttpResponse:
    case, sheet = _resolution(request, pk, key)
    return exports.send_sheet(request, sheet, verb="development.resolution.export", obj=case.row)
