"""What a scheme reads: for each organisation and indicator the scoring facts, from the same functions as the pages."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from fractions import Fraction

from django.db.models import F

from assessments import scoring
from assessments.entries.selectors import Applied
from assessments.results.by_hand import scored
from assessments.results.selectors.derived import Derived
from assessments.results.selectors.scoring_items import (
    Entry,
    due_within,
    further_entries,
    requirement_entries,
)
from assessments.results.selectors.upward import upward_entries
from assessments.schemes.measures import SOURCES, is_built, rules_read
from assessments.scoring.facts import COUNTED
from assessments.scoring.once import once
from assessments.scoring.schemes import Scheme
from branches.places.models.organisations import Kind, Organisation, OrganisationVersion
from branches.settings import dated as dated_settings
from common import clock
from common.periods import Period
from responsibilities.requirements.selectors import Requirement

# By branch and key of an indicator.
Facts = dict[int, dict[str, scoring.Fact]]
NOT_BUILT = "尚未计量"
# What is known of an indicator that people judge before they have.
_BEFORE_ENTRIES, _UNJUDGED = {"deduct": scoring.Fact()}, scoring.Fact.unknown("尚未评分")


def scoring_facts(
    scheme: Scheme, period: Period, *, as_of: date | None = None
) -> tuple[Facts, dict[tuple[int, str], list[int]]]:
    """Return ({organisation id: {indicator key: scoring.Fact}}, {(organisation id, indicator key): [record ids]}).

    The first for the organisations assessed by `scheme` in `period`, the second the records that were counted for them.

    An indicator for whose measures nothing is built has no fact: not applicable yet (decisions 26). The groups of a branch are
    scored with it.
    """
    (read,) = read_by([scheme], period, as_of or clock.today())
    return read


def facts_by_scheme(schemes: Collection[Scheme], period: Period, as_of: date | None = None) -> list[Facts]:
    """Return the facts of a period as each of several schemes reads them, in their order; what was owed is reckoned once."""
    return [facts for facts, _ in read_by(schemes, period, as_of or clock.today())]


def read_by(
    schemes: Collection[Scheme], period: Period, as_of: date
) -> list[tuple[Facts, dict[tuple[int, str], list[int]]]]:
    """Return (facts, counted records) of each of several schemes, in their order."""
    rules = rules_read({measure for scheme in schemes for measure in measures_of(scheme)})
    rows = due_within(period, rules, None, as_of) if rules else []
    further = further_entries(period, None, as_of)
    found = []
    for scheme in schemes:
        mine = {row.rule for row in rules_read(measures_of(scheme))}
        owed = [row for row in rows if row.rule in mine]
        assessed, groups, names = _places(scheme, owed, period, as_of)
        entries = requirement_entries(owed, names) + further + upward_entries(scheme, owed, period, as_of, assessed)
        facts = _facts(scheme, entries, assessed, groups)
        _derive(scheme, facts, period, as_of)
        found.append((facts, _records(scheme, entries, groups)))
    return found


def measures_of(scheme: Scheme) -> set[str]:
    """Return the names of the measures that a scheme reads."""
    return {measure for _, row in scheme.indicators() for measure in row.measures}


def _derive(scheme: Scheme, facts: Facts, period: Period, as_of: date) -> None:
    """Put in what follows from results of other schemes."""
    rows = [row for _, row in scheme.indicators() if row.method == "derived" and {*row.measures} <= {*SOURCES}]
    if not rows:
        return
    derived = Derived(scheme, period, as_of)
    for place, own in facts.items():
        own |= {row.key: derived.fact(row.measures[0], place) for row in rows}


def _records(scheme: Scheme, entries: list[Entry], groups: dict[int, int]) -> dict[tuple[int, str], list[int]]:
    by_measure: dict[tuple[int, str], list[int]] = defaultdict(list)
    for entry in entries:
        by_measure[groups.get(entry.place, entry.place), entry.measure] += entry.records
    counted: dict[tuple[int, str], list[int]] = {}
    for _, indicator in scheme.indicators():
        for (branch, measure), records in by_measure.items():
            if measure in indicator.measures:
                counted.setdefault((branch, indicator.key), []).extend(records)
    return counted


def _facts(scheme: Scheme, entries: list[Entry], branches: Collection[int], groups: dict[int, int]) -> Facts:
    by_measure = defaultdict(list)
    for entry in entries:
        by_measure[groups.get(entry.place, entry.place), entry.measure].append(entry.item)
    facts: Facts = {}
    for branch in branches:
        facts[branch] = {}
        for _, indicator in scheme.indicators():
            measures = indicator.measures
            if indicator.by_hand:
                # Nothing entered is nothing to deduct; a score is open until somebody has given it.
                facts[branch][indicator.key] = _BEFORE_ENTRIES.get(indicator.method, _UNJUDGED)
                continue
            if indicator.method == "derived" or not measures or not all(is_built(measure) for measure in measures):
                continue
            items = [item for measure in measures for item in by_measure.get((branch, measure), ())]
            facts[branch][indicator.key] = (
                scoring.Fact(items=tuple(items)) if items else scoring.Fact.not_applicable(indicator.not_applicable)
            )
    return facts


def _places(
    scheme: Scheme, rows: list[Requirement], period: Period, as_of: date
) -> tuple[dict[int, str], dict[int, int], dict[int, str]]:
    """Return ({whom the scheme assesses, in tree order: its kind}, {group: branch}, {group: name}) as at the end of the period."""
    day = min(period.last, as_of)
    ids = {row.organisation for row in rows}
    groups: dict[int, int] = {}
    names: dict[int, str] = {}
    kinds: dict[int, str] = {}
    standing: set[int] = set()
    share = Fraction(dated_settings.number("founding_share", period.first))
    versions = OrganisationVersion.objects.filter(starts__lte=day).annotate(founded=F("organisation__founded"))
    for version in versions.order_by("starts"):
        kinds[version.organisation_id] = version.kind
        young = version.founded is not None and not period.counts_since(version.founded, share)
        if not young and (version.ends is None or version.ends >= period.first):
            standing.add(version.organisation_id)
        if version.kind != Kind.SMALL_GROUP or version.organisation_id not in ids:
            continue
        if version.parent_id is not None:
            groups[version.organisation_id] = version.parent_id
        names[version.organisation_id] = version.short_name
    # Branches that owe something; of the others, who stood long enough in the period.
    others = standing if not rows else {pk for pk in standing if kinds[pk] != Kind.BRANCH}
    wanted = {pk for pk in (ids | others) - set(groups) if kinds.get(pk, Kind.BRANCH) in scheme.applies}
    if Kind.BRANCH in scheme.applies:
        wanted |= set(groups.values())
    ordered = Organisation.objects.filter(pk__in=wanted).in_tree_order().values_list("pk", flat=True)
    return {pk: kinds.get(pk, Kind.BRANCH) for pk in ordered}, groups, names


def estimate(
    scheme: Scheme,
    organisation: Organisation,
    rows: list[Requirement],
    names: dict[int, str],
    further: Collection[Entry] = (),
    by_hand: Applied | None = None,
) -> tuple[scoring.Result, scoring.Result, int] | None:
    """Return (Result, best reachable Result, things counted) of one branch now, for its workbench; None when it owes nothing.

    rows: the requirements of the branch and its groups due in the period, counted live by the same functions. names:
    {group id: short name}. by_hand: what approved entries say of it. further: Entries of the branch beyond requirements (items.further_entries).
    """
    if not rows:
        return None
    groups = {row.organisation: organisation.pk for row in rows if row.organisation != organisation.pk}
    entries = [*requirement_entries(rows, names), *further]
    facts = _facts(scheme, entries, [organisation.pk], groups)[organisation.pk]
    counted = sum(item.state in COUNTED for fact in once(scheme, facts)[0].values() for item in fact.items)
    return scored(scheme, facts, by_hand), scored(scheme, facts, by_hand, scoring.best_reachable), counted
