"""Notices and the feedback box."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from branches.notices.forms import FeedbackForm
from branches.notices.selectors import feedback_listed, notices_to
from branches.notices.services import feedback_send, notices_read
from branches.reach.doors import needs
from branches.reach.rights import ACCOUNTS


@login_required
def notices(request):
    page = Paginator(notices_to(request.user), 30).get_page(request.GET.get("page"))
    return render(request, "branches/notices/list.html", {"page": page})


@login_required
@require_POST
def notices_mark_read(request):
    pk = request.POST.get("notice", "")
    notices_read(by=request.user, pk=int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 18 else None)
    return redirect("notices")


def _page_of(page):
    """Return the page the feedback is about when it is one of ours, else the user's own page."""
    return page if page and url_has_allowed_host_and_scheme(page, None) else reverse("account")


@login_required
def feedback(request):
    form = FeedbackForm(request.POST or None, initial={"page": request.GET.get("page", "")[:300]})
    if request.method == "POST" and form.is_valid():
        feedback_send(by=request.user, **form.cleaned_data)
        messages.success(request, "意见已收到，谢谢")
        return HttpResponseRedirect(_page_of(form.cleaned_data["page"]))
    return render(request, "branches/notices/feedback.html", {"form": form})


@needs(ACCOUNTS)
def feedback_list(request):
    page = Paginator(feedback_listed(), 30).get_page(request.GET.get("page"))
    context = {
        "title": f"{page.paginator.count} 条意见建议" if page.paginator.count else "还没有意见建议",
        "page": page,
        "empty_title": "还没有意见建议",
    }
    return render(request, "branches/notices/feedback_list.html", context)
