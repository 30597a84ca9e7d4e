"""The page of one's own calendar address, and the calendar behind it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from common.requests import Request
from members.files.calendar import address_end, address_make, calendar_of, member_at, seconds_to_wait
from members.files.models import CalendarAddress
from members.files.selectors import own_file


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def own_calendar(request: Request) -> HttpResponse:
    """Make the address, anew where there is one, and show it once; or end it."""
    member = own_file(request.user)
    if member is None:
        return render(request, "members/files/no_file.html", status=404)
    address = ""
    if request.method == "POST":
        if request.POST.get("do") == "end":
            ended = address_end(by=request.user, member=member)
            messages.success(request, "已收回日历地址" if ended else "没有可以收回的日历地址")
            return redirect("own_calendar")
        token = address_make(by=request.user, member=member)
        address = request.build_absolute_uri(reverse("own_calendar_feed", args=[token]))
    row = CalendarAddress.objects.filter(member=member).first()
    context = {
        "title": "手机日历地址已生成" if address else "加到手机日历",
        "address": address,
        "made_on": row.made_on if row else None,
    }
    return render(request, "members/files/calendar.html", context)


@require_GET
def own_calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """What is planned for the member of a secret address; whoever has the address reads it without signing in."""
    member = member_at(token)
    if member is None:
        raise Http404
    if wait := seconds_to_wait(member):
        response = HttpResponse(status=429)
        response["Retry-After"] = str(wait)
        return response
    return calendar_of(member)
