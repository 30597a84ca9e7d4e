"""What the pages of entries share: which scheme and which period they are about."""

from django.http import Http404, HttpRequest

from assessments.schemes.models import SchemeVersion
from assessments.schemes.selectors import scheme_titles
from assessments.schemes.services import BRANCH_SCHEME, parsed, scheme_of
from assessments.scoring.schemes import Scheme
from common import clock
from common.periods import HALF, QUARTER, YEAR, Period


def scheme_asked(request: HttpRequest) -> str:
    """Return the key of the scheme that the address names, the branches' by default; Http404 for another."""
    key = request.GET.get("scheme") or BRANCH_SCHEME
    if key not in dict(scheme_titles()):
        raise Http404
    return key


def periods_for(scheme: Scheme) -> list[Period]:
    """Return the periods that may still be assessed: those of this year up to now and those of the year before, the shortest last."""
    today = clock.today()
    found: list[Period] = []
    for kind in (YEAR, HALF, QUARTER):
        if kind not in scheme.periods:
            continue
        period = Period.containing(kind, today)
        while period.year >= today.year - 1:
            found.append(period)
            period = period.previous()
    return found


def asked(request: HttpRequest) -> tuple[str, Scheme, Period, list[Period]]:
    """Return (key, its scheme in the period, the period, all that may be chosen); Http404 for what is not offered."""
    key = scheme_asked(request)
    now = parsed(SchemeVersion.objects.in_force(key)[0])
    offered = periods_for(now)
    if not offered:
        raise Http404
    text = request.GET.get("period") or str(_usual(offered))
    period = next((one for one in offered if str(one) == text), None)
    if period is None:
        raise Http404
    return key, parsed(scheme_of(period, key)), period, offered


def _usual(offered: list[Period]) -> Period:
    """The running quarter where there are quarters, else the running period."""
    return next((one for one in offered if one.kind == QUARTER), offered[0])
