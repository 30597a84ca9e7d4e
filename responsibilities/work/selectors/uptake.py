"""Work that branches registered themselves, and whether it weighs: what waits for a decision, what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from common import clock
from common.operator import Actor
from common.periods import Period
from responsibilities.work.models import Uptake, WorkItem, WorkItemQuerySet
from responsibilities.work.rights import decidable
from responsibilities.work.selectors.items import registered_after
from responsibilities.work.stages import SyncPoint, sync_points


@dataclass(frozen=True)
class OwnWork:
    """An item as who decides sees it. points: its stages; after: the day of its registration where business dates lie before it."""

    item: WorkItem
    points: Sequence[SyncPoint]
    after: date | None

    @property
    def dates(self) -> str:
        """The business dates of its stages in words: 研究 09-03、安排 09-20（计划）."""
        named = [(point.kind.label.removeprefix("同步"), point.happened, point.day) for point in self.points]
        said = [f"{name} {clock.short(day)}{'' if happened else '（计划）'}" for name, happened, day in named if day]
        return "、".join(said) or "还没有业务日期"

    @property
    def links(self) -> int:
        """How many records and papers are linked to its stages."""
        return len({proof.evidence for point in self.points for proof in point.proofs})


def to_take_in(user: Actor) -> WorkItemQuerySet:
    """Return the own work of branches that waits for the decision of `user`, the oldest first."""
    return decidable(user).filter(uptake=Uptake.WAITING).order_by("created", "pk")


def decided_own_work(user: Actor) -> WorkItemQuerySet:
    """Return the own work of branches within the reach of `user` on which somebody has decided, the last first."""
    return decidable(user).exclude(uptake=Uptake.WAITING).order_by("-uptake_at", "-pk")


def seen_own_work(items: Sequence[WorkItem]) -> list[OwnWork]:
    """Return the OwnWork of items, in their order, in a constant number of statements."""
    by_item: dict[int, list[SyncPoint]] = {}
    for point in sync_points([row.pk for row in items]):
        by_item.setdefault(point.item, []).append(point)
    return [OwnWork(row, by_item.get(row.pk, []), registered_after(row, by_item.get(row.pk, []))) for row in items]


def waiting_in(period: Period) -> list[WorkItem]:
    """Return the own work with a stage in `period` on which nobody has decided: settled before a result is frozen."""
    items = list(
        WorkItem.objects.filter(uptake=Uptake.WAITING).select_related("organisation").order_by("created", "pk")
    )
    if not items:
        return []
    within = {point.item for point in sync_points([row.pk for row in items], first=period.first, last=period.last)}
    return [row for row in items if row.pk in within]
