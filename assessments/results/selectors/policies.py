"""Points that organisations lose for the steps of one policy, where the scheme of branches reads how many were done in time."""

from dataclasses import dataclass
from decimal import Decimal

from assessments.results.models import Assessment, AssessmentState, Score
from assessments.results.selectors.assessments import assessments_of, office_right
from assessments.schemes.models import SchemeVersion
from assessments.schemes.services import parsed, scheme_for
from assessments.scoring.methods import ELSEWHERE
from assessments.scoring.numbers import plain
from branches.places.models.organisations import Organisation, tree_order
from branches.reach.rights import ASSESS, VIEW
from common import clock
from common.operator import Actor
from common.periods import QUARTER, Period
from responsibilities.policies.measured import ON_TIME
from responsibilities.policies.models import Policy, PolicyRun


@dataclass(frozen=True)
class Lost:
    """What one organisation lost for steps of a policy; result: the page that names them."""

    place: Organisation
    points: str
    result: int


@dataclass(frozen=True)
class PolicyPoints:
    """How steps in time are scored, and who lost what for those of one policy.

    indicators: [(dimension, name, points of the scheme)]. period, state: of the assessment that a reader sees, None and ""
    where there is none.
    """

    indicators: list[tuple[str, str, str]]
    period: Period | None
    state: str
    lost: list[Lost]


def policy_points(user: Actor, policy: Policy) -> PolicyPoints | None:
    """Return the PolicyPoints that `user` may read, of the newest assessment of branches; None where its scheme reads no steps.

    What another policy's steps cost is none of it. A constant number of statements.
    """
    assessment = _newest(user)
    version = assessment.scheme if assessment is not None else _in_force()
    read = [] if version is None else [pair for pair in parsed(version).indicators() if ON_TIME in pair[1].measures]
    if not read:
        return None
    indicators = [(part.name, row.name, plain(row.points)) for part, row in read]
    if assessment is None:
        return PolicyPoints(indicators, None, "", [])
    lost = _lost(user, policy, assessment, [row.key for _, row in read])
    return PolicyPoints(indicators, Period.parse(assessment.period), assessment.get_state_display(), lost)


def _in_force() -> SchemeVersion | None:
    try:
        return scheme_for(Period.containing(QUARTER, clock.today()))
    except SchemeVersion.DoesNotExist:
        return None


def _newest(user: Actor) -> Assessment | None:
    """Return the assessment of the last period that `user` sees, of several that end together the shortest one's."""
    assesses = office_right(user) == ASSESS
    rows = [row for row in assessments_of(user) if assesses or row.state == AssessmentState.PUBLISHED]

    def ends(row: Assessment) -> tuple:
        period = Period.parse(row.period)
        return period.last, period.first

    return max(rows, key=ends, default=None)


def _lost(user: Actor, policy: Policy, assessment: Assessment, indicators: list[str]) -> list[Lost]:
    right = VIEW if assessment.state == AssessmentState.PUBLISHED else ASSESS
    rows = Score.objects.visible_to(user, right).filter(
        result__assessment=assessment, indicator__in=indicators, lost__gt=0
    )
    rows = rows.select_related("result__organisation__parent").order_by(*tree_order("result__organisation__"), "pk")
    found = [(score.result, run, points) for score in rows for run, points in _runs(score)]
    mine = set(
        PolicyRun.objects.filter(pk__in={run for _, run, _ in found}, version__policy=policy).values_list(
            "pk", flat=True
        )
    )
    sums: dict[int, Decimal] = {}
    results = {}
    for result, run, points in found:
        if run in mine:
            results[result.pk] = result
            sums[result.pk] = sums.get(result.pk, Decimal(0)) + points
    return [Lost(results[pk].organisation, plain(points), pk) for pk, points in sums.items() if points > 0]


def _runs(score: Score) -> list[tuple[int, Decimal]]:
    """Return [(run, points as the result's page says them)] that were lost for steps of procedures."""
    return [
        (reason["target"][1], Decimal(reason["points"]))
        for reason in score.reasons
        if reason["target"][:1] == ["policy_run"] and reason["kind"] != ELSEWHERE
    ]
