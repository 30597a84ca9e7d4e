"""The rows of the board: an item with one cell for each stage, its carriers and its next step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from common import clock
from common.operator import Actor
from members.activities.models import ActivityState
from responsibilities.supervision.models import Supervision
from responsibilities.work.models import Closure, SyncStageKind, SyncState, WorkCarrier, WorkItem
from responsibilities.work.qualifying import Standing
from responsibilities.work.rights import Powers
from responsibilities.work.selectors.board import Selection
from responsibilities.work.selectors.items import NextStep, in_charge, linked_records, next_step, proof_label
from responsibilities.work.selectors.stage_words import pick_url, words
from responsibilities.work.stages import STAGES, SyncPoint, closure, progress, worst

_SEGMENT = {
    SyncState.SYNCHRONISED: "ok",
    SyncState.LAGGING: "slow",
    SyncState.MISSING: "miss",
    SyncState.NOT_DUE: "idle",
    SyncState.TO_CONFIRM: "idle",
    SyncState.WAIVED: "na",
    SyncState.ENDED: "na",
}


@dataclass
class Cell:
    """One stage of one item. show: the worst point; parts: (points synchronised, all points) where it has milestones."""

    kind: str
    show: SyncPoint
    parts: tuple[int, int] | None
    words: str
    label: str = ""
    url: str = ""
    more: int = 0
    pick: str = ""
    note: str = ""
    supervise: bool = False
    supervised: Supervision | None = None

    @property
    def name(self) -> str:
        return SyncStageKind(self.kind).label


@dataclass
class Line:
    """One item on the board."""

    item: WorkItem
    cells: list[Cell]
    segments: list[str]
    done: int
    owed: int
    closure: Closure
    carriers: list[str]
    next: NextStep

    @property
    def closed(self) -> bool:
        return self.closure == Closure.CLOSED

    @property
    def leader(self) -> str:
        return in_charge(self.item)


def lines(user: Actor, selection: Selection, ids: list[int]) -> list[Line]:
    """Return the Lines of these items, in this order, in a constant number of statements."""
    whole = selection.of(selection.points)
    points = [point for pk in ids for point in whole[pk]]
    records = linked_records(points, user)
    names = {pk: place.label for pk, place in selection.tree.items()}
    present = _present_carriers(ids)
    places = {place for mine in present.values() for place in mine}
    powers = Powers(user, places | {selection.items[pk].organisation_id for pk in ids})
    supervisions = Supervision.objects.open_about(
        user, {f"stage/{point.stage}" for point in points if point.state == SyncState.MISSING}
    )
    found = []
    for pk in ids:
        item, mine = selection.items[pk], whole[pk]
        carriers = present.get(pk, [])
        links, notes = powers.links(item, carriers), powers.notes(item, carriers)
        cells = [
            _cell(kind, [point for point in mine if point.kind == kind], records, links=links, notes=notes)
            for kind in STAGES
        ]
        for cell in cells:
            cell.supervised = next(iter(supervisions.get(f"stage/{cell.show.stage}", ())), None)
            missing = cell.show.state == SyncState.MISSING
            cell.supervise = missing and not cell.supervised and powers.supervises(item, carriers)
        done, owed = progress(mine)
        found.append(
            Line(
                item=item,
                cells=cells,
                segments=[_SEGMENT[cell.show.state] for cell in cells],
                done=done,
                owed=owed,
                closure=closure(mine),
                carriers=[names.get(place, "") for place in carriers],
                next=next_step(mine, names, item),
            )
        )
    return found


def _present_carriers(ids: list[int]) -> dict[int, list[int]]:
    """Return {item id: [ids of those who carry it today, the leading one first]}: former ones act no more."""
    carriers: dict[int, list[int]] = {}
    rows = WorkCarrier.objects.filter(item__in=ids, ended__isnull=True).order_by("-leads", "pk")
    for item, place in rows.values_list("item", "organisation"):
        carriers.setdefault(item, []).append(place)
    return carriers


def _cell(
    kind: SyncStageKind, points: list[SyncPoint], records: Mapping[int, Any], *, links: bool, notes: bool
) -> Cell:
    show = worst(points)
    done = sum(point.state == SyncState.SYNCHRONISED for point in points)
    cell = Cell(kind, show, (done, len(points)) if show.milestone else None, words(show))
    proofs = sorted(show.proofs, key=lambda proof: (not proof.counts, proof.day, proof.evidence))
    if proofs:
        first = proofs[0]
        record = records.get(first.activity) if first.activity else None
        cell.label = proof_label(record) if record else f"材料 {clock.short(first.day)}"
        if first.standing == Standing.TO_CONFIRM:
            cell.label += "（待确认）"
        elif not first.counts:
            cell.label += f"（不计入：{first.reason}）"
        elif record is not None and record.state == ActivityState.SUBMITTED:
            # The link is confirmed and counts; the reader sees that nobody has reviewed the record yet.
            cell.label += "（待审核）"
        if record is None:
            cell.url = reverse("work_detail", args=[show.item])
        elif record.open:
            cell.url = reverse("activity_detail", args=[record.pk])
        cell.more = len(proofs) - 1
    proved = (SyncState.SYNCHRONISED, SyncState.WAIVED, SyncState.ENDED)
    if links and show.state not in proved and show.happened:
        cell.pick = pick_url(show)
    if notes and show.state == SyncState.NOT_DUE and show.happened is None:
        cell.note = reverse("stage_edit", args=[show.stage])
    return cell
