"""A stage of an item: its dates and milestones, its waiver, its evidence."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from branches.frame.confirm_with_reason import confirm_with_reason
from branches.reach import access
from branches.reach.rights import ASSIGN, DUTIES, RECORD, VIEW
from common import clock
from common.errors import Conflict
from common.forms.fields import take_errors
from common.requests import Request
from members.activities.models import Activity
from responsibilities.work.forms.stages import PaperForm, StageForm
from responsibilities.work.loaders import stage_for
from responsibilities.work.models import STAGE_SHORT, Milestone, StageEvidence, SyncStage
from responsibilities.work.rights import carriers_of, powers_for, require
from responsibilities.work.rules import STAGE_KINDS
from responsibilities.work.selectors.candidates import candidates, point_of
from responsibilities.work.selectors.items import stage_name
from responsibilities.work.selectors.stage_words import pick_url, state_words
from responsibilities.work.services.evidence import evidence_link, evidence_paper, evidence_remove, may_link
from responsibilities.work.services.stages import stage_unwaive, stage_update, stage_waive
from responsibilities.work.stages import SyncPoint, sync_points, worst


def _back(stage: SyncStage) -> str:
    return reverse("work_detail", args=[stage.item_id])


def _finding(stage: SyncStage) -> str:
    """Return how the stage stands, at the worst of its milestones where it has some."""
    point = worst([point for point in sync_points([stage.item_id]) if point.stage == stage.pk])
    name = f"{stage.get_stage_display()}（{point.name}）" if point.name else stage.get_stage_display()
    return f"{name}：{state_words(point)}"


@login_required
@require_http_methods(["GET", "POST"])
def stage_edit(request: Request, pk: int) -> HttpResponse:
    stage = stage_for(request.user, pk)
    powers, carriers = powers_for(request.user, stage.item)
    require(powers.notes(stage.item, carriers), request.user, DUTIES, stage.item)
    edits = powers.edits(stage.item)
    form = StageForm(request.POST or None, stage=stage, edits=edits)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                stage_update(by=request.user, stage=stage, data=form.data_of(), seen=form.cleaned_data["seen"])
            except ValidationError as error:
                form.refuse(error)
            except Conflict as conflict:
                form.add_error(None, conflict.message)
                status = 409
            else:
                messages.success(request, "业务进展已登记")
                return redirect(_back(stage))
    context = {
        "title": _finding(stage),
        "sub": f"{stage.item.name}　登记业务进展",
        "stage": stage,
        "form": form,
        "edits": edits,
        "divided": bool(form.parts.initial),
        "cancel": _back(stage),
        "may_waive": powers.waives(stage.item),
    }
    return render(request, "responsibilities/work/stage.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def stage_waive_page(request: Request, pk: int) -> HttpResponse:
    """Agree that no Party work goes with a stage, or (where that was agreed) take it back."""
    stage = stage_for(request.user, pk)
    powers, _ = powers_for(request.user, stage.item)
    require(powers.waives(stage.item), request.user, ASSIGN, stage.item)
    if stage.waived_at:
        if request.method == "POST":
            stage_unwaive(by=request.user, stage=stage)
            messages.success(request, "免予同步已撤销")
            return redirect(_back(stage))
        context = {
            "title": f"撤销“{stage.item.name}”{stage.get_stage_display()}的免予",
            "text": f"撤销后，这个环节重新计入应同步。原来的理由：{stage.waived_reason}",
            "verb": "撤销免予",
            "cancel": _back(stage),
        }
        return render(request, "generic/confirm.html", context)

    def act(reason: str) -> None:
        stage_waive(by=request.user, stage=stage, reason=reason)
        messages.success(request, "已登记为免予同步")

    return confirm_with_reason(
        request,
        act,
        label="原因",
        title=f"同意“{stage.item.name}”{stage.get_stage_display()}免予同步",
        text="免予后，这个环节不计入应同步和同步率；原因和批准人会显示在业务页面上。",
        verb="同意免予",
        back=_back(stage),
    )


def _point(request: Request, stage: SyncStage) -> SyncPoint:
    """Return the point that the address (or the form) names: the stage, or one of its milestones."""
    text = request.POST.get("milestone") or request.GET.get("milestone") or ""
    if text and not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Http404
    point = point_of(stage, int(text) if text else None)
    if point is None:
        raise Http404
    return point


def _milestone(stage: SyncStage, point: SyncPoint) -> Milestone | None:
    return stage.milestones.filter(pk=point.milestone).first() if point.milestone else None


@login_required
@require_http_methods(["GET", "POST"])
def evidence_pick(request: Request, pk: int) -> HttpResponse:
    """The picker: records near the business date, the best first; one click links one, boxes link several."""
    stage = stage_for(request.user, pk)
    item = stage.item
    require(may_link(request.user, item, carriers_of(item)), request.user, RECORD, item)
    point = _point(request, stage)
    if request.method == "POST":
        chosen = [pk for pk in dict.fromkeys(request.POST.getlist("activity")) if pk]
        rows = [access.get_for(Activity.objects, request.user, VIEW, pk=pk) for pk in chosen[:20]]
        if not rows:
            messages.error(request, "请先选择记录。")
            return redirect(pick_url(point))
        try:
            for activity in rows:
                evidence_link(by=request.user, stage=stage, activity=activity, milestone=_milestone(stage, point))
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
            return redirect(pick_url(point))
        messages.success(request, f"已关联 {len(rows)} 条记录到“{stage_name(point)}”")
        return redirect(_back(stage))
    offered = candidates(request.user, point, item)
    kind = next(iter(STAGE_KINDS[point.kind]))
    place = point.carriers[0] if point.carriers else item.organisation_id
    context = {
        "title": f"“{stage_name(point)}”前后有 {len(offered)} 条记录，最合适的在前"
        if offered
        else f"为“{stage_name(point)}”补佐证",
        "sub": f"{item.name}　业务 {clock.short(point.happened) if point.happened else '日期未登记'}",
        "stage": stage,
        "item": item,
        "point": point,
        "found": offered,
        "others": _other_milestones(stage, point),
        "new_url": f"{reverse('activity_new')}?organisation={place}&kind={kind.value}&links={_key(point)}",
        "paper_url": reverse("evidence_paper", args=[stage.pk])
        + (f"?milestone={point.milestone}" if point.milestone else ""),
        "short": STAGE_SHORT[point.kind],
    }
    return render(request, "responsibilities/work/pick.html", context)


def _key(point: SyncPoint) -> str:
    return f"m{point.milestone}" if point.milestone else f"s{point.stage}"


def _other_milestones(stage: SyncStage, point: SyncPoint) -> list[dict[str, str]]:
    """The other milestones of the stage, each with the address of its own picker."""
    others = [one for one in sync_points([stage.item_id]) if one.stage == stage.pk and one.milestone]
    return [{"name": one.name, "url": pick_url(one)} for one in others if one.milestone != point.milestone]


@login_required
@require_http_methods(["GET", "POST"])
def evidence_paper_page(request: Request, pk: int) -> HttpResponse:
    stage = stage_for(request.user, pk)
    item = stage.item
    require(may_link(request.user, item, carriers_of(item)), request.user, RECORD, item)
    point = _point(request, stage)
    form = PaperForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                evidence_paper(by=request.user, stage=stage, milestone=_milestone(stage, point), **form.cleaned_data)
            except ValidationError as error:
                take_errors(form, error)
            else:
                messages.success(request, f"材料已作为“{stage_name(point)}”的佐证")
                return redirect(_back(stage))
    context = {
        "title": f"上传“{stage_name(point)}”的材料",
        "sub": item.name,
        "form": form,
        "verb": "上传",
        "upload": True,
        "cancel": pick_url(point),
        "pick": pick_url(point),
    }
    return render(request, "responsibilities/work/paper.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def evidence_remove_page(request: Request, pk: int) -> HttpResponse:
    rows = StageEvidence.objects.select_related(
        "stage__item__organisation", "milestone", "activity__organisation__parent", "paper"
    )
    evidence = access.get_for(rows, request.user, VIEW, pk=pk)
    stage = evidence.stage
    allowed = may_link(request.user, stage.item, carriers_of(stage.item), evidence.activity)
    require(allowed, request.user, RECORD, stage.item)

    def act(reason: str) -> None:
        evidence_remove(by=request.user, evidence=evidence, reason=reason)
        messages.success(request, "佐证已撤下")

    return confirm_with_reason(
        request,
        act,
        label="撤下的原因",
        title=f"从“{stage.item.name}”{stage.get_stage_display()}撤下“{evidence}”",
        text="撤下后，这个环节重新判定；记录本身不受影响。撤下的人、时间和原因会留在业务页面和审计记录中。",
        verb="撤下佐证",
        back=_back(stage),
    )
