"""A stage of an item: its dates and milestones, its waiver."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from branches.frame.confirm_with_reason import confirm_with_reason
from branches.reach.rights import ASSIGN, DUTIES
from common.errors import Conflict
from common.requests import Request
from common.text import quoted
from responsibilities.work.forms.stages import StageForm
from responsibilities.work.loaders import stage_for
from responsibilities.work.models import SyncStage
from responsibilities.work.rights import powers_for, require
from responsibilities.work.selectors.stage_words import state_words
from responsibilities.work.services.stages import stage_unwaive, stage_update, stage_waive
from responsibilities.work.stages import sync_points, worst


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
    form = StageForm(
        request.POST or None, stage=stage, by=request.user, edits=edits, corrects=powers.corrects(stage.item)
    )
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
            "title": f"撤销{quoted(stage.item.name)}{stage.get_stage_display()}的免予",
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
        title=f"同意{quoted(stage.item.name)}{stage.get_stage_display()}免予同步",
        text="免予后，这个环节不计入应同步和同步率；原因和批准人会显示在业务页面上。",
        verb="同意免予",
        back=_back(stage),
    )
