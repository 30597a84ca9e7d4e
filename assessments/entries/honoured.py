"""Honours of a period are offered as bonus, the highest of each case; whoever judges enters them, another approves (decision 213)."""

from collections.abc import Iterable
from dataclasses import dataclass

from assessments.entries.cases import case_of
from assessments.entries.items import EntryItem, entry_items
from assessments.entries.models import EntryKind, EntryState
from assessments.entries.selectors import entries_of
from assessments.scoring.schemes import Scheme
from branches.places.models.organisations import Organisation
from common.periods import Period
from common.text import quoted
from members.care.models import Honour, HonourLevel

# What schemes call the levels of an honour, the lowest first. What the organisation itself grants earns nothing: 上级表彰.
LEVEL_NAMES: dict[str, tuple[str, ...]] = {
    HonourLevel.CITY: ("市", "市级"),
    HonourLevel.PROVINCE: ("省", "省级", "省部级"),
    HonourLevel.CENTRAL: ("中央和国家", "中央", "国家", "国家级", "全国"),
}
_HEIGHT = {level: height for height, level in enumerate(LEVEL_NAMES)}


@dataclass(frozen=True)
class Offer:
    """An honour that nobody has entered as bonus in the period. item: of the scheme, None where it is for a person to choose."""

    organisation: Organisation
    honour: Honour
    item: EntryItem | None

    @property
    def reason(self) -> str:
        one = self.honour
        return f"{one.granted_on:%Y-%m-%d}获{one.get_level_display()}表彰{quoted(one.title)}（{one.granted_by}）"

    @property
    def document(self) -> str:
        return self.honour.document or f"{self.honour.granted_by}授予{quoted(self.honour.title)}"


def highest(honours: Iterable[Honour]) -> list[Honour]:
    """Return of each organisation and case the honour of the highest level, the earlier of two; in the order of their days."""
    found: dict[tuple[int, str], Honour] = {}
    for one in sorted(honours, key=lambda row: (-_HEIGHT[row.level], row.granted_on, row.pk)):
        found.setdefault((one.organisation_held_id or 0, case_of(one)), one)
    return sorted(found.values(), key=lambda row: (row.granted_on, row.pk))


def items_by_level(items: Iterable[EntryItem], scheme: Scheme) -> dict[str, EntryItem]:
    """Return {HonourLevel: EntryItem} of the bonus whose levels are those of honours; nothing of a scheme without one."""
    names = {name: level for level, known in LEVEL_NAMES.items() for name in known}
    for number, row in enumerate(scheme.bonus.items):
        levels = [name for name, _ in row.levels]
        if levels and all(name in names for name in levels):
            mine = {item.key: item for item in items if item.kind == EntryKind.BONUS and item.number == number}
            return {names[name]: mine[f"bonus/{number}/{name}"] for name in levels}
    return {}


def offers(scheme: Scheme, period: Period, key: str, places: dict[int, Organisation]) -> list[Offer]:
    """Return an Offer for each honour that organisations ({id: Organisation}) won in a period from above, the highest of a case.

    A case of which one as high was entered, whatever became of it but withdrawal, is not offered again. Two statements.
    """
    if not scheme.bonus.items or not places:
        return []
    rows = Honour.objects.filter(
        organisation_held__in=places,
        level__in=LEVEL_NAMES,
        granted_on__range=(period.first, period.last),
        cancelled_on__isnull=True,
    )
    honours = list(rows.order_by())
    if not honours:
        return []
    said = entries_of(period, key).filter(honour__isnull=False).exclude(state=EntryState.WITHDRAWN)
    taken: dict[tuple[int, str], int] = {}
    for row in said:
        if row.honour is not None:
            case = row.organisation_id, case_of(row.honour)
            taken[case] = max(taken.get(case, -1), _HEIGHT.get(row.honour.level, -1))
    by_level = items_by_level(entry_items(scheme, period.kind).values(), scheme)
    return [
        Offer(places[one.organisation_held_id], one, by_level.get(one.level))
        for one in highest(honours)
        if one.organisation_held_id is not None
        and _HEIGHT[one.level] > taken.get((one.organisation_held_id, case_of(one)), -1)
    ]
