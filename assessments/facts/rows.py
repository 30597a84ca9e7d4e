"""Rows of facts: written, and brought up to date by carrying differences of own values up the tree.

A whole slot is written by rising.py; the sums of families that are nothing but counts are made by the database (sums.py).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from assessments.facts.family import Family, Measures, Own
from assessments.facts.models import Fact
from assessments.facts.tree_on import Parents
from common.copied import rows_add
from common.periods import Period

# Organisation and measure of a fact; its numerator, denominator, late, overdue.
Key = tuple[int, str]
Numbers = list[int | None]

NUMBERS = ("numerator", "denominator", "late", "overdue")
_OF_OWN = (*NUMBERS, "state", "due", "waiting", "returned")
COLUMNS = (*NUMBERS, *[f"own_{name}" for name in NUMBERS], *_OF_OWN[len(NUMBERS) :])
# Of a sum, to which the organisation itself adds nothing.
_NOT_OWN: list[Any] = [0, None, 0, 0, "", None, False, None]
_STATE = COLUMNS.index("state")


def add_to(level: dict[Key, Numbers], key: Key, values: Numbers) -> None:
    """Add numbers to those of a key; one that was not known before stays unknown until something is added to it."""
    there = level.get(key)
    if there is None:
        level[key] = list(values)
        return
    add_to_row(there, values)


def add_to_row(row: Numbers, values: Numbers) -> None:
    """Add numbers to a row of them in place; one that was not known stays so until something is added to it."""
    for place, value in enumerate(values):
        if value is not None:
            row[place] = (row[place] or 0) + value


def own_columns(row: Own | None) -> dict:
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


def own_values_of(row: Own | None) -> list[Any]:
    """Return the columns of a fact that its organisation's own value fills, in the order of COLUMNS."""
    return _NOT_OWN if row is None else [getattr(row, name) for name in _OF_OWN]


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
    if _stands(stored, new):
        return set()
    differences = _differences(stored, new, parents)
    facts = _stored(family, period, {place for place, _ in {*new, *stored, *differences}}, measures)
    before = {fact.pk: columns_of(fact) for fact in facts.values()}
    for key in {*new, *stored, *differences}:
        fact = facts.get(key)
        if fact is None:
            fact = facts[key] = _no_fact(family, period, key)
        _add_to_fact(fact, differences.get(key), new.get(key))
        if key in new or key in stored:
            # What no longer stands is set back to what a fact has that says nothing.
            _set(fact, own_columns(new.get(key) or Own(*key, numerator=0)))
    changed = [
        fact for fact in facts.values() if not is_empty(fact) and (not fact.pk or columns_of(fact) != before[fact.pk])
    ]
    emptied = [fact for fact in facts.values() if fact.pk and is_empty(fact)]
    facts_write(changed, [fact.pk for fact in emptied])
    return {fact.organisation_id for fact in (*changed, *emptied)}


def _stands(stored: dict[Key, Fact], new: dict[Key, Own]) -> bool:
    """Whether what is stored says of its own places what the own values say: most families are not concerned by one record."""
    return not new.keys() - stored.keys() and all(
        all(getattr(fact, name) == value for name, value in own_columns(new.get(key) or Own(*key, numerator=0)).items())
        for key, fact in stored.items()
    )


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


def columns_of(fact: Fact) -> list:
    return [getattr(fact, name) for name in COLUMNS]


def fact_of(family: Family, period: Period, key: Key, columns: Iterable[Any]) -> Fact:
    """Return a fact of an organisation and measure, not written yet; columns: in the order of COLUMNS."""
    place, measure = key
    values = dict(zip(COLUMNS, columns, strict=True))
    return Fact(family=family.key, measure=measure, organisation_id=place, period=str(period), **values)


def facts_add(family: Family, period: Period, rows: Mapping[Key, list[Any]]) -> None:
    """Write facts of a slot that are not there yet: {(organisation, measure): its COLUMNS}."""
    names = ("family", "period", "organisation_id", "measure", *COLUMNS)
    rows_add(Fact, names, [(family.key, str(period), *key, *columns) for key, columns in rows.items()])


def facts_write(facts: Collection[Fact], gone: Collection[int]) -> None:
    """Write facts, whether they are there or not, in one statement for many, and delete those whose ids are `gone`."""
    if gone:
        Fact.objects.filter(pk__in=gone).delete()
    for fact in facts:
        # Its key is what stands for it: an id of its own would be a second one to collide with.
        fact.pk = None
    Fact.objects.bulk_create(
        facts,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["organisation", "period", "measure"],
        update_fields=COLUMNS,
    )


def is_empty(fact: Fact) -> bool:
    return not says(columns_of(fact))


def says(columns: Sequence[Any]) -> bool:
    """Whether a fact with these COLUMNS says anything: a state, or a number that is not 0."""
    return bool(columns[_STATE]) or any(columns[: len(NUMBERS)])
