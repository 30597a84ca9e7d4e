"""Duties, their lists, reports and portfolios by their address, within the reach of whoever asks."""

from django.http import Http404

from branches.access.models import User
from branches.reach import access
from branches.reach.rights import ASSIGN, MEMBERS, VIEW
from common import clock
from common.requests import Request
from common.text import whole_number
from responsibilities.assigning import assigns_anywhere, require_assigns
from responsibilities.duties.models import LEVEL_ORDER, Duty, DutyList, DutyReport, Level
from responsibilities.portfolios.models import LeaderPortfolio

_OF = ("list__organisation__parent", "list__holder", "list__member__account")
_OF_DUTY = (*_OF, *(f"serves__{name}" for name in _OF))
_OF_LIST = ("organisation__parent", "holder", "member__account", "issued_by", "noted_by")
_OF_REPORT = (*(f"duty__{name}" for name in _OF), "reported_by", "on_behalf_of", "paper")
_OF_PORTFOLIO = ("leader", "department", "contact", "organisation")


def duty_for(request: Request, pk: int, right: str = VIEW) -> Duty:
    """Return the Duty of an address, within the reach of the user."""
    return access.get_for(Duty.objects.select_related(*_OF_DUTY), request.user, right, pk=pk)


def list_for(request: Request, pk: int) -> DutyList:
    """Return the DutyList of an address, within the reach of the user."""
    return access.get_for(DutyList.objects.select_related(*_OF_LIST), request.user, VIEW, pk=pk)


def report_for(request: Request, pk: int) -> DutyReport:
    """Return the DutyReport of an address, within the reach of the user."""
    found: DutyReport = access.get_for(DutyReport.objects.select_related(*_OF_REPORT), request.user, VIEW, pk=pk)
    return found


def portfolio_for(request: Request, pk: int) -> LeaderPortfolio:
    """Return a leader's portfolio at a place where the user assigns."""
    rows = LeaderPortfolio.objects.select_related(*_OF_PORTFOLIO)
    found: LeaderPortfolio = access.get_for(rows, request.user, ASSIGN, pk=pk)
    require_assigns(request.user, found.organisation)
    return found


def levels_to_make(user: User) -> list[Level]:
    """Return the levels whose lists the user may make; Http404 for whoever makes none anywhere."""
    if assigns_anywhere(user):
        return list(LEVEL_ORDER)
    if access.holds_anywhere(user, MEMBERS):
        return [Level.MEMBER]
    raise Http404


def year_asked(request: Request) -> int:
    """Return the year of an address or a form, this year for none or nonsense."""
    year = whole_number(request.GET.get("year") or request.POST.get("year"))
    return year if year and 2000 <= year <= 2100 else clock.today().year
