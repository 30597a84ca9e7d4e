"""What whoever sets a campaign up does: write, publish, invite, move dates, end, judge."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from branches.frame.acting import posted
from common import clock
from common.errors import Conflict
from common.forms.fields import take_errors
from common.requests import Request
from common.text import quoted
from members.cadres.from_topic import made_of, topic_asked
from responsibilities.assigning import assigns_anywhere, places_assigned, refusal
from responsibilities.campaigns.forms import (
    ApplyForm,
    CampaignForm,
    GoalRows,
    InviteForm,
    JudgeForm,
    MilestoneRows,
    MoveForm,
    ReasonForm,
    goal_rows,
    milestone_rows,
)
from responsibilities.campaigns.loaders import campaign_to_assign, closing_to_judge, milestone_for
from responsibilities.campaigns.models import Campaign, CampaignKind, CampaignState
from responsibilities.campaigns.rules import NO_MILESTONE, milestone_problems
from responsibilities.campaigns.selectors.applying import policies_offered, work_open
from responsibilities.campaigns.selectors.summary import summary_of
from responsibilities.campaigns.services import campaigns as services
from responsibilities.campaigns.services import taking_part
from responsibilities.campaigns.views.acting import acted, outcome_form
from responsibilities.portfolios.rights import places_supervised, supervises_anywhere

ONE = ["GET", "POST"]


def _require_assigner(request: Request) -> None:
    """Raise Http404 for who assigns nothing; whoever only supervises is told so."""
    if assigns_anywhere(request.user):
        return
    if supervises_anywhere(request.user):
        raise refusal(request.user, places_supervised(request.user).in_tree_order().first())
    raise Http404


def rows_of(formset: Any) -> list[Any]:
    """Return what the rows of a valid formset say, empty ones left out."""
    return [row for row in (form.row() for form in formset) if row is not None]


def rows_wrong(form: CampaignForm | ApplyForm, milestones: Any, campaign: Campaign | None) -> list[str]:
    """Return what is wrong with the milestones that could be read, while something else on the page is refused too."""
    rows = [row for row in (one.row() for one in milestones if one.is_valid()) if row is not None]
    if not rows and isinstance(form, ApplyForm) and milestones.is_valid():
        return [NO_MILESTONE]
    starts, ends = form.days
    return milestone_problems(starts, ends, rows, services.known_milestones(campaign))


def rows_refused(form: CampaignForm | ApplyForm, error: ValidationError) -> list[str]:
    """Put an error at the fields of the form; return what it says of the milestones, which stands beside their rows."""
    said = error.error_dict.pop("milestones", []) if hasattr(error, "error_dict") else []
    take_errors(form, error)
    return [line for one in said for line in one.messages]


def _initial(campaign: Campaign | None) -> dict[str, Any]:
    if campaign is None:
        today = clock.today()
        return {"kind": CampaignKind.THEME, "starts": today, "ends": today.replace(month=12, day=31)}
    names = ("kind", "contest", "title", "approach", "occasion", "document", "starts", "ends", "words", "version")
    values = {name: getattr(campaign, name) for name in names}
    values["criteria"] = "\n".join(campaign.criteria)
    values["items"] = list(campaign.work.values_list("item_id", flat=True))
    values["policies"] = list(campaign.policies.values_list("version_id", flat=True))
    return values


def _edit(request: Request, campaign: Campaign | None) -> HttpResponse:
    data, topic = posted(request), topic_asked(request) if campaign is None else None
    form = CampaignForm(
        data,
        work=work_open(request.user),
        policies=policies_offered(request.user, campaign),
        initial=_initial(campaign) | ({"title": topic.title} if topic else {}),
    )
    milestones = MilestoneRows(data, initial=milestone_rows(campaign), prefix="m")
    goals = GoalRows(data, initial=goal_rows(campaign), prefix="g")
    wrong: list[str] = []
    if data is not None and all([form.is_valid(), milestones.is_valid(), goals.is_valid()]):
        values = form.data_of(rows_of(milestones), rows_of(goals), form.cleaned_data["kind"])
        version = form.cleaned_data["version"] if campaign else None
        try:
            with transaction.atomic():
                saved = services.campaign_save(by=request.user, campaign=campaign, data=values, version=version)
                made_of(topic, request.user, "campaign", saved, f"载体：{saved.title}")
        except ValidationError as error:
            wrong = rows_refused(form, error)
        else:
            if data.get("do") == "publish" and saved.state == CampaignState.DRAFT:
                return redirect("campaign_publish", pk=saved.pk)
            messages.success(request, "草稿已保存" if saved.state == CampaignState.DRAFT else "已修改")
            return redirect("campaign_detail", pk=saved.pk)
    elif data is not None:
        wrong = rows_wrong(form, milestones, campaign)
    context = {
        "title": f"修改{quoted(campaign.title)}" if campaign else "新设载体：写明借助什么、到哪天、走哪几步",
        "page": "修改载体" if campaign else "新设载体",
        "form": form,
        "milestones": milestones,
        "goals": goals,
        "wrong": wrong,
        "draft": campaign is None or campaign.state == CampaignState.DRAFT,
        "cancel": reverse("campaign_detail", args=[campaign.pk]) if campaign else reverse("campaign_list"),
    }
    return render(request, "responsibilities/campaigns/edit.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(ONE)
def campaign_new(request: Request) -> HttpResponse:
    _require_assigner(request)
    places_assigned(request.user)
    return _edit(request, None)


@login_required
@require_http_methods(ONE)
def campaign_edit(request: Request, pk: int) -> HttpResponse:
    campaign = campaign_to_assign(request, pk, brand=False)
    if campaign.state not in (CampaignState.DRAFT, CampaignState.PUBLISHED):
        raise Conflict("载体已经结束，不能再改。", record=campaign)
    return _edit(request, campaign)


@login_required
@require_http_methods(ONE)
def campaign_publish(request: Request, pk: int) -> HttpResponse:
    """Confirm: publish, and invite all branches with the same click unless it is said otherwise."""
    campaign = campaign_to_assign(request, pk, brand=False)
    if campaign.state != CampaignState.DRAFT:
        raise Conflict("载体已经发布。", record=campaign)

    def act(_: dict[str, Any]) -> str:
        everybody = request.POST.get("do") != "alone"
        number = taking_part.campaign_publish(by=request.user, campaign=campaign, everybody=everybody)
        return f"载体已发布，已邀请 {number} 个支部" if number else "载体已发布"

    return acted(
        request,
        campaign,
        None,
        act,
        template="responsibilities/campaigns/publish.html",
        title=f"发布{quoted(campaign.title)}？",
        text=f"{campaign.starts:%Y-%m-%d} 至 {campaign.ends:%Y-%m-%d}，节点 {campaign.milestones.count()} 个。"
        "受邀的支部可以参加，也可以不参加；不参加的不作要求。",
        verb="发布，并邀请全部支部",
    )


@login_required
@require_http_methods(ONE)
def campaign_invite(request: Request, pk: int) -> HttpResponse:
    campaign = campaign_to_assign(request, pk, brand=False)
    places = taking_part.invitable(campaign)

    def act(values: dict[str, Any]) -> str:
        chosen = None if request.POST.get("do") == "all" else list(values["places"])
        number = taking_part.campaign_invite(by=request.user, campaign=campaign, places=chosen)
        return f"已邀请 {number} 个组织" if number else "没有新邀请的组织"

    return acted(
        request,
        campaign,
        InviteForm(posted(request), places=places),
        act,
        template="responsibilities/campaigns/invite.html",
        title=f"邀请参加{quoted(campaign.title)}" if places else "全部组织都已参加或受邀",
        places=places,
    )


@login_required
@require_http_methods(ONE)
def campaign_cancel(request: Request, pk: int) -> HttpResponse:
    campaign = campaign_to_assign(request, pk)

    def act(values: dict[str, Any]) -> str:
        services.campaign_cancel(by=request.user, campaign=campaign, reason=values["reason"])
        return "已终止"

    return acted(
        request,
        campaign,
        ReasonForm(posted(request), label="终止原因"),
        act,
        title=f"终止{quoted(campaign.title)}？",
        text="终止后不再关联记录，节点都不再计入；已有的记录不变。",
        verb="终止",
    )


@login_required
@require_http_methods(ONE)
def campaign_discard(request: Request, pk: int) -> HttpResponse:
    campaign = campaign_to_assign(request, pk, brand=False)
    if campaign.state != CampaignState.DRAFT:
        raise Conflict("载体已经发布，不能删除。", record=campaign)

    def act(_: dict[str, Any]) -> str:
        services.campaign_discard(by=request.user, campaign=campaign)
        return "草稿已删除"

    return acted(
        request,
        campaign,
        None,
        act,
        back=reverse("campaign_list"),
        title=f"删除草稿{quoted(campaign.title)}？",
        text="草稿还没有发布，删除后不能恢复。",
        verb="删除草稿",
    )


@login_required
@require_http_methods(ONE)
def milestone_move(request: Request, pk: int, milestone: int) -> HttpResponse:
    campaign = campaign_to_assign(request, pk)
    row = milestone_for(request, pk, milestone)

    def act(values: dict[str, Any]) -> str:
        services.milestone_move(by=request.user, milestone=row, **values)
        return f"节点{quoted(row.name)}已改期"

    return acted(
        request,
        campaign,
        MoveForm(posted(request), initial={"due": row.due}),
        act,
        title=f"节点{quoted(row.name)}改到哪天？",
        text=f"现在的时限是 {row.due:%Y-%m-%d}；原定时限和改期原因都保留。",
        verb="改期",
    )


@login_required
@require_http_methods(ONE)
def closing_judge(request: Request, pk: int, closing: int) -> HttpResponse:
    row = closing_to_judge(request, pk, closing)

    def act(values: dict[str, Any]) -> str:
        taking_part.closing_judge(by=request.user, closing=row, **values)
        return f"已评定{row.organisation.label}"

    return acted(
        request,
        row.campaign,
        JudgeForm(posted(request), brand=False, initial={"level": row.level, "reason": row.reason}),
        act,
        template="responsibilities/campaigns/judge.html",
        title=f"评定{row.organisation.label}：自评{row.get_own_level_display()}",
        verb="评定",
        closing=row,
        counted=summary_of(row.campaign, row.organisation).words,
    )


@login_required
@require_http_methods(ONE)
def outcome_of_whole(request: Request, pk: int) -> HttpResponse:
    campaign = campaign_to_assign(request, pk, brand=False)

    form = outcome_form(request, campaign, campaign.organisation)

    def act(_: dict[str, Any]) -> str:
        taking_part.outcome_add(
            by=request.user, campaign=campaign, organisation=campaign.organisation, data=form.outcome()
        )
        return "成效已登记"

    return acted(
        request, campaign, form, act, template="generic/form.html", title=f"{campaign.title}：登记成效", verb="登记"
    )
