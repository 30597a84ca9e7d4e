"""Facts as practices ask for them (responsibilities/practices/kept.py): which measures can be compared, and what moved."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from assessments.facts import effects
from assessments.facts.effects import Read
from assessments.targets.measured import MEASURED
from branches.places.models.organisations import Organisation
from common.periods import MONTH
from members.activities.models import AttendanceState
from members.measures import ATTENDANCE_MEASURES
from responsibilities.practices.kept import Case, Effect, Weak

# More of these is no better: nobody is told that he lacks them.
_NOT_BETTER = frozenset(ATTENDANCE_MEASURES) - {f"attendance.{AttendanceState.PRESENT.value}"}


def _read(measures: Collection[str]) -> dict[str, Read]:
    """Return how those are read that are counted by months."""
    rows = [MEASURED[measure] for measure in measures if measure in MEASURED]
    return {row.measure: Read(row.rate, row.of_due, row.unit) for row in rows if row.grain == MONTH}


class EffectsKeep:
    def measures(self) -> Mapping[str, str]:
        return {row.measure: row.name for row in MEASURED.values() if row.grain == MONTH}

    def grain_of(self, measure: str) -> str:
        return MEASURED[measure].grain if measure in MEASURED else ""

    def effects(self, cases: Sequence[Case], *, others: bool = True) -> Mapping[tuple[str, int, date], Effect]:
        return effects.effects(cases, _read({case.measure for case in cases}), others=others)

    def weak(self, place: Organisation, measures: Collection[str]) -> list[Weak]:
        return effects.weak(place, measures, _read({*measures} - _NOT_BETTER), self.measures())
