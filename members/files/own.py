"""Views of a member without a post: the meetings behind his attendance, and asking for a correction."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from common import clock
from common.forms.fields import take_errors
from common.requests import Request
from members.activities.models import AttendanceState
from members.files.forms import CorrectionForm
from members.files.selectors import entries_called, entries_of_year
from members.files.services import correction_ask, keepers_of
from members.roster.models.members import Member

PER_PAGE = 50
# What may be asked for: the organisation life he was expected at, or one state of his attendance.
CALLED = "called"
_STATES = [(CALLED, "应参加组织生活"), *AttendanceState.choices]


def _own_member(request: Request) -> Member | None:
    return Member.objects.select_related("home").filter(account=request.user.pk).first()


def _no_file(request: Request) -> HttpResponse:
    return render(request, "members/files/no_file.html", status=404)


@login_required
def own_meetings(request: Request) -> HttpResponse:
    """The meetings of this year that make up one number of the own attendance, or all of them."""
    member = _own_member(request)
    if member is None:
        return _no_file(request)
    state = request.GET.get("state", "")
    state = state if state in (*AttendanceState.values, CALLED) else ""
    year = clock.today().year
    rows = entries_called(member, year) if state == CALLED else entries_of_year(member, year, state)
    rows = rows.select_related("activity__organisation__parent")
    page = Paginator(rows.prefetch_related("activity__kinds"), PER_PAGE).get_page(request.GET.get("page"))
    word = dict(_STATES)[state] if state else "各类活动考勤"
    context = {
        "page": page,
        "title": f"{year}年{word} {page.paginator.count} 次",
        "sub": f"我的考勤　{member.name}　{member.home.label}",
        "empty_title": f"{year}年没有{word}的活动",
        "state": state,
        "states": _STATES,
    }
    return render(request, "members/files/meetings.html", context)


@login_required
def own_correction(request: Request) -> HttpResponse:
    """Ask for the own file, or the own attendance of a record, to be corrected."""
    member = _own_member(request)
    if member is None:
        return _no_file(request)
    activity, asked = None, request.GET.get("meeting", "")
    if asked:
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 18 else 0
        activity = get_object_or_404(entries_of_year(member, None), activity=number).activity
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            correction_ask(by=request.user, member=member, activity=activity, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "已通知党支部书记核对")
            return redirect("member_own")
    about = f"{clock.in_words(activity.day)}{activity.kinds_label}的考勤" if activity else "本人档案"
    names = "、".join(user.name for user in keepers_of(member))
    context = {
        "title": f"请求更正{about}",
        "sub": f"{names}会收到通知" if names else "所在党支部还没有可以办理的人",
        "form": form,
        "verb": "提交",
        "cancel": reverse("own_meetings") if activity else reverse("member_own"),
    }
    return render(request, "generic/form.html", context, status=422 if form.errors else 200)
