"""Keeps points as they are judged today (responsibilities/work/judged.py); called by the fill of the facts alone."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from branches.settings import dated as dated_settings
from responsibilities.work.judged import JudgedPlace, JudgedPoint, JudgedRecord
from responsibilities.work.models import SyncState, WorkCarrier, WorkItem
from responsibilities.work.selectors.rates import by_item
from responsibilities.work.stages import SyncPoint, closing_point, closure, sync_points

# So many items are judged together.
LOT = 500
_COLUMNS = (
    "stage_id", "milestone_id", "kind", "planned", "happened", "day", "state", "lag", "carried", "left_out", "closure", "closes",
)  # fmt: skip
# A point as it is kept: its columns, the ids of its places and of the records that count.
Kept = tuple[tuple[Any, ...], frozenset[int], frozenset[int]]


def keep_points(items: Collection[int] | None, as_of: date) -> set[int]:
    """Judge business work as of a day (today) and keep its points; return the ids of the items that were others.

    items: ids, all when None. What was never kept and what the date alone may have changed is judged in any case.
    """
    wanted = (
        set(WorkItem.objects.order_by().values_list("pk", flat=True)) if items is None else set(items) | _due(as_of)
    )
    written: set[int] = set()
    ids = sorted(wanted)
    for start in range(0, len(ids), LOT):
        written |= _keep(ids[start : start + LOT], as_of)
    return written


def _due(as_of: date) -> set[int]:
    """Return the ids of the items that are not kept yet, or that are others by the date alone; one statement.

    A stage becomes missing when its tolerance has passed; one without a date is carried by whoever carries the item today.
    """
    tolerance = min(int(value) for _, value in dated_settings.timeline("sync_tolerance_days"))
    last = as_of - timedelta(days=tolerance)
    unknown = WorkItem.objects.filter(~Exists(JudgedPoint.objects.filter(item=OuterRef("pk"))))
    passed = JudgedPoint.objects.filter(state=SyncState.NOT_DUE, happened__lt=last, left_out=False)
    ended = WorkCarrier.objects.filter(Q(ended__lt=as_of) | Q(organisation__archived_on__lt=as_of))
    ended = ended.filter(item__judged__day__isnull=True, item__judged__places__organisation=F("organisation"))
    found = unknown.order_by().values_list("pk", flat=True)
    of_items = (rows.order_by().values_list("item", flat=True) for rows in (passed, ended))
    return set(found.union(*of_items))


def _keep(items: list[int], as_of: date) -> set[int]:
    """Put what these items are today in place of what is kept of them; only where it differs."""
    owners = dict(WorkItem.objects.filter(pk__in=items).order_by().values_list("pk", "organisation"))
    now = {
        item: {_kept(point, points, owners[item]) for point in points}
        for item, points in by_item(sync_points(items, as_of=as_of)).items()
    }
    with transaction.atomic():
        before = _stored(items)
        written = {item for item in items if now.get(item, set()) != before.get(item, set())}
        if written:
            JudgedPoint.objects.filter(item__in=written).delete()
            _insert({item: now[item] for item in written if item in now})
    return written


def _kept(point: SyncPoint, points: list[SyncPoint], owner: int) -> Kept:
    lag = None if point.party is None or point.lag is None else point.lag
    columns = (
        point.stage, point.milestone, point.kind.value, point.planned, point.happened, point.day, str(point.state), lag,
        bool(point.carriers), point.left_out, str(closure(points)), point is closing_point(points),
    )  # fmt: skip
    records = {proof.activity for proof in point.proofs if proof.activity and proof.counts}
    return columns, frozenset(point.carriers or [owner]), frozenset(records)


def _stored(items: list[int]) -> dict[int, set[Kept]]:
    points = {pk: (item, columns) for pk, item, *columns in _rows(items)}
    places = _of_points(JudgedPlace.objects.filter(point__item__in=items).values_list("point", "organisation"))
    records = _of_points(JudgedRecord.objects.filter(point__item__in=items).values_list("point", "activity"))
    found: dict[int, set[Kept]] = {}
    for pk, (item, columns) in points.items():
        kept = (tuple(columns), frozenset(places.get(pk, ())), frozenset(records.get(pk, ())))
        found.setdefault(item, set()).add(kept)
    return found


def _rows(items: list[int]) -> Iterator[tuple[Any, ...]]:
    return iter(JudgedPoint.objects.filter(item__in=items).order_by().values_list("pk", "item", *_COLUMNS))


def _of_points(rows: Any) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for point, other in rows.order_by():
        found.setdefault(point, set()).add(other)
    return found


def _insert(items: dict[int, set[Kept]]) -> None:
    points, places, records = [], [], []
    for item, mine in items.items():
        for columns, at, by in mine:
            point = JudgedPoint(item_id=item, **dict(zip(_COLUMNS, columns)))
            points.append(point)
            places += [JudgedPlace(point=point, organisation_id=place) for place in at]
            records += [JudgedRecord(point=point, activity_id=record) for record in by]
    JudgedPoint.objects.bulk_create(points)
    JudgedPlace.objects.bulk_create(places)
    JudgedRecord.objects.bulk_create(records)
