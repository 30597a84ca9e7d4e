"""What is recorded already, by key: date, organisation, set of kinds, ordinal among equals (decisions 12)."""

from collections import defaultdict
from datetime import date

from branches.imports.report import CHANGED, KEEP, NEW, UNCHANGED
from members.activities.models import (
    AbsenteeText,
    Activity,
    ActivityKind,
    ActivityRevision,
    ActivityState,
    Attendance,
)
from members.activities.quorum import figures

CHUNK = 400
# An idea for a meeting, or one that was called off, is no record of the meeting.
_NO_RECORD = (ActivityState.PLANNED, ActivityState.CANCELLED)


class Recorded:
    """The records of the organisations and days that a ledger names."""

    def __init__(self, items):
        places = {item.place.pk for item in items if item.place.pk}
        self._slots, self._loaded = {}, {}
        if not places:
            return
        fields = ("pk", "organisation_id", "day", "ordinal", "origin", "edited_by_hand", "state")
        found = list(_held_with(items, places, fields))
        kinds = _kinds([row[0] for row in found])
        groups = defaultdict(list)
        moved = dict(_imported_as(places))
        for row in found:
            key = row[1], row[2], frozenset(kinds[row[0]])
            if moved.get(row[0], key) != key:
                # Its ordinal is that of the line it was imported from; here it stands like one made by hand.
                row = (*row[:4], "form", *row[5:])
            groups[key].append(row)
        for key, group in groups.items():
            self._slots[key] = _slots(group)
        for row in Activity.objects.filter(pk__in=moved).values_list(*fields):
            # A line whose record was corrected to another day or kind is recorded all the same.
            self._slots.setdefault(moved[row[0]], {}).setdefault(row[3], row)
        self._order = [item for item in items if item.place.pk]
        self._chunk_of = {id(item): number // CHUNK for number, item in enumerate(self._order)}

    def _key(self, item):
        return item.place.pk, item.day, frozenset(item.codes)

    def _slot(self, item):
        return self._slots.get(self._key(item), {}).get(item.ordinal)

    def compare(self, cells, item):
        """Return what the row does: NEW, CHANGED (and set `item.existing`) or UNCHANGED."""
        slot = self._slot(item)
        if slot is None:
            return NEW
        pk, _, _, _, origin, by_hand, state = slot
        item.existing = pk
        if self._same(item, pk):
            return UNCHANGED
        if cells.plan.mode != KEEP:
            cells.notice("date", "已登记，与表不同；已登记的活动不由导入更改。")
            return UNCHANGED
        if origin != "import" or by_hand or state != ActivityState.ACCEPTED:
            cells.notice("date", "已登记，且经人工登记或修改，未按表更改。")
            return UNCHANGED
        return CHANGED

    def _same(self, item, pk):
        activity, states, unknown = self._details(item, pk)
        if any(getattr(activity, name) != value for name, value in item.columns.items()):
            return False
        if any(getattr(activity, name) != value for name, value in figures(item.quorums).items()):
            return False
        if activity.chair_id != (item.chair.pk if item.chair is not None else None):
            return False
        wanted = {person.pk: (state, reason) for person, state, reason in item.states()}
        return wanted == states and sorted(item.unknown) == sorted(unknown)

    def _details(self, item, pk):
        """Return (activity, {member id: (state, reason)}, unknown absentees); read in chunks, the last one kept."""
        if pk not in self._loaded:
            number = self._chunk_of[id(item)]
            near = self._order[number * CHUNK : (number + 1) * CHUNK]
            ids = {slot[0] for other in near for slot in self._slots.get(self._key(other), {}).values()} | {pk}
            self._loaded = {row.pk: (row, {}, []) for row in Activity.objects.filter(pk__in=ids)}
            attendance = Attendance.objects.filter(activity__in=ids)
            for activity, member, state, reason in attendance.values_list(
                "activity_id", "member_id", "state", "reason"
            ):
                self._loaded[activity][1][member] = (state, reason)
            texts = AbsenteeText.objects.filter(activity__in=ids)
            for activity, name, reason in texts.values_list("activity_id", "name", "reason"):
                self._loaded[activity][2].append((name, reason))
        return self._loaded[pk]


def _held_with(items, places, fields):
    """Yield the columns of the records of these organisations that were held on a day that an item of theirs names, the first made first."""
    named, days = {(item.place.pk, item.day) for item in items}, [item.day for item in items]
    rows = Activity.objects.filter(organisation__in=places, day__range=(min(days), max(days)))
    # Of a year's records few are of the very days.
    for row in rows.exclude(state__in=_NO_RECORD).order_by("pk").values_list(*fields).iterator():
        if row[1:3] in named:
            yield row


def _kinds(ids):
    """Return {record id: its kinds}."""
    kinds = defaultdict(set)
    for start in range(0, len(ids), CHUNK):
        rows = ActivityKind.objects.filter(activity__in=ids[start : start + CHUNK])
        for activity, kind in rows.values_list("activity_id", "kind"):
            kinds[activity].add(kind)
    return kinds


def _imported_as(places):
    """Yield (record id, key under which it was imported) of imported records that were corrected since."""
    rows = ActivityRevision.objects.filter(number=1, activity__origin="import", activity__organisation__in=places)
    for pk, place, said in rows.values_list("activity_id", "activity__organisation_id", "data"):
        day = date.fromisoformat(said["columns"]["day"])
        yield pk, (place, day, frozenset(kind for kind, _ in said["kinds"]))


def _slots(group):
    """Number equal records: imported ones keep their ordinal, those made by hand fill what is free, oldest first."""
    slots = {row[3]: row for row in group if row[4] == "import"}
    number = 1
    for row in group:
        if row[4] == "import":
            continue
        while number in slots:
            number += 1
        slots[number] = row
    return slots
