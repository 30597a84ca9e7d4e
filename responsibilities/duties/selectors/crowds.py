"""Relatives of a duty that are too many to be listed: how many lists they stand on, and how they stand as it is kept."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from django.db.models import Count, Min, QuerySet

from responsibilities.duties.kept import keeper
from responsibilities.duties.models import LEVEL_ORDER, Duty, Level, ListState
from responsibilities.duties.slot import STATE_NAMES
from responsibilities.duties.tallies import Tally, measure

# Up to so many are listed one by one.
MANY = 60


@dataclass(frozen=True)
class Crowd:
    """The duties of one level that belong to a chain. lists: how many they stand on; texts: what they say, each once.

    behind: on how many of these something is past its date. key: their template where they have one in common, else "". tally:
    empty where nobody keeps how they stand.
    """

    level: str
    year: int
    lists: int
    behind: int
    texts: tuple[str, ...]
    key: str
    tally: Tally = field(default_factory=Tally)

    def with_more(self, other: "Crowd") -> "Crowd":
        """Return both together: what serves this duty, and what serves another of the chain at the same level."""
        tally = Tally()
        tally.add(self.tally)
        tally.add(other.tally)
        texts = tuple(dict.fromkeys(self.texts + other.texts))
        key = self.key if self.key == other.key else ""
        return replace(
            self,
            lists=self.lists + other.lists,
            behind=self.behind + other.behind,
            texts=texts,
            key=key,
            tally=tally,
        )


def crowds_of(
    rows: QuerySet[Duty], readable: QuerySet[Duty] | None, year: int, among: Collection[str] = ()
) -> dict[str, Crowd]:
    """Return {level: Crowd} of those of `rows` whose level has more than MANY or is one of `among`, and of what serves these.

    readable: out of which that is taken; None where it has been looked at.
    """
    found: dict[str, Crowd] = {}
    for _ in LEVEL_ORDER:
        numbers = rows.order_by().values_list("list__level", "key")
        by_level: dict[str, list[tuple[str, int, int, str]]] = {}
        for level, key, duties, lists, text in numbers.annotate(
            duties=Count("pk"), lists=Count("list", distinct=True), first=Min("text")
        ):
            by_level.setdefault(level, []).append((key, duties, lists, text))
        # Of what serves a crowd nothing is listed.
        large = [
            level
            for level, mine in by_level.items()
            if level not in found and (found or level in among or sum(row[1] for row in mine) > MANY)
        ]
        if not large:
            break
        if readable is None:
            return {level: _crowd(level, year, by_level[level], rows.filter(list__level=level)) for level in large}
        for level in large:
            found[level] = _crowd(level, year, by_level[level], rows.filter(list__level=level))
        rows = readable.filter(serves__in=rows.order_by().values("pk"), list__state=ListState.ISSUED)
    return found


def join_crowds(crowds: dict[str, Crowd], more: Mapping[str, Crowd]) -> None:
    """Add further duties of the same chain to its crowds."""
    for level, one in more.items():
        crowds[level] = crowds[level].with_more(one) if level in crowds else one


def _crowd(level: str, year: int, numbers: list[tuple[str, int, int, str]], rows: QuerySet[Duty]) -> Crowd:
    keys = [row[0] for row in numbers]
    texts = tuple(dict.fromkeys(row[3] for row in numbers))
    tally, behind, keep = Tally(), 0, keeper()
    if keep is not None and level != Level.MEMBER and all(keys):
        places = rows.order_by().values("list__organisation")
        for one in keep.at(year, places, _measures(keys)).keys.values():
            tally.add(one)
        behind = keep.behind(year, places, [measure(key) for key in keys])
    lists = max(row[2] for row in numbers)
    return Crowd(level, year, lists, behind, texts, keys[0] if len(keys) == 1 else "", tally)


def _measures(keys: Collection[str]) -> list[str]:
    return [measure(key, state) for key in keys for state in ("", *STATE_NAMES)]
