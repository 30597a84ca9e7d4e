"""What a value of a setting would change: the slot of its confirmation, and the same as a page."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from branches.reach import access
from branches.reach.rights import ASSESS, SET_RULES
from branches.settings.dated import KNOWN
from branches.settings.services import setting_check
from common import clock
from common.requests import Request
from responsibilities.requirements.consequences import consequences

Reckoned = Callable[[str, Decimal, date], list[str]]


@login_required
def setting_consequence(request: Request, key: str, value: str, day: str) -> HttpResponse:
    return answer(request, key, value, day, "setting_consequence", consequences)


def answer(request: Request, key: str, value: str, day: str, name: str, reckoned: Reckoned) -> HttpResponse:
    """Show what a value of a setting changes. name: of the address that asked, which must be the key's own (Known.consequence).

    reckoned(key, value, since): the sentences.
    """
    known = KNOWN.get(key)
    if known is None or known.right != SET_RULES or known.consequence != name:
        raise Http404
    if not any(access.holds_anywhere(request.user, right) for right in (SET_RULES, ASSESS)):
        raise Http404
    try:
        since = date.fromisoformat(day)
        number = known.parse(setting_check(key=key, value=value, valid_from=since))
    except (ValueError, ValidationError):
        raise Http404 from None
    if not clock.today() <= since <= clock.today().replace(year=clock.today().year + 5, day=1):
        raise Http404
    context = {
        "found": reckoned(key, number, since),
        "title": f"{known.label}改为 {known.words(number)} 的影响",
        "back": reverse("setting_edit", args=[key]),
    }
    page = "consequence" if request.htmx else "consequence_page"
    return render(request, f"responsibilities/requirements/settings/{page}.html", context)
