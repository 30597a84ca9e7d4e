"""What the pages of entries share: which scheme and which period they are about."""

from typing import NamedTuple

from django.http import Http404, HttpRequest

from assessments.schemes.models import SchemeVersion
from assessments.schemes.selectors import scheme_titles
from assessments.schemes.services import BRANCH_SCHEME, parsed, scheme_of
from assessments.scoring.schemes import Scheme
from common import clock
from common.periods import HALF, QUARTER, YEAR, Period


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


class Asked(NamedTuple):
    """What the address names. schemes: [(key, title)], periods: of all that may be chosen."""

    key: str
    scheme: Scheme
    period: Period
    periods: list[Period]
    schemes: list[tuple[str, str]]


def asked(request: HttpRequest) -> Asked:
    """Return what the address names, the branches' scheme by default as it is in the period; Http404 for what is not offered."""
    schemes = scheme_titles()
    key = request.GET.get("scheme") or BRANCH_SCHEME
    if key not in dict(schemes):
        raise Http404
    now = parsed(SchemeVersion.objects.in_force(key)[0])
    offered = periods_for(now)
    if not offered:
        raise Http404
    text = request.GET.get("period") or str(_usual(offered))
    period = next((one for one in offered if str(one) == text), None)
    if period is None:
        raise Http404
    return Asked(key, parsed(scheme_of(period, key)), period, offered, schemes)


def _usual(offered: list[Period]) -> Period:
    """The running quarter where there are quarters, else the running period."""
    return next((one for one in offered if one.kind == QUARTER), offered[0])
