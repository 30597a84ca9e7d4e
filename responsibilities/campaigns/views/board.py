"""The board of campaigns, the page of one, its records, exports."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from branches.audit import exports
from branches.frame.states import CHIPS
from branches.reach import access
from branches.reach.rights import VIEW
from common import clock
from common.requests import Request
from members.activities.ties import uncounted_words
from responsibilities.assigning import assigns_anywhere
from responsibilities.campaigns.forms import BoardFilter, RecordFilter
from responsibilities.campaigns.loaders import campaign_for
from responsibilities.campaigns.rights import own_places, seen_whole
from responsibilities.campaigns.rules import RUNS, Stage
from responsibilities.campaigns.selectors import board as reads
from responsibilities.campaigns.selectors.page import Page, page_of
from responsibilities.campaigns.selectors.records import places_taking, records_of
from responsibilities.campaigns.sheets import papers_of

PAGE = 30


def _places(request: Request) -> Any:
    return access.organisations_for(request.user).select_related("parent")


def _filter(request: Request) -> tuple[BoardFilter, dict[str, Any], int]:
    this = clock.today().year
    data = request.GET.copy()
    data.setdefault("year", str(this))
    form = BoardFilter(data, organisations=_places(request), instead={"year": (str(this), f"{this}年")})
    chosen = form.chosen()
    return form, chosen, int(chosen.get("year") or this)


@login_required
@require_GET
def campaign_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form, chosen, year = _filter(request)
    found = reads.board(request.user, chosen, year)
    context = {
        "title": found.words if found.cards else form.heading_of_none("载体和品牌项目", found.words),
        "board": found,
        "form": form,
        "year": year,
        "may_assign": assigns_anywhere(request.user),
        "may_apply": own_places(request.user).exists(),
        "narrowed": form.narrows(),
    }
    return render(request, "responsibilities/campaigns/list.html", context)


@login_required
@require_POST
def campaign_list_export(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    _, chosen, year = _filter(request)
    words = {str(stage): CHIPS[stage][0] for stage in Stage}
    rows = reads.export_rows(reads.board(request.user, chosen, year), words)
    return exports.send(
        request, rows=rows, columns=reads.COLUMNS, name=f"{year}年载体与品牌", verb="campaign.list_export"
    )


def _words(page: Page) -> str:
    """Return the finding of the page of one campaign."""
    if not page.whole:
        return page.campaign.title
    if page.stage not in RUNS:
        return f"{page.campaign.title}：{CHIPS[page.stage][0]}"
    if not page.miles:
        return f"{page.campaign.title}：{len(page.lanes) + page.folded} 个组织参加，活动 {page.records} 次"
    late = page.late
    said = f"{len(page.miles)} 个节点走完 {page.passed} 个"
    if not late:
        return said
    return said + (f"，{late[0].row.name}逾期 {late[0].days} 天" if len(late) == 1 else f"，{len(late)} 个逾期")


@login_required
@require_GET
def campaign_detail(request: Request, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk)
    page = page_of(request.user, campaign)
    context = {"page": page, "title": _words(page), "campaign": campaign, "papers": papers_of(campaign)}
    return render(request, "responsibilities/campaigns/detail.html", context)


_RECORDS = {"": "关联记录", "yes": "计入的记录", "no": "未计入的记录"}


@login_required
@require_GET
def campaign_records(request: Request, pk: int) -> HttpResponse:
    """The records that are tied to a campaign; those that the reader may open. Numbers of its page open those that count."""
    campaign = campaign_for(request, pk)
    if campaign.pk not in seen_whole(request.user, [campaign.pk]):
        raise Http404
    form = RecordFilter(request.GET, organisations=places_taking(campaign))
    place, counted = form.chosen().get("organisation"), form.chosen().get("counted")
    pages = Paginator(records_of(request.user, campaign, place, counted), PAGE)
    page = pages.get_page(request.GET.get("page"))
    lines = [
        (row, uncounted_words(row.activity, row.activity.judgements.all(), is_confirmed=row.is_confirmed))
        for row in page.object_list
    ]
    context = {
        "campaign": campaign,
        "page": page,
        "lines": lines,
        "form": form,
        "narrowed": form.narrows(),
        "title": f"{campaign.title}：{place.label + '的' if place else ''}{_RECORDS[counted or '']} {pages.count} 条",
    }
    return render(request, "responsibilities/campaigns/records.html", context)
