"""What belongs to the stages of business work, as it is read: milestones, carriers, links, how their records were judged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import F, Q

from common import clock
from members.activities.models import ActivityJudgement
from members.activities.selectors.then import Then, corrected_since
from responsibilities.work.models import Milestone, StageEvidence, WorkCarrier
from responsibilities.work.qualifying import BRANCH_OF_GROUP, HostKind, confirmed_then, hosts_then

# The condition over rows of items: {"item__in": ids or a queryset}, empty for all.
Chosen = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    """A standing link as it is read; hosts: as its record was judged for each host and kind, empty for a paper."""

    evidence: int
    activity: int | None
    day: date
    state: str
    confirmed: bool
    early_reason: str
    hosts: tuple[HostKind, ...]


# {(stage, milestone or None): its links}
Links = dict[tuple[int, int | None], list[Link]]
# {item: [(carrier, last day or None, ids of what stands above it)]}
Carriers = dict[int, list[tuple[int, date | None, frozenset[int]]]]


class Part(NamedTuple):
    """A milestone as it is read."""

    pk: int
    name: str
    planned_on: date | None
    happened_on: date | None


def above_columns(path: str) -> dict[str, F]:
    """Return the columns that lead to the three organisations above the one at `path`: no tree is deeper over a branch."""
    return {f"above_{step}": F(f"{path}{'__parent' * step}") for step in (1, 2, 3)}


def reads(chosen: Chosen, as_of: date) -> dict[str, Any]:
    """Return the statements that bring what belongs to the stages: milestones, carriers, links, how their records were judged."""
    of_stage = {f"stage__{key}": value for key, value in chosen.items()}
    parts = Milestone.objects.filter(**of_stage).order_by("planned_on", "pk")
    carried: Any = WorkCarrier.objects.filter(**chosen).order_by("-leads", "pk")
    carried = carried.annotate(**above_columns("organisation"))
    linked = standing(chosen, as_of)
    judged = ActivityJudgement.objects.filter(activity__in=linked.order_by().values("activity")).order_by("pk")
    return {
        "milestones": parts.values_list("stage_id", "pk", "name", "planned_on", "happened_on"),
        "carriers": carried.values_list(
            "item_id", "organisation_id", "ended", "organisation__archived_on", "above_1", "above_2", "above_3"
        ),
        "judged": judged.annotate(branch=BRANCH_OF_GROUP).values_list(
            "activity", "organisation", "branch", "kind", "valid", "present", "needed", "since"
        ),
        "links": linked.with_confirmed()
        .order_by("pk")
        .values_list(
            *("pk", "stage_id", "milestone_id", "activity_id", "day", "activity__day", "activity__state"),
            *("is_confirmed", "early_reason"),
        ),
    }


def standing(chosen: Chosen, as_of: date) -> Any:
    """Return the links that stand, without those of records that were submitted after `as_of`."""
    rows = StageEvidence.objects.active().filter(**{f"stage__{key}": value for key, value in chosen.items()})
    if as_of < clock.today():
        rows = rows.filter(Q(activity__submitted_at__isnull=True) | Q(activity__submitted_at__date__lte=as_of))
    return rows


def milestones_of(rows: Iterable[Any]) -> dict[int, list[Part]]:
    """Return {stage: its milestones in their order}."""
    by_stage: dict[int, list[Part]] = {}
    for stage, *row in rows:
        by_stage.setdefault(stage, []).append(Part(*row))
    return by_stage


def carriers_of(rows: Iterable[Any]) -> Carriers:
    """Return {item: who carries it, the leading one first}."""
    by_item: Carriers = {}
    for item, place, ended, archived, *above in rows:
        # Nothing is carried by an organisation that no longer stands.
        last = min((day for day in (ended, archived) if day), default=None)
        by_item.setdefault(item, []).append((place, last, frozenset(pk for pk in above if pk)))
    return by_item


def links_of(found: Mapping[str, Iterable[Any]], chosen: Chosen, as_of: date) -> Links:
    """Return {(stage, milestone or None): [Link]} of the standing links, from what `reads` found."""
    then = {record.activity: record for record in corrected_since(as_of)}
    hosts: dict[int, list[HostKind]] = {}
    for row in found["judged"]:
        since = row[-1]
        if since is None or since <= as_of:
            hosts.setdefault(row[0], []).append(HostKind(*row[1:-1]))
    hosts |= hosts_then(then.values(), as_of)
    said_then = _confirmed_then(then, chosen, as_of) if then else {}
    by_point: Links = {}
    for pk, stage, milestone, activity, day, recorded_day, state, confirmed, early in found["links"]:
        held = then[activity].day if activity in then else recorded_day
        yes = said_then.get(pk, confirmed)
        link = Link(pk, activity, day or held, state or "", yes, early, tuple(hosts.get(activity, ())))
        by_point.setdefault((stage, milestone), []).append(link)
    return by_point


def _confirmed_then(then: Mapping[int, Then], chosen: Chosen, as_of: date) -> dict[int, bool]:
    """Return {link: whether it stood confirmed} of the links to records that were corrected since."""
    rows = standing(chosen, as_of).filter(activity__in=list(then))
    return {row.pk: confirmed_then(row, then[row.activity_id]) for row in rows}
