"""Mistakes of a case as whoever reads a score may read them: step, day, kind, rule and organisation; never the case's words, nobody's name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from branches.places.models.organisations import Organisation
from branches.reach.rights import VIEW
from branches.rulebook import citation, rule
from common.operator import Actor
from members.development.measured import CaseFault, case_faults
from members.development.models.cases import DevelopmentCase
from members.development.steps import step
from members.roster.models.members import Membership


@dataclass(frozen=True)
class ShownFault:
    """One mistake. kind: what is wrong in a few words; cited: where the rule stands; mendable: whether it can still be put right."""

    step: str
    day: date
    kind: str
    place: str
    cited: str
    mendable: bool


def faults_for(user: Actor, case: int, today: date) -> list[ShownFault] | None:
    """Return the mistakes of a case (id) that count today at organisations which `user` reads, the earliest first.

    None where he reads no organisation at which it counts or may have counted: those its person belonged to, and the committees
    above them, whose own steps count at them.
    """
    row = DevelopmentCase.objects.filter(pk=case).values_list("member", "member__home").first()
    if row is None:
        return None
    found = case_faults(today, [case])
    stays = Membership.objects.filter(member=row[0]).order_by().values_list("organisation", flat=True)
    places = {row[1], *stays, *(one.organisation for one in found)}
    seen = Organisation.objects.visible_to(user, VIEW).select_related("parent").in_bulk(places)
    return _shown(found, seen) if seen else None


def _shown(found: Sequence[CaseFault], seen: dict[int, Organisation]) -> list[ShownFault]:
    rows = sorted((one for one in found if one.organisation in seen), key=lambda one: (one.fault.day, one.fault.key))
    return [
        ShownFault(
            step(one.fault.key).label,
            one.fault.day,
            "超过规定时限" if one.fault.late else "缺少规定的材料或要素",
            seen[one.organisation].label,
            citation(rule(one.fault.rule)) if one.fault.rule else "",
            one.fault.mendable,
        )
        for one in rows
    ]
