"""Practices and adoptions by their address, within the reach of whoever asks."""

from branches.reach import access
from branches.reach.rights import ASSIGN, DUTIES, VIEW
from common.requests import Request
from responsibilities.assigning import require_assigns
from responsibilities.campaigns.loaders import own_place
from responsibilities.practices.models import Adoption, Practice

__all__ = [
    "adoption_to_judge",
    "adoption_to_report",
    "own_place",
    "practice_for",
    "practice_to_assign",
    "practice_to_edit",
]

_READ = ("organisation__parent", "author", "changed_by")


def practice_for(request: Request, pk: int) -> Practice:
    """Return a practice that the user may read, with its stage."""
    return access.get_for(Practice.objects.select_related(*_READ).with_stage(), request.user, VIEW, pk=pk)


def practice_to_edit(request: Request, pk: int) -> Practice:
    """Return a practice of an organisation for which the user answers."""
    practice = access.get_for(Practice.objects.select_related(*_READ).with_stage(), request.user, DUTIES, pk=pk)
    own_place(request, practice.organisation_id)
    return practice


def practice_to_assign(request: Request, pk: int) -> Practice:
    """Return a practice at whose organisation the user assigns work."""
    practice = access.get_for(Practice.objects.select_related(*_READ).with_stage(), request.user, ASSIGN, pk=pk)
    require_assigns(request.user, practice.organisation)
    return practice


def _adoptions() -> object:
    return Adoption.objects.select_related("practice__organisation__parent", "organisation__parent", "reported_by")


def adoption_to_report(request: Request, pk: int) -> Adoption:
    """Return an adoption of an organisation for which the user answers."""
    adoption = access.get_for(_adoptions(), request.user, DUTIES, pk=pk)
    own_place(request, adoption.organisation_id)
    return adoption


def adoption_to_judge(request: Request, pk: int) -> Adoption:
    """Return an adoption of an organisation at which the user assigns work."""
    adoption = access.get_for(_adoptions(), request.user, ASSIGN, pk=pk)
    require_assigns(request.user, adoption.organisation)
    return adoption
