"""Targets from a sheet, and the empty sheet."""

import io

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from assessments.targets.forms.importing import SheetForm
from assessments.targets.loaders import plan_for
from assessments.targets.models import PlanState
from assessments.targets.services.importing import targets_import
from assessments.targets.sheet import LEDGER, read_sheet
from branches.audit import exports
from branches.frame.acting import posted
from common.errors import Conflict
from common.requests import Request
from common.tabular.blank import write_blank
from common.text import quoted
from common.uploads.sniffing import CONTENT_TYPES
from responsibilities.assigning import require_assigns

LINES = ("一行一个目标；定性目标的后续阶段另起一行，只填阶段、时限、标准。", "有一处错误就一行也不导入。")


@login_required
@require_http_methods(["GET", "POST"])
def target_import(request: Request, pk: int) -> HttpResponse:
    """Read a sheet into a draft: all of it, or what is wrong row by row."""
    plan = plan_for(request.user, pk)
    require_assigns(request.user, plan.organisation)
    if plan.state != PlanState.DRAFT:
        raise Conflict("目标计划已经下达，不能再导入。", record=plan)
    form = SheetForm(posted(request), request.FILES if request.method == "POST" else None)
    faults: list[str] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        read, rows = read_sheet(plan, file.read(), file.name)
        faults = [f"第 {one.row} 行{quoted(one.heading)}：{one.text}" if one.row else one.text for one in read.errors]
        if not faults:
            try:
                number = targets_import(by=request.user, plan=plan, rows=rows)
            except ValidationError as error:
                faults = error.messages
            else:
                messages.success(request, f"已导入 {number} 个目标")
                return redirect(f"{reverse('target_list')}?plan={plan.pk}")
    context = {
        "plan": plan,
        "form": form,
        "faults": faults,
        "title": f"{len(faults)} 处有误，没有导入" if faults else "导入目标",
        "sub": str(plan),
        "verb": "导入",
        "cancel": f"{reverse('target_list')}?plan={plan.pk}",
    }
    return render(request, "assessments/targets/import.html", context, status=422 if form.is_bound else 200)


@login_required
@require_GET
def target_sheet(request: Request, pk: int) -> HttpResponse:
    """An empty sheet with the headings that the import knows."""
    plan = plan_for(request.user, pk)
    require_assigns(request.user, plan.organisation)
    file = io.BytesIO()
    write_blank(LEDGER, {}, file, lines=LINES)
    return exports.attachment(file.getvalue(), "党建目标（空表）.xlsx", CONTENT_TYPES["xlsx"])
