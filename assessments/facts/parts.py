"""Parts as rows (FactPart): what each thing of a slot adds to the own values, and what a change of some things changes in them."""

from collections.abc import Collection, Iterable

from assessments.facts.family import Own
from assessments.facts.models import Fact, FactPart
from assessments.facts.parted import Parted, Parts
from assessments.facts.rows import NUMBERS, Key, Numbers, add_to, mend
from assessments.facts.tree_on import Parents
from common.periods import Period

BATCH = 2000


def summed(parts: Parts) -> list[Own]:
    """Return the own values that parts come to together; what comes to nothing is left out."""
    numbers: dict[Key, Numbers] = {}
    for part in parts.values():
        for row in part.own:
            add_to(numbers, (row.organisation, row.measure), [getattr(row, name) for name in NUMBERS])
    return _values(numbers)


def parts_replace(family: Parted, period: Period, things: Collection[int], parts: Parts) -> None:
    """Bring the parts of these things (ids) in a slot to `parts`; only what differs is written. Called inside a transaction."""
    _write(family, period, parts, FactPart.objects.filter(family=family.key, period=str(period), thing__in=things))


def parts_keep(family: Parted, period: Period, things: Collection[int]) -> None:
    """Delete the parts of a slot that belong to other things than these (ids)."""
    rows = FactPart.objects.filter(family=family.key, period=str(period)).order_by()
    others = set(rows.values_list("thing", flat=True)).difference(things)
    if others:
        rows.filter(thing__in=others).delete()


def parts_mend(family: Parted, period: Period, things: Collection[int], parts: Parts, parents: Parents) -> set[int]:
    """Put the parts of these things (ids) in place of those stored, and carry the differences to the facts of the slot.

    Called inside a transaction. Returns the ids of the organisations in whose facts something was written.
    """
    rows = FactPart.objects.filter(family=family.key, period=str(period), thing__in=things)
    changes: dict[Key, Numbers] = {}
    for row in rows:
        for place, measure, *numbers in row.own:
            add_to(changes, (place, measure), [None if one is None else -one for one in numbers[: len(NUMBERS)]])
    for part in parts.values():
        for one in part.own:
            add_to(changes, (one.organisation, one.measure), [getattr(one, name) for name in NUMBERS])
    changes = {key: numbers for key, numbers in changes.items() if any(numbers)}
    _write(family, period, parts, rows)
    if not changes:
        return set()
    places, measures = {place for place, _ in changes}, {measure for _, measure in changes}
    own = _stored_own(family, period, places, measures)
    for key, numbers in changes.items():
        add_to(own, key, numbers)
    return mend(family, period, places, _values(own), parents, measures=measures)


def _stored_own(family: Parted, period: Period, places: set[int], measures: set[str]) -> dict[Key, Numbers]:
    rows = Fact.objects.filter(
        family=family.key, period=str(period), organisation__in=places, measure__in=measures
    ).values_list("organisation", "measure", *[f"own_{name}" for name in NUMBERS])
    return {(place, measure): numbers for place, measure, *numbers in rows}


def _values(numbers: dict[Key, Numbers]) -> list[Own]:
    return [
        Own(place, measure, done or 0, owed, late or 0, overdue or 0)
        for (place, measure), (done, owed, late, overdue) in numbers.items()
        if any((done, owed, late, overdue))
    ]


def _row(own: Iterable[Own]) -> list[list]:
    # A date belongs to the thing alone; it does not add up.
    rows = [
        [one.organisation, one.measure, *[getattr(one, name) for name in NUMBERS]]
        + ([one.due.isoformat()] if one.due else [])
        + ([True] if one.begun else [])
        for one in own
    ]
    return sorted(rows, key=lambda row: (row[0], row[1]))


def _write(family: Parted, period: Period, parts: Parts, stored: Iterable[FactPart]) -> None:
    wanted = {thing: (_row(part.own), part.turns) for thing, part in parts.items() if part.own}
    gone, changed = [], []
    for row in stored:
        if (new := wanted.pop(row.thing, None)) is None:
            gone.append(row.pk)
        elif new != (row.own, row.turns):
            row.own, row.turns = new
            changed.append(row)
    FactPart.objects.filter(pk__in=gone).delete()
    made = [
        FactPart(family=family.key, period=str(period), thing=thing, own=own, turns=turns)
        for thing, (own, turns) in wanted.items()
    ]
    FactPart.objects.bulk_create(made, batch_size=BATCH)
    FactPart.objects.bulk_create(
        changed, batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=["own", "turns"]
    )
