"""A member's file, his own or one within reach. Numbers are masked; one at a time can be unmasked, with a reason."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from branches.reach import access
from branches.reach.doors import needs, recent_login
from branches.reach.rights import IDENTITY, MEMBERS, VIEW
from common.forms.fields import take_errors
from common.requests import Request
from members.care.rights import keeps
from members.files.selectors import own_file
from members.roster.forms import UnmaskForm
from members.roster.loaders import member_for
from members.roster.models.members import Member
from members.roster.sections import Drawn, Reader, drawn, place_of
from members.roster.services.unmask import FIELDS, member_unmask
from members.transfers.selectors.listing import given_away


def _sections(reader: Reader) -> dict[str, Any]:
    """Return {sections, wide, narrow, findings} of a file as its reader sees it."""
    found = drawn(reader)

    def column(side: bool) -> list[Drawn]:
        first = [one for one in found if one.context.get("first")]
        placed = [
            one
            for one in found
            if one not in first and (place := place_of(one.section, reader.own)) is not None and place.side == side
        ]
        return placed if side else [*first, *placed]

    findings = [said for one in found if (said := one.context.get("finding"))]
    return {"sections": found, "wide": column(False), "narrow": column(True), "findings": findings, "reader": reader}


def _attendance(page: dict[str, Any]) -> str:
    """Return the line about the year's organisation life, as his duty counts it."""
    called = next((one.context["called"] for one in page["sections"] if one.section.key == "attendance"), None)
    return f"今年{called.words}" if called is not None and called.expected else "今年还没有考勤"


def _title(page: dict[str, Any]) -> str:
    """Return the finding: what presses, else how he stood in the year's organisation life."""
    hours = sorted(page["findings"], key=lambda said: not said.startswith("学时"))
    return "，".join(hours[:2]) or _attendance(page)


@needs(VIEW)
def member_detail(request: Request, pk: int) -> HttpResponse:
    try:
        member = member_for(request, pk, VIEW)
    except Http404:
        # The branch that gave him away reads where he went, and nothing of what became of him since.
        if (transfer := given_away(request.user, pk)) is None:
            raise
        return render(request, "members/files/moved.html", {"transfer": transfer}, status=404)
    manages = access.has_right(request.user, MEMBERS, member.home)
    page = _sections(Reader(request.user, member, own=False, manages=manages))
    belonging: dict[str, Any] = next((one.context for one in page["sections"] if one.section.key == "belonging"), {})
    context = {
        **page,
        "member": member,
        "title": f"{member.name}：{_title(page)}",
        "sub": f"{member.home.label}　{member.get_stage_display()}",
        "manages": manages,
        "belongs": belonging.get("belongs", False),
        "cares": keeps(request.user, member.home),
        "crumbs": [{"label": "党员名册", "url": reverse("member_list")}, {"label": member.name}],
    }
    return render(request, "members/files/detail.html", context)


@login_required
def member_own(request: Request) -> HttpResponse:
    """The own file of a member whose account is linked to it, and who else can read it."""
    member = own_file(request.user)
    if member is None:
        return render(request, "members/files/no_file.html", status=404)
    return own_page(request, member)


def own_page(request: Request, member: Member, **context: Any) -> HttpResponse:
    """Draw the own page. context: beside what every one has; `form`: a correction that was not clear, in its place."""
    manages = access.has_right(request.user, MEMBERS, member.home)
    page = _sections(Reader(request.user, member, own=True, manages=manages))
    if form := context.pop("form", None):
        for one in page["sections"]:
            if one.section.key == "corrections":
                one.context["form"] = form
    title, said = _title(page), _attendance(page)
    who = f"{member.name}　{member.home.label}"
    context = {"member": member, "title": title, "sub": who if title == said else f"{who}　{said}", **page, **context}
    status = 422 if form else 200
    return render(request, "members/files/own.html", context, status=status)


@needs(IDENTITY)
@never_cache
@require_POST
@recent_login
def member_unmask_view(request: Request, pk: int) -> HttpResponse:
    """Show one number of one person on this answer only."""
    member = member_for(request, pk, IDENTITY)
    form = UnmaskForm(request.POST)
    if form.is_valid():
        try:
            plain = member_unmask(by=request.user, member=member, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            context = {"member": member, "label": FIELDS[form.cleaned_data["field"]], "plain": plain}
            return render(request, "members/files/unmasked.html", context)
    for errors in form.errors.values():
        messages.error(request, str(errors[0]))
    return redirect("member_detail", pk)
