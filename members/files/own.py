"""What is behind one's own page: the meetings behind the attendance, asking for a correction, taking one's data along."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from branches.audit import exports
from branches.reach.doors import needs
from branches.reach.rights import MEMBERS, VIEW
from common import clock
from common.forms.fields import take_errors
from common.requests import Request
from members.activities.models import Activity, ActivityKindCode, Attendance, AttendanceState
from members.activities.study import STUDY_KINDS
from members.corrections.services import correction_ask, keepers_of
from members.files.along import document, record
from members.files.forms import CorrectionForm
from members.files.selectors import entries_called, entries_of_year, own_file
from members.files.views import own_page
from members.roster.loaders import member_for
from members.roster.models.members import Member

PER_PAGE = 50
# What may be asked for: the organisation life he was expected at, or one state of his attendance.
CALLED, THERE = "called", "there"
_STATES = [(CALLED, "应参加组织生活"), (THERE, "出席和线上"), *AttendanceState.choices]


def _no_file(request: Request) -> HttpResponse:
    return render(request, "members/files/no_file.html", status=404)


@login_required
@require_GET
def own_meetings(request: Request) -> HttpResponse:
    """The meetings of this year that make up one number of the own attendance, or all of them."""
    member = own_file(request.user)
    if member is None:
        return _no_file(request)
    return _meetings(request, member, own=True)


@needs(MEMBERS)
@require_GET
def member_meetings(request: Request, pk: int) -> HttpResponse:
    """The same of somebody whose roster the user keeps; a record opens where he may read it."""
    return _meetings(request, member_for(request, pk), own=False)


def _meetings(request: Request, member: Member, *, own: bool) -> HttpResponse:
    asked = request.GET
    state = asked.get("state", "") if asked.get("state", "") in dict(_STATES) else ""
    kind = asked.get("kind", "") if asked.get("kind", "") in ActivityKindCode.values else ""
    year = clock.today().year
    rows = _narrowed(member, year, state, kind, study=asked.get("study") == "1")
    page = Paginator(rows, PER_PAGE).get_page(asked.get("page"))
    opened = {row.activity_id for row in page.object_list}
    if not own:
        opened = set(Activity.objects.visible_to(request.user, VIEW).filter(pk__in=opened).values_list("pk", flat=True))
    word = dict(_STATES)[state] if state else "各类活动考勤"
    if kind:
        word = f"{ActivityKindCode(kind).label}{'' if not state else word}"
    context = {
        "page": page,
        "title": f"{year}年{word} {page.paginator.count} 次",
        "sub": f"{'我的考勤' if own else '考勤'}　{member.name}　{member.home.label}",
        "empty_title": f"{year}年没有{word}的活动",
        "state": state,
        "states": _STATES,
        "kind": kind,
        "member": member,
        "own": own,
        "opened": opened,
        "back": reverse("member_own") if own else reverse("member_detail", args=[member.pk]),
    }
    return render(request, "members/files/meetings.html", context)


def _narrowed(member: Member, year: int, state: str, kind: str, *, study: bool) -> Any:
    """Return the entries of a year that make up one number."""
    if state == CALLED:
        rows = entries_called(member, year)
    else:
        rows = entries_of_year(member, year, "" if state == THERE else state)
    if state == THERE or study:
        rows = rows.filter(state__in=(AttendanceState.PRESENT, AttendanceState.ONLINE))
    if kind:
        rows = rows.filter(activity__kinds__kind=kind)
    elif study:
        rows = rows.filter(activity__kinds__kind__in=STUDY_KINDS).distinct()
    return rows.select_related("activity__organisation__parent").prefetch_related("activity__kinds")


def _entry(member: Member, asked: str) -> Attendance:
    """Return the member's entry in a counting record of an address; Http404 where there is none."""
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 18 else 0
    rows = entries_of_year(member, None).select_related("activity__organisation__parent")
    found: Attendance = get_object_or_404(rows.prefetch_related("activity__kinds"), activity=number)
    return found


@login_required
@require_GET
def own_meeting(request: Request, pk: int) -> HttpResponse:
    """One meeting as it concerns the member: what it was, how he stands in it, and asking to have that put right."""
    member = own_file(request.user)
    if member is None:
        return _no_file(request)
    entry = _entry(member, str(pk))
    return render(
        request, "members/files/meeting.html", _meeting(member, entry, CorrectionForm(member=member, meeting=entry))
    )


def _meeting(member: Member, entry: Attendance, form: CorrectionForm) -> dict[str, Any]:
    activity = entry.activity
    asked = member.corrections.filter(activity=activity).order_by("-pk").first()
    return {
        "title": f"{clock.in_words(activity.day)}：{activity.title or activity.kinds_label}",
        "entry": entry,
        "activity": activity,
        "asked": asked,
        "form": None if asked is not None and asked.open else form,
        "keepers": "、".join(user.name for user in keepers_of(member)),
    }


@login_required
def own_correction(request: Request) -> HttpResponse:
    """Ask for the own file, or the own attendance of a record, to be corrected; what is not clear comes back where it was written."""
    member = own_file(request.user)
    if member is None:
        return _no_file(request)
    asked = request.GET.get("meeting", "")
    entry = _entry(member, asked) if asked else None
    if request.method != "POST":
        if entry is not None:
            return redirect("own_meeting", entry.activity_id)
        return redirect(f"{reverse('member_own')}#corrections")
    form = CorrectionForm(request.POST, member=member, meeting=entry)
    if form.is_valid():
        try:
            correction = correction_ask(by=request.user, member=member, **form.values())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"已送党支部核对：{correction.about}")
            return redirect(f"{reverse('member_own')}#corrections")
    if entry is not None:
        return render(request, "members/files/meeting.html", _meeting(member, entry, form), status=422)
    return own_page(request, member, form=form)


FORMATS = ("docx", "json")


@login_required
@require_POST
def own_export(request: Request) -> HttpResponse:
    """Take along everything that is kept of oneself, as a document or as data; numbers stay masked."""
    member = own_file(request.user)
    if member is None:
        return _no_file(request)
    kind = request.POST.get("format", "docx")
    if kind not in FORMATS:
        raise Http404
    data = document(member) if kind == "docx" else record(member)
    name = f"{member.name}的党员档案-{clock.today():%Y%m%d}.{kind}"
    return exports.send_document(
        request, data, name, verb="own_file.export", obj=member, organisation=member.home, after={"format": kind}
    )
