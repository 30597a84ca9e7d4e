"""What the committee has to do in the cases of its branches: notes, consents, pre-reviews, talks, approvals, reasons to accept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from branches.places.models.organisations import Organisation
from branches.reach.intervals import tree_order
from branches.reach.rights import REVIEW
from common import clock
from common.operator import Actor
from members.development.models.cases import CaseStep, DevelopmentCase
from members.development.rights import decided_at
from members.development.selectors.board import chip_of, line_of
from members.development.selectors.cases import Case, standings, with_all
from members.development.standing import LATER, OPEN, StepView
from members.development.steps import COMMITTEE, step
from members.roster.namesakes import called

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
    mine = _decided_by(user, (case.row for case in cases))
    cases = [case for case in cases if decided_at(case.row).pk in mine]
    today = clock.today()
    found = [
        Waits(case, view, *chip_of(view, today), line_of(case, view))
        for case in cases
        for view in case.standing.steps
        if view.step.who == COMMITTEE and view.state in OPEN and view.state != LATER
        # What waits for the branch once more is not the committee's to enter.
        if not case.standing.missing(view.step)
    ]
    return sorted(found, key=lambda one: (one.view.due is None, one.view.due or date.max))


def explanations(user: Actor) -> list[tuple[CaseStep, str]]:
    """Return [(entry, name of its step)] of the reasons that wait to be accepted by `user`, the oldest first.

    who of an entry: the name of its person as the list shows it.
    """
    rows = CaseStep.objects.standing().visible_to(user, REVIEW).exclude(explanation="")
    rows = rows.filter(accepted_by__isnull=True, case__closed_on__isnull=True).exclude(
        added_by=getattr(user, "pk", None)
    )
    rows = rows.select_related("case__member__home__parent").order_by("added", "pk")[:MOST]
    mine = _decided_by(user, (row.case for row in rows))
    found = [row for row in rows if decided_at(row.case).pk in mine]
    names = called(row.case.member for row in found)
    for row in found:
        row.who = names[row.case.member_id]  # type: ignore[attr-defined]
    return [(row, step(row.key).name) for row in found]


def _decided_by(user: Actor, rows: Iterable[DevelopmentCase]) -> set[int]:
    """Return the organisations (ids) below which `user` decides on some of these cases: a general branch decides on none."""
    places = {decided_at(row).pk for row in rows}
    if not places:
        return set()
    return set(Organisation.objects.visible_to(user, REVIEW).filter(pk__in=places).values_list("pk", flat=True))
