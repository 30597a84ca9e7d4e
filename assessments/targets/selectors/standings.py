"""Where targets stand: read from facts for many targets and organisations at once, in a constant number of statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from django.db.models import Q

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from assessments.targets import rules
from assessments.targets.measured import MEASURED, Measured
from assessments.targets.models import (
    COLLECTED,
    Direction,
    PlanState,
    Split,
    StageReport,
    StageState,
    Target,
    TargetKind,
    TargetOutcome,
    TargetShare,
    TargetStage,
)
from assessments.targets.rules import KNOWN, ShareState, Standing, Value
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
    found.update(_frozen([target for target in targets if target.plan.state == PlanState.CLOSED], places))
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
    return {
        (row.target_id, row.organisation_id): Standing(
            ShareState(row.state),
            None if row.numerator is None else Value(_whole(row.numerator), row.denominator),
            None if row.progress is None else Fraction(row.progress, 100),
        )
        for row in rows
    }


def _whole(number: Decimal) -> int | Decimal:
    return int(number) if number == number.to_integral_value() else number


class _Reading:
    """What a set of targets at a set of organisations needs, each thing read once and when it is asked for."""

    def __init__(self, targets: Sequence[Target], places: Sequence[Organisation], asked: Asked):
        self.targets, self.places, self.asked = targets, places, asked
        self.day = asked.day or clock.today()
        self.ids = [place.pk for place in places]

    @cached_property
    def start(self) -> date:
        return agency_start()

    @cached_property
    def tolerance(self) -> int:
        return dated.whole("target_tolerance", self.day)

    def all(self) -> dict[Key, Standing]:
        return {(target.pk, place.pk): self._one(target, place) for target in self.targets for place in self.places}

    def _one(self, target: Target, place: Organisation) -> Standing:
        if target.stopped_on is not None and target.stopped_on <= self.day:
            return Standing(ShareState.STOPPED)
        if target.kind == TargetKind.QUALITATIVE:
            return self._qualitative(target, place)
        measured = MEASURED.get(target.measure)
        if measured is None:
            return Standing(ShareState.UNKNOWN)
        span = span_of(target, place, self.start)
        if span[0] > span[1]:
            return Standing(ShareState.NOT_APPLICABLE)
        if target.measure == COLLECTED:
            value = self._collected(target, place)
        else:
            value = self._value(target, place, measured, span) if self.asked.known else None
        planned = self.planned(target, place)
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
        rows = rows.filter(in_force_during(self.day, self.day), organisation__in={*self.ids, *tops})
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
    def facts(self) -> Mapping[tuple[str, int, int], list[tuple[Period, Value]]]:
        measures = {row.measure for target in self.targets if (row := MEASURED.get(target.measure)) and row.grain}
        years = {target.plan.year for target in self.targets}
        periods = [
            str(period) for year in years for grain in _grains(measures) for period in Period(YEAR, year).parts(grain)
        ]
        found: dict[tuple[str, int, int], list[tuple[Period, Value]]] = defaultdict(list)
        rows = Fact.objects.filter(measure__in=measures, organisation__in=self.ids, period__in=periods).order_by()
        columns = ("measure", "organisation", "period", "numerator", "denominator", "late", "overdue")
        for measure, place, period, numerator, denominator, late, overdue in rows.values_list(*columns):
            parsed, measured = Period.parse(period), MEASURED[measure]
            if parsed.kind != measured.grain:
                continue
            if measured.rate:
                denominator = numerator + overdue if measured.of_due else denominator or 0
            found[measure, place, parsed.year].append((parsed, Value(numerator, denominator, late)))
        return found

    def _value(self, target: Target, place: Organisation, measured: Measured, span: tuple[date, date]) -> Value:
        """Return the sum of the periods that lie in the months of the target and have begun; no fact is no occurrence."""
        rows = self.facts.get((target.measure, place.pk, target.plan.year), ())
        first = Period(MONTH, target.plan.year, target.first_month).first
        mine = [value for period, value in rows if first <= period.last and period.first <= min(span[1], self.day)]
        denominator = sum(value.denominator or 0 for value in mine) if measured.rate else None
        return Value(sum(value.numerator for value in mine), denominator, sum(value.late for value in mine))

    # ---- what was asked once

    @cached_property
    def collected(self) -> dict[int, list[tuple[int, Decimal]]]:
        """{field of an asking: [(organisation, figure)]} of what was answered by the day and not sent back."""
        fields = {target.collect_id for target in self.targets if target.measure == COLLECTED}
        rows = CollectAnswer.objects.filter(field__in=fields, target__answered_at__isnull=False).exclude(value="")
        found: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
        for field, place, value, at in rows.order_by().values_list(
            "field", "target__organisation", "value", "target__answered_at"
        ):
            if at is not None and clock.day_of(at) <= self.day:
                found[field].append((place, Decimal(value)))
        return found

    @cached_property
    def _within(self) -> dict[int, set[int]]:
        """{organisation: the ids of those that answered at or below it}."""
        answered = {place for rows in self.collected.values() for place, _ in rows}
        there = list(Organisation.objects.filter(pk__in=answered).order_by())
        return {place.pk: {one.pk for one in there if place.contains(one)} for place in self.places}

    def _collected(self, target: Target, place: Organisation) -> Value | None:
        """Return what the organisations at or below one answered together; None where none of them has: unknown, never 0."""
        rows = self.collected.get(target.collect_id or 0, ())
        mine = [figure for at, figure in rows if at in self._within[place.pk]]
        return Value(_whole(sum(mine, Decimal(0)))) if mine else None

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
        """The organisations that owe by stages what another of `places` is judged by; none where each owes its own."""
        pairs = [(target, place) for target in self.targets for place in self.places if _is_pooled(target, place)]
        tops = Q(pk__in=[])
        for place in {place.pk: place for _, place in pairs}.values():
            tops |= within(place, "")
        kinds = {kind for target, _ in pairs for kind in target.applies}
        rows = Organisation.objects.filter(tops, kind__in=kinds, archived_on__isnull=True)
        return list(rows.order_by()) if pairs else []

    def _owing(self, target: Target, place: Organisation) -> list[Organisation]:
        """Return by whose stages an organisation is judged: its own, or those of everybody below it who owes the target."""
        if not _is_pooled(target, place):
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


def _is_pooled(target: Target, place: Organisation) -> bool:
    """Whether a target judged by stages is owed below an organisation and not by itself: those below say where it stands."""
    if target.kind != TargetKind.QUALITATIVE or target.split == Split.OWN:
        return False
    return place.pk == target.plan.organisation_id or place.kind not in target.applies


def _grains(measures: Iterable[str]) -> set[str]:
    return {MEASURED[measure].grain for measure in measures}


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
            Standing(together(states), progress=progress, known=(known, owed))
            if known
            else Standing(together(states) if any(row.state in KNOWN for row in states) else ShareState.UNKNOWN)
        )
        return told[target.pk]

    for target in below[None]:
        one(target)
    return told


def together(states: Collection[Standing]) -> ShareState:
    """Return how an aim above others stands: the worst of those that are open; met only when nothing below is still to come."""
    kinds = {row.state for row in states}
    for state in (ShareState.MISSED, ShareState.BEHIND, ShareState.ON_COURSE):
        if state in kinds:
            return state
    if ShareState.MET in kinds:
        return ShareState.ON_COURSE if kinds & {ShareState.NOT_DUE, ShareState.UNKNOWN} else ShareState.MET
    return ShareState.NOT_DUE if ShareState.NOT_DUE in kinds else ShareState.UNKNOWN
