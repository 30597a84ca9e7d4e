"""Notices by their address, within the reach of whoever asks."""

from django.http import Http404

from branches.access.models import User
from branches.reach import access
from branches.reach.reach import reach_of
from branches.reach.rights import DUTIES, SUPERVISE, VIEW
from common.requests import Request
from responsibilities.portfolios.rights import supervises_anywhere
from responsibilities.supervision.models import Supervision, SupervisionDraft, SupervisionProblem
from responsibilities.supervision.rights import may_judge, may_reply


def notice_for(request: Request, pk: int, right: str = VIEW) -> Supervision:
    """Return the notice that the user may read, or act on by another right."""
    return access.get_for(Supervision.objects.readable(request.user), request.user, right, pk=pk)


def notice_to_judge(request: Request, pk: int) -> Supervision:
    """Return a notice that the user may prolong, close and review; Forbidden about himself."""
    supervision = notice_for(request, pk, SUPERVISE)
    if not may_judge(request.user, supervision):
        raise access.Forbidden(SUPERVISE, supervision.organisation)
    return supervision


def notice_to_list(request: Request, pk: int) -> tuple[Supervision, bool]:
    """Return (notice whose list of problems the user may write, whether he judges it); Forbidden for others."""
    supervision = notice_for(request, pk)
    judges = may_judge(request.user, supervision)
    if not judges and not may_reply(request.user, supervision):
        raise access.Forbidden(DUTIES, supervision.organisation)
    return supervision, judges


def leader_assisted(request: Request) -> User:
    """Return the leader for whom the user acts, where that leader may supervise anything; else Http404."""
    leaders = User.objects.filter(pk__in=reach_of(request.user).principals, is_active=True).order_by("pk")
    leader = next((row for row in leaders if supervises_anywhere(row)), None)
    if leader is None:
        raise Http404
    return leader


def draft_for(request: Request, pk: int) -> SupervisionDraft:
    """Return a draft written for the user, or for the leader for whom he acts."""
    rows = SupervisionDraft.objects.select_related("leader", "author", "organisation__parent")
    return access.get_for(rows, request.user, VIEW, pk=pk)


def problem_for(request: Request, pk: int) -> SupervisionProblem:
    """Return a problem of a notice that the user may read."""
    rows = SupervisionProblem.objects.select_related("supervision__organisation__parent", "supervision__holder")
    found: SupervisionProblem = access.get_for(rows, request.user, VIEW, pk=pk)
    return found
