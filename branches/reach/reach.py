"""Where a person holds which right: answered by one object, made from his appointments once.

It holds places by their ids and never their intervals: a queryset compares with the places' present intervals in its own
statement, so that a move of the tree in between shows nobody what lies elsewhere now.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from django.apps import apps
from django.db.models import Exists, Q, QuerySet

from branches.reach.intervals import above_outer, within_outer
from branches.reach.rights import ROLES, STRICTLY_BELOW
from common import clock
from common.dated import in_force
from common.operator import OPERATOR, Actor

NOWHERE = Q(pk__in=[])
EVERYWHERE = Q(pk__isnull=False)


class Seat(NamedTuple):
    """What an appointment means for reach: the id of its organisation, its role, the days between which it is in force.

    principal: of an assistant, the id of the account in whose name he acts. top: whether the organisation is the top of the tree,
    which it is for good: every other one lies below it.
    """

    organisation: int
    role: str
    starts: date
    ends: date | None
    principal: int | None = None
    top: bool = False

    @property
    def below(self) -> bool:
        return ROLES[self.role].below

    def gives(self, right: str) -> bool:
        return right in ROLES[self.role].rights

    def in_force(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or self.ends >= day)


def principal_serves(day: date) -> Q:
    """Return the condition «rests on no other appointment, or on one in force on `day` whose account is not locked».

    Over appointments: an assistant's gives nothing without the leader's.
    """
    serves = in_force(day, "principal__") & Q(principal__user__is_active=True)
    return Q(principal__isnull=True) | serves


def organisations() -> QuerySet:
    """Return the organisations without an order; asked for by name, because places stand above this subject."""
    return apps.get_model("branches.Organisation").objects.order_by()


class Reach:
    """The seats of one account that are in force today, or the whole reach of the server's operator.

    A request makes one (`user.reach`), and everything it shows asks that one. Whoever writes makes another inside his
    transaction (`fresh`): rights may have ended since the page was drawn.
    """

    def __init__(self, seats: Iterable[Seat], *, whole: bool = False):
        today = clock.today()
        self.seats = [seat for seat in seats if seat.in_force(today)]
        self.whole = whole
        self._over: dict[int, list[Seat]] = {}

    def places(self, right: str, without: Collection[str] = ()) -> tuple[set[int], set[int]]:
        """Return (ids that reach downwards, ids that reach only themselves) of the seats that give `right`.

        without: roles whose seats do not count.
        """
        giving = self._giving(right, without)
        if right in STRICTLY_BELOW:
            return {seat.organisation for seat in giving if seat.below}, set()
        return {seat.organisation for seat in giving if seat.below}, {
            seat.organisation for seat in giving if not seat.below
        }

    def _giving(self, right: str, without: Collection[str] = ()) -> list[Seat]:
        return [seat for seat in self.seats if seat.gives(right) and seat.role not in without]

    def _from_the_top(self, right: str, path: str, without: Collection[str] = ()) -> Q | None:
        """Return the condition where the right reaches down from the top: no place has to be looked for. Else None."""
        tops = [seat.organisation for seat in self._giving(right, without) if seat.top and seat.below]
        if not tops:
            return None
        place = path.removesuffix("__") or "pk"
        there = Q(**{f"{place}__isnull": False})
        return there & ~Q(**{place: tops[0]}) if right in STRICTLY_BELOW else there

    @property
    def principals(self) -> set[int]:
        """The ids of the accounts in whose name this one acts today."""
        return {seat.principal for seat in self.seats if seat.principal is not None}

    def anywhere(self, right: str, without: Collection[str] = ()) -> bool:
        """Whether the right is held at any place."""
        return self.whole or any(seat.gives(right) and seat.role not in without for seat in self.seats)

    def row_by_row(self, right: str, path: str) -> Q:
        """Return what `condition` does, asked of each row's own organisation: for lists in the order of the tree, of which only
        the first rows are read.
        """
        if self.whole:
            return EVERYWHERE
        if (everything := self._from_the_top(right, path)) is not None:
            return everything
        downwards, alone = self.places(right)
        inside = organisations().filter(above_outer(path, strictly=right in STRICTLY_BELOW), pk__in=downwards)
        return Q(**{f"{path}pk__in": alone}) | Q(Exists(inside)) if alone else Q(Exists(inside))

    def condition(self, right: str, path: str = "organisation__", without: Collection[str] = ()) -> Q:
        """Return the condition «the right is held at this organisation or above it».

        path: leads from the filtered rows to the organisation ("" for organisations themselves). Other rows ask whether
        their organisation is one of those, so that the comparison runs once for each organisation, not for each row.
        """
        if self.whole:
            return EVERYWHERE
        if (everything := self._from_the_top(right, path, without)) is not None:
            return everything
        downwards, alone = self.places(right, without)
        if not downwards and not alone:
            return NOWHERE
        here = Q(pk__in=alone) if alone else NOWHERE
        if downwards:
            here |= Q(Exists(organisations().filter(above_outer(strictly=right in STRICTLY_BELOW), pk__in=downwards)))
        if not path:
            return here
        return Q(**{f"{path.removesuffix('__')}__in": organisations().filter(here).values("pk")})

    def over(self, organisation: int | None) -> list[Seat]:
        """Return the seats at the organisation with this id or above it, in one statement for each that is asked."""
        if organisation is None or not self.seats:
            return []
        if organisation not in self._over:
            places = organisations().filter(pk__in={seat.organisation for seat in self.seats})
            inside = organisations().filter(within_outer(), pk=organisation)
            above = set(places.filter(Exists(inside)).values_list("pk", flat=True))
            self._over[organisation] = [seat for seat in self.seats if seat.organisation in above]
        return self._over[organisation]

    def holds(self, right: str, organisation: int | None, without: Collection[str] = ()) -> bool:
        """Whether the right is held at the organisation with this id."""
        return self.whole or any(
            seat.gives(right) and seat.role not in without and self._reaches(seat, right, organisation)
            for seat in self.over(organisation)
        )

    def rights_at(self, organisation: int | None) -> set[str]:
        """Return the rights held at the organisation with this id."""
        return {
            right
            for seat in self.over(organisation)
            for right in ROLES[seat.role].rights
            if self._reaches(seat, right, organisation)
        }

    @staticmethod
    def _reaches(seat: Seat, right: str, organisation: int | None) -> bool:
        if seat.organisation == organisation:
            return right not in STRICTLY_BELOW
        return seat.below


def fresh(user: Actor, at: int | None = None) -> Reach:
    """Return the Reach of an account (or the operator) as it is now, read anew in one statement.

    at: the id of the only organisation that will be asked about; only the seats at it or above it are read.
    """
    if user is OPERATOR:
        return Reach([], whole=True)
    rows = apps.get_model("branches.Appointment").objects.filter(
        user_id=user.pk or 0, user__is_active=True, organisation__isnull=False
    )
    rows = rows.filter(principal_serves(clock.today()))
    if at is not None:
        rows = rows.filter(Exists(organisations().filter(within_outer("organisation__"), pk=at)))
    columns = ("organisation", "role", "starts", "ends", "principal__user", "organisation__parent")
    found = Reach(
        Seat(place, role, starts, ends, principal, above is None)
        for place, role, starts, ends, principal, above in rows.order_by("pk").values_list(*columns)
    )
    if at is not None:
        found._over[at] = found.seats
    return found


def reach_of(user: Actor) -> Reach:
    """Return the Reach that the request made for this account, or a fresh one outside a request."""
    opened = getattr(user, "reach", None)
    return opened if opened is not None else fresh(user)


def reach(user: Actor, right: str, path: str = "organisation__") -> Q:
    """Return the condition «`user` holds `right` at this organisation or above it»; path as for `Reach.condition`."""
    return reach_of(user).condition(right, path)


def above_seats(user: Actor, right: str) -> QuerySet:
    """Return the organisations at which, or below which, a seat of `user` gives `right`: what is set there concerns him too."""
    if user is OPERATOR:
        return organisations()
    places = {seat.organisation for seat in reach_of(user).seats if seat.gives(right)}
    return organisations().filter(Exists(organisations().filter(within_outer(), pk__in=places)))
