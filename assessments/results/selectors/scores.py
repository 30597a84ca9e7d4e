"""What a scheme reads: for each organisation and indicator the scoring facts, from the same functions as the pages."""

from collections import defaultdict

from assessments import scoring
from assessments.results.selectors.scoring_items import due_within, further_entries, is_built, requirement_entries
from branches.places.models.organisations import Kind, Organisation, OrganisationVersion
from common import clock

NOT_BUILT = "尚未纳入计算"


def scoring_facts(scheme, period, *, organisations=None, as_of=None):
    """Return ({branch id: {indicator key: scoring.Fact}}, {(branch id, indicator key): [record ids]}).

    The first for the branches assessed by `scheme` in `period`, the second the records that were counted for them.

    An indicator for whose measures nothing is built has no fact: not applicable yet (decisions 26). organisations: ids
    of branches, all when None; the groups of a branch are scored with it.
    """
    as_of = as_of or clock.today()
    rows = due_within(period, organisations, as_of)
    branches, groups, names = _places(rows, period, as_of)
    entries = requirement_entries(rows, names) + further_entries(period, organisations, as_of)
    return _facts(scheme, entries, branches, groups), _records(scheme, entries, groups)


def _records(scheme, entries, groups):
    by_measure = defaultdict(list)
    for entry in entries:
        by_measure[groups.get(entry.place, entry.place), entry.measure] += entry.records
    found = {}
    for _, indicator in scheme.indicators():
        for (branch, measure), records in by_measure.items():
            if measure in indicator.measures:
                found.setdefault((branch, indicator.key), []).extend(records)
    return found


def _facts(scheme, entries, branches, groups):
    by_measure = defaultdict(list)
    for entry in entries:
        by_measure[groups.get(entry.place, entry.place), entry.measure].append(entry.item)
    facts = {}
    for branch in branches:
        facts[branch] = {}
        for _, indicator in scheme.indicators():
            measures = indicator.measures
            if not measures or not all(is_built(measure) for measure in measures):
                continue
            items = [item for measure in measures for item in by_measure.get((branch, measure), ())]
            facts[branch][indicator.key] = (
                scoring.Fact(items=tuple(items)) if items else scoring.Fact.not_applicable(indicator.not_applicable)
            )
    return facts


def _places(rows, period, as_of):
    """Return (branches in tree order, {group: branch}, {group: name}) as they stood at the end of the period."""
    day = min(period.last, as_of)
    ids = {row.organisation for row in rows}
    groups, names = {}, {}
    versions = OrganisationVersion.objects.filter(organisation__in=ids, kind=Kind.SMALL_GROUP, starts__lte=day)
    for version in versions.order_by("starts"):
        groups[version.organisation_id] = version.parent_id
        names[version.organisation_id] = version.short_name
    branches = ids - set(groups)
    ordered = Organisation.objects.filter(pk__in=branches | set(groups.values())).in_tree_order()
    return list(ordered.values_list("pk", flat=True)), groups, names


def estimate(scheme, organisation, rows, names, further=()):
    """Return (Result, best reachable Result) of one branch now, for its own workbench; None when it owes nothing.

    rows: the requirements of the branch and its groups due in the period, counted live by the same functions. names:
    {group id: short name}. further: Entries of the branch beyond requirements (items.further_entries).
    """
    if not rows:
        return None
    groups = {row.organisation: organisation.pk for row in rows if row.organisation != organisation.pk}
    entries = [*requirement_entries(rows, names), *further]
    facts = _facts(scheme, entries, [organisation.pk], groups)[organisation.pk]
    return scoring.score(scheme, facts), scoring.best_reachable(scheme, facts)
