"""The end of a case that is given up, and its going on after all."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from branches.frame.acting import acted, posted
from branches.reach import access
from branches.reach.rights import MEMBERS
from common.errors import Conflict
from common.requests import Request
from members.development.forms import ReasonForm
from members.development.loaders import case_for
from members.development.selectors.cases import resumable
from members.development.services import cases as services
from members.roster.models.members import PARTY_STAGES


@login_required
@require_http_methods(["GET", "POST"])
def development_withdraw(request: Request, pk: int) -> HttpResponse:
    row = case_for(request, pk)
    access.require(request.user, MEMBERS, row.member.home)
    if row.member.stage in PARTY_STAGES:
        raise Conflict(services.ADMITTED, record=row)

    def act(values: dict[str, Any]) -> str:
        services.case_withdraw(by=request.user, case=row, **values)
        return f"已停止发展{row.member.name}"

    return acted(
        request,
        ReasonForm(posted(request)),
        act,
        title=f"不再发展{row.member.name}？",
        text=f"已登记的各步保留，不再要求后面的步骤；{row.member.name}从今天起仍为入党申请人，以后可以重新登记申请，或恢复办理这一项。",
        verb="不再发展",
        cancel=reverse("development_detail", args=[pk]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def development_resume(request: Request, pk: int) -> HttpResponse:
    """Go on with a case that was given up."""
    row = case_for(request, pk)
    access.require(request.user, MEMBERS, row.member.home)
    if not resumable(row):
        raise Conflict(services.NOT_RESUMED, record=row)

    def act(values: dict[str, Any]) -> str:
        services.case_resume(by=request.user, case=row, **values)
        return f"已恢复办理{row.member.name}的发展进程"

    return acted(
        request,
        ReasonForm(posted(request), label="恢复原因"),
        act,
        title=f"恢复办理{row.member.name}的发展进程？",
        text="已登记的各步重新生效，类别随之恢复；各步期限仍从原来的日期起算。",
        verb="恢复办理",
        cancel=reverse("development_detail", args=[pk]),
    )
