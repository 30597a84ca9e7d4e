"""Hours brought from outside: stated by whoever keeps the roster, confirmed or given back by whoever reviews him."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from branches.frame.acting import acted, at_once, posted
from branches.reach.doors import needs
from branches.reach.rights import MEMBERS
from common import clock
from common.requests import Request
from members.education.brought import stated_of
from members.education.forms import BringForm, MendReturnForm
from members.education.loaders import brought_for, member_kept, year_asked
from members.education.models import BroughtHours, MendState
from members.education.services.bringing import hours_bring, hours_confirm, hours_return


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def education_bring(request: Request, pk: int) -> HttpResponse:
    """State what somebody who came this year, or in the year of the address, studied elsewhere before."""
    member, year = member_kept(request, pk), year_asked(request)
    before = stated_of(member, year)

    def act(values: dict[str, Any]) -> str:
        row = hours_bring(by=request.user, member=member, year=year, **values)
        after = "待上级确认后计入" if row.state == MendState.WAITING else "已计入学时"
        return f"已登记{member.name}转来 {row.hours:g} 学时，{after}"

    return acted(
        request,
        BringForm(posted(request)),
        act,
        template="generic/form.html",
        title=f"登记{member.name}{year}年转来的学时",
        sub=_said(before) or "转入前在原党组织的集中学习学时，以原党组织出具的证明为准；经上级确认后计入",
        verb="登记",
        cancel=reverse("member_detail", args=[pk]),
    )


def _said(row: BroughtHours | None) -> str:
    """Return what was stated before, and what became of it."""
    if row is None:
        return ""
    return f"已登记 {row.hours:g} 学时（{row.proof}），{row.get_state_display()}" + (
        f"：{row.reason}" if row.reason else ""
    )


def _back() -> str:
    return reverse("education_unknown")


@login_required
@require_POST
def education_brought_confirm(request: Request, pk: int) -> HttpResponse:
    row = brought_for(request, pk)

    def act() -> str:
        done = hours_confirm(by=request.user, row=row)
        return f"已确认{done.member.name}转来的 {done.hours:g} 学时"

    return at_once(request, act, _back())


@login_required
@require_http_methods(["GET", "POST"])
def education_brought_return(request: Request, pk: int) -> HttpResponse:
    row = brought_for(request, pk)

    def act(values: dict[str, Any]) -> str:
        hours_return(by=request.user, row=row, **values)
        return "已退回"

    return acted(
        request,
        MendReturnForm(posted(request)),
        act,
        title=f"退回{row.member.name}转来的学时？",
        text=f"{clock.in_words(row.counted_on)}转入，登记 {row.hours:g} 学时；退回后可以重新登记。",
        verb="退回",
        cancel=_back(),
    )
