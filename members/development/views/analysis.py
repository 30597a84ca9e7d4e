"""The yearly analysis of those in development, and the list of cases as a file."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from branches.audit import exports
from branches.reach import access
from branches.reach.rights import MEMBERS, RECORD
from common import clock
from common.requests import Request
from members.activities.models import ActivityKindCode, Topic
from members.development.analysis import Analysis, analysed, sheet_of
from members.development.forms import CaseFilter
from members.development.loaders import committee_for
from members.development.selectors import board

FIRST_YEAR = 2000
COLUMNS = ["姓名", "党支部", "类别", "阶段", "下一步", "期限", "情况"]


def _analysis(request: Request, year: int) -> Analysis:
    """Return the analysis of a year that has begun; 404 for one to come."""
    if not FIRST_YEAR <= year <= clock.today().year:
        raise Http404
    return analysed(request.user, committee_for(request), year)


@login_required
@require_GET
def development_analysis(request: Request, year: int) -> HttpResponse:
    """The sheet that the committee's meeting hears; the record of that meeting opens with its topic ticked."""
    found = _analysis(request, year)
    query = f"?organisation={found.organisation.pk}"
    record = f"{reverse('activity_new')}{query}&kind={ActivityKindCode.COMMITTEE_PLENARY}&topic={Topic.DEVELOPMENT}"
    context = {
        "sheet": sheet_of(found),
        "crumbs": [("发展党员", reverse("development_queue")), (f"{year} 年队伍分析", "")],
        "download": reverse("development_analysis_download", args=[year]) + query,
        "record": record if access.has_right(request.user, RECORD, found.organisation) else "",
    }
    return render(request, "members/development/analysis.html", context)


@login_required
@require_POST
def development_analysis_download(request: Request, year: int) -> HttpResponse:
    found = _analysis(request, year)
    return exports.send_sheet(request, sheet_of(found), verb="development.analysis.export", obj=found.organisation)


@login_required
@require_POST
def development_export(request: Request) -> HttpResponse:
    """The open cases of the filter as a file."""
    access.require_anywhere(request.user, MEMBERS)
    form = CaseFilter(request.GET, user=request.user)
    data = form.chosen()
    cards = board.cards_of(board.found_cases(request.user, data)[: exports.MOST_ROWS + 1])
    shown = [card for card in cards if not data.get("state") or card.group == data["state"]]
    return exports.send(
        request,
        rows=[board.row_of(card) for card in shown],
        columns=COLUMNS,
        name="发展党员名单",
        verb="development.list.export",
        filters=form,
    )
