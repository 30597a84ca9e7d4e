"""Reads of the library: what is shared, when it is taken, what records propose for it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from branches.places.models.organisations import Kind, Organisation
from branches.reach.access import who_can
from branches.reach.models import Appointment
from branches.reach.reach import reach_of
from branches.reach.rights import RECORD, ROLES, VIEW
from common import clock
from common.operator import Actor
from members.activities.models import COUNTING_STATES, Activity
from members.resources.models import EXCLUSIVE, OWNERS, Resource, ResourceKind, ResourceUse
from members.resources.rules import is_room, overlap

# A name that so many records of the last year bear is proposed for the library; so many of each kind at once.
NAMED, SINCE, PROPOSED = 3, timedelta(days=365), 4
# Days ahead of which a resource's page says when it is taken.
AHEAD = 30
ENDED = "ended"


def used_by_others() -> Coalesce:
    """Return the number of records of other organisations that used a resource, for annotations."""
    uses = ResourceUse.objects.counting().filter(resource=OuterRef("pk"))
    each = uses.exclude(organisation=OuterRef("organisation")).order_by().values("resource")
    return Coalesce(Subquery(each.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


def library(user: Actor, chosen: dict) -> QuerySet[Resource]:
    """Return the resources that `user` may know of, with `used`; what he keeps himself also before it can be asked for.

    chosen: cleaned values of the filter: q, kind, day (free on it, with `asked`: whether somebody has asked for that day and
    waits), state ("ended": those that are no longer shared).
    """
    rows = Resource.objects.visible_to(user).select_related("organisation__parent")
    if chosen.get("state") == ENDED:
        rows = rows.filter(Q(ends__lt=clock.today()) | Q(organisation__archived_on__isnull=False))
    else:
        own = Resource.objects.visible_to(user, RECORD).in_force(clock.today()).order_by()
        own = own.filter(organisation__archived_on__isnull=True)
        rows = rows.filter(Q(pk__in=Resource.objects.living().order_by().values("pk")) | Q(pk__in=own.values("pk")))
    if chosen.get("kind"):
        rows = rows.filter(kind=chosen["kind"])
    if chosen.get("q"):
        text = chosen["q"]
        rows = rows.filter(
            Q(name__icontains=text)
            | Q(detail__icontains=text)
            | Q(organisation__name__icontains=text)
            | Q(organisation__initials__contains=text.lower())
        )
    if chosen.get("day"):
        rows = rows.exclude(pk__in=_taken_on(chosen["day"]))
        asked = ResourceUse.objects.waiting().filter(resource=OuterRef("pk"), activity__day=chosen["day"])
        rows = rows.annotate(asked=Exists(asked.filter(resource__kind__in=EXCLUSIVE).order_by()))
    return rows.annotate(used=used_by_others()).order_by(_by_kind(), "name", "pk")


def _by_kind() -> Case:
    order = {kind: place for place, kind in enumerate(ResourceKind.values)}
    return Case(*(When(kind=kind, then=place) for kind, place in order.items()), default=len(order))


def _taken_on(day: date) -> QuerySet:
    held = ResourceUse.objects.holding().filter(resource=OuterRef("pk"), day=day)
    return Resource.objects.order_by().filter(Exists(held), kind__in=EXCLUSIVE).values("pk")


COLUMNS = ["类别", "名称", "所属组织", "说明", "容纳人数", "开放范围", "其他组织使用次数"]


def export_row(row: Any) -> list[object]:
    """Return the cells of one resource of `library` under COLUMNS."""
    return [
        row.get_kind_display(),
        row.name,
        row.organisation.label,
        row.detail,
        row.capacity if row.capacity is not None else "",
        row.get_open_to_display(),
        row.used,
    ]


@dataclass(frozen=True)
class Taken:
    """A day on which a resource is taken: by whom and when. clashes: another has it at the same time."""

    day: date
    place: str
    span: tuple[time | None, time | None]
    clashes: bool

    @property
    def start(self) -> time | None:
        return self.span[0]

    @property
    def end(self) -> time | None:
        return self.span[1]


def taken_ahead(resource: Resource) -> list[Taken]:
    """Return when a place or a lecturer is taken in the next AHEAD days, in the order of time; records are not named."""
    if resource.kind not in EXCLUSIVE:
        return []
    today = clock.today()
    rows = ResourceUse.objects.holding().filter(resource=resource, day__range=(today, today + timedelta(days=AHEAD)))
    rows = rows.select_related("activity", "organisation__parent")
    uses = sorted(rows, key=lambda row: (row.day, str(row.activity.starts_at or ""), row.pk))
    return [
        Taken(row.day, row.organisation.label, _span(row), any(_in_the_way(row, other) for other in uses))
        for row in uses
    ]


def asked_ahead(resource: Resource) -> list[date]:
    """Return the days of the next AHEAD for which somebody has asked for a place or a lecturer and waits; nobody is named."""
    if resource.kind not in EXCLUSIVE:
        return []
    today = clock.today()
    rows = ResourceUse.objects.waiting().filter(resource=resource)
    rows = rows.filter(activity__day__range=(today, today + timedelta(days=AHEAD)))
    return sorted(set(rows.order_by().values_list("activity__day", flat=True)))


def _span(use: ResourceUse) -> tuple[time | None, time | None]:
    return use.activity.starts_at, use.activity.ends_at


def _in_the_way(one: ResourceUse, other: ResourceUse) -> bool:
    """A record whose times were changed after it was agreed to may run into another."""
    return one.pk != other.pk and one.day == other.day and overlap(_span(one), _span(other))


def contact_of(resource: Resource) -> str:
    """Return who answers for the owner: name and office of the nearest account that keeps its records, or ""."""
    seats = who_can(RECORD, resource.organisation, 1)
    return f"{seats[0].user.name}（{seats[0].get_role_display()}）" if seats else ""


def uses_of(user: Actor, resource: Resource) -> QuerySet[ResourceUse]:
    """Return the standing uses of a resource that `user` may read, the latest first; asks that wait before all others."""
    rows = ResourceUse.objects.active().visible_to(user).filter(resource=resource)
    rows = rows.select_related("activity__organisation__parent", "organisation__parent", "added_by")
    return rows.prefetch_related("activity__kinds").order_by("-activity__day", "-pk")


def answered_by(user: Actor, owner: str) -> Q:
    """Return the condition «`user` answers for what this organisation shares»: appointed there to record, at the Party group also
    for its committee; from above only where nobody is. owner: the path to the organisation from the rows that are filtered.
    """
    own = own_places(user)
    there = Q(**{f"{owner}__in": own}) | Q(**{f"{owner}__kind": Kind.COMMITTEE, f"{owner}__parent__in": own})
    keepers = [role.key for role in ROLES.values() if RECORD in role.rights]
    held = Appointment.objects.giving_power(clock.today()).filter(
        organisation=OuterRef(owner), role__in=keepers, user__is_active=True
    )
    return there | ~Q(Exists(held.order_by()))


def asks_for(user: Actor) -> QuerySet[ResourceUse]:
    """Return the asks that wait for `user`, the nearest day first: of what he answers for, not those that he made himself."""
    rows = ResourceUse.objects.waiting().visible_to(user, RECORD).exclude(added_by=getattr(user, "pk", None))
    rows = rows.filter(answered_by(user, "resource__organisation"))
    rows = rows.select_related("resource__organisation__parent", "activity", "organisation__parent")
    return rows.prefetch_related("activity__kinds").order_by("activity__day", "pk")


def own_places(user: Actor) -> list[int]:
    """Return the ids of the organisations at which `user` was himself given the right to record."""
    return sorted({seat.organisation for seat in reach_of(user).seats if seat.gives(RECORD)})


def keeps(user: Actor) -> QuerySet[Organisation]:
    """Return the living organisations for which `user` may share something, in tree order."""
    rows = Organisation.objects.visible_to(user, RECORD).filter(kind__in=OWNERS, archived_on__isnull=True)
    return rows.in_tree_order()


@dataclass(frozen=True)
class Proposal:
    """A place or a lecturer that records name again and again and the library does not know."""

    organisation: int
    kind: str
    name: str
    number: int

    @property
    def kind_label(self) -> str:
        return ResourceKind(self.kind).label


def proposals(user: Actor) -> list[Proposal]:
    """Return what the records of the user's own organisations propose for the library, the most frequent first."""
    places = own_places(user)
    if not places:
        return []
    owners = list(Organisation.objects.order_by().filter(pk__in=places, kind__in=OWNERS).values_list("pk", flat=True))
    if not owners:
        return []
    known = set(Resource.objects.filter(organisation__in=owners).order_by().values_list("organisation", "name"))
    found: list[Proposal] = []
    for kind, column in ((ResourceKind.VENUE, "place"), (ResourceKind.LECTURER, "lecturer_name")):
        rows = [
            Proposal(place, kind, name, number)
            for place, name, number in _named(owners, column)
            if (place, name) not in known and len(name) <= 60 and (kind != ResourceKind.VENUE or is_room(name))
        ]
        found += rows[:PROPOSED]
    return found


def _named(places: Collection[int], column: str) -> list[tuple[int, str, int]]:
    rows = Activity.objects.filter(
        organisation__in=places, day__gte=clock.today() - SINCE, state__in=COUNTING_STATES
    ).exclude(**{column: ""})
    rows = rows.order_by().values(column, owner=F("organisation")).annotate(number=Count("pk"))
    rows = rows.filter(number__gte=NAMED).order_by("-number", column)
    return list(rows.values_list("owner", column, "number")[: 3 * PROPOSED])


def may_keep(user: Actor, resource: Resource) -> bool:
    """Whether `user` keeps a resource, for the buttons of its page."""
    return reach_of(user).holds(RECORD, resource.organisation_id)


def sees(user: Actor) -> bool:
    """Whether `user` reads anything at all: whoever holds no post has no library."""
    return reach_of(user).anywhere(VIEW)
