"""Collections by their address, within the reach of whoever asks."""

from branches.reach import access
from branches.reach.rights import ASSIGN, VIEW
from common.requests import Request
from responsibilities.assigning import require_assigns
from responsibilities.collects.models import Collect, CollectState, CollectTarget


def collect_for(request: Request, pk: int) -> Collect:
    """Return a collection that the user may read; a draft only for who may send it."""
    rows = Collect.objects.select_related("organisation__parent", "author")
    collect = access.get_for(rows, request.user, VIEW, pk=pk)
    if collect.state == CollectState.DRAFT:
        require_assigns(request.user, collect.organisation)
    return collect


def collect_to_send(request: Request, pk: int) -> Collect:
    """Return a collection that the user sends and reads in whole."""
    rows = Collect.objects.select_related("organisation__parent", "author")
    collect = access.get_for(rows, request.user, ASSIGN, pk=pk)
    require_assigns(request.user, collect.organisation)
    return collect


def target_for(request: Request, pk: int, target: int, right: str) -> CollectTarget:
    """Return an organisation asked by a collection that was sent, where the user holds `right`."""
    rows = CollectTarget.objects.select_related("collect__organisation__parent", "organisation__parent")
    rows = rows.exclude(collect__state=CollectState.DRAFT)
    return access.get_for(rows, request.user, right, pk=target, collect=pk)
