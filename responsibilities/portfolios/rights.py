"""Who supervises whom: by his reach, or a leader by what he is in charge of on the day.

A leader reads the whole agency and supervises only his portfolio: the branches that cover the departments in his charge,
his contact branches, and their small groups (judgement 4.5). What he holds there stands in the table of roles
(`Role.in_portfolio`); no reach gives it, so that whoever asks `Reach` for a right gets no more than before.
"""

from django.db.models import Q

from branches.places.models.departments import Coverage
from branches.places.models.organisations import Kind, Organisation, OrganisationQuerySet
from branches.reach import access
from branches.reach.reach import NOWHERE, Reach, fresh, reach_of
from branches.reach.rights import ROLES, SUPERVISE, VIEW
from common import clock
from common.operator import Actor
from responsibilities.portfolios.models import LeaderPortfolio


def portfolio_places(leader: int) -> OrganisationQuerySet:
    """Return the organisations in the portfolio of the account with this id today: branches and their small groups."""
    today = clock.today()
    rows = LeaderPortfolio.objects.filter(leader=leader).in_force(today).order_by()
    covering = Coverage.objects.in_force(today).filter(
        department__in=rows.filter(department__isnull=False).values("department")
    )
    contacts = rows.filter(contact__isnull=False).values("contact")
    named = Q(pk__in=covering.order_by().values("organisation")) | Q(pk__in=contacts)
    branches = Organisation.objects.order_by().filter(named, kind__in=(Kind.BRANCH, Kind.GENERAL_BRANCH))
    groups = Q(kind=Kind.SMALL_GROUP, parent__in=branches.values("pk"))
    return Organisation.objects.order_by().filter(Q(pk__in=branches.values("pk")) | groups)


def _in_charge(now: Reach, user: Actor, path: str) -> Q:
    seats = [seat for seat in now.seats if SUPERVISE in ROLES[seat.role].in_portfolio]
    if not seats:
        return NOWHERE
    # Never more than he reads by the appointment as a leader.
    places = portfolio_places(user.pk or 0).filter(Reach(seats).condition(VIEW, ""))
    return Q(**{f"{path}pk__in" if not path else f"{path.removesuffix('__')}__in": places.values("pk")})


def in_charge(user: Actor, path: str = "organisation__") -> Q:
    """Return the condition «this organisation is in the portfolio of `user`, a leader today».

    path: leads from the filtered rows to the organisation ("" for organisations themselves).
    """
    return _in_charge(reach_of(user), user, path)


def supervising(user: Actor, path: str = "organisation__") -> Q:
    """Return the condition «`user` may raise a supervision at this organisation today»; path as for `in_charge`."""
    return reach_of(user).condition(SUPERVISE, path) | in_charge(user, path)


def places_supervised(user: Actor) -> OrganisationQuerySet:
    """Return the organisations at which `user` may raise a supervision today, in no order."""
    return Organisation.objects.order_by().filter(supervising(user, ""))


def supervises(user: Actor, organisation: Organisation) -> bool:
    """Return whether `user` may raise a supervision at `organisation` today."""
    if reach_of(user).holds(SUPERVISE, organisation.pk):
        return True
    return Organisation.objects.filter(in_charge(user, ""), pk=organisation.pk).exists()


def supervises_anywhere(user: Actor) -> bool:
    """Return whether `user` may raise a supervision at any organisation today."""
    return reach_of(user).anywhere(SUPERVISE) or Organisation.objects.filter(in_charge(user, "")).exists()


def require_supervises(user: Actor, organisation: Organisation, *, own: bool = True) -> None:
    """Raise Forbidden (Http404 outside reach) unless `user` supervises `organisation` now, by rights read anew.

    own: whether his portfolio gives it; without, only his reach does.
    """
    now = fresh(user, at=organisation.pk)
    if now.holds(SUPERVISE, organisation.pk):
        return
    if own and Organisation.objects.filter(_in_charge(now, user, ""), pk=organisation.pk).exists():
        return
    access.require(user, SUPERVISE, organisation)
