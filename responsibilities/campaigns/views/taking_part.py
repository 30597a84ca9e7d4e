"""What one that takes part does: join, leave, say a milestone, an outcome, sum up."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from branches.frame.acting import posted
from common import clock
from common.requests import Request
from common.text import quoted
from responsibilities.campaigns.forms import CloseForm, DoneForm, ReasonForm
from responsibilities.campaigns.loaders import campaign_for, milestone_for, own_place
from responsibilities.campaigns.selectors.summary import closing_of, summary_of
from responsibilities.campaigns.services import taking_part as services
from responsibilities.campaigns.views.acting import acted, outcome_form

ONE = ["GET", "POST"]


@login_required
@require_http_methods(ONE)
def campaign_join(request: Request, pk: int, organisation: int) -> HttpResponse:
    campaign, place = campaign_for(request, pk), own_place(request, organisation)
    crowd, owed = services.crowd_words(place, campaign), services.owed_again(campaign, place)
    again = f"退出期间到期的节点{owed}重新应办。" if owed else ""

    def act(_: dict[str, Any]) -> str:
        services.campaign_join(by=request.user, campaign=campaign, organisation=place)
        return f"{place.label}已参加{quoted(campaign.title)}" + (f"。{crowd}" if crowd else "")

    return acted(
        request,
        campaign,
        None,
        act,
        title=f"{place.label}参加{quoted(campaign.title)}？",
        text=f"{crowd}{again}参加后，登记的活动写到本载体就自动计入，不另填报。",
        verb="参加",
    )


@login_required
@require_http_methods(ONE)
def campaign_leave(request: Request, pk: int, organisation: int) -> HttpResponse:
    campaign, place = campaign_for(request, pk), own_place(request, organisation)

    def act(values: dict[str, Any]) -> str:
        services.campaign_leave(by=request.user, campaign=campaign, organisation=place, reason=values["reason"])
        return f"{place.label}不再参加{quoted(campaign.title)}"

    return acted(
        request,
        campaign,
        ReasonForm(posted(request), label="原因"),
        act,
        title=f"{place.label}不参加{quoted(campaign.title)}？",
        text=services.leaving_words(campaign, place),
        verb="不参加",
    )


@login_required
@require_http_methods(ONE)
def milestone_done(request: Request, pk: int, organisation: int, milestone: int) -> HttpResponse:
    row, place = milestone_for(request, pk, milestone), own_place(request, organisation)
    services.require_said(row)

    def act(values: dict[str, Any]) -> str:
        services.milestone_done(by=request.user, milestone=row, organisation=place, **values)
        return f"节点{quoted(row.name)}已登记"

    return acted(
        request,
        row.campaign,
        DoneForm(posted(request), initial={"done_on": clock.today()}),
        act,
        title=f"{place.label}：节点{quoted(row.name)}的结果",
        text="有活动记录的不用在这里登记，标题写到节点名称的记录通过后，节点自动完成。",
        verb="登记结果",
    )


@login_required
@require_http_methods(ONE)
def campaign_own_outcome(request: Request, pk: int, organisation: int) -> HttpResponse:
    campaign, place = campaign_for(request, pk), own_place(request, organisation)
    form = outcome_form(request, campaign, place)

    def act(_: dict[str, Any]) -> str:
        services.outcome_add(by=request.user, campaign=campaign, organisation=place, data=form.outcome())
        return "成效已登记"

    return acted(
        request, campaign, form, act, template="generic/form.html", title=f"{place.label}：登记成效", verb="登记"
    )


@login_required
@require_http_methods(ONE)
def campaign_close(request: Request, pk: int, organisation: int) -> HttpResponse:
    """Sum up: one sentence, filled in from what was counted."""
    campaign, place = campaign_for(request, pk), own_place(request, organisation)
    row = closing_of(campaign, place)
    initial = {"own_text": summary_of(campaign, place).words}
    if row is not None:
        initial = {"own_text": row.own_text, "own_level": row.own_level}

    def act(values: dict[str, Any]) -> str:
        services.closing_write(by=request.user, campaign=campaign, organisation=place, **values)
        return "小结已提交"

    return acted(
        request,
        campaign,
        CloseForm(posted(request), initial=initial),
        act,
        template="generic/form.html",
        title=f"{place.label}小结{quoted(campaign.title)}",
        sub="次数和节点已由系统代入，改成一句话即可。",
        verb="提交小结",
    )
