"""Business work whose stages lag or are missing, one line each, with what is still to come of it."""

from collections import Counter
from dataclasses import dataclass

from django.urls import reverse

from assessments.reports import wording
from assessments.reports.material import Material
from branches.places.selectors.names import names_over_time
from responsibilities.work.models import STAGE_SHORT, SyncState
from responsibilities.work.stages import SyncPoint

_WRONG = (SyncState.MISSING, SyncState.LAGGING)


@dataclass(frozen=True)
class Gap:
    """One item: which stages, how many of those due; worst: the point that is missing longest, else lags most.

    places: ids of those who carry it; ahead: its next planned date that is not due yet, None for none.
    """

    item: int
    name: str
    leader: str
    stages: str
    state: str
    cause: str
    who: str
    url: str
    places: list[int]
    missing: int
    lagging: int
    due: int
    worst: SyncPoint
    ahead: SyncPoint | None


def gaps(material: Material) -> list[Gap]:
    """Return the Gaps of the period, those with most missing first."""
    seen = material.seen
    names, day = names_over_time(), min(seen.period.last, seen.as_of)
    wrong: dict[int, list[SyncPoint]] = {}
    for point in seen.due:
        if point.state in _WRONG:
            wrong.setdefault(point.item, []).append(point)
    due = Counter(point.item for point in seen.due)
    of_item: dict[int, list[SyncPoint]] = {}
    for point in seen.points:
        if point.item in wrong:
            of_item.setdefault(point.item, []).append(point)
    found = []
    for pk, points in wrong.items():
        item = seen.items[pk]
        states = Counter(point.state for point in points)
        places = list(dict.fromkeys(place for point in points for place in point.carriers)) or [item.organisation_id]
        words = [
            f"{word}{states[state]}处"
            for state, word in ((SyncState.MISSING, "缺失"), (SyncState.LAGGING, "滞后"))
            if states[state]
        ]
        found.append(
            Gap(
                item=pk,
                name=item.name,
                leader=item.leader.name if item.leader else item.leader_name,
                stages="、".join(dict.fromkeys(STAGE_SHORT[point.kind] for point in points)),
                state="，".join(words),
                cause=_cause(points),
                who=wording.places(str(names(place, day)) for place in places),
                url=reverse("work_detail", args=[pk]),
                places=places,
                missing=states[SyncState.MISSING],
                lagging=states[SyncState.LAGGING],
                due=due[pk],
                worst=max(points, key=lambda point: (point.state == SyncState.MISSING, point.lag or 0)),
                ahead=_ahead(of_item[pk]),
            )
        )
    return sorted(found, key=lambda row: (-row.missing, -row.lagging, row.item))


def _cause(points: list[SyncPoint]) -> str:
    missing = [point for point in points if point.state == SyncState.MISSING]
    found = sum(bool(point.found) for point in missing)
    lagging = [point.lag or 0 for point in points if point.state == SyncState.LAGGING]
    words = [f"未见党建记录{len(missing) - found}处"] if len(missing) > found else []
    words += [f"有记录但不计入{found}处"] if found else []
    words += [f"党建晚于业务，最长{max(lagging)}天"] if lagging else []
    return "，".join(words)


def _ahead(points: list[SyncPoint]) -> SyncPoint | None:
    ahead = [
        point
        for point in points
        if point.state == SyncState.NOT_DUE
        and point.planned
        and not point.ended
        and point.as_of
        and point.planned > point.as_of
    ]
    return min(ahead, key=lambda point: (point.planned, point.stage), default=None)
