"""Brand projects: applying, deciding, prolonging, submitting, accepting."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from branches.frame.acting import posted
from common import clock
from common.errors import Conflict
from common.requests import Request
from common.text import quoted
from members.activities.selectors.meetings import meetings_lately
from responsibilities.campaigns.forms import (
    ApplyForm,
    CloseForm,
    DecideForm,
    GoalRows,
    JudgeForm,
    MilestoneRows,
    ProlongForm,
    goal_rows,
    milestone_rows,
)
from responsibilities.campaigns.loaders import campaign_for, campaign_to_assign, own_place
from responsibilities.campaigns.models import Campaign, CampaignKind, CampaignState
from responsibilities.campaigns.rights import own_places
from responsibilities.campaigns.selectors.applying import known_of, policies_offered, work_open
from responsibilities.campaigns.selectors.summary import closing_of, summary_of
from responsibilities.campaigns.services import brands as services
from responsibilities.campaigns.views.acting import acted
from responsibilities.campaigns.views.campaigns import rows_of, rows_refused, rows_wrong

ONE = ["GET", "POST"]
# Among these the meeting that decided is chosen.
_MEETINGS = ("committee_plenary", "party_group_meeting", "party_special")


def _initial(request: Request, campaign: Campaign | None) -> dict[str, Any]:
    if campaign is None:
        today = clock.today()
        first = work_open(request.user).first()
        return {
            "starts": today,
            "ends": today + timedelta(days=365),
            "occasion": str(first)[:60] if first else "",
            "organisation": own_places(request.user).first(),
        }
    names = ("title", "approach", "occasion", "starts", "ends", "problem", "difference", "version")
    values: dict[str, Any] = {name: getattr(campaign, name) for name in names}
    values["items"] = list(campaign.work.values_list("item_id", flat=True))
    values["policies"] = list(campaign.policies.values_list("version_id", flat=True))
    values["organisation"] = campaign.organisation
    return values


def _apply(request: Request, campaign: Campaign | None) -> HttpResponse:
    data = posted(request)
    places = own_places(request.user)
    form = ApplyForm(
        data,
        places=places,
        work=work_open(request.user),
        policies=policies_offered(request.user, campaign),
        initial=_initial(request, campaign),
    )
    milestones = MilestoneRows(data, initial=milestone_rows(campaign), prefix="m")
    goals = GoalRows(data, initial=goal_rows(campaign), prefix="g")
    wrong: list[str] = []
    if data is not None and all([form.is_valid(), milestones.is_valid(), goals.is_valid()]):
        values = form.data_of(rows_of(milestones), rows_of(goals), CampaignKind.BRAND)
        try:
            saved = services.brand_apply(
                by=request.user,
                organisation=form.cleaned_data["organisation"],
                data=values,
                campaign=campaign,
                version=form.cleaned_data["version"] if campaign else None,
            )
        except ValidationError as error:
            wrong = rows_refused(form, error)
        else:
            messages.success(request, "已申报，待上级审定")
            return redirect("campaign_detail", pk=saved.pk)
    elif data is not None:
        wrong = rows_wrong(form, milestones, campaign)
    place = campaign.organisation if campaign else places.first()
    context = {
        "title": f"修改申报{quoted(campaign.title)}" if campaign else "申报品牌：写清问题、特色和节点，其余系统已有",
        "page": "申报品牌",
        "form": form,
        "milestones": milestones,
        "goals": goals,
        "wrong": wrong,
        "brand": True,
        "known": known_of(request.user, place) if place else None,
        "returned": campaign if campaign is not None and campaign.return_reason else None,
        "cancel": reverse("campaign_detail", args=[campaign.pk]) if campaign else reverse("campaign_list"),
    }
    return render(request, "responsibilities/campaigns/edit.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(ONE)
def campaign_apply(request: Request) -> HttpResponse:
    if not own_places(request.user).exists():
        raise Http404
    return _apply(request, None)


@login_required
@require_http_methods(ONE)
def campaign_reapply(request: Request, pk: int) -> HttpResponse:
    campaign = _own(request, pk)
    if campaign.state not in (CampaignState.APPLIED, CampaignState.RETURNED):
        raise Conflict("申报已经审定，不能再改。", record=campaign)
    return _apply(request, campaign)


def _own(request: Request, pk: int) -> Campaign:
    """Return a brand project of an organisation for which the user answers."""
    campaign = campaign_for(request, pk)
    if not campaign.is_brand:
        raise Http404
    own_place(request, campaign.organisation_id)
    return campaign


@login_required
@require_http_methods(ONE)
def campaign_decide(request: Request, pk: int) -> HttpResponse:
    campaign = campaign_to_assign(request, pk, brand=True)
    services.require_applied(campaign)

    def act(values: dict[str, Any]) -> str:
        if request.POST.get("do") == "return":
            services.brand_return(by=request.user, campaign=campaign, reason=values["reason"])
            return "申报已退回"
        services.brand_approve(by=request.user, campaign=campaign, meeting=values["meeting"])
        return "申报已批准"

    return acted(
        request,
        campaign,
        DecideForm(posted(request), meetings=meetings_lately(request.user, _MEETINGS)),
        act,
        template="responsibilities/campaigns/decide.html",
        title=f"审定{quoted(campaign.title)}",
        known=known_of(request.user, campaign.organisation),
        milestones=campaign.milestones.all(),
    )


@login_required
@require_http_methods(ONE)
def campaign_prolong(request: Request, pk: int) -> HttpResponse:
    campaign = campaign_to_assign(request, pk, brand=True)
    services.require_prolongable(campaign)

    def act(values: dict[str, Any]) -> str:
        services.brand_prolong(by=request.user, campaign=campaign, **values)
        return "已延期"

    return acted(
        request,
        campaign,
        ProlongForm(posted(request)),
        act,
        title=f"{quoted(campaign.title)}延期到哪天？",
        text=f"原定 {campaign.ends:%Y-%m-%d} 结束，只能延期一次。",
        verb="延期",
    )


@login_required
@require_http_methods(ONE)
def campaign_submit(request: Request, pk: int) -> HttpResponse:
    campaign = _own(request, pk)
    services.require_under_way(campaign)
    row = closing_of(campaign, campaign.organisation)
    summary = summary_of(campaign, campaign.organisation)
    initial = {"own_text": row.own_text if row else summary.words}

    def act(values: dict[str, Any]) -> str:
        services.brand_submit(by=request.user, campaign=campaign, **values)
        return "已报验收"

    return acted(
        request,
        campaign,
        CloseForm(posted(request), initial=initial),
        act,
        template="generic/form.html",
        title=f"{quoted(campaign.title)}报验收",
        sub=f"活动次数和节点已由系统代入，写明成效即可。{summary.open_words}",
        verb="报验收",
    )


@login_required
@require_http_methods(ONE)
def campaign_accept(request: Request, pk: int) -> HttpResponse:
    campaign = campaign_to_assign(request, pk, brand=True)
    services.require_submitted(campaign)
    row = closing_of(campaign, campaign.organisation)
    summary = summary_of(campaign, campaign.organisation)

    def act(values: dict[str, Any]) -> str:
        services.brand_accept(by=request.user, campaign=campaign, **values)
        return "验收已登记"

    return acted(
        request,
        campaign,
        JudgeForm(posted(request), brand=True),
        act,
        template="responsibilities/campaigns/judge.html",
        title=f"验收{quoted(campaign.title)}" + (f"：自评{row.get_own_level_display()}" if row else ""),
        verb="验收",
        closing=row,
        counted=summary.words + summary.open_words,
    )
