"""Draft, issue and change a plan and its targets; share a target out."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from assessments.targets.forms.targets import STAGE_ROWS, AdjustForm, PlanForm, StageFormSet, TargetForm
from assessments.targets.loaders import plan_for, target_for
from assessments.targets.models import PlanState, Split, Target, TargetPlan
from assessments.targets.rules import plain
from assessments.targets.selectors.places import places_owing, places_sharing
from assessments.targets.services import aims, guards, moves
from assessments.targets.services import plans as services
from assessments.targets.services.next_year import plan_like_last_year
from assessments.targets.services.shares import proposed, target_divide
from branches.frame.acting import Done, acted, at_once, posted
from branches.places.loaders import organisation_for
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import REVIEW, VIEW
from common.requests import Request
from members.activities.models import ActivityKindCode
from members.activities.selectors.meetings import meetings_at
from members.cadres.from_topic import made_of, topic_asked
from responsibilities.assigning import assigns_anywhere, places_assigned, refusal, require_assigns
from responsibilities.supervision.forms import ReasonForm

_AMOUNT = re.compile(r"place-([0-9]{1,18})")
# Meetings that may have approved a plan.
_APPROVING = (ActivityKindCode.PARTY_GROUP_MEETING, ActivityKindCode.COMMITTEE_PLENARY, ActivityKindCode.PARTY_SPECIAL)


def _list_url(plan: TargetPlan) -> str:
    return f"{reverse('target_list')}?plan={plan.pk}"


@login_required
@require_http_methods(["GET", "POST"])
def plan_new(request: Request) -> HttpResponse:
    """A new plan, empty or like last year's."""
    access.require_anywhere(request.user, VIEW)
    if not assigns_anywhere(request.user):
        raise refusal(request.user)
    places = places_assigned(request.user).filter(archived_on__isnull=True).exclude(kind=Kind.SMALL_GROUP)

    def act(values: dict[str, Any]) -> Done:
        plan = _made(request, values)
        return f"已起草{plan}", _list_url(plan)

    return acted(
        request,
        PlanForm(posted(request), places=places, initial={"title": ""}),
        act,
        template="assessments/targets/plan_form.html",
        title="制定目标计划",
        verb="起草",
        cancel=reverse("target_list"),
    )


def _made(request: Request, values: dict[str, Any]) -> TargetPlan:
    if request.POST.get("like") == "last":
        return plan_like_last_year(
            by=request.user, organisation=values["organisation"], year=values["year"], title=values["title"]
        )
    return services.plan_make(by=request.user, **values)


@login_required
@require_http_methods(["GET", "POST"])
def target_new(request: Request, pk: int) -> HttpResponse:
    plan = plan_for(request.user, pk)
    require_assigns(request.user, plan.organisation)
    guards.require_open_plan(plan)
    return _target_page(request, plan, None)


@login_required
@require_http_methods(["GET", "POST"])
def target_edit(request: Request, pk: int) -> HttpResponse:
    target = target_for(request.user, pk)
    require_assigns(request.user, target.plan.organisation)
    if target.plan.state != PlanState.DRAFT:
        return redirect("target_adjust", pk=pk)
    return _target_page(request, target.plan, target)


def _target_page(request: Request, plan: TargetPlan, target: Target | None) -> HttpResponse:
    sent, topic = posted(request), topic_asked(request) if target is None else None
    initial, rows = _initial(request, target)
    initial |= {"name": topic.title} if topic else {}
    form = TargetForm(sent, plan=plan, user=request.user, target=target, initial=initial)
    stages = StageFormSet(sent, prefix="stage", initial=rows)

    def act(_: dict[str, Any]) -> Done:
        found = [row.stage_data() for row in stages.forms]
        data = form.target_data([row for row in found if row is not None])
        if target is None:
            with transaction.atomic():
                kept = aims.target_add(by=request.user, plan=plan, data=data)
                made_of(topic, request.user, "target", kept, f"目标：{kept.name}")
        else:
            kept = aims.target_update(by=request.user, target=target, data=data)
        again = reverse("target_new", args=[plan.pk]) if request.POST.get("do") == "again" else ""
        return f"已保存：{kept.code} {kept.name}", again

    return acted(
        request,
        form,
        act,
        template="assessments/targets/target_form.html",
        also=(stages,),
        stages=stages,
        plan=plan,
        target=target,
        title="修改目标" if target else "添加目标",
        sub=str(plan),
        cancel=_list_url(plan),
    )


def _initial(request: Request, target: Target | None) -> tuple[dict, list[dict]]:
    """Return (initial values of the form, rows of stages, blanks at the end)."""
    if target is None:
        parent = request.GET.get("parent", "")
        return ({"parent": int(parent)} if re.fullmatch(r"[0-9]{1,18}", parent) else {}), [{}] * STAGE_ROWS
    names = [name for name in TargetForm.base_fields if name not in ("parent", "holder", "collect")]
    values = {name: getattr(target, name) for name in names}
    values |= {"parent": target.parent_id, "holder": target.holder_id, "collect": target.collect_id}
    rows = [
        {"criterion": row.criterion, "due": row.due, "part": row.part, "kinds": row.kinds, "word": row.word}
        for row in target.stages.all()
    ]
    return values, [*rows, *[{}] * (STAGE_ROWS - len(rows))]


@login_required
@require_http_methods(["GET", "POST"])
def target_remove(request: Request, pk: int) -> HttpResponse:
    target = target_for(request.user, pk)
    require_assigns(request.user, target.plan.organisation)
    guards.require_deletable(target)

    def act(_: dict[str, Any]) -> str:
        aims.target_delete(by=request.user, target=target)
        return f"已删除：{target.name}"

    return acted(
        request,
        None,
        act,
        title=f"删除目标：{target.name}？",
        text="目标从草稿中删除，不能恢复。",
        verb="删除",
        cancel=_list_url(target.plan),
    )


@login_required
@require_http_methods(["GET", "POST"])
def plan_approve(request: Request, pk: int) -> HttpResponse:
    """Say which recorded meeting approved the plan."""
    plan = plan_for(request.user, pk)
    require_assigns(request.user, plan.organisation)
    guards.require_open_plan(plan)
    records = meetings_at(request.user, _APPROVING, plan.organisation)[:30]
    if request.method == "POST":
        chosen = request.POST.get("activity", "")
        record = next((row for row in records if str(row.pk) == chosen), None)
        if chosen and record is None:
            raise Http404
        services.plan_approved(by=request.user, plan=plan, activity=record)
        messages.success(request, "已登记审定会议" if record else "已取消审定会议")
        return redirect(_list_url(plan))
    context = {"plan": plan, "records": records, "title": "审定目标计划的会议", "sub": str(plan)}
    return render(request, "assessments/targets/approve.html", context)


@login_required
@require_POST
def plan_issue(request: Request, pk: int) -> HttpResponse:
    plan = plan_for(request.user, pk)
    require_assigns(request.user, plan.organisation)

    def act() -> str:
        services.plan_issue(by=request.user, plan=plan)
        return f"已下达{plan}，从今天起按目标计量"

    return at_once(request, act, _list_url(plan))


@login_required
@require_http_methods(["GET", "POST"])
def target_adjust(request: Request, pk: int) -> HttpResponse:
    """Change how much is to be reached, from today on, with a reason."""
    target = target_for(request.user, pk)
    require_assigns(request.user, target.plan.organisation)
    guards.require_adjustable(target)
    place = _place_of(request, target)

    def act(values: dict[str, Any]) -> str:
        moves.target_adjust(by=request.user, target=target, organisation=place, **values)
        return "已调整，从今天起按新的数值计量"

    return acted(
        request,
        AdjustForm(posted(request), initial={"planned": target.planned}),
        act,
        title=f"调整目标：{target.name}{f'（{place.label}）' if place else ''}",
        text="今天以前的各天仍按原来的数值判断；调整的原因对承担的组织可见。",
        verb="调整",
        cancel=reverse("target_detail", args=[pk]),
    )


def _place_of(request: Request, target: Target) -> Organisation | None:
    """Return the organisation of the address whose share is meant, None for the target itself; 404 for one that owes nothing."""
    pk = request.GET.get("organisation", "")
    if not pk:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", pk):
        raise Http404
    place = places_owing(target).filter(pk=pk).first()
    if place is None:
        raise Http404
    return place


@login_required
@require_http_methods(["GET", "POST"])
def target_stop(request: Request, pk: int) -> HttpResponse:
    target = target_for(request.user, pk)
    require_assigns(request.user, target.plan.organisation)
    guards.require_running(target)

    def act(values: dict[str, Any]) -> str:
        moves.target_stop(by=request.user, target=target, **values)
        return f"已停止：{target.name}"

    return acted(
        request,
        ReasonForm(posted(request), label="停止的原因"),
        act,
        title=f"停止目标：{target.name}？",
        text="停止后不再计入任何比例，已有的数值和原因仍可查看。",
        verb="停止",
        cancel=reverse("target_detail", args=[pk]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def target_share_out(request: Request, pk: int) -> HttpResponse:
    """Share an amount out: what is proposed stands in the table, and is confirmed with one click."""
    target = target_for(request.user, pk)
    top = _top(request, target)
    if top is None:
        require_assigns(request.user, target.plan.organisation)
    if target.split != Split.DIVIDED:
        raise Http404
    guards.require_open_plan(target.plan)
    guards.require_not_stopped(target)
    places = places_sharing(target, top)
    faults: list[str] = []
    wrong: set[int] = set()
    amounts = {pk: f"{amount:f}" for pk, amount in proposed(target, top).items()}
    standing = {
        share.organisation_id: plain(share.planned)
        for share in target.shares.filter(ends__isnull=True, organisation__in=[place.pk for place in places])
    }
    reason = request.POST.get("reason", "")
    if request.method == "POST":
        typed, wrong = _typed(request)
        amounts |= typed
        if wrong:
            faults = ["分解的数量请填写整数。"]
        else:
            try:
                numbers = {pk: Decimal(text) for pk, text in typed.items()}
                changed = target_divide(by=request.user, target=target, amounts=numbers, reason=reason, top=top)
            except ValidationError as error:
                faults = error.messages
            else:
                messages.success(request, f"已分解到 {len(places)} 个组织，{changed} 个有变动")
                return redirect("target_detail", pk=pk)
    context = {
        "target": target,
        "top": top,
        "rows": [(place, amounts.get(place.pk, ""), standing.get(place.pk, "")) for place in places],
        "faults": faults,
        "wrong": wrong,
        "reason": reason,
        "needs_reason": bool(standing) and target.plan.state == PlanState.ISSUED,
        "title": f"分解到 {len(places)} 个组织",
        "sub": f"{target.name}　{top.label if top else target.plan.organisation.label}",
    }
    return render(request, "assessments/targets/share_out.html", context, status=422 if faults else 200)


def _top(request: Request, target: Target) -> Organisation | None:
    pk = request.GET.get("organisation", "")
    if not pk:
        return None
    top = organisation_for(request, pk)
    if (
        not target.plan.organisation.contains(top)
        or not target.shares.filter(organisation=top, ends__isnull=True).exists()
    ):
        raise Http404
    places = [place.pk for place in places_sharing(target, top)]
    if not places:
        raise Http404
    # Whoever leads a general branch reviews its branches, not itself.
    access.require_each(request.user, REVIEW, places)
    return top


def _typed(request: Request) -> tuple[dict[int, str], set[int]]:
    """Return ({organisation id: number as typed}, the ids of what is no number)."""
    typed, wrong = {}, set()
    for name, value in request.POST.items():
        match = _AMOUNT.fullmatch(name)
        if match is None:
            continue
        pk, text = int(match[1]), str(value).strip()[:12] or "0"
        typed[pk] = text
        try:
            is_number = Decimal(text).is_finite()
        except InvalidOperation:
            is_number = False
        if not is_number:
            wrong.add(pk)
    return typed, wrong
