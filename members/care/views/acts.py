"""What a branch enters about care: marks, their end, events, help; a note opened with a reason."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from branches.frame.acting import acted, posted
from branches.places.models.organisations import Organisation
from branches.reach.doors import needs
from branches.reach.rights import MEMBERS
from common import clock
from common.forms.fields import take_errors
from common.requests import Request
from members.activities.selectors.rosters import roster
from members.care import loaders, rights
from members.care.forms import EndForm, EventForm, HelpForm, MarkForm, NoteForm
from members.care.services import keeping
from members.care.services.notes import note_open
from members.dues.selectors.decisions import meeting_of, meetings_deciding
from members.roster.models.members import Member
from members.roster.namesakes import called


def _asked(request: Request) -> tuple[Organisation, Member | None, list[tuple[str, str]]]:
    """Return (branch, member of the address or None, whom the form offers): nobody outside the branch that the user keeps."""
    text = request.GET.get("member", "")
    if text:
        member = loaders.member_for(request, int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0)
        return member.home, member, []
    branch = loaders.require_branch(request)
    people = called(roster(branch, clock.today()))
    return branch, None, [(str(pk), name) for pk, name in people.items()]


def _one(request: Request, member: Member | None, values: dict[str, Any]) -> Member:
    return member if member is not None else loaders.member_for(request, values.pop("member"))


def _back(member: Member | None, branch: Organisation) -> str:
    return reverse("care_member", args=[member.pk]) if member else f"{reverse('care_list')}?organisation={branch.pk}"


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def care_mark_new(request: Request) -> HttpResponse:
    branch, member, people = _asked(request)

    def act(values: dict[str, Any]) -> str:
        row = keeping.mark_begin(by=request.user, member=_one(request, member, values), **values)
        return f"已登记{row.member.name}"

    return acted(
        request,
        MarkForm(posted(request), people=people),
        act,
        template="generic/form.html",
        title="登记关怀对象",
        sub=f"{member.name if member else branch.label}　登记为年老体弱的，同时不作硬性要求",
        verb="登记",
        cancel=_back(member, branch),
    )


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def care_mark_end(request: Request, pk: int) -> HttpResponse:
    mark = loaders.mark_for(request, pk)
    keeping.require_open(mark)

    def act(values: dict[str, Any]) -> str:
        row = keeping.mark_end(by=request.user, mark=mark, **values)
        kept = row.member.exempt_from is not None and row.kind == "frail"
        return "已结束" + ("；名册上的不作硬性要求仍然保留，不再需要的请在名册中更正" if kept else "")

    return acted(
        request,
        EndForm(posted(request)),
        act,
        title=f"结束{mark.member.name}的{mark.get_kind_display()}？",
        text="登记和备注保留五年，之后备注清空。",
        verb="结束",
        cancel=_back(mark.member, mark.member.home),
    )


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def care_event_new(request: Request) -> HttpResponse:
    branch, member, people = _asked(request)

    def act(values: dict[str, Any]) -> str:
        row = keeping.event_note(by=request.user, member=_one(request, member, values), **values)
        return f"已登记{row.member.name}，请按时走访"

    return acted(
        request,
        EventForm(posted(request), people=people),
        act,
        template="generic/form.html",
        title="登记住院、受灾等事由",
        sub=member.name if member else branch.label,
        verb="登记",
        cancel=_back(member, branch),
    )


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def care_help_new(request: Request) -> HttpResponse:
    branch, member, people = _asked(request)

    def act(values: dict[str, Any]) -> str:
        values["decided_in"] = meeting_of(branch, values["decided_in"])
        row = keeping.help_note(by=request.user, member=_one(request, member, values), **values)
        if row.use_id and row.decided_in_id is None:
            return f"已登记{row.member.name}的帮扶和党费使用；没有选择集体决定的会议，列为欠缺"
        return f"已登记{row.member.name}的帮扶" + ("和党费使用" if row.use_id else "")

    return acted(
        request,
        HelpForm(posted(request), people=people, meetings=meetings_deciding(branch)),
        act,
        template="generic/form.html",
        title="登记帮扶",
        sub=member.name if member else branch.label,
        verb="登记",
        cancel=_back(member, branch),
    )


def _note(request: Request, row: Any) -> HttpResponse:
    """Ask why a note is opened, and show it on this answer only."""
    own = rights.is_own(request.user, row.member)
    back = reverse("own_care") if own else reverse("care_member", args=[row.member_id])
    form = NoteForm(posted(request))
    plain = ""
    if request.method == "POST" and form.is_valid():
        try:
            plain = note_open(by=request.user, row=row, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            take_errors(form, error)
    context = {
        "title": f"{row.member.name}：{row.get_kind_display()}的备注",
        "plain": plain,
        "form": form,
        "cancel": back,
        "verb": "查看",
    }
    return render(request, "members/care/note.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def care_mark_note(request: Request, pk: int) -> HttpResponse:
    return _note(request, loaders.mark_for(request, pk, own=True))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def care_event_note(request: Request, pk: int) -> HttpResponse:
    return _note(request, loaders.event_for(request, pk, own=True))
