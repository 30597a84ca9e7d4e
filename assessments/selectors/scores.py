"""What a scheme reads: for each organisation and indicator the scoring facts, from the same functions as the pages."""

from collections import defaultdict

from assessments import scoring
from branches import clock
from branches.models import Kind, Organisation, OrganisationVersion
from branches.periods import HALF, MONTH, QUARTER, YEAR, Period
from responsibilities.requirement_rules import REQUIREMENT_RULES
from responsibilities.selectors.requirements import requirements

NOT_BUILT = "尚未纳入计算"
_PREFIX = "requirement."


def item_name(row, places):
    """Return how a reason names a requirement: 10月支委会; 第二党小组10月党小组会 for a group of the branch."""
    group = places.get(row.organisation)
    return f"{group or ''}{'' if row.period.kind == YEAR else row.period.short()}{row.row.short}"


def _item(row, names):
    expected = max(row.expected, 1)
    on_time = min(row.on_time, expected)
    late = min(row.late, expected - on_time)
    unit = "人" if row.rule == "life-talks" else "次"
    partial = row.state == scoring.OVERDUE
    return scoring.Item(
        row.state,
        item_name(row, names),
        ("requirement", row.organisation, row.rule, str(row.period)),
        expected=expected,
        done=on_time if partial or row.state == scoring.MET_LATE else None,
        late=late if partial or row.state == scoring.MET_LATE else None,
        unit=unit,
    )


def due_within(period, organisations=None, as_of=None):
    """Return the requirements whose due date lies in `period` (decisions 22), those of longer periods included."""
    rows = requirements(period, organisations=organisations, as_of=as_of)
    order = (MONTH, QUARTER, HALF, YEAR)
    for kind in order[order.index(period.kind) + 1 :]:
        rules = [rule for rule in REQUIREMENT_RULES if rule.period == kind]
        if rules:
            whole = Period.containing(kind, period.last)
            rows += requirements(whole, organisations=organisations, as_of=as_of, rules=rules)
    return [row for row in rows if row.due in period]


def scoring_facts(scheme, period, *, organisations=None, as_of=None):
    """Return ({branch id: {indicator key: scoring.Fact}}, {(branch id, indicator key): [record ids]}).

    The first for the branches assessed by `scheme` in `period`, the second the records that were counted for them.

    An indicator for whose measures nothing is built has no fact: not applicable yet (decisions 26). organisations: ids
    of branches, all when None; the groups of a branch are scored with it.
    """
    as_of = as_of or clock.today()
    rows = due_within(period, organisations, as_of)
    branches, groups, names = _places(rows, period, as_of)
    return _facts(scheme, rows, branches, groups, names), _records(scheme, rows, groups)


def _records(scheme, rows, groups):
    by_rule = defaultdict(list)
    for row in rows:
        by_rule[groups.get(row.organisation, row.organisation), f"{_PREFIX}{row.rule}"] += row.records
    found = {}
    for _, indicator in scheme.indicators():
        for (branch, measure), records in by_rule.items():
            if measure in indicator.measures:
                found.setdefault((branch, indicator.key), []).extend(records)
    return found


def _facts(scheme, rows, branches, groups, names):
    by_measure = defaultdict(list)
    for row in rows:
        branch = groups.get(row.organisation, row.organisation)
        by_measure[branch, f"{_PREFIX}{row.rule}"].append(_item(row, names))
    facts = {}
    for branch in branches:
        facts[branch] = {}
        for _, indicator in scheme.indicators():
            measures = indicator.measures
            if not measures or not all(measure.startswith(_PREFIX) for measure in measures):
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
    ordered = Organisation.objects.filter(pk__in=branches | set(groups.values())).order_by("tree_id", "lft")
    return list(ordered.values_list("pk", flat=True)), groups, names


def estimate(scheme, organisation, rows, names):
    """Return (Result, best reachable Result) of one branch now, for its own workbench; None when it owes nothing.

    rows: the requirements of the branch and its groups due in the period, counted live by the same functions. names:
    {group id: short name}.
    """
    if not rows:
        return None
    groups = {row.organisation: organisation.pk for row in rows if row.organisation != organisation.pk}
    facts = _facts(scheme, rows, [organisation.pk], groups, names)[organisation.pk]
    return scoring.score(scheme, facts), scoring.best_reachable(scheme, facts)
