"""What a circular says in numbers: stages that lag and requirements overdue in a quarter, by branch in tree order.

Frozen as JSON when the draft is made. Nothing here ranks anybody, gives points or names a person.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TypedDict

from django.urls import reverse

from branches.places.models.organisations import Kind, Organisation
from branches.reach.intervals import within
from common.periods import YEAR, Period
from responsibilities.duties.models import Duty, ListState
from responsibilities.duties.progress import duty_slots
from responsibilities.duties.slot import DONE
from responsibilities.duties.templates import templates
from responsibilities.requirements.addresses import requirement_url
from responsibilities.requirements.models import RequirementState
from responsibilities.requirements.selectors import Requirement, found_words, requirement_name, requirements
from responsibilities.work.models import STAGE_SHORT, SyncState, WorkItem
from responsibilities.work.selectors.stage_words import pick_url
from responsibilities.work.stages import DUE, SyncPoint, sync_points


class Lack(TypedDict):
    """One thing that is missing or came late. mend: where it is put right, "" where nothing is left to do."""

    name: str
    text: str
    url: str
    mend: str


class PlaceRow(TypedDict):
    """What one organisation lacks; key: its id."""

    key: int
    name: str
    stages: list[Lack]
    requirements: list[Lack]


class WorkNumbers(TypedDict):
    """Stages whose business date lies in the quarter; each counts once, whoever carries it."""

    items: int
    due: int
    synchronised: int
    lagging: int
    missing: int


class LifeNumbers(TypedDict):
    """Requirements that fell due in the quarter; leaders: who owed double organisation life, attended: of those who took part."""

    due: int
    done: int
    late: int
    overdue: int
    leaders: int
    attended: int


class Content(TypedDict):
    """as_of: ISO day of the numbers. agency: who circulates."""

    agency: str
    as_of: str
    work: WorkNumbers
    life: LifeNumbers
    places: list[PlaceRow]


def gather(organisation: Organisation, quarter: Period, as_of: date) -> Content:
    """Return the Content of a circular of `organisation` (a committee) about a quarter, judged on `as_of`."""
    places = list(Organisation.objects.within(organisation).select_related("parent").in_tree_order())
    rows: dict[int, PlaceRow] = {
        place.pk: {"key": place.pk, "name": place.label, "stages": [], "requirements": []}
        for place in places
        if place.kind != Kind.SMALL_GROUP
    }
    work = _stages(rows, quarter, as_of)
    life = _requirements(rows, places, quarter, as_of)
    life["leaders"], life["attended"] = _double_life(organisation, quarter, as_of)
    return {
        "agency": organisation.name,
        "as_of": as_of.isoformat(),
        "work": work,
        "life": life,
        "places": [row for row in rows.values() if row["stages"] or row["requirements"]],
    }


def _stages(rows: dict[int, PlaceRow], quarter: Period, as_of: date) -> WorkNumbers:
    points = sync_points(as_of=as_of, first=quarter.first, last=min(quarter.last, as_of))
    items = WorkItem.objects.in_bulk({point.item for point in points})
    due = []
    for point in points:
        carriers = [pk for pk in point.carriers or [items[point.item].organisation_id] if pk in rows]
        if point.left_out or point.state not in DUE or not carriers:
            continue
        due.append(point)
        if point.state != SyncState.SYNCHRONISED:
            for place in carriers:
                rows[place]["stages"].append(_stage(point, items[point.item].name))
    return {
        "items": len({point.item for point in due}),
        "due": len(due),
        "synchronised": _number(due, SyncState.SYNCHRONISED),
        "lagging": _number(due, SyncState.LAGGING),
        "missing": _number(due, SyncState.MISSING),
    }


def _number(points: Iterable[SyncPoint], state: SyncState) -> int:
    return sum(point.state == state for point in points)


def _stage(point: SyncPoint, item: str) -> Lack:
    stage = STAGE_SHORT[point.kind] + (f"（{point.name}）" if point.name else "")
    missing = point.state == SyncState.MISSING
    day = f"业务 {point.happened:%-m月%-d日}" if point.happened else ""
    why = f"，有记录但不计入（{point.found}）" if point.found else "，未见党建记录"
    return {
        "name": f"{item}　同步{stage}",
        "text": f"缺失，{day}{why}" if missing else f"滞后 {point.lag} 天，{day}",
        "url": f"{reverse('work_detail', args=[point.item])}#stage-{point.kind}",
        "mend": pick_url(point) if missing else "",
    }


def _requirements(rows: dict[int, PlaceRow], places: list[Organisation], quarter: Period, as_of: date) -> LifeNumbers:
    owing = {place.pk: place for place in places if place.kind in (Kind.BRANCH, Kind.SMALL_GROUP)}
    found = [
        row
        for row in requirements(Period(YEAR, quarter.year), organisations=list(owing), as_of=as_of, carried=True)
        if row.organisation in owing and row.applies and row.due in quarter and row.due <= as_of
    ]
    overdue = [row for row in found if row.state == RequirementState.OVERDUE]
    late = sum(row.state == RequirementState.MET_LATE for row in found)
    for row in overdue:
        place = owing[row.organisation]
        group = place.kind == Kind.SMALL_GROUP
        branch = place.parent_id if group else place.pk
        if branch in rows:
            rows[branch]["requirements"].append(_requirement(row, place.short_name if group else ""))
    done = sum(row.met for row in found)
    return {
        "due": len(found),
        "done": done,
        "late": late,
        "overdue": len(overdue),
        "leaders": 0,
        "attended": 0,
    }


def _requirement(row: Requirement, group: str) -> Lack:
    # A person who owes something is not named to the whole agency.
    words = found_words(row) or "未见记录"
    return {
        "name": group + requirement_name(replace(row, person="")),
        "text": f"{row.due:%-m月%-d日}截止，{words}",
        "url": requirement_url(row.organisation, row.rule, row.period),
        "mend": requirement_url(row.organisation, row.rule, row.period),
    }


def _double_life(organisation: Organisation, quarter: Period, as_of: date) -> tuple[int, int]:
    """Return (leaders who owed double organisation life in the quarter, those who took part): numbers, never names."""
    keys = [line.key for level in ("party_group_secretary", "leader") for line in templates(level) if line.double_life]
    rows = Duty.objects.filter(key__in=keys, list__year=quarter.year, list__state=ListState.ISSUED)
    rows = rows.filter(within(organisation.get_root(), "list__organisation__"))
    slots = [
        slot
        for mine in duty_slots(rows, as_of=as_of).values()
        for slot in mine
        if slot.key == str(quarter) and slot.expected
    ]
    return len(slots), sum(slot.state in DONE for slot in slots)


def named(content: Content) -> dict[int, int]:
    """Return {organisation id: how many things it lacks} of those that a circular names."""
    return {row["key"]: len(row["stages"]) + len(row["requirements"]) for row in content["places"]}
