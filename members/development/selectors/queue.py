"""What the committee has to do in the cases of its branches: notes, consents, pre-reviews, talks, approvals, reasons to accept."""

from dataclasses import dataclass
from datetime import date

from branches.reach.intervals import tree_order
from branches.reach.rights import REVIEW
from common import clock
from common.operator import Actor
from members.development.models.cases import CaseStep, DevelopmentCase
from members.development.selectors.board import chip_of, line_of
from members.development.selectors.cases import Case, standings, with_all
from members.development.standing import LATER, OPEN, StepView
from members.development.steps import COMMITTEE, step

# So many cases are looked through; the rest follow when these are done.
MOST = 300


@dataclass(frozen=True)
class Waits:
    """One step that waits above. state, word: of its chip; line: what it counts from."""

    case: Case
    view: StepView
    state: str
    word: str
    line: str


def waiting_above(user: Actor) -> list[Waits]:
    """Return the steps of the committee that are open in cases below `user`, by due day; those without one last."""
    rows = DevelopmentCase.objects.visible_to(user, REVIEW).open()
    cases = standings(with_all(rows.order_by(*tree_order("member__home__"), "pk"))[:MOST])
    today = clock.today()
    found = [
        Waits(case, view, *chip_of(view, today), line_of(case, view))
        for case in cases
        for view in case.standing.steps
        if view.step.who == COMMITTEE and view.state in OPEN and view.state != LATER
    ]
    return sorted(found, key=lambda one: (one.view.due is None, one.view.due or date.max))


def explanations(user: Actor) -> list[tuple[CaseStep, str]]:
    """Return [(entry, name of its step)] of the reasons that wait to be accepted by `user`, the oldest first."""
    rows = CaseStep.objects.standing().visible_to(user, REVIEW).exclude(explanation="")
    rows = rows.filter(accepted_by__isnull=True, case__closed_on__isnull=True).exclude(
        added_by=getattr(user, "pk", None)
    )
    rows = rows.select_related("case__member__home__parent").order_by("added", "pk")[:MOST]
    return [(row, step(row.key).name) for row in rows]
