"""Where targets stand: read from facts for many targets and organisations at once, in a constant number of statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from django.db.models import Q, Sum

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from assessments.targets import rules
from assessments.targets.measured import MEASURED, Measured
from assessments.targets.models import (
    COLLECTED,
    Direction,
    PlanState,
    StageReport,
    StageState,
    Target,
    TargetKind,
    TargetOutcome,
    TargetShare,
    TargetStage,
)
from assessments.targets.rules import KNOWN, ShareState, Standing, Value
from assessments.targets.selectors.places import counts_alone, is_count_of_each, is_pooled
from branches.places.models.organisations import Organisation
from branches.reach.intervals import within
from branches.settings import dated
from branches.settings.joining import start_at
from branches.settings.start import agency_start
from common import clock
from common.dated import in_force_during
from common.periods import MONTH, YEAR, Period
from responsibilities.collects.models import CollectAnswer

Key = tuple[int, int]


@dataclass(frozen=True)
class Asked:
    """As of when facts stand: day, None where they were never filled or are filled anew just now."""

    day: date | None

    @property
    def known(self) -> bool:
        return self.day is not None


def asked_now() -> Asked:
    """Return the day as of which facts stand now."""
    age, rebuilding = rollups.age_and_rebuilding()
    return Asked(None if age is None or rebuilding else min(clock.day_of(age), clock.today()))


def span_of(target: Target, place: Organisation, start: date) -> tuple[date, date]:
    """Return the first and the last day of a target at an organisation: from its founding, or from when it records here."""
    year = target.plan.year
    first = Period(MONTH, year, target.first_month).first
    last = Period(MONTH, year, target.last_month).last
    return max(first, place.founded or date.min, start_at(place, start)), last


def standings(
    targets: Sequence[Target], places: Sequence[Organisation], asked: Asked | None = None
) -> dict[Key, Standing]:
    """Return {(target id, organisation id): Standing} of every target at every one of `places`.

    targets: with their plan. Of a closed plan what was frozen is returned. What an organisation does not owe is for the
    caller to leave out.
    """
    asked = asked if asked is not None else asked_now()
    found = _Reading(targets, places, asked).all()
    for key, kept in _frozen([target for target in targets if target.plan.state == PlanState.CLOSED], places).items():
        # How many of those below it reached it follows from what was frozen of them.
        found[key] = replace(kept, places=found[key].places, common=found[key].common)
    return found


def planned_at(target: Target, places: Sequence[Organisation], asked: Asked) -> dict[int, Decimal | None]:
    """Return {organisation id: how much it owes of a target on the day, None: nothing}."""
    reading = _Reading([target], places, asked)
    return {place.pk: reading.planned(target, place) for place in places}


def planned_of(targets: Sequence[Target], place: Organisation, asked: Asked) -> dict[int, Decimal | None]:
    """Return {target id: how much one organisation owes of it on the day}."""
    reading = _Reading(targets, [place], asked)
    return {target.pk: reading.planned(target, place) for target in targets}


def _frozen(targets: Sequence[Target], places: Sequence[Organisation]) -> dict[Key, Standing]:
    if not targets:
        return {}
    rows = TargetOutcome.objects.filter(
        target__in=[target.pk for target in targets], organisation__in=[place.pk for place in places]
    )
    return {(row.target_id, row.organisation_id): _kept(row) for row in rows}


def _kept(row: TargetOutcome) -> Standing:
    value = None if row.numerator is None else Value(_whole(row.numerator), row.denominator)
    return Standing(ShareState(row.state), value, None if row.progress is None else Fraction(row.progress, 100))


def _whole(number: Decimal) -> int | Decimal:
    return int(number) if number == number.to_integral_value() else number


class _Reading:
    """What a set of targets at a set of organisations needs, each thing read once and when it is asked for."""

    def __init__(self, targets: Sequence[Target], places: Sequence[Organisation], asked: Asked):
        self.targets, self.places, self.asked = targets, places, asked
        self.day = asked.day or clock.today()
        self.ids = [place.pk for place in places]
        # By whom others stand; nobody while only their own amounts are asked for.
        self.others: Sequence[Organisation] = ()

    @cached_property
    def start(self) -> date:
        return agency_start()

    @cached_property
    def tolerance(self) -> int:
        return dated.whole("target_tolerance", self.day)

    def all(self) -> dict[Key, Standing]:
        self.others = self._pooled
        return {(target.pk, place.pk): self._one(target, place) for target in self.targets for place in self.places}

    def _one(self, target: Target, place: Organisation) -> Standing:
        if target.stopped_on is not None and target.stopped_on <= self.day:
            return Standing(ShareState.STOPPED)
        if target.kind == TargetKind.QUALITATIVE:
            return self._qualitative(target, place)
        measured = MEASURED.get(target.measure)
        if measured is None:
            return Standing(ShareState.UNKNOWN)
        if is_pooled(target, place):
            return self._of_each(target, place, measured)
        return self._alone(target, place, measured, self._value(target, place, measured), self.planned(target, place))

    def _alone(
        self, target: Target, place: Organisation, measured: Measured, value: Value | None, planned: Decimal | None
    ) -> Standing:
        """Return where an organisation stands by itself. value: what facts or answers say of it; planned: how much it owes."""
        span = span_of(target, place, self.start)
        if span[0] > span[1]:
            return Standing(ShareState.NOT_APPLICABLE)
        if planned is None or (not planned and target.direction == Direction.AT_LEAST):
            # A share of nothing is no share: nobody reaches it by doing nothing.
            return Standing(ShareState.NOT_APPLICABLE)
        return rules.standing(
            value,
            planned,
            target.direction,
            span,
            self.day,
            tolerance=self.tolerance,
            is_rate=measured.rate,
            at_once=target.measure == COLLECTED,
        )

    # ---- how much is owed

    @cached_property
    def shares(self) -> dict[Key, Decimal]:
        tops = {target.plan.organisation_id for target in self.targets}
        rows = TargetShare.objects.filter(target__in=[target.pk for target in self.targets])
        there = {*self.ids, *tops, *(place.pk for place in self.others)}
        rows = rows.filter(in_force_during(self.day, self.day), organisation__in=there)
        return {(row.target_id, row.organisation_id): row.planned for row in rows.order_by("starts", "pk")}

    def planned(self, target: Target, place: Organisation) -> Decimal | None:
        """Return how much an organisation owes of a target on the day: its own share, else that of all; None: nothing."""
        own = self.shares.get((target.pk, place.pk))
        if own is not None:
            return own
        if target.split == "divided" and place.pk != target.plan.organisation_id:
            return None
        return self.shares.get((target.pk, target.plan.organisation_id), target.planned)

    # ---- what facts say

    @cached_property
    def facts(self) -> Mapping[tuple[str, int, int], list[tuple[Period, Value, int]]]:
        """{(measure, organisation, year): [(period, with all below it, of it its own numerator)]}."""
        measures = {row.measure for target in self.targets if (row := MEASURED.get(target.measure)) and row.grain}
        periods = [str(period) for target in self.targets for period in _periods(target)]
        found: dict[tuple[str, int, int], list[tuple[Period, Value, int]]] = defaultdict(list)
        rows = Fact.objects.filter(measure__in=measures, organisation__in=self.ids, period__in={*periods}).order_by()
        columns = ("measure", "organisation", "period", "numerator", "denominator", "late", "overdue", "own_numerator")
        for measure, place, period, numerator, denominator, late, overdue, own in rows.values_list(*columns):
            parsed, measured = Period.parse(period), MEASURED[measure]
            if parsed.kind != measured.grain:
                continue
            if measured.rate:
                denominator = numerator + overdue if measured.of_due else denominator or 0
            found[measure, place, parsed.year].append((parsed, Value(numerator, denominator, late), own))
        return found

    def _runs(self, target: Target, period: Period) -> bool:
        """Whether a period lies in the months of a target and has begun."""
        first, last = (Period(MONTH, target.plan.year, month) for month in (target.first_month, target.last_month))
        return first.first <= period.last and period.first <= min(last.last, self.day)

    def _value(self, target: Target, place: Organisation, measured: Measured) -> Value | None:
        """Return what facts of the periods in which a target runs say together; no fact is no occurrence."""
        if target.measure == COLLECTED:
            return self._collected(target, place)
        if not self.asked.known:
            return None
        rows = self.facts.get((target.measure, place.pk, target.plan.year), ())
        mine = [(value, own) for period, value, own in rows if self._runs(target, period)]
        if counts_alone(target, place.kind) and place.pk != target.plan.organisation_id:
            return Value(sum(own for _, own in mine))
        denominator = sum(value.denominator or 0 for value, _ in mine) if measured.rate else None
        return Value(sum(value.numerator for value, _ in mine), denominator, sum(value.late for value, _ in mine))

    # ---- what each of many owes

    def _of_each(self, target: Target, place: Organisation, measured: Measured) -> Standing:
        """Return where an organisation stands by those below it of whom each owes the same count."""
        standard = self.planned(target, target.plan.organisation)
        there: list[Standing] = []
        alike: list[int | Decimal] = []
        for one in self._owing(target, place):
            key = (target.pk, one.pk)
            own, kept = self.shares.get(key), self._outcomes.get(key)
            planned = standard if own is None else own
            there.append(kept or self._alone(target, one, measured, self._count(target, one), planned))
            told = there[-1].value
            # Whoever owes more or less than the others tells nothing of what is common to them.
            if own is None and told is not None and there[-1].state in KNOWN:
                alike.append(told.numerator)
        over = Period(MONTH, target.plan.year, target.last_month).last < self.day
        found = rules.of_each(there, self._value(target, place, measured), over=over)
        least = min if target.direction == Direction.AT_LEAST else max
        return replace(found, common=least(alike, default=None))

    @cached_property
    def _outcomes(self) -> dict[Key, Standing]:
        """What was frozen of those by whom others stand, of closed plans."""
        closed = [row for row in self.targets if row.plan.state == PlanState.CLOSED and is_count_of_each(row)]
        return _frozen(closed, self._pooled)

    def _count(self, target: Target, place: Organisation) -> Value | None:
        """Return the value of an organisation by which another stands."""
        if target.measure == COLLECTED:
            return self._collected(target, place)
        return Value(self._counts.get((target.pk, place.pk), 0)) if self.asked.known else None

    @cached_property
    def _counts(self) -> dict[Key, int]:
        """{(target, organisation that owes it): its count}, of the targets of which each owes the same; one statement."""
        targets = [row for row in self.targets if is_count_of_each(row) and row.measure != COLLECTED]
        if not targets or not self._pooled:
            return {}
        sums: dict[str, Sum] = {}
        for row in targets:
            periods = [str(one) for one in _periods(row) if self._runs(row, one)]
            its = Q(measure=row.measure, period__in=periods)
            sums |= {f"all_{row.pk}": Sum("numerator", filter=its), f"own_{row.pk}": Sum("own_numerator", filter=its)}
        facts = Fact.objects.filter(
            measure__in={row.measure for row in targets},
            period__in={str(one) for row in targets for one in _periods(row)},
            organisation__in=self._pooled,
        )
        rows = facts.order_by().values("organisation").annotate(**sums).values_list("organisation", *sums)
        found = {pk: dict(zip(sums, told, strict=True)) for pk, *told in rows}
        kinds = {place.pk: place.kind for place in self._pooled}
        return {
            (row.pk, pk): told[f"own_{row.pk}" if counts_alone(row, kinds[pk]) else f"all_{row.pk}"] or 0
            for row in targets
            for pk, told in found.items()
        }

    # ---- what was asked once

    @cached_property
    def collected(self) -> dict[Key, Decimal]:
        """{(field of an asking, organisation): figure} of what was answered by the day and not sent back."""
        fields = {target.collect_id for target in self.targets if target.measure == COLLECTED}
        rows = CollectAnswer.objects.filter(field__in=fields, target__answered_at__isnull=False).exclude(value="")
        found: dict[Key, Decimal] = defaultdict(Decimal)
        for field, place, value, at in rows.order_by().values_list(
            "field", "target__organisation", "value", "target__answered_at"
        ):
            if at is not None and clock.day_of(at) <= self.day:
                found[field, place] += Decimal(value)
        return found

    @cached_property
    def _together(self) -> dict[Key, Decimal]:
        """`collected`, of each organisation with what those below it answered."""
        parents = dict(Organisation.objects.order_by().values_list("pk", "parent")) if self.collected else {}
        found: dict[Key, Decimal] = defaultdict(Decimal)
        for (field, place), figure in self.collected.items():
            above: int | None = place
            while above is not None:
                found[field, above] += figure
                above = parents[above]
        return found

    def _collected(self, target: Target, place: Organisation) -> Value | None:
        """Return what the organisations at or below one answered together; None where none of them has: unknown, never 0."""
        alone = counts_alone(target, place.kind) and place.pk != target.plan.organisation_id
        figures = self.collected if alone else self._together
        figure = figures.get((target.collect_id or 0, place.pk))
        return None if figure is None else Value(_whole(figure))

    # ---- what was judged

    @cached_property
    def judged(self) -> tuple[dict[int, list[TargetStage]], dict[Key, StageReport]]:
        """Stages by target, and reports by stage and organisation."""
        ids = [target.pk for target in self.targets if target.kind == TargetKind.QUALITATIVE]
        stages: dict[int, list[TargetStage]] = defaultdict(list)
        if not ids:
            return stages, {}
        for stage in TargetStage.objects.filter(target__in=ids).order_by("order"):
            stages[stage.target_id].append(stage)
        reports = StageReport.objects.filter(stage__target__in=ids)
        if not self._pooled:
            reports = reports.filter(organisation__in=self.ids)
        return stages, {(row.stage_id, row.organisation_id): row for row in reports}

    @cached_property
    def _pooled(self) -> list[Organisation]:
        """The organisations by which another of `places` stands; none where each stands for itself."""
        pairs = [(target, place) for target in self.targets for place in self.places if is_pooled(target, place)]
        tops = Q(pk__in=[])
        for place in {place.pk: place for _, place in pairs}.values():
            tops |= within(place, "")
        kinds = {kind for target, _ in pairs for kind in target.applies}
        rows = Organisation.objects.filter(tops, kind__in=kinds, archived_on__isnull=True)
        return list(rows.order_by()) if pairs else []

    def _owing(self, target: Target, place: Organisation) -> list[Organisation]:
        """Return by whom an organisation stands: itself, or everybody below it who owes the target."""
        if not is_pooled(target, place):
            return [place]
        own = target.plan.organisation_id
        return [one for one in self._pooled if one.kind in target.applies and one.pk != own and place.contains(one)]

    def _qualitative(self, target: Target, place: Organisation) -> Standing:
        stages, reports = self.judged
        said = []
        for one in self._owing(target, place):
            for stage in stages.get(target.pk, []):
                report = reports.get((stage.pk, one.pk))
                level = report.level if report is not None and report.state == StageState.ACCEPTED else ""
                # Nobody owes what fell due before there was anybody.
                if level or one.founded is None or one.founded <= stage.due:
                    waits = report is not None and report.state == StageState.REPORTED
                    said.append(rules.StageSaid(stage.part, level, waits, stage.due < self.day))
        return rules.of_stages(said)


def _periods(target: Target) -> Sequence[Period]:
    """Return the periods of a target's year in which facts of its measure stand."""
    measured = MEASURED.get(target.measure)
    return Period(YEAR, target.plan.year).parts(measured.grain) if measured is not None and measured.grain else []


def of_tree(targets: Sequence[Target], found: Mapping[Key, Standing], place: Organisation) -> dict[int, Standing]:
    """Return {target id: Standing} at one organisation, aims above aims included: the weighted mean of what is known below."""
    below: dict[int | None, list[Target]] = defaultdict(list)
    for target in targets:
        below[target.parent_id].append(target)
    told: dict[int, Standing] = {}

    def one(target: Target) -> Standing:
        children = below.get(target.pk, [])
        if not children:
            told[target.pk] = found[target.pk, place.pk]
            return told[target.pk]
        states = [one(child) for child in children]
        weights = [(child.weight, state.progress) for child, state in zip(children, states, strict=True)]
        progress, known = rules.mean_of(weights)
        owed = sum(state.state not in (ShareState.NOT_APPLICABLE, ShareState.STOPPED) for state in states)
        told[target.pk] = (
            Standing(rules.together(states), progress=progress, known=(known, owed))
            if known
            else Standing(rules.together(states) if any(row.state in KNOWN for row in states) else ShareState.UNKNOWN)
        )
        return told[target.pk]

    for target in below[None]:
        one(target)
    return told
