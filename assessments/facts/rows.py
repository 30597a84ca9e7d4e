"""From the own values of organisations to rows of facts: sums up the tree in one pass, or differences carried up it.

The sums of families that are nothing but counts are made by the database (assessments/sums.py).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from assessments.facts.family import Family, Measures, Own
from assessments.facts.models import Fact
from assessments.facts.tree_on import Parents
from common.periods import Period

# Organisation and measure of a fact; its numerator, denominator, late, overdue.
Key = tuple[int, str]
Numbers = list[int | None]

NUMBERS = ("numerator", "denominator", "late", "overdue")
COLUMNS = (*NUMBERS, *[f"own_{name}" for name in NUMBERS], "state", "due", "waiting", "returned")


def _totals(own: Iterable[Own], parents: Parents) -> dict[Key, Numbers]:
    """Return {(organisation, measure): [numerator, denominator, late, overdue]} summed up the tree in one pass."""
    depth: dict[int, int] = {}

    def depth_of(place: int | None) -> dict[int, int]:
        chain = []
        while place is not None and place not in depth:
            chain.append(place)
            place = parents.get(place)
        base = -1 if place is None else depth[place]
        for step, link in enumerate(reversed(chain), start=1):
            depth[link] = base + step
        return depth

    levels: dict[int, dict[Key, Numbers]] = defaultdict(dict)
    for row in own:
        depth_of(row.organisation)
        key = (row.organisation, row.measure)
        levels[depth[row.organisation]][key] = [row.numerator, row.denominator, row.late, row.overdue]
    totals = {}
    for level in range(max(levels, default=-1), -1, -1):
        above = levels[level - 1] if level else {}
        for (place, measure), values in levels[level].items():
            totals[place, measure] = values
            parent = parents.get(place)
            if parent is not None:
                add_to(above, (parent, measure), values)
    return totals


def add_to(level: dict[Key, Numbers], key: Key, values: Numbers) -> None:
    """Add numbers to those of a key; one that was not known before stays unknown until something is added to it."""
    there = level.get(key)
    if there is None:
        level[key] = list(values)
        return
    for place, value in enumerate(values):
        if value is not None:
            there[place] = (there[place] or 0) + value


def replace(family: Family, period: Period, own: list[Own], parents: Parents) -> set[int]:
    """Bring the rows of a slot to what the own values come to, summed up the tree as it stood in it.

    Returns the ids of the organisations in whose rows something was written.

    Called inside a transaction. A slot filled anew each day is mostly as it was: only what differs is written.
    """
    new = {(fact.organisation_id, fact.measure): fact for fact in _facts(family, period, own, parents)}
    slot = Fact.objects.filter(family=family.key, period=str(period))
    changed, gone, written = [], [], set()
    for pk, place, measure, *columns in slot.values_list("pk", "organisation_id", "measure", *COLUMNS):
        fact = new.pop((place, measure), None)
        if fact is None:
            gone.append(pk)
            written.add(place)
        elif columns != _columns_of(fact):
            fact.pk = pk
            changed.append(fact)
            written.add(place)
    written.update(place for place, _ in new)
    _write(new.values(), changed, gone)
    return written


def _facts(family: Family, period: Period, own: list[Own], parents: Parents) -> Iterator[Fact]:
    # _totals changes the lists it sums into, so each starts from the row's own numbers.
    totals = _totals(own, parents)
    mine = {(row.organisation, row.measure): row for row in own}
    for (place, measure), (numerator, denominator, late, overdue) in totals.items():
        fact = Fact(
            family=family.key,
            measure=measure,
            organisation_id=place,
            period=str(period),
            numerator=numerator or 0,
            denominator=denominator,
            late=late or 0,
            overdue=overdue or 0,
            **_own_columns(mine.get((place, measure))),
        )
        if not _is_empty(fact):
            yield fact


def _own_columns(row: Own | None) -> dict:
    if row is None:
        return {}
    return {
        "own_numerator": row.numerator,
        "own_denominator": row.denominator,
        "own_late": row.late,
        "own_overdue": row.overdue,
        "state": row.state,
        "due": row.due,
        "waiting": row.waiting,
        "returned": row.returned,
    }


def mend(
    family: Family,
    period: Period,
    places: set[int],
    own: Iterable[Own],
    parents: Parents,
    *,
    measures: Measures = None,
) -> set[int]:
    """Put the own values of `places` (ids) in place of those stored and carry the differences up their ancestors.

    parents: of the slot's day. measures: names of those that are put in place, all when None. Called inside a transaction;
    `own` may name further organisations. Returns the ids of the organisations in whose rows something was written.
    """
    new = {(row.organisation, row.measure): row for row in own}
    stored = _stored(family, period, places | {place for place, _ in new}, measures)
    differences = _differences(stored, new, parents)
    facts = _stored(family, period, {place for place, _ in {*new, *stored, *differences}}, measures)
    before = {fact.pk: _columns_of(fact) for fact in facts.values()}
    for key in {*new, *stored, *differences}:
        fact = facts.get(key)
        if fact is None:
            fact = facts[key] = _no_fact(family, period, key)
        _add_to_fact(fact, differences.get(key), new.get(key))
        if key in new or key in stored:
            # What no longer stands is set back to what a fact has that says nothing.
            _set(fact, _own_columns(new.get(key) or Own(*key, numerator=0)))
    made = [fact for fact in facts.values() if fact.pk is None and not _is_empty(fact)]
    changed = [
        fact for fact in facts.values() if fact.pk and not _is_empty(fact) and _columns_of(fact) != before[fact.pk]
    ]
    emptied = [fact for fact in facts.values() if fact.pk and _is_empty(fact)]
    written = {fact.organisation_id for fact in (*made, *changed, *emptied)}
    _write(made, changed, [fact.pk for fact in emptied])
    return written


def _no_fact(family: Family, period: Period, key: Key) -> Fact:
    place, measure = key
    columns = {"numerator": 0, "denominator": None}
    return Fact(family=family.key, measure=measure, organisation_id=place, period=str(period), **columns)


def _add_to_fact(fact: Fact, change: Numbers | None, row: Own | None) -> None:
    """Add a difference to the sums of a fact; a number that was not known before becomes that of the own value."""
    for place, name in enumerate(NUMBERS):
        step = change[place] if change else None
        if step is not None:
            setattr(fact, name, (getattr(fact, name) or 0) + step)
        elif row is not None and getattr(fact, name) is None:
            setattr(fact, name, getattr(row, name))


def _set(fact: Fact, columns: dict) -> None:
    for name, value in columns.items():
        setattr(fact, name, value)


def _stored(family: Family, period: Period, places: set[int], measures: Measures = None) -> dict[Key, Fact]:
    rows = Fact.objects.filter(family=family.key, period=str(period), organisation__in=places)
    if measures is not None:
        rows = rows.filter(measure__in=measures)
    return {(fact.organisation_id, fact.measure): fact for fact in rows}


def _own_numbers(row: Own | Fact | None, prefix: str = "") -> Numbers:
    if row is None:
        return [0, None, 0, 0]
    return [getattr(row, prefix + name) for name in NUMBERS]


def _differences(old: dict[Key, Fact], new: dict[Key, Own], parents: Parents) -> dict[Key, Numbers]:
    differences: dict[Key, Numbers] = {}
    for key in set(old) | set(new):
        before, after = _own_numbers(old.get(key), "own_"), _own_numbers(new.get(key))
        change = [None if was is None and now is None else (now or 0) - (was or 0) for was, now in zip(before, after)]
        if not any(change):
            continue
        place: int | None = key[0]
        while place is not None:
            add_to(differences, (place, key[1]), change)
            place = parents.get(place)
    return differences


def _columns_of(fact: Fact) -> list:
    return [getattr(fact, name) for name in COLUMNS]


def _write(created: Iterable[Fact], changed: list[Fact], gone: list[int]) -> None:
    Fact.objects.filter(pk__in=gone).delete()
    Fact.objects.bulk_create(created, batch_size=2000)
    # An upsert on the primary key: one statement for many rows, where bulk_update spells out a CASE for each.
    Fact.objects.bulk_create(
        changed,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=COLUMNS,
    )


def _is_empty(fact: Fact) -> bool:
    return not fact.state and not any(getattr(fact, name) for name in NUMBERS)
