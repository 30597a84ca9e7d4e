"""From the own values of organisations to rows of facts: sums up the tree in one pass, or differences carried up it.

The sums of families that are nothing but counts are made by the database (assessments/sums.py).
"""

from collections import defaultdict

from assessments.facts.families import Own
from assessments.facts.models import Fact
from assessments.facts.tree_on import parents_on

NUMBERS = ("numerator", "denominator", "late", "overdue")
COLUMNS = (*NUMBERS, *[f"own_{name}" for name in NUMBERS], "state", "due", "waiting", "returned")


def _totals(own, parents):
    """Return {(organisation, measure): [numerator, denominator, late, overdue]} summed up the tree in one pass."""
    depth = {}

    def depth_of(place):
        chain = []
        while place is not None and place not in depth:
            chain.append(place)
            place = parents.get(place)
        base = depth.get(place, -1)
        for step, link in enumerate(reversed(chain), start=1):
            depth[link] = base + step
        return depth

    levels = defaultdict(dict)
    for row in own:
        depth_of(row.organisation)
        key = (row.organisation, row.measure)
        levels[depth[row.organisation]][key] = [row.numerator, row.denominator, row.late, row.overdue]
    totals = {}
    for level in range(max(levels, default=-1), -1, -1):
        above = levels[level - 1] if level else None
        for (place, measure), values in levels[level].items():
            totals[place, measure] = values
            parent = parents.get(place)
            if parent is not None:
                _add(above, (parent, measure), values)
    return totals


def _add(level, key, values):
    there = level.get(key)
    if there is None:
        level[key] = list(values)
        return
    for place, value in enumerate(values):
        if value is not None:
            there[place] = (there[place] or 0) + value


def replace(family, period, as_of, own):
    """Bring the rows of a slot to what the own values (iterable of Own) come to, summed up the tree as it stood in it.

    Called inside a transaction. A slot filled anew each day is mostly as it was: only what differs is written.
    """
    wanted = {(fact.organisation_id, fact.measure): fact for fact in _facts(family, period, as_of, own)}
    slot = Fact.objects.filter(family=family.key, period=str(period))
    changed, gone = [], []
    for pk, place, measure, *picture in slot.values_list("pk", "organisation_id", "measure", *COLUMNS):
        fact = wanted.pop((place, measure), None)
        if fact is None:
            gone.append(pk)
        elif picture != _picture(fact):
            fact.pk = pk
            changed.append(fact)
    _write(wanted.values(), changed, gone)
    slot.exclude(as_of=as_of).update(as_of=as_of)


def _facts(family, period, as_of, own):
    # _totals changes the lists it sums into, so each starts from the row's own numbers.
    totals = _totals(own, parents_on(min(period.last, as_of)))
    mine = {(row.organisation, row.measure): row for row in own}
    for (place, measure), (numerator, denominator, late, overdue) in totals.items():
        fact = Fact(
            family=family.key,
            measure=measure,
            organisation_id=place,
            period=str(period),
            as_of=as_of,
            numerator=numerator,
            denominator=denominator,
            late=late,
            overdue=overdue,
            **_own_columns(mine.get((place, measure))),
        )
        if not _is_empty(fact):
            yield fact


def _own_columns(row):
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


def mend(family, period, as_of, places, own):
    """Put the own values of `places` (ids) in place of those stored and carry the differences up their ancestors.

    Called inside a transaction; own: iterable of Own, which may name further organisations.
    """
    new = {(row.organisation, row.measure): row for row in own}
    wanted = places | {place for place, _ in new}
    stored = _stored(family, period, wanted)
    differences = _differences(stored, new, parents_on(min(period.last, as_of)))
    ancestors = {place for place, _ in set(new) | set(differences)}
    _write_differences(family, period, as_of, _stored(family, period, ancestors), new, stored, differences)


def _stored(family, period, places):
    rows = Fact.objects.filter(family=family.key, period=str(period), organisation__in=places)
    return {(fact.organisation_id, fact.measure): fact for fact in rows}


def _own_numbers(row, prefix=""):
    if row is None:
        return [0, None, 0, 0]
    return [getattr(row, prefix + name) for name in NUMBERS]


def _differences(old, new, parents):
    differences = {}
    for key in set(old) | set(new):
        before, after = _own_numbers(old.get(key), "own_"), _own_numbers(new.get(key))
        change = [None if was is None and now is None else (now or 0) - (was or 0) for was, now in zip(before, after)]
        if not any(change):
            continue
        place = key[0]
        while place is not None:
            _add(differences, (place, key[1]), change)
            place = parents.get(place)
    return differences


def _picture(fact):
    return [getattr(fact, name) for name in COLUMNS]


def _write_differences(family, period, as_of, stored, new, old, differences):
    before = {fact.pk: _picture(fact) for fact in stored.values()}
    created, changed = [], []
    for key in set(new) | set(old) | set(differences):
        fact, row, change = stored.get(key), new.get(key), differences.get(key)
        if fact is None:
            if row is None and change is None:
                continue
            fact = Fact(
                family=family.key,
                measure=key[1],
                organisation_id=key[0],
                period=str(period),
                as_of=as_of,
                numerator=0,
                denominator=None,
            )
            created.append(fact)
        else:
            changed.append(fact)
        for place, name in enumerate(NUMBERS):
            step = change[place] if change else None
            if step is not None:
                setattr(fact, name, (getattr(fact, name) or 0) + step)
            elif row is not None and getattr(fact, name) is None and getattr(row, name) is not None:
                setattr(fact, name, getattr(row, name))
        if key in new or key in old:
            for name, value in (_own_columns(row) or _own_columns(_nothing(key))).items():
                setattr(fact, name, value)
    gone = [fact.pk for fact in changed if _is_empty(fact)]
    changed = [fact for fact in changed if not _is_empty(fact) and _picture(fact) != before[fact.pk]]
    _write([fact for fact in created if not _is_empty(fact)], changed, gone)


def _write(created, changed, gone):
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


def _nothing(key):
    return Own(organisation=key[0], measure=key[1], numerator=0)


def _is_empty(fact):
    return not fact.state and not any(getattr(fact, name) for name in NUMBERS)
