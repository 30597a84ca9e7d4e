"""Who assigns work, who answers for an organisation, and who stands above it (supervision, asking once)."""

from collections.abc import Collection, Iterable

from django.db.models import Q
from django.http import Http404

from branches.access.models import User
from branches.places.models.organisations import Kind, Organisation, OrganisationQuerySet
from branches.reach import access
from branches.reach.models import Appointment
from branches.reach.reach import reach, reach_of
from branches.reach.rights import ASSIGN, DUTIES, ROLES, SUPERVISE, VIEW
from common import clock
from common.operator import Actor
from responsibilities.portfolios.rights import supervises, supervises_anywhere
from responsibilities.requirements.services import OFFICE, holding, responsible_for

ONLY_SUPERVISES = "您以督查督办提出要求，不直接部署工作。"

_ANSWERING = (
    "group_leader",
    "branch_officer",
    "organisation_officer",
    "branch_secretary",
    "general_branch_secretary",
    "party_group_secretary",
    *OFFICE,
)
# Whose accounts stand at the head of each kind of organisation.
_HEADS = {
    Kind.BRANCH: ("branch_secretary",),
    Kind.GENERAL_BRANCH: ("general_branch_secretary",),
    Kind.COMMITTEE: ("committee_secretary",),
    Kind.PARTY_GROUP: ("party_group_secretary",),
}
BRANCHES = (Kind.BRANCH, Kind.GENERAL_BRANCH)
# Whom a supervision may address in person: members of the leading group.
LEADING = ("leader", "party_group_secretary")


def assigning(user: Actor, path: str = "organisation__") -> Q:
    """Return the condition «`user` assigns work at this organisation today».

    path: leads from the filtered rows to the organisation ("" for organisations themselves).
    """
    return reach_of(user).condition(ASSIGN, path)


def assigns_anywhere(user: Actor) -> bool:
    """Return whether `user` assigns work at any organisation."""
    return reach_of(user).anywhere(ASSIGN)


def places_assigned(user: Actor) -> OrganisationQuerySet:
    """Return the organisations at which `user` assigns work today, in tree order."""
    return Organisation.objects.filter(assigning(user, "")).in_tree_order()


def assigned_among(user: Actor, places: Collection[int]) -> set[int]:
    """Return those of some organisations (ids) at which `user` assigns work today."""
    rows = Organisation.objects.filter(assigning(user, ""), pk__in=places)
    return set(rows.order_by().values_list("pk", flat=True))


def committees_assigned(user: Actor) -> list[Organisation]:
    """Return the living committees at which `user` assigns work today: he writes their circulars."""
    if not assigns_anywhere(user):
        return []
    return list(places_assigned(user).filter(kind=Kind.COMMITTEE, archived_on__isnull=True))


def assigns_work(user: Actor, organisation: Organisation) -> bool:
    """Return whether `user` may ask work of an Organisation."""
    return reach_of(user).holds(ASSIGN, organisation.pk)


def require_assigns(user: Actor, organisation: Organisation) -> None:
    """Raise Forbidden (or Http404 outside reach) unless `user` assigns work at `organisation`."""
    if assigns_work(user, organisation):
        return
    if access.has_right(user, VIEW, organisation):
        raise refusal(user, organisation)
    raise Http404


def refusal(user: Actor, organisation: Organisation | None = None) -> access.Forbidden:
    """Return the Forbidden for who may not ask work at an Organisation; it tells those who only supervise why."""
    only = supervises_anywhere(user) if organisation is None else supervises(user, organisation)
    return access.Forbidden(ASSIGN, organisation, ONLY_SUPERVISES if only else "")


def answers(user: Actor, path: str = "organisation__") -> Q:
    """Return the condition «`user` answers for this organisation today».

    path: leads from the filtered rows to the organisation ("" for organisations themselves). The office of the agency
    committee is appointed at the committee or at the party group (decisions 8) and answers for both.
    """
    condition = Q(pk__in=[])
    if user is access.OPERATOR:
        return condition
    for seat in reach_of(user).seats:
        if seat.role in _ANSWERING:
            condition |= Q(**{f"{path}pk": seat.organisation})
        if seat.role in ("branch_secretary", "branch_officer", "organisation_officer"):
            condition |= Q(**{f"{path}kind": Kind.SMALL_GROUP, f"{path}parent": seat.organisation})
        if seat.role in OFFICE:
            above = {f"{path}parent": seat.organisation, f"{path}parent__kind": Kind.PARTY_GROUP}
            condition |= Q(**{f"{path}kind": Kind.COMMITTEE}, **above)
    return condition


def own_branches(user: Actor) -> OrganisationQuerySet:
    """Return the living branches and general branches for which `user` answers and reports, in tree order."""
    rows = Organisation.objects.filter(answers(user, ""), reach(user, DUTIES, ""))
    return rows.filter(kind__in=BRANCHES, archived_on__isnull=True).select_related("parent").in_tree_order()


def answers_for(user: Actor, organisation: Organisation) -> bool:
    """Return whether `user` answers for `organisation` today: he cannot supervise it."""
    return Organisation.objects.filter(answers(user, ""), pk=organisation.pk).exists()


def acting_for(leader: User) -> list[User]:
    """Return the accounts that act for a leader today."""
    return acting_for_each([leader.pk]).get(leader.pk, [])


def acting_for_each(leaders: Collection[int]) -> dict[int, list[User]]:
    """Return {leader: the accounts that act for him today} of leaders (ids); one statement."""
    rows = Appointment.objects.giving_power(clock.today()).filter(principal__user__in=leaders, user__is_active=True)
    found: dict[int, list[User]] = {}
    for row in rows.select_related("user", "principal").order_by("pk"):
        if row.principal is not None:
            found.setdefault(row.principal.user_id, []).append(row.user)
    return found


def above(organisation: Organisation, holder: User | None = None, without: Iterable[int] = ()) -> list[User]:
    """Return the accounts of the next level above a recipient: its secretaries; [] at the very top.

    holder: the person addressed, whose next level is the party group's secretary. without: ids of accounts that do not
    count (whoever sent the notice knows already): a level that has nobody else is passed over.
    """
    own = {user.pk for user in responsible_for(organisation)} | set(without)
    if holder is not None:
        own = {holder.pk, *without}
    tops = organisation.get_ancestors(ascending=True, include_self=holder is not None)
    for place in tops:
        roles = _HEADS.get(place.kind, ())
        if holder is not None and place.kind != Kind.PARTY_GROUP:
            continue
        people = holding([place], roles)
        if not people and place.kind == Kind.COMMITTEE:
            people = holding([place.parent_id], roles)
        people = [user for user in people if user.pk not in own]
        if people:
            return people
    return []


def leading_group(user: Actor) -> list[tuple[User, Organisation]]:
    """Return [(account, organisation)] of the members of the leading group whom `user` may supervise in person: by reach alone."""
    seats = (
        Appointment.objects.in_force(clock.today())
        .filter(reach(user, SUPERVISE, "organisation__"), role__in=LEADING, user__is_active=True)
        .select_related("user", "organisation__parent")
        .order_by("organisation__level", "pk")
    )
    leading: dict[int, tuple[User, Organisation]] = {}
    for seat in seats:
        if seat.organisation is not None:
            leading.setdefault(seat.user_id, (seat.user, seat.organisation))
    return list(leading.values())


def seat_for(user: Actor, organisation: Organisation) -> Organisation:
    """Return the organisation from which `user` addresses `organisation`: the nearest where he was given the right."""
    if user is access.OPERATOR:
        return organisation.get_root()
    givers = {
        seat.organisation
        for seat in reach_of(user).over(organisation.pk)
        if SUPERVISE in ROLES[seat.role].rights | ROLES[seat.role].in_portfolio
    }
    return Organisation.objects.filter(pk__in=givers).order_by("-level").first() or organisation
