"""What the duties of a few lists are reckoned from: their own places, their holders, the work they carry; never the whole agency.

Each function says it for a ProofContext (`Asked`); None means all. What they name is a superset of what the sources then look at, so
that a list is judged alike whether it is asked for alone or with all others (tests hold it on random agencies).
"""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from django.db.models import Q, QuerySet

from branches.access.models import User
from branches.places.models.organisations import Kind, Organisation
from branches.places.models.terms import Term
from common.periods import Period
from members.activities.models import Activity, Attendance
from responsibilities.duties.models import Duty, DutyList, Level
from responsibilities.portfolios.models import LeaderPortfolio
from responsibilities.requirements.requirement import Requirement
from responsibilities.requirements.rule import RequirementRule
from responsibilities.supervision.models import Supervision
from responsibilities.work.models import WorkItem
from responsibilities.work.stages import SyncPoint


class Asked(Protocol):
    """What a ProofContext says of the lists that are asked for; see there."""

    duties: list[Duty]
    lists: list[DutyList]
    narrow: bool
    span: Period

    @property
    def holders(self) -> Mapping[int, list[User]]: ...
    @property
    def people(self) -> set[int]: ...
    @property
    def portfolios(self) -> dict[int, list[LeaderPortfolio]]: ...
    @property
    def homes(self) -> dict[int, list[tuple[int, date, date]]]: ...
    @property
    def places(self) -> dict[int, Organisation]: ...
    def places_in_charge(self, account: int | None) -> set[int]: ...
    def kinds_of(self, duty: Duty) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Known:
    """What a caller has reckoned already, on the same day, of the lists asked for.

    requirements: from ids of branches and small groups to the Requirements of counted rules of the lists' year there. exempt:
    {(organisation, rule): [(first day, last day, reason)]} of what they are exempt from in that year, points: the SyncPoints of
    all work that they carry, told: from some of TOLD_RULES to the Requirements there; None where the caller has not reckoned
    them.
    """

    requirements: Callable[[Sequence[int]], Sequence[Requirement]]
    exempt: Mapping[tuple[int, str], Sequence[tuple[date, date, str]]] | None = None
    points: Sequence[SyncPoint] | None = None
    told: Callable[[Container[RequirementRule]], Sequence[Requirement]] | None = None


# So many lists are reckoned from what concerns them alone; of more it is quicker to read everything once.
NARROW = 120
UPPER = (Kind.PARTY_GROUP, Kind.COMMITTEE)
# These look at all that stands below the list's organisation; a leader's at what is in his charge.
_ALL_BELOW = frozenset({"terms", "supervisions", "lists"})
# These find records by the persons they name, wherever they were held.
LECTURES = "lectures"
BY_PERSON = frozenset({LECTURES, "hours", "debrief", "talks"})
_OF_WORK = frozenset({"stages", "minuted"})


def _looks_below(duty: Duty) -> bool:
    return duty.source in _ALL_BELOW and duty.list.level != Level.LEADER


def _own_places(context: Asked) -> set[int]:
    """Ids of the lists' organisations, of leaders' contact branches, and of the branches the persons asked for belonged to."""
    places = {row.organisation_id for row in context.lists}
    places |= {row.contact_id for rows in context.portfolios.values() for row in rows if row.contact_id}
    return places | {place for homes in context.homes.values() for place, _, _ in homes}


def tree_in_reach(context: Asked) -> QuerySet[Organisation]:
    """Return the Organisations that the sources name, in the order of the tree."""
    rows = Organisation.objects.in_tree_order()
    tops = {duty.list.organisation_id: duty.list.organisation for duty in context.duties if _looks_below(duty)}
    if not context.narrow or any(top.kind in UPPER for top in tops.values()):
        return rows
    own = _own_places(context)
    near = Q(pk__in=own) | Q(parent__in=own, kind=Kind.SMALL_GROUP) | Q(kind__in=UPPER)
    if tops:
        near |= Q(parent__in=tops) | Q(parent__parent__in=tops)
    return rows.filter(near)


def places_of_records(context: Asked) -> set[int] | None:
    """Return the ids of the organisations at which records are looked for, whoever they name."""
    if not context.narrow:
        return None
    own = _own_places(context)
    return {
        pk
        for pk, row in context.places.items()
        if pk in own or row.kind in UPPER or (row.kind == Kind.SMALL_GROUP and row.parent_id in own)
    }


def records_naming(context: Asked) -> QuerySet | None:
    """Return the pks of the records that name one of the persons asked for: as present, as chair, as lecturer; None: none is looked for."""
    asked = [duty for duty in context.duties if duty.source in BY_PERSON]
    kinds = sorted({kind for duty in asked for kind in context.kinds_of(duty)})
    if not context.narrow or not kinds:
        return None
    year = (context.span.first, context.span.last)
    near = Q(day__range=year) | Q(makes_up_for__range=year)
    rows = Activity.objects.filter(near, kinds__kind__in=kinds).order_by()
    # Whose name a record says as its lecturer's is asked of lectures alone.
    lecturing = {duty.list_id for duty in asked if duty.source == LECTURES}
    names = {user.name for pk in lecturing for user in context.holders[pk]} - {""}
    there = Attendance.objects.filter(member__in=context.people).order_by()
    # Each by its own index: an OR of the three would read the installation.
    return (
        rows.filter(chair__in=context.people)
        .values_list("pk")
        .union(
            rows.filter(lecturer_name__in=names).exclude(lecturer_name="").values_list("pk"),
            rows.filter(pk__in=there.values("activity")).values_list("pk"),
        )
    )


def items_in_reach(context: Asked) -> QuerySet | None:
    """Return the pks of the business work whose stages are looked at; None: of all."""
    asked = [duty for duty in context.duties if duty.source in _OF_WORK]
    if not context.narrow or any(duty.list.level != Level.BRANCH and not duty.list.holder_id for duty in asked):
        return None
    carried = {duty.list.organisation_id for duty in asked if duty.list.level == Level.BRANCH}
    return WorkItem.objects.filter(Q(carriers__organisation__in=carried) | in_charge(context)).order_by().values("pk")


def in_charge(context: Asked) -> Q:
    """Return the condition over WorkItem «a leader whose list is asked for is in charge of it», by account or as written."""
    leaders = [row.holder for row in context.lists if row.holder is not None]
    return Q(leader__in=leaders) | Q(leader__isnull=True, leader_name__in=[row.name for row in leaders])


def terms_in_reach(context: Asked) -> QuerySet[Term]:
    """Return the Terms that end in the year, or ended before and were not renewed, of the places that are looked at."""
    first, last = context.span.first, context.span.last
    rows = Term.objects.filter(expires__lte=last).filter(Q(closed_on__isnull=True) | Q(closed_on__gte=first))
    if context.narrow:
        rows = rows.filter(organisation__in=context.places)
    return rows.order_by("expires", "pk")


class Notice(NamedTuple):
    """A supervision as duties are judged by it: ids of itself, of its organisation and its holder; a tuple, as a party group may
    look at tens of thousands.
    """

    pk: int
    organisation: int
    holder: int | None
    year: int
    number: int
    due: date
    issued_at: datetime
    closed_at: datetime | None


def supervisions_in_reach(context: Asked) -> Iterator[Notice]:
    """Yield the supervisions of the year that may concern a list, the earliest first."""
    rows = Supervision.objects.filter(due__range=(context.span.first, context.span.last)).order_by("due", "pk")
    if context.narrow:
        charged = {place for row in context.lists for place in context.places_in_charge(row.holder_id)}
        holders = [row.holder_id for row in context.lists if row.holder_id]
        rows = rows.filter(Q(organisation__in={*context.places, *charged}) | Q(holder__in=holders))
    return map(Notice._make, rows.values_list(*Notice._fields))
