"""Who enters which step: the branch its own, a general branch between, the committee above."""

from branches.places.models.organisations import Kind, Organisation
from branches.reach.rights import MEMBERS, REVIEW
from members.development.models.cases import DevelopmentCase
from members.development.steps import COMMITTEE, GENERAL_BRANCH, Step

# Records of an upper level may show these steps of a branch, too.
HELD_ABOVE = ("11", "20")


def acts_at(case: DevelopmentCase, spec: Step) -> tuple[str, Organisation]:
    """Return (right, organisation) that whoever enters a step holds."""
    home: Organisation = case.member.home
    if spec.who == COMMITTEE:
        return REVIEW, home
    if spec.who == GENERAL_BRANCH and home.parent is not None and home.parent.kind == Kind.GENERAL_BRANCH:
        return MEMBERS, home.parent
    return MEMBERS, home
