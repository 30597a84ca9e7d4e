"""Indicators that follow from results of other schemes for the same period: 所属支部平均得分, 本组织得分, 测评得分."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from assessments import scoring
from assessments.facts.tree_on import parents_on
from assessments.results.models import CLOSED, Assessment, Result
from assessments.results.rates import figures_of_score
from assessments.results.selectors.upward import above
from assessments.schemes.measures import ASSESSES, RESULTS_BALLOTS, RESULTS_MEAN, RESULTS_OWN, SOURCES
from assessments.scoring.numbers import exact, plain
from assessments.scoring.schemes import Scheme, scheme_from
from assessments.scoring.totals import COMPLETE
from common.periods import Period


def sources_of(scheme: Scheme, period: Period) -> list[Assessment]:
    """Return the assessments of a period whose results a scheme reads: of each other scheme the newest one."""
    keys = {key for _, row in scheme.indicators() for measure in row.measures for key in SOURCES.get(measure, ())}
    if not keys:
        return []
    rows = Assessment.objects.filter(scheme__key__in=keys, period=str(period)).select_related("scheme")
    newest: dict[str, Assessment] = {}
    for row in rows.order_by("version"):
        newest[row.scheme.key] = row
    return [newest[key] for key in sorted(newest)]


def sources_open(scheme: Scheme, found: Collection[Assessment], applies: Collection[str]) -> list[str]:
    """Return the keys of the schemes that a scheme reads for the kinds `applies` and of which `found` has no closed result."""
    closed = {row.scheme.key for row in found if row.state in CLOSED}
    keys = {
        key
        for _, row in scheme.indicators()
        for measure in row.measures
        for key in SOURCES.get(measure, ())
        # Of its own results an organisation has those of the scheme that assesses its kind.
        if measure != RESULTS_OWN or {*ASSESSES[key]} & {*applies}
    }
    return sorted(keys - closed)


@dataclass(frozen=True)
class Reached:
    """What one organisation reached in a source: its rate of the whole, and that of its ballots (None: none counted)."""

    rate: Fraction
    ballots: Fraction | None
    pk: int
    name: str


class Derived:
    """The results that a scheme reads, in two statements."""

    def __init__(self, scheme: Scheme, period: Period, as_of: date):
        self.sources = sources_of(scheme, period)
        self.known = {row.scheme.key for row in self.sources}
        self.reached: dict[str, dict[int, Reached]] = defaultdict(dict)
        by_pk = {row.pk: scheme_from(row.scheme.body) for row in self.sources}
        votes = any(RESULTS_BALLOTS in row.measures for _, row in scheme.indicators())
        rows = Result.objects.filter(assessment__in=by_pk, state=COMPLETE).order_by("pk")
        for row in rows.prefetch_related("scores") if votes else rows:
            source = by_pk[row.assessment_id]
            total = exact(row.total)
            found = Reached(
                min(total / source.total, Fraction(1)),
                _of_ballots(source, row) if votes else None,
                row.pk,
                row.organisation_name,
            )
            self.reached[source.key][row.organisation_id] = found
        self.tree = parents_on(min(period.last, as_of)) if self.sources else {}
        self._means: dict[int, list[Reached]] | None = None

    def fact(self, measure: str, place: int) -> scoring.Fact:
        """Return what a measure gives one organisation: unknown while the other scheme was not assessed, else its share."""
        missing = [key for key in SOURCES[measure] if key in self.known]
        if not missing:
            return scoring.Fact.unknown("所依据的考核当期还没有结果")
        if measure == RESULTS_MEAN:
            return self._mean(place)
        found = next((self.reached[key][place] for key in SOURCES[measure] if place in self.reached[key]), None)
        if found is None:
            return scoring.Fact.not_applicable("所依据的考核没有这个党组织的得分")
        share = found.ballots if measure == RESULTS_BALLOTS else found.rate
        if share is None:
            return scoring.Fact.unknown("没有可计的测评票")
        word = "测评得分" if measure == RESULTS_BALLOTS else "年度考核得分"
        return _given(share, f"{word}{plain(share * 100)}", ("result", found.pk))

    def _mean(self, place: int) -> scoring.Fact:
        if self._means is None:
            self._means = defaultdict(list)
            for key in SOURCES[RESULTS_MEAN]:
                for pk, row in self.reached[key].items():
                    for upper in above(pk, self.tree):
                        self._means[upper].append(row)
        rows = self._means.get(place, [])
        if not rows:
            return scoring.Fact.not_applicable("所属支部没有完整的得分")
        mean = sum((row.rate for row in rows), Fraction(0)) / len(rows)
        return _given(mean, f"所属 {len(rows)} 个支部平均{plain(mean * 100)}")


def _given(share: Fraction, text: str, target: tuple = ()) -> scoring.Fact:
    return scoring.Fact(value=share, of=1, text=text, target=target)


def _of_ballots(source: Scheme, row: Result) -> Fraction | None:
    """The share of the points of its ballots that a result reached, without what else the scheme counts."""
    voted = {one.key for _, one in source.indicators() if one.method == "votes"}
    figures = [found for one in row.scores.all() if one.indicator in voted and (found := figures_of_score(row, one))]
    most = sum((one.maximum for one in figures), Fraction(0))
    return sum((one.points for one in figures), Fraction(0)) / most if most else None
