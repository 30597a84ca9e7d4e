"""Cases and their steps by their address, within the reach of whoever asks: nobody else reads who applies."""

from django.http import Http404

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS, REVIEW
from common.requests import Request
from members.development.analysis import analysing
from members.development.models.cases import CaseStep, DevelopmentCase
from members.development.rights import acts_at, decided_at
from members.development.selectors.cases import Case, case_of, takes_back, with_all
from members.development.steps import Step, steps
from members.roster.models.members import Member


def case_for(request: Request, pk: int) -> DevelopmentCase:
    """Return a case whose person the user keeps, with everything of it; 404 for everybody else."""
    row = with_all(DevelopmentCase.objects.visible_to(request.user)).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def keeps_case(request: Request, pk: int) -> bool:
    """Whether the user keeps the person of a case, and so reads it."""
    return DevelopmentCase.objects.visible_to(request.user).filter(pk=pk).exists()


def step_for(request: Request, pk: int, key: str) -> tuple[DevelopmentCase, Step]:
    """Return a case and the step of this key, which the user may enter: 404 outside his reach, 403 for the other side's."""
    row = case_for(request, pk)
    spec = steps().get(key)
    if spec is None:
        raise Http404
    _require(request, *acts_at(row, spec))
    return row, spec


def entry_for(request: Request, pk: int, *, review: bool = False) -> CaseStep:
    """Return a step as it was entered; review: for whoever decides."""
    entry = _entry(request, pk)
    _require(request, *((REVIEW, decided_at(entry.case)) if review else acts_at(entry.case, steps()[entry.key])))
    return entry


def entry_to_remove(request: Request, pk: int) -> tuple[CaseStep, Case]:
    """Return a step as it was entered and its Case, for whoever takes it back: those who decided, once a decision rests on it."""
    entry = _entry(request, pk)
    case = case_of(entry.case)
    _require(request, *takes_back(case, steps()[entry.key]))
    return entry, case


def _require(request: Request, right: str, place: Organisation) -> None:
    if not access.has_right(request.user, right, place):
        raise access.Forbidden(right, place)


def _entry(request: Request, pk: int) -> CaseStep:
    rows = CaseStep.objects.standing().visible_to(request.user).select_related("case__member__home__parent", "activity")
    entry = rows.filter(pk=pk).first()
    if entry is None:
        raise Http404
    return entry


def person_for(request: Request, pk: int) -> Member:
    """Return a person whom the user keeps."""
    return access.get_for(Member.objects.select_related("home__parent"), request.user, MEMBERS, pk=pk)


def committee_for(request: Request) -> Organisation:
    """Return the committee of the address (?organisation=), else the highest one whose cases the reader reviews; 404 without."""
    access.require_anywhere(request.user, REVIEW)
    asked = request.GET.get("organisation", "")
    if asked:
        rows = Organisation.objects.select_related("parent").filter(kind=Kind.COMMITTEE)
        found: Organisation = access.get_for(rows, request.user, REVIEW, pk=asked)
        return found
    place = analysing(request.user).first()
    if place is None:
        raise Http404
    return place
