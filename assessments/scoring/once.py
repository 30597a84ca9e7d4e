"""Once is enough: a fault that two indicators of a scheme could count is counted by one of them (judgement 6.3)."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from assessments.scoring.facts import MET_LATE, OVERDUE, Fact, Item
from assessments.scoring.methods import ELSEWHERE, Reason, item_reasons
from assessments.scoring.schemes import Indicator, Scheme
from common.text import quoted


def once(scheme: Scheme, facts: Mapping[str, Fact]) -> tuple[dict[str, Fact], dict[str, tuple[Reason, ...]]]:
    """Return the facts without what another indicator counts, and what was left out as reasons without points.

    An item is left out where it rests on a measure of an indicator named in `counted_in`. The reasons, by key of the
    indicator they were left out of, are those of things missed or late: what was done in time needs no word.
    """
    known = {row.key: row for _, row in scheme.indicators()}
    kept, elsewhere = dict(facts), {}
    for row in known.values():
        fact = facts.get(row.key)
        if fact is None or not row.counted_in:
            continue
        # What counts nothing in this version takes nothing away either.
        counting = [known[key] for key in reversed(row.counted_in) if key in facts]
        readers = {measure: other for other in counting for measure in other.measures}
        parted = [(item, _reader(item, readers)) for item in fact.items]
        if not any(reader for _, reader in parted):
            continue
        kept[row.key] = _without(fact, tuple(item for item, reader in parted if reader is None))
        elsewhere[row.key] = tuple(
            _said(item, reader) for item, reader in parted if reader and item.state in (OVERDUE, MET_LATE)
        )
    return kept, elsewhere


def _reader(item: Item, readers: Mapping[str, Indicator]) -> Indicator | None:
    return next((readers[measure] for measure in item.rests_on if measure in readers), None)


def _without(fact: Fact, items: tuple[Item, ...]) -> Fact:
    if not items and not fact.deductions:
        return Fact.not_applicable("到期的事项都已在其他指标计分")
    return replace(fact, items=items)


def _said(item: Item, reader: Indicator) -> Reason:
    text = next((reason.text for reason in item_reasons(item, Fraction(0))), item.name)
    return Reason(f"{text}（已在{quoted(reader.name)}计分，这里不再扣）", Fraction(0), ELSEWHERE, item.target)
