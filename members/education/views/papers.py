"""A member's certificate of hours, and the ledger of a branch as a file."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from branches.audit import exports
from branches.reach.doors import needs, recent_login
from branches.reach.rights import MEMBERS
from common.documents.sheet import Sheet
from common.requests import Request
from members.education.loaders import branch_asked, member_read, year_asked
from members.education.sheets import LEDGER_COLUMNS, certificate, ledger_rows
from members.roster.models.members import Member


def _sheet(request: Request, pk: int) -> tuple[Member, int, Sheet]:
    member, year = member_read(request, pk), year_asked(request)
    return member, year, certificate(member, year)


@login_required
@require_GET
def education_certificate(request: Request, pk: int) -> HttpResponse:
    member, year, sheet = _sheet(request, pk)
    own = member.account_id == request.user.pk
    back = reverse("member_own") if own else reverse("member_detail", args=[pk])
    context = {
        "sheet": sheet,
        "crumbs": [("我的档案" if own else member.name, back), (f"{year} 年学时证明", "")],
        "download": f"{reverse('education_certificate_download', args=[pk])}?year={year}",
    }
    return render(request, "generic/sheet.html", context)


@login_required
@require_POST
def education_certificate_download(request: Request, pk: int) -> HttpResponse:
    member, _, sheet = _sheet(request, pk)
    return exports.send_sheet(request, sheet, verb="study_certificate.export", obj=member)


@needs(MEMBERS)
@require_POST
@recent_login
def education_export(request: Request) -> HttpResponse:
    """The ledger of a branch's year; each row is a person, so it is the branch's own roster keeper who has it."""
    branch = branch_asked(request)
    year = year_asked(request)
    return exports.send(
        request,
        rows=ledger_rows(branch, year),
        columns=LEDGER_COLUMNS,
        name=f"{branch.label}{year}年学习培训台账",
        verb="study.export",
        obj=branch,
    )
