"""The estimate of a branch's score now, from the functions that the score is made of."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assessments.entries.selectors import applied
from assessments.results.models import Assessment, AssessmentState
from assessments.results.periods import counted_until
from assessments.results.selectors.named import named_entries
from assessments.results.selectors.scores import estimate, measures_of
from assessments.results.selectors.scoring_items import CONFIRMED, STOOD, SYNC, Entry, further_entries, sync_entries
from assessments.results.selectors.targets import address_of
from assessments.schemes.measures import rules_read
from assessments.schemes.services import BRANCH_SCHEME, parsed, scheme_for
from assessments.scoring import Result, rounded
from assessments.scoring.methods import ELSEWHERE
from assessments.scoring.numbers import plain
from assessments.scoring.schemes import Scheme
from branches.places.models.organisations import Kind, Organisation
from branches.places.selectors.names import labels
from common import clock
from common.periods import QUARTER, YEAR, Period
from responsibilities.requirements.selectors import requirements
from responsibilities.work.models import SyncStage
from responsibilities.work.selectors.uptake import left_out_in
from responsibilities.work.selectors.waiting import pending_in

# From how many counted things on an estimate names a grade.
FEW = 3


@dataclass(frozen=True)
class Gain:
    """What a branch's score of a quarter wins back with one stage. points: 0 where nothing is lost there; settled: frozen already."""

    quarter: Period
    name: str
    points: Decimal
    settled: bool


def gain_of(organisation: Organisation, stage: SyncStage, day: date) -> Gain | None:
    """Return the Gain of a branch when a stage becomes synchronised whose business date is `day`; None where it is not scored.

    That is all that was lost for it: a record that was held in time is not made good now, but found. Of a stage in several
    parts nobody can say beforehand what one of them brings.
    """
    if stage.milestones.exists():
        return None
    quarter = Period.containing(QUARTER, day)
    done = Assessment.objects.filter(scheme__key=BRANCH_SCHEME, period=str(quarter))
    if done.exclude(state=AssessmentState.TRIAL).exists():
        return Gain(quarter, "", Decimal(0), settled=True)
    score = estimate_of(organisation, quarter)
    if score is None:
        return None
    lost = [
        (indicator.name, reason.points)
        for indicator, reason in score["result"].reasons()
        if list(reason.target or ())[:3] == ["stage", stage.item_id, stage.stage]
    ]
    return Gain(quarter, lost[0][0] if lost else "", rounded(sum(points for _, points in lost)), settled=False)


def estimate_of(organisation: Organisation, quarter: Period | None = None, *, keeps: bool = True) -> dict | None:
    """Return {"result", "best", "counted", "grade", "losses", "pending", …} of a branch in a quarter (default the running one).

    counted: on how many things it rests; of fewer than FEW it has no grade, since one of them would decide it.
    None for other kinds of organisation and where nothing is owed. losses: the lost points, the heaviest first, each with the
    page that mends it as far as its reader opens it (keeps: of `address_of`). countable: whether it is points of countable points;
    points, out_of, covered, whole: to a tenth. pending: [(WorkItem, SyncPoint)] of what waits to be confirmed: the
    estimate counts it as it stood before, so that nothing is won by what nobody has looked at (decisions 122).
    confirmed: the total once somebody has said yes to all of it. left_out: own work that weighs nothing, as yet or at all.
    """
    quarter = quarter or Period.containing(QUARTER, clock.today())
    if organisation.kind != Kind.BRANCH:
        return None
    scheme = parsed(scheme_for(quarter))
    pending = pending_in(quarter, organisation.pk)
    found, after = _estimated(scheme, organisation, quarter, waits=bool(pending))
    if found is None:
        return None
    result, best, counted = found
    return {
        "quarter": quarter,
        "result": result,
        "best": best,
        # What is still to come may shift weight to where something was lost; the best is never less than what stands.
        "top": None if best.total is None else max(best.total, result.total or best.total),
        "countable": not scheme.spread,
        "unit": " 分" if scheme.spread else "%",
        "whole": plain(scheme.total),
        "points": rounded(result.so_far),
        "out_of": rounded(result.out_of),
        "covered": rounded(result.covered),
        "counted": counted,
        "grade": result.grade if counted >= FEW else "",
        "losses": _losses(result, keeps),
        "pending": pending,
        "left_out": left_out_in(quarter, organisation.pk),
        "confirmed": after[0].total if after else None,
        "marks": [{"at": int(grade.bound), "label": grade.name} for grade in reversed(scheme.grades) if grade.bound],
    }


# The Result now, the best reachable one, how many things are counted.
Estimated = tuple[Result, Result, int] | None


def _estimated(
    scheme: Scheme, organisation: Organisation, quarter: Period, *, waits: bool
) -> tuple[Estimated, Estimated]:
    """Return what a branch comes to now, and once all that waits to be confirmed is; None for that where nothing waits."""
    # The whole year in one reading, of which those that fall due in the quarter: the same rows as items.due_within.
    year = Period(YEAR, quarter.year)
    until = counted_until(quarter)
    owed = requirements(
        year,
        organisations=[organisation.pk],
        rules=rules_read(measures_of(scheme)),
        carried=True,
        held_until=until,
    )
    rows = [row for row in owed if row.due in quarter]
    names = labels([row.organisation for row in rows if row.organisation != organisation.pk])
    names = {pk: name.removeprefix(str(organisation)) for pk, name in names.items()}
    by_hand = applied(scheme, quarter, [organisation.pk]).get(organisation.pk)
    others = further_entries(quarter, [organisation.pk], until=until)
    others += named_entries(measures_of(scheme), quarter, until, [organisation.pk], clock.today())

    def with_waiting(waiting: str) -> list[Entry]:
        """The Entries beyond requirements, what waits to be confirmed counted in this way."""
        without = [row for row in others if not row.measure.startswith(SYNC)]
        return without + sync_entries(quarter, until, [organisation.pk], waiting=waiting)

    if not waits:
        return estimate(scheme, organisation, rows, names, others, by_hand), None
    found, after = (
        estimate(scheme, organisation, rows, names, with_waiting(how), by_hand) for how in (STOOD, CONFIRMED)
    )
    return found, after


def _losses(result: Result, keeps: bool) -> list[dict]:
    """The lost points, the heaviest first, each with the page that mends it."""
    return [
        {
            "points": reason.points,
            "title": reason.text,
            "note": indicator.name,
            "regain": reason.regain > 0,
            "url": address_of(reason.target, keeps=keeps) or "",
        }
        for indicator, reason in result.reasons()
        if reason.kind != ELSEWHERE
    ]
