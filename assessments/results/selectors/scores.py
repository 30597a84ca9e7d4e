"""What a scheme reads: for each organisation and indicator the scoring facts, from the same functions as the pages."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from fractions import Fraction

from django.db.models import F

from assessments import scoring
from assessments.entries.selectors import Applied
from assessments.results.by_hand import scored
from assessments.results.periods import counted_until
from assessments.results.selectors.derived import Derived
from assessments.results.selectors.named import named_entries
from assessments.results.selectors.scoring_items import Entry, due_within, further_entries, requirement_entries
from assessments.results.selectors.upward import upward_entries
from assessments.schemes.measures import DEPARTMENTS_COVERED, SOURCES, WON, is_built, rules_read
from assessments.scoring.facts import COUNTED
from assessments.scoring.once import once
from assessments.scoring.schemes import Indicator, Scheme
from branches.places.models.organisations import Kind, Organisation, OrganisationVersion
from branches.settings import dated as dated_settings
from common import clock, progress
from common.periods import Period
from responsibilities.measures import SYNC_CLOSURE
from responsibilities.requirements.selectors import Requirement

# By branch and key of an indicator.
Facts = dict[int, dict[str, scoring.Fact]]
# Ids of records by branch and key of an indicator.
Counted = dict[tuple[int, str], list[int]]
Read = tuple[Facts, Counted]
# How many branches and groups are read at a time; what they ask names them to the database (gathered.FEW, scope.NARROW).
PART = 100
# What whoever waits reads meanwhile.
TRYING = "正在试算"
NOT_BUILT = "尚未计量"
# What is known of an indicator that people judge before they have.
_BEFORE_ENTRIES, _UNJUDGED = {"deduct": scoring.Fact()}, scoring.Fact.unknown("尚未评分")


def facts_in_parts(schemes: Collection[Scheme], period: Period, as_of: date | None = None) -> Iterator[list[Read]]:
    """Yield of one part of the agency after the other, of each of several schemes in their order, what it reads in `period`:

    ({organisation id: {indicator key: scoring.Fact}}, {(organisation id, indicator key): [record ids]}), the first for the
    organisations that it assesses, the second the records that were counted for them. An indicator for whose measures nothing is
    built has no fact: not applicable yet (decisions 26). The groups of a branch are scored with it.

    What was owed is reckoned once for all of them. A part is of up to PART branches and groups, in the order of the tree: what
    is held at a time does not grow with the agency. A scheme that judges upper levels, or by other results, is read whole.
    """
    reader = _Reader(schemes, period, as_of or clock.today())
    parts = _parts(reader)
    progress.begin(TRYING, sum(len(part) for part in parts if part))
    owing, late = [not rules for rules in reader.rules], []
    for part in parts:
        owed = reader.owed(part)
        owing = [before or bool(rows) for before, rows in zip(owing, owed, strict=True)]
        if len(parts) == 1 or all(rows or not rules for rows, rules in zip(owed, reader.rules, strict=True)):
            yield reader.read(part, owed, [bool(rows) for rows in owed])
            progress.tick(len(part or ()))
        else:
            # Whether nobody at all owes anything, and so everybody who stood is assessed, is known at the end.
            late.append(part)
    for part in late:
        yield reader.read(part, reader.owed(part), owing)
        progress.tick(len(part or ()))


class _Reader:
    """What some schemes read in a period. rules: of each scheme the ids of the rules that it counts."""

    def __init__(self, schemes: Collection[Scheme], period: Period, as_of: date):
        self.schemes, self.period, self.as_of = schemes, period, as_of
        self.all_rules = rules_read({measure for scheme in schemes for measure in measures_of(scheme)})
        self.rules = [{row.rule for row in rules_read(measures_of(scheme))} for scheme in schemes]

    def owed(self, part: Collection[int] | None) -> list[list[Requirement]]:
        """Return what each scheme counts of what the branches of a part and their groups owed; None: everybody."""
        rows = due_within(self.period, self.all_rules, part, self.as_of) if self.all_rules else []
        return [[row for row in rows if row.rule in mine] for mine in self.rules]

    def read(self, part: Collection[int] | None, owed: list[list[Requirement]], owing: list[bool]) -> list[Read]:
        """Return (facts, counted records) of each scheme. owing: of each whether anybody owes anything that it counts."""
        period, as_of = self.period, self.as_of
        further = further_entries(period, part, as_of)
        found = []
        for scheme, rows, anybody in zip(self.schemes, owed, owing, strict=True):
            assessed, groups, names = _places(scheme, rows, period, as_of, part, anybody)
            entries = requirement_entries(rows, names) + further + upward_entries(scheme, rows, period, as_of, assessed)
            entries += named_entries(measures_of(scheme), period, counted_until(period), list(assessed), as_of)
            facts = _facts(scheme, entries, assessed, groups)
            _derive(scheme, facts, period, as_of)
            found.append((facts, _records(scheme, entries, groups)))
        return found


def _parts(reader: _Reader) -> list[list[int] | None]:
    """Return the ids of the branches of each part, in the order of the tree; [None] where all is read at once."""
    upward = {SYNC_CLOSURE, DEPARTMENTS_COVERED, *SOURCES}
    if any({*scheme.applies} != {Kind.BRANCH} or measures_of(scheme) & upward for scheme in reader.schemes):
        return [None]
    day = min(reader.period.last, reader.as_of)
    versions = OrganisationVersion.objects.filter(starts__lte=day, kind__in=(Kind.BRANCH, Kind.SMALL_GROUP)).order_by()
    rows = set(versions.values_list("organisation", "kind", "parent"))
    if len({pk for pk, _, _ in rows}) <= PART:
        return [None]
    size = Counter(parent for _, kind, parent in rows if kind == Kind.SMALL_GROUP)
    branches = Organisation.objects.filter(pk__in={pk for pk, kind, _ in rows if kind == Kind.BRANCH}).in_tree_order()
    parts: list[list[int]] = []
    room = 0
    for pk in branches.values_list("pk", flat=True):
        room -= 1 + size[pk]
        if room < 0:
            parts.append([])
            room = PART - 1 - size[pk]
        parts[-1].append(pk)
    return [*parts]


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


def _records(scheme: Scheme, entries: list[Entry], groups: dict[int, int]) -> Counted:
    by_measure: dict[tuple[int, str], list[int]] = defaultdict(list)
    for entry in entries:
        by_measure[groups.get(entry.place, entry.place), entry.measure] += entry.records
    counted: Counted = {}
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
            built = bool(measures) and all(is_built(measure, scheme.alive) for measure in measures)
            if indicator.method == "derived" or not built:
                continue
            items = [item for measure in measures for item in by_measure.get((branch, measure), ())]
            facts[branch][indicator.key] = _fact_of(indicator, items)
    return facts


def _fact_of(indicator: Indicator, items: list[scoring.Item]) -> scoring.Fact:
    """Return the Fact of what was found: nothing of what is owed is not applicable, nothing of what is won is none of it."""
    won = next((WON[measure] for measure in indicator.measures if measure in WON), "")
    if won:
        # Whoever has none would else have its weight left out, and stand better than whoever has one.
        return scoring.Fact(items=tuple(items), count=0, target=(won,))
    return scoring.Fact(items=tuple(items)) if items else scoring.Fact.not_applicable(indicator.not_applicable)


def _places(
    scheme: Scheme, rows: list[Requirement], period: Period, as_of: date, part: Collection[int] | None, anybody: bool
) -> tuple[dict[int, str], dict[int, int], dict[int, str]]:
    """Return ({whom the scheme assesses, in tree order: its kind}, {group: branch}, {group: name}) as at the end of the period.

    part: ids of the branches that it is about, None: all. anybody: whether anybody owes anything that the scheme counts.
    """
    day = min(period.last, as_of)
    ids = {row.organisation for row in rows}
    groups: dict[int, int] = {}
    names: dict[int, str] = {}
    kinds: dict[int, str] = {}
    standing: set[int] = set()
    share = Fraction(dated_settings.number("founding_share", period.first))
    versions = OrganisationVersion.objects.filter(starts__lte=day).annotate(founded=F("organisation__founded"))
    if part is not None:
        versions = versions.filter(organisation__in={*part, *ids})
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
    others = standing if not anybody else {pk for pk in standing if kinds[pk] != Kind.BRANCH}
    wanted = {pk for pk in (ids | others) - set(groups) if kinds.get(pk, Kind.BRANCH) in scheme.applies}
    if Kind.BRANCH in scheme.applies:
        wanted |= set(groups.values())
    if part is not None:
        # A group that moved brings the branch that it left or came to, which is of another part.
        wanted &= {*part}
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
