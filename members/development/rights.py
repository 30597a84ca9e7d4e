"""Who enters which step: the branch its own, a general branch between, the committee above."""

from django.db.models import Q

from branches.places.models.organisations import Kind, Organisation
from branches.reach.rights import MEMBERS, REVIEW
from common.operator import Actor
from members.development.models.cases import DevelopmentCase
from members.development.steps import BRANCH, COMMITTEE, GENERAL_BRANCH, Step

# Records of an upper level may show these steps of a branch, too.
HELD_ABOVE = ("11", "20")


def committee_of(branch: Organisation) -> Organisation | None:
    """Return the nearest committee above a branch, None where there is none."""
    place = branch.parent
    while place is not None and place.kind != Kind.COMMITTEE:
        place = place.parent
    return place


def decided_at(case: DevelopmentCase) -> Organisation:
    """Return below whom a case lies for those who decide on it: its branch, or the general branch over that, which decides nothing
    (第二十二条, dev-approver: 党总支不能审批)."""
    home: Organisation = case.member.home
    above = home.parent
    return above if above is not None and above.kind == Kind.GENERAL_BRANCH else home


def decides(user: Actor) -> bool:
    """Whether somebody decides on cases: reviews more than the branches of a general branch."""
    below = Q(kind=Kind.BRANCH, parent__kind=Kind.GENERAL_BRANCH)
    return bool(Organisation.objects.visible_to(user, REVIEW).exclude(below | Q(kind=Kind.SMALL_GROUP)).exists())


def may_hold(case: DevelopmentCase, spec: Step, place: Organisation) -> bool:
    """Whether a record of `place` shows a step: the branch's own, or of a body above it where that holds it. As a condition over
    records: selectors/records.py.
    """
    home: Organisation = case.member.home
    own, above = place.pk == home.pk, place.pk != home.pk and place.contains(home)
    if spec.who == BRANCH:
        return own or (above and spec.key in HELD_ABOVE)
    return above and (spec.who == COMMITTEE or place.kind == Kind.GENERAL_BRANCH)


def acts_at(case: DevelopmentCase, spec: Step) -> tuple[str, Organisation]:
    """Return (right, organisation) that whoever enters a step holds."""
    home: Organisation = case.member.home
    if spec.who == COMMITTEE:
        return REVIEW, decided_at(case)
    if spec.who == GENERAL_BRANCH and home.parent is not None and home.parent.kind == Kind.GENERAL_BRANCH:
        return MEMBERS, home.parent
    return MEMBERS, home
