"""What a scheme reads: for each organisation and indicator the scoring facts, from the same functions as the pages."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from assessments import scoring
from assessments.entries.selectors import Applied
from assessments.results.by_hand import scored
from assessments.results.selectors.scoring_items import (
    Entry,
    due_within,
    further_entries,
    requirement_entries,
)
from assessments.schemes.measures import is_built
from assessments.scoring.facts import COUNTED
from assessments.scoring.once import once
from assessments.scoring.schemes import Scheme
from branches.places.models.organisations import Kind, Organisation, OrganisationVersion
from common import clock
from common.periods import Period
from responsibilities.requirements.selectors import Requirement

# By branch and key of an indicator.
Facts = dict[int, dict[str, scoring.Fact]]
NOT_BUILT = "尚未计量"
# What is known of an indicator that people judge before they have.
_BEFORE_ENTRIES, _UNJUDGED = {"deduct": scoring.Fact()}, scoring.Fact.unknown("尚未评分")


def scoring_facts(
    scheme: Scheme, period: Period, *, organisations: Collection[int] | None = None, as_of: date | None = None
) -> tuple[Facts, dict[tuple[int, str], list[int]]]:
    """Return ({branch id: {indicator key: scoring.Fact}}, {(branch id, indicator key): [record ids]}).

    The first for the branches assessed by `scheme` in `period`, the second the records that were counted for them.

    An indicator for whose measures nothing is built has no fact: not applicable yet (decisions 26). organisations: ids
    of branches, all when None; the groups of a branch are scored with it.
    """
    as_of = as_of or clock.today()
    rows = due_within(period, organisations, as_of)
    branches, groups, names = _places(scheme, rows, period, as_of)
    entries = requirement_entries(rows, names) + further_entries(period, organisations, as_of)
    return _facts(scheme, entries, branches, groups), _records(scheme, entries, groups)


def facts_by_scheme(schemes: Collection[Scheme], period: Period, as_of: date | None = None) -> list[Facts]:
    """Return the facts of a period as each of several schemes reads them, in their order; what was owed is reckoned once."""
    as_of = as_of or clock.today()
    rows = due_within(period, None, as_of)
    further = further_entries(period, None, as_of)
    found = []
    for scheme in schemes:
        branches, groups, names = _places(scheme, rows, period, as_of)
        found.append(_facts(scheme, requirement_entries(rows, names) + further, branches, groups))
    return found


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
            if not measures or not all(is_built(measure) for measure in measures):
                continue
            items = [item for measure in measures for item in by_measure.get((branch, measure), ())]
            facts[branch][indicator.key] = (
                scoring.Fact(items=tuple(items)) if items else scoring.Fact.not_applicable(indicator.not_applicable)
            )
    return facts


def _places(
    scheme: Scheme, rows: list[Requirement], period: Period, as_of: date
) -> tuple[list[int], dict[int, int], dict[int, str]]:
    """Return (whom the scheme assesses, in tree order, {group: branch}, {group: name}) as at the end of the period."""
    day = min(period.last, as_of)
    ids = {row.organisation for row in rows}
    groups: dict[int, int] = {}
    names: dict[int, str] = {}
    kinds: dict[int, str] = {}
    versions = OrganisationVersion.objects.filter(organisation__in=ids, starts__lte=day)
    for version in versions.order_by("starts"):
        kinds[version.organisation_id] = version.kind
        if version.kind != Kind.SMALL_GROUP:
            continue
        if version.parent_id is not None:
            groups[version.organisation_id] = version.parent_id
        names[version.organisation_id] = version.short_name
    wanted = {pk for pk in ids - set(groups) if kinds.get(pk, Kind.BRANCH) in scheme.applies}
    ordered = Organisation.objects.filter(pk__in=wanted | set(groups.values())).in_tree_order()
    return list(ordered.values_list("pk", flat=True)), groups, names


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
