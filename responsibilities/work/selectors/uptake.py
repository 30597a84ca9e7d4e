"""Work that branches registered themselves, and whether it weighs: what waits for a decision, what was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from common import clock
from common.operator import Actor
from common.periods import Period
from common.stale_form import form_mark
from responsibilities.work.models import WEIGHING, StageEvidence, Uptake, WorkCarrier, WorkItem, WorkItemQuerySet
from responsibilities.work.rights import decidable
from responsibilities.work.selectors.items import registered_after
from responsibilities.work.stages import SyncPoint, sync_points


@dataclass(frozen=True)
class OwnWork:
    """An item as who decides sees it.

    points: its stages; after: the day of its registration where business dates lie before it. carriers: {id: label} of those
    who carry it. declined: why work of the same name was declined before, "" where none was.
    """

    item: WorkItem
    points: Sequence[SyncPoint]
    after: date | None
    carriers: Mapping[int, str]
    declined: str

    @property
    def alone(self) -> str:
        """Why it is decided on by itself, "" where it may be taken in with others."""
        if self.after:
            return "事后登记"
        return f"同名业务曾不纳入（{self.declined}）" if self.declined else ""

    @property
    def others(self) -> list[str]:
        """The labels of those who carry it beside the organisation that registered it: it counts for each of them."""
        return [label for pk, label in self.carriers.items() if pk != self.item.organisation_id]

    @property
    def shown(self) -> dict[str, Any]:
        """What is seen of it, as plain values (common/stale_form.py)."""
        item = self.item
        return {
            "item": [item.name, item.uptake, item.source, item.starts, item.ends],
            "carriers": sorted(self.carriers),
            "dates": [[row.stage, row.milestone, row.name, row.planned, row.happened] for row in self.points],
            "links": sorted({proof.evidence for row in self.points for proof in row.proofs}),
        }

    @property
    def mark(self) -> str:
        return form_mark(self.shown)

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
    ids = [row.pk for row in items]
    by_item: dict[int, list[SyncPoint]] = {}
    for point in sync_points(ids):
        by_item.setdefault(point.item, []).append(point)
    carriers: dict[int, dict[int, str]] = {}
    rows = WorkCarrier.objects.filter(item__in=ids, ended__isnull=True).order_by("-leads", "pk")
    for row in rows.select_related("organisation__parent"):
        carriers.setdefault(row.item_id, {})[row.organisation_id] = row.organisation.label
    declined = WorkItem.objects.filter(uptake=Uptake.DECLINED, name__in={row.name for row in items}).order_by("pk")
    why = {
        (place, name): reason for place, name, reason in declined.values_list("organisation", "name", "uptake_reason")
    }
    return [
        OwnWork(
            row,
            by_item.get(row.pk, []),
            registered_after(row, by_item.get(row.pk, [])),
            carriers.get(row.pk, {}),
            why.get((row.organisation_id, row.name), "") if row.uptake == Uptake.WAITING else "",
        )
        for row in items
    ]


def links_of_item(item: WorkItem) -> list[StageEvidence]:
    """Return the standing links of an item as who decides reads them: in the order of its stages."""
    rows = StageEvidence.objects.active().filter(stage__item=item).select_related("stage", "milestone", "activity")
    return list(rows.prefetch_related("activity__kinds").order_by("stage", "pk"))


def waiting_in(period: Period) -> list[WorkItem]:
    """Return the own work with a stage in `period` on which nobody has decided: settled before a result is frozen."""
    return _within(period, WorkItem.objects.filter(uptake=Uptake.WAITING))


def left_out_in(period: Period, place: int) -> list[WorkItem]:
    """Return the own work with a stage in `period` that an organisation (id) carries and that weighs nothing, as yet or at all."""
    carried = WorkCarrier.objects.filter(organisation=place, ended__isnull=True).order_by().values("item")
    return _within(period, WorkItem.objects.exclude(uptake__in=WEIGHING).filter(pk__in=carried))


def _within(period: Period, rows: WorkItemQuerySet) -> list[WorkItem]:
    items = list(rows.select_related("organisation").order_by("created", "pk"))
    if not items:
        return []
    within = {point.item for point in sync_points([row.pk for row in items], first=period.first, last=period.last)}
    return [row for row in items if row.pk in within]
