"""A version of a scheme against a past period, beside the one that holds for it: nothing is written."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from assessments import scoring
from assessments.entries.selectors import applied
from assessments.results.by_hand import scored
from assessments.results.selectors.scores import facts_by_scheme
from assessments.schemes.models import SchemeVersion
from assessments.schemes.services import parsed, scheme_of
from assessments.scoring.schemes import Scheme
from branches.places.models.organisations import Organisation
from branches.places.selectors.names import labels
from branches.reach.rights import ASSESS
from common import clock
from common.operator import Actor
from common.periods import QUARTER, Period

QUARTERS = 4


@dataclass(frozen=True)
class Simulated:
    """One organisation by both versions: totals (None where none is due or something is unknown), grades, what changes."""

    name: str
    before: scoring.Result
    after: scoring.Result

    @property
    def change(self) -> Decimal | None:
        if self.before.total is None or self.after.total is None:
            return None
        return self.after.total - self.before.total

    @property
    def fall(self) -> Decimal:
        """How much less it is, without sign."""
        return -(self.change or Decimal(0))


def past_quarters() -> list[Period]:
    """Return the quarters that a version is tried on, the newest closed one first."""
    period, found = Period.containing(QUARTER, clock.today()), []
    for _ in range(QUARTERS):
        period = period.previous()
        found.append(period)
    return found


def simulate(by: Actor, version: SchemeVersion, period: Period) -> tuple[SchemeVersion, list[Simulated]]:
    """Return (the version that holds for the period, a Simulated for each organisation that both assess).

    Of the organisations that `by` assesses, in tree order. Entries by hand count by either as far as it knows them. Raises
    ValueError (Chinese) for a draft that does not add up yet.
    """
    held = scheme_of(period, version.key)
    schemes: list[Scheme] = [parsed(held), parsed(version)]
    old, new = facts_by_scheme(schemes, period)
    mine: Iterable[int] = Organisation.objects.visible_to(by, ASSESS).in_tree_order().values_list("pk", flat=True)
    both = [pk for pk in mine if pk in old and pk in new]
    by_old, by_new = (applied(scheme, period) for scheme in schemes)
    names = labels(both)
    return held, [
        Simulated(names[pk], scored(schemes[0], old[pk], by_old.get(pk)), scored(schemes[1], new[pk], by_new.get(pk)))
        for pk in both
    ]
