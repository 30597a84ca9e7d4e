"""From the facts of one organisation and period to its result, rounded once."""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from assessments.scoring import methods
from assessments.scoring.facts import (
    KNOWN,
    MET,
    MET_LATE,
    NOT_APPLICABLE,
    NOT_MEASURED,
    OVERDUE,
    PENDING,
    UNKNOWN,
)
from assessments.scoring.grades import cap_grade, grade
from assessments.scoring.methods import ADJUSTMENT, ELSEWHERE, VETO, Outcome, Reason
from assessments.scoring.numbers import exact, plain, rounded, split_points
from assessments.scoring.once import once

COMPLETE, INCOMPLETE = "complete", "incomplete"


@dataclass(frozen=True)
class Adjustment:
    """A person's change to the points of one indicator, with the reason and who made it."""

    indicator: str
    points: Decimal
    text: str
    target: tuple = ()


@dataclass(frozen=True)
class VetoEvent:
    """A veto that occurred: the grade is capped; with `indicator` that indicator also falls to zero."""

    text: str
    cap: str
    target: tuple = ()
    indicator: str | None = None


@dataclass(frozen=True)
class IndicatorScore:
    """One indicator of a result.

    state    "known", or "unknown", "not_applicable", "not_due": without points
    nominal  points as the scheme says; maximum: what it can yield here, other weights spread onto it
    exact    points won, exact; points: the same to a tenth; lost: points lost in hundredths, the sum of the
             reasons' points
    required, on_time, late  what a ratio counted
    """

    key: str
    name: str
    state: str
    nominal: Fraction
    maximum: Fraction
    exact: Fraction | None
    reasons: tuple[Reason, ...]
    required: Fraction = Fraction(0)
    on_time: Fraction = Fraction(0)
    late: Fraction = Fraction(0)
    note: str = ""

    @property
    def points(self):
        return None if self.exact is None else rounded(self.exact)

    @property
    def lost(self):
        return sum((reason.points for reason in self.reasons), Decimal(0))


@dataclass(frozen=True)
class DimensionScore:
    """One dimension of a result: `points` and `maximum` to a tenth, None while one of its indicators is
    unknown.

    `applicable` is the sum of the scheme's points of the indicators that apply, `raw` what was won of these
    before spreading.
    """

    key: str
    name: str
    nominal: Fraction
    maximum: Fraction
    applicable: Fraction
    raw: Fraction
    exact: Fraction | None
    indicators: tuple[IndicatorScore, ...]

    @property
    def state(self):
        if not self.applicable:
            return NOT_APPLICABLE
        return UNKNOWN if self.exact is None else KNOWN

    @property
    def points(self):
        return None if self.exact is None else rounded(self.exact)

    @property
    def lost(self):
        return sum((row.lost for row in self.indicators), Decimal(0))


@dataclass(frozen=True)
class Result:
    """The result of one organisation and period.

    state    COMPLETE, INCOMPLETE (an indicator is unknown: no total, cannot be frozen), NOT_APPLICABLE
    total    base and counted bonus to a tenth, at most the scheme's total; None unless complete
    base     exact points without bonus; bonus: counted; bonus_listed: before the cap
    grade    after vetoes; grade_by_points: before
    so_far, out_of  exact points won of the known indicators and their maximum (应计分)
    covered  the scheme's points for which anything is measured, due or not; the rest has no data yet
    """

    state: str
    total: Decimal | None
    base: Fraction | None
    bonus: Decimal
    bonus_listed: Decimal
    grade: str | None
    grade_by_points: str | None
    dimensions: tuple[DimensionScore, ...]
    veto_reasons: tuple[Reason, ...]
    so_far: Fraction
    out_of: Fraction
    covered: Fraction = Fraction(0)

    @property
    def indicators(self):
        return tuple(row for dimension in self.dimensions for row in dimension.indicators)

    @property
    def unknown(self):
        """Names of the indicators that keep the result incomplete."""
        return tuple(row.name for row in self.indicators if row.state == UNKNOWN)

    def reasons(self):
        """Every reason, the most points first, as pairs (indicator score, reason)."""
        pairs = [(row, reason) for row in self.indicators for reason in row.reasons]
        return tuple(sorted(pairs, key=lambda pair: -pair[1].exact))


def score(scheme, facts, *, bonus=(), vetoes=(), adjustments=(), unmet=()):
    """The result of a scheme for one organisation and period.

    `facts`: indicator key → Fact; an indicator without a fact is not applicable (no measure is built for it).
    `bonus`: points of each proven bonus item, already within the item's own cap. `vetoes`: VetoEvents that
    occurred. `adjustments`: Adjustments by people. `unmet`: grades whose extra condition is not fulfilled.
    Raises KeyError for a fact, veto or adjustment of an indicator that the scheme lacks.
    """
    keys = {row.key for _, row in scheme.indicators()}
    for key in [*facts, *(row.indicator for row in adjustments), *(row.indicator for row in vetoes)]:
        if key is not None and key not in keys:
            raise KeyError(f"the scheme has no indicator {key}")
    facts, elsewhere = once(scheme, facts)
    outcomes = {row.key: _outcome(scheme, row, facts.get(row.key)) for _, row in scheme.indicators()}
    outcomes = {key: _with(outcome, elsewhere.get(key, ())) for key, outcome in outcomes.items()}
    return _result(scheme, outcomes, bonus, vetoes, adjustments, unmet)


def best_reachable(scheme, facts, *, bonus=(), vetoes=(), adjustments=(), unmet=()):
    """The best result still possible, as a Result.

    What is still to come is met in time, what is open is made good late, what is unknown turns out well.
    """
    outcomes = {}
    facts, _ = once(scheme, facts)
    for _, row in scheme.indicators():
        outcome = _outcome(scheme, row, _at_best(facts.get(row.key)))
        outcomes[row.key] = Outcome(KNOWN, row.points) if outcome.state == UNKNOWN else outcome
    return _result(scheme, outcomes, bonus, vetoes, adjustments, unmet)


def _result(scheme, outcomes, bonus, vetoes, adjustments, unmet):
    dimensions = _weighed(scheme, outcomes, adjustments, vetoes)
    known = [row for part in dimensions for row in part.indicators if row.state == KNOWN]
    so_far = sum((row.exact for row in known), Fraction(0))
    out_of = sum((row.maximum for row in known), Fraction(0))
    state = COMPLETE if known else NOT_APPLICABLE
    if any(row.state == UNKNOWN for part in dimensions for row in part.indicators):
        state = INCOMPLETE
    listed, counted = methods.bonus(bonus, scheme.bonus.cap)
    veto_reasons = tuple(Reason(row.text, Fraction(0), VETO, row.target, Decimal(0)) for row in vetoes)
    total = base = by_points = final = None
    if state == COMPLETE:
        base = so_far if scheme.spread or not out_of else so_far * scheme.total / out_of
        full = base + counted if scheme.open_top else min(base + counted, scheme.total)
        total = rounded(full)
        if out_of >= scheme.grade_min_points:
            basis = full if scheme.bonus.counts_for_grade else base
            by_points = final = grade(basis, scheme.bounds, scheme.grade_on, unmet)
            for row in vetoes:
                final = cap_grade(final, row.cap, scheme.bounds)
    return Result(
        state=state,
        total=total,
        base=base,
        bonus=rounded(counted),
        bonus_listed=rounded(listed),
        grade=final,
        grade_by_points=by_points,
        dimensions=dimensions,
        veto_reasons=veto_reasons,
        so_far=so_far,
        out_of=out_of,
        covered=sum(
            (row.nominal for part in dimensions for row in part.indicators if row.state != NOT_MEASURED), Fraction(0)
        ),
    )


def _with(outcome, elsewhere):
    return replace(outcome, reasons=(*outcome.reasons, *elsewhere)) if elsewhere else outcome


def _outcome(scheme, row, fact):
    if fact is None and not scheme.spread:
        return Outcome(NOT_MEASURED)
    if fact is None or fact.state == NOT_APPLICABLE:
        return Outcome(NOT_APPLICABLE, note=fact.text if fact else "")
    if fact.state == UNKNOWN:
        return Outcome(UNKNOWN, note=fact.text)
    if row.method == "ratio":
        return methods.ratio(row.points, fact.items, row.late_factor)
    if fact.items:
        return _by_things(scheme, row, fact)
    if row.method == "deduct":
        return methods.deduct(
            row.points, fact.deductions, row.sub_items, row.floor_at, fact.inside_bonus, row.bonus_may_exceed
        )
    if row.method == "graded":
        levels = dict(row.levels)
        return _if_given(
            fact.level,
            lambda: methods.graded(
                row.points, levels, methods.lowest(levels, fact.level, *fact.also), row.name, fact.target
            ),
        )
    if row.method in ("bands", "steps"):
        return _if_given(fact.value, lambda: _by_figure(row, fact))
    if row.method == "count":
        return _if_given(
            fact.count,
            lambda: methods.count(row.points, fact.count, row.points_each, row.name, fact.target, row.unit),
        )
    if row.method == "votes":
        return _if_given(
            fact.votes,
            lambda: methods.votes(row.points, dict(row.levels), fact.votes, row.min_valid, row.name, fact.target),
        )
    return _if_given(
        fact.value,
        lambda: methods.share(row.points, fact.value, fact.of, fact.text or row.name, fact.target),
    )


def _by_things(scheme, row, fact):
    """Things owed, counted by another method than ratio: their share or number is the figure, or each that is missing a fault.

    A late one counts by the late factor in each.
    """
    whole = methods.ratio(1, fact.items, row.late_factor)
    if whole.state != KNOWN:
        return whole
    bare = replace(fact, items=())
    if row.method == "deduct":
        bare = replace(bare, deductions=(*fact.deductions, *methods.missed(fact.items, row)))
    elif row.method == "count":
        bare = replace(bare, count=whole.on_time + row.late_factor * whole.late)
    else:
        bare = replace(bare, value=whole.points, of=1)
    outcome = _outcome(scheme, row, bare)
    return replace(outcome, required=whole.required, on_time=whole.on_time, late=whole.late, things=whole.things)


def _by_figure(row, fact):
    figure = exact(fact.value) / exact(fact.of)
    if row.method == "bands":
        return methods.bands(row.points, row.bands, figure, row.name, fact.target)
    return methods.stepped(row, figure, fact.target)


def _if_given(value, outcome):
    """A fact without the figure that its method reads is unknown, not zero."""
    return Outcome(UNKNOWN) if value is None else outcome()


def _maxima(scheme, outcomes):
    """{key of a dimension: (points of its indicators that apply, what they can yield together)}.

    Spread: weights that do not apply go to the rest of their dimension, then over the dimensions. Otherwise a dimension
    yields the points of its due indicators, or less where fewer than `full_from` things are due (judgement 6.4).
    """
    due = {
        dimension.key: [row for row in dimension.indicators if outcomes[row.key].state in (KNOWN, UNKNOWN)]
        for dimension in scheme.dimensions
    }
    weights = {key: sum((row.points for row in rows), Fraction(0)) for key, rows in due.items()}
    standing = sum((part.points for part in scheme.dimensions if weights[part.key]), Fraction(0))
    maxima = {}
    for dimension in scheme.dimensions:
        weight = weights[dimension.key]
        if scheme.spread:
            maximum = dimension.points * scheme.total / standing if weight else Fraction(0)
        else:
            things = sum(outcomes[row.key].things for row in due[dimension.key])
            maximum = weight * dimension.scale * min(Fraction(1), Fraction(things, dimension.full_from))
        maxima[dimension.key] = weight, maximum
    return maxima


def _weighed(scheme, outcomes, adjustments, vetoes):
    """Dimension scores, each point of the scheme weighing what `_maxima` says."""
    maxima = _maxima(scheme, outcomes)
    scores = []
    for dimension in scheme.dimensions:
        weight, maximum = maxima[dimension.key]
        factor = maximum / weight if weight else Fraction(0)
        rows = tuple(
            _indicator_score(row, outcomes[row.key], factor, adjustments, vetoes) for row in dimension.indicators
        )
        known = [row for row in rows if row.state == KNOWN]
        complete = weight and not any(row.state == UNKNOWN for row in rows)
        scores.append(
            DimensionScore(
                key=dimension.key,
                name=dimension.name,
                nominal=dimension.points,
                maximum=maximum,
                applicable=weight,
                raw=sum((row.exact / factor for row in known), Fraction(0)),
                exact=sum((row.exact for row in known), Fraction(0)) if complete else None,
                indicators=rows,
            )
        )
    return tuple(scores)


def _indicator_score(row, outcome, factor, adjustments, vetoes):
    applies = outcome.state in (KNOWN, UNKNOWN)
    maximum = row.points * factor if applies else Fraction(0)
    points, reasons = None, ()
    if outcome.state == KNOWN:
        points = outcome.points * factor
        reasons = [reason.scaled(factor) for reason in outcome.reasons]
        for change in adjustments:
            if change.indicator == row.key:
                changed = min(max(points + exact(change.points), Fraction(0)), max(maximum, points))
                text = f"人工调整：{change.text}"
                reasons.append(Reason(text, points - changed, ADJUSTMENT, change.target))
                points = changed
        for event in vetoes:
            if event.indicator == row.key:
                reasons.append(Reason(f"该项计零分：{event.text}", points, VETO, event.target))
                points = Fraction(0)
    # What is counted elsewhere is said also where nothing is scored here.
    reasons = list(reasons) if outcome.state == KNOWN else [row for row in outcome.reasons if row.kind == ELSEWHERE]
    shares = split_points([reason.exact for reason in reasons])
    reasons = tuple(replace(reason, points=part) for reason, part in zip(reasons, shares, strict=True))
    return IndicatorScore(
        key=row.key,
        name=row.name,
        state=outcome.state,
        nominal=row.points,
        maximum=maximum,
        exact=points,
        reasons=reasons,
        required=outcome.required,
        on_time=outcome.on_time,
        late=outcome.late,
        note=outcome.note,
    )


def _at_best(fact):
    if fact is None:
        return None
    kept = tuple(row for row in fact.deductions if not row.mendable)
    return replace(fact, items=tuple(_item_at_best(item) for item in fact.items), deductions=kept)


def _item_at_best(item):
    if item.state in PENDING or item.state == UNKNOWN:
        return replace(item, state=MET, done=None, late=None)
    if item.state == OVERDUE and not item.final:
        expected, done, _ = item.parts()
        return replace(item, state=MET_LATE, done=done, late=expected - done)
    return item


def lost_text(reason):
    """A reason with its points, as a page lists it: 10月支委会未见记录，扣1.67分."""
    verb = "加" if reason.exact < 0 else "扣"
    return f"{reason.text}，{verb}{plain(abs(reason.points))}分"
