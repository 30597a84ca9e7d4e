"""Approved entries as scoring takes them, and the list of a period."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from django.db.models import QuerySet

from assessments import scoring
from assessments.entries.cases import case_of
from assessments.entries.items import EntryItem, entry_items
from assessments.entries.models import EntryKind, EntryState, ManualEntry, SelfRating
from assessments.scoring.numbers import exact
from assessments.scoring.schemes import Indicator, Scheme
from common.periods import Period


@dataclass
class Applied:
    """What approved entries say of one organisation, for `scoring.score`.

    places: grades whose quota place it takes. conditions: grades whose further condition it fulfils.
    """

    bonus: list[Fraction] = field(default_factory=list)
    vetoes: list[scoring.VetoEvent] = field(default_factory=list)
    adjustments: list[scoring.Adjustment] = field(default_factory=list)
    values: dict[str, scoring.Fact] = field(default_factory=dict)
    places: set[str] = field(default_factory=set)
    conditions: set[str] = field(default_factory=set)
    rows: list[ManualEntry] = field(default_factory=list)


def entries_of(period: Period, key: str) -> QuerySet[ManualEntry]:
    """Return the entries of a period, the newest first; what was declined or withdrawn included."""
    rows = ManualEntry.objects.filter(scheme_key=key, period=str(period))
    return rows.select_related("organisation__parent", "made_by", "decided_by", "tally__activity", "honour")


def self_ratings(
    period: Period, key: str, organisations: Collection[int] | None = None
) -> dict[tuple[int, str], SelfRating]:
    """Return {(organisation id, indicator): SelfRating} of a period."""
    rows = SelfRating.objects.filter(scheme_key=key, period=str(period)).select_related("made_by")
    if organisations is not None:
        rows = rows.filter(organisation__in=organisations)
    return {(row.organisation_id, row.indicator): row for row in rows}


def waiting_entries(period: Period, key: str) -> QuerySet[ManualEntry]:
    """Return the entries of a period that nobody has decided yet."""
    return entries_of(period, key).filter(state=EntryState.OPEN).order_by("pk")


def applied(scheme: Scheme, period: Period, organisations: Collection[int] | None = None) -> dict[int, Applied]:
    """Return {organisation id: Applied} of the approved entries of a period, in the order in which they were entered."""
    items = entry_items(scheme, period.kind)
    rows = entries_of(period, scheme.key).filter(state=EntryState.APPROVED).order_by("pk")
    if organisations is not None:
        rows = rows.filter(organisation__in=organisations)
    by_place: dict[int, list[ManualEntry]] = defaultdict(list)
    for row in rows:
        # What the version of the period does not know (any more) cannot count by it.
        if row.item in items:
            by_place[row.organisation_id].append(row)
    return {place: _applied(scheme, items, mine) for place, mine in by_place.items()}


def _applied(scheme: Scheme, items: dict[str, EntryItem], rows: list[ManualEntry]) -> Applied:
    found = Applied(rows=rows)
    known = {row.key: row for _, row in scheme.indicators()}
    faults: dict[str, list[scoring.Deduction]] = defaultdict(list)
    bonuses: dict[int, dict[str, Fraction]] = defaultdict(dict)
    for row in rows:
        item = items[row.item]
        if row.kind == EntryKind.BONUS:
            points = exact(row.points) if item.points is None else item.points
            _bonus(bonuses[item.number], row, points)
        elif row.kind == EntryKind.VETO:
            cap = scheme.vetoes[item.number].cap
            text = f"{scheme.vetoes[item.number].when}（{row.reason}）"
            found.vetoes.append(scoring.VetoEvent(text, cap, indicator=row.indicator or None))
        elif row.kind == EntryKind.ADJUST:
            found.adjustments.append(scoring.Adjustment(row.indicator, row.points or Decimal(0), row.reason))
        elif row.kind == EntryKind.SCORE:
            found.values[row.indicator] = _judged(known[row.indicator], item, row, found.values.get(row.indicator))
        elif row.kind == EntryKind.DEDUCT:
            points = item.points if item.points is not None else exact(row.points)
            rule = known[row.indicator].deductions[item.number]
            # Faults of one case rest on the same paper.
            case = f"{rule.case}/{row.document}" if rule.case else ""
            faults[row.indicator].append(
                scoring.Deduction(f"{rule.when}：{row.reason}", points, part=rule.part, case=case)
            )
        elif row.kind == EntryKind.CONDITION:
            found.conditions.add(row.item.partition("/")[2])
        else:
            found.places.add(row.item.partition("/")[2])
    found.values |= {key: scoring.Fact(deductions=tuple(rows)) for key, rows in faults.items()}
    for key, fact in found.values.items():
        # The lowest of several counts, once each has been judged.
        if known[key].aspects and fact.level is not None and len(fact.also) + 1 < len(known[key].aspects):
            found.values[key] = scoring.Fact.unknown("还有方面没有评定")
    found.bonus = [_counted(scheme, number, values.values()) for number, values in sorted(bonuses.items()) if values]
    return found


def _bonus(values: dict[str, Fraction], row: ManualEntry, points: Fraction) -> None:
    """Take a bonus into those of its item: of two honours of the same case the highest, nothing of an honour that was cancelled."""
    if row.honour is None:
        values[f"row/{row.pk}"] = points
    elif row.honour.cancelled_on is None:
        case = f"case/{case_of(row.honour)}"
        values[case] = max(points, values.get(case, points))


def _judged(indicator: Indicator, item: EntryItem, row: ManualEntry, before: scoring.Fact | None) -> scoring.Fact:
    """The fact that an entry gives for an indicator: its level, its points, or the figure that points follow from.

    before: what another entry has said of it; of several aspects each has its level.
    """
    if indicator.method == "graded":
        if before is not None and before.level is not None:
            return replace(before, also=(*before.also, item.level))
        return scoring.Fact(level=item.level)
    if indicator.method == "votes" and row.tally is not None:
        return scoring.Fact(votes=scoring.Votes(row.tally.levels, blank=row.tally.invalid))
    if indicator.method == "manual":
        return scoring.Fact(value=row.points, of=indicator.points, text=row.reason)
    return scoring.Fact(count=row.points) if indicator.method == "count" else scoring.Fact(value=row.points, of=1)


def _counted(scheme: Scheme, number: int, values: Iterable[Fraction]) -> Fraction:
    """Points of one bonus item: the highest level, or the sum up to the item's own cap."""
    item = scheme.bonus.items[number]
    if item.levels:
        return max(values)
    total = sum(values, Fraction(0))
    return total if item.cap is None else min(total, item.cap)
