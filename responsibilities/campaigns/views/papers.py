"""Papers of a campaign on the screen, on paper and as Word files; who takes part as a list and a workbook."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from branches.audit import exports
from branches.frame.states import CHIPS
from common.documents.sheet import Sheet
from common.requests import Request
from responsibilities.campaigns.loaders import campaign_for
from responsibilities.campaigns.selectors.page import Page, page_of
from responsibilities.campaigns.sheets import PAPERS

PAGE = 30


def _whole(request: Request, pk: int) -> Page:
    """Return the Page of a campaign with all its lanes, for whoever sees it whole."""
    page = page_of(request.user, campaign_for(request, pk), every=True)
    if not page.whole:
        raise Http404
    return page


def _sheet(request: Request, pk: int, key: str) -> tuple[Page, Sheet]:
    page = _whole(request, pk)
    paper = PAPERS.get(key)
    if paper is None or not paper.fits(page.campaign):
        raise Http404
    return page, paper.make(request.user, page)


@login_required
@require_GET
def campaign_paper(request: Request, pk: int, key: str) -> HttpResponse:
    page, sheet = _sheet(request, pk, key)
    campaign = page.campaign
    context = {
        "sheet": sheet,
        "crumbs": [
            ("载体与品牌", reverse("campaign_list")),
            (campaign.title, reverse("campaign_detail", args=[pk])),
            (PAPERS[key].name, ""),
        ],
        "download": reverse("campaign_paper_download", args=[pk, key]),
    }
    return render(request, "generic/sheet.html", context)


@login_required
@require_POST
def campaign_paper_download(request: Request, pk: int, key: str) -> HttpResponse:
    page, sheet = _sheet(request, pk, key)
    return exports.send_sheet(request, sheet, verb="campaign.paper.export", obj=page.campaign)


@login_required
@require_GET
def campaign_participants(request: Request, pk: int) -> HttpResponse:
    """Everybody who takes part, with records and milestones: the list behind the lanes."""
    page = _whole(request, pk)
    context = {
        "campaign": page.campaign,
        "title": f"{page.campaign.title}：{len(page.lanes)} 个组织参加",
        "page": Paginator(page.lanes, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "responsibilities/campaigns/participants.html", context)


@login_required
@require_POST
def campaign_export(request: Request, pk: int) -> HttpResponse:
    """Who takes part and how each milestone stands there; one without milestones has one row."""
    page = _whole(request, pk)
    rows = []
    for lane in page.lanes:
        steps = [[step.name, step.due, CHIPS[step.state][0], step.done_on or "", step.words] for step in lane.steps]
        rows += [[lane.place.label, lane.number, *step] for step in steps or [[""] * 5]]
    columns = ["参加组织", "活动次数", "节点", "时限", "状态", "完成日期", "结果"]
    return exports.send(
        request,
        rows=rows,
        columns=columns,
        name=f"载体-{page.campaign.title}",
        verb="campaign.export",
        obj=page.campaign,
    )
