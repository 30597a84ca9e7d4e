"""The matrix of ways and fields of an organisation's year: counted live, each cell the records that its list holds."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from branches.places.models.organisations import Organisation
from branches.reach.intervals import within
from common.operator import Actor
from common.periods import QUARTER, Period
from members.activities.models import NO_WAY, BuildingField, NatureSource, Way
from members.activities.selectors.natures import with_roster
from responsibilities.work.models import StageEvidence

NONE = "none"


@dataclass(frozen=True)
class Cell:
    """How many records, and the list of them."""

    number: int
    url: str


@dataclass(frozen=True)
class Row:
    """One field of Party building (a BuildingField): a Cell for each way and for "serves no business", and all of them."""

    field: str
    name: str
    cells: list[Cell]
    total: Cell


@dataclass(frozen=True)
class Matrix:
    """rows: the five fields; totals: of each way, the last of those without; records, linked, said: all, those tied to
    business work, those whose way or field a person chose; unjudged: those that wait for the next fill. emptiest: the
    field with the fewest records, "" where all are alike.
    """

    columns: list[str]
    rows: list[Row]
    totals: list[Cell]
    records: int
    linked: int
    said: int
    unjudged: int
    emptiest: str


def way_matrix(user: Actor, organisation: Organisation, period: Period, as_of: date | None = None) -> Matrix:
    """Return the Matrix of what `user` may read of the records kept below an organisation in a Period; two statements.

    as_of: the last day that is counted, where the period goes on after it.
    """
    last = min(period.last, as_of or period.last)
    rows = with_roster().visible_to(user).filter(within(organisation), day__range=(period.first, last)).order_by()
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for way, building, number in rows.values_list("way", "building").annotate(number=Count("pk")):
        counted[building, way] += number
    tied = StageEvidence.objects.active().filter(activity=OuterRef("pk")).order_by()
    chosen = Q(way_from=NatureSource.PERSON) | Q(building_from=NatureSource.PERSON)
    whole = rows.annotate(tied=Exists(tied)).aggregate(
        records=Count("pk"), linked=Count("pk", filter=Q(tied=True)), said=Count("pk", filter=chosen)
    )
    link = _Link(organisation, period)
    ways = [*Way.values, ""]
    found = [
        Row(
            field.value,
            field.label,
            [Cell(counted[field.value, way], link.to(way or NONE, field.value)) for way in ways],
            Cell(sum(counted[field.value, way] for way in ways), link.to("", field.value)),
        )
        for field in BuildingField
    ]
    totals = [Cell(sum(counted[field.value, way] for field in BuildingField), link.to(way or NONE, "")) for way in ways]
    unjudged = sum(number for (building, _), number in counted.items() if not building)
    fewest = min(found, key=lambda row: row.total.number)
    alike = len({row.total.number for row in found}) == 1
    return Matrix(
        [*(way.label for way in Way), NO_WAY],
        found,
        totals,
        whole["records"],
        whole["linked"],
        whole["said"],
        unjudged,
        "" if alike else fewest.name,
    )


@dataclass(frozen=True)
class _Link:
    """Addresses of the list of records that a cell counts."""

    organisation: Organisation
    period: Period

    def to(self, way: str, building: str) -> str:
        query = {
            "organisation": self.organisation.pk,
            "way": way,
            "building": building,
            "from": self.period.first.isoformat(),
            "to": self.period.last.isoformat(),
        }
        return f"{reverse('activity_list')}?{urlencode({name: value for name, value in query.items() if value})}"


def empty_field(user: Actor, organisation: Organisation, day: date) -> str:
    """Return one field of Party building without a record in the quarter of a day, as a hint for a plan; "" where each has one.

    Of several the one that comes first in the article's order; nothing rests on it, and a quarter without any record is no hint.
    """
    matrix = way_matrix(user, organisation, Period.containing(QUARTER, day))
    empty = [row.name for row in matrix.rows if not row.total.number]
    return empty[0] if empty and matrix.records else ""
