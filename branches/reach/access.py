"""Rights from dated appointments: grants, loaders, and what may be appointed.

Views get objects only through the loaders here (access rule 1); lists are filtered by `.visible_to` (rule 2).
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, Q, QuerySet
from django.http import Http404

from branches.reach.intervals import above, above_outer, tree_order
from branches.reach.models import Appointment, OrganisationGrant
from branches.reach.reach import NOWHERE, fresh, organisations, reach_of
from branches.reach.rights import APPOINT, RIGHT_NAMES, ROLES, STRICTLY_BELOW, SYSTEM_ROLES, VIEW
from common import clock
from common.operator import OPERATOR, Actor


class Forbidden(PermissionDenied):
    """The object is visible but the right is missing; the 403 page says who can.

    reason: a sentence in place of the name of the right, where the user has the right and may not use it here.
    """

    def __init__(self, right: str, organisation: Any = None, reason: str = "") -> None:
        super().__init__(RIGHT_NAMES.get(right, right))
        self.right = right
        self.organisation = organisation
        self.reason = reason


def _organisation() -> Any:
    """The model by its name: places stand above this subject."""
    return apps.get_model("branches.Organisation")


def get_for(queryset: Any, user: Actor, right: str, **lookup: Any) -> Any:
    """Return the one row of `queryset` that `lookup` names, if `user` holds `right` there.

    queryset: a ScopedQuerySet or manager. Raises Http404 when it lies outside every right of the user, Forbidden when
    the user may see it but lacks the right.
    """
    try:
        rows = queryset.filter(**lookup)
        found = rows.visible_to(user, right).first()
        if found is not None:
            return found
        weaker = rows.visible_to(user, VIEW).first()
    except (ValueError, OverflowError, ValidationError):
        raise Http404 from None
    if weaker is not None:
        raise Forbidden(right, weaker if isinstance(weaker, _organisation()) else getattr(weaker, "organisation", None))
    raise Http404


def organisations_for(user: Actor, right: str = VIEW) -> QuerySet:
    """Return the organisations at which `user` holds `right`, in tree order."""
    return _organisation().objects.visible_to(user, right).order_by(*tree_order())


def has_right(user: Actor, right: str, organisation: Any) -> bool:
    """Return whether `user` holds `right` at `organisation` (an instance or its id)."""
    return reach_of(user).holds(right, getattr(organisation, "pk", organisation))


def rights_at(user: Actor, organisation: Any) -> set[str]:
    """Return the set of rights that `user` holds at `organisation` (an instance or its id)."""
    if user is OPERATOR:
        return set(RIGHT_NAMES)
    return reach_of(user).rights_at(getattr(organisation, "pk", organisation))


def require(user: Actor, right: str, organisation: Any) -> None:
    """Raise like `get_for` unless `user` holds `right` at `organisation` now; the re-check after a write (rule 3).

    The rights are read anew, inside the writer's transaction: they may have ended since the request began.
    """
    place = getattr(organisation, "pk", organisation)
    now = fresh(user, at=place)
    if now.holds(right, place):
        return
    if now.holds(VIEW, place):
        raise Forbidden(right, organisation)
    raise Http404


def require_each(user: Actor, right: str, places: Collection[int]) -> None:
    """Raise as `require` does of the first of many places (ids) where `user` does not hold `right` now; two statements."""
    held = organisations().filter(fresh(user).condition(right, ""), pk__in=places)
    for place in sorted(set(places) - set(held.values_list("pk", flat=True))):
        require(user, right, place)


def holds_anywhere(user: Actor, right: str) -> bool:
    """Return whether `user` holds `right` at any organisation."""
    return reach_of(user).anywhere(right)


def require_anywhere(user: Actor, right: str) -> None:
    """Raise Http404 unless `user` holds `right` somewhere: for pages that list what he may act on."""
    if not holds_anywhere(user, right):
        raise Http404


def holds_system_role(user: Actor, role: str) -> bool:
    """Return whether `user` holds the system role (administrator or auditor) today."""
    if not getattr(user, "pk", None) or not user.is_active:
        return False
    return Appointment.objects.filter(user=user.pk, role=role).in_force(clock.today()).exists()


def current_appointments(user: Actor) -> list[Appointment]:
    """Return the appointments of `user` in force today, the widest reach first."""
    rows = Appointment.objects.filter(user=user.pk).giving_power(clock.today())
    rows = rows.select_related("organisation__parent", "principal__user")
    return sorted(rows, key=lambda row: (row.organisation.level if row.organisation else -1, row.pk))


def who_can(right: str, organisation: Any, limit: int = 5) -> list[Appointment]:
    """Return up to `limit` active appointments that give `right` at `organisation`, the nearest first."""
    return who_can_each([right], organisation, limit)[right]


def who_can_each(rights: Iterable[str], organisation: Any, limit: int = 5) -> dict[str, list[Appointment]]:
    """Return {right: up to `limit` active appointments that give it at `organisation`, the nearest first}, in one read."""
    if organisation is None:
        return {right: [] for right in rights}
    roles = {role.key: role for role in ROLES.values()}
    reaching_down = [key for key, role in roles.items() if role.below and role.rights & set(rights)]
    higher = Q(above(organisation), role__in=reaching_down)
    here = Q(organisation=organisation.pk)
    rows = Appointment.objects.giving_power(clock.today()).filter(higher | here, user__is_active=True)
    nearest = list(
        rows.select_related("user", "organisation__parent", "principal__user").order_by("-organisation__level", "pk")
    )

    def gives(row: Appointment, right: str) -> bool:
        if right not in roles[row.role].rights:
            return False
        return row.organisation_id != organisation.pk or right not in STRICTLY_BELOW

    return {right: [row for row in nearest if gives(row, right)][:limit] for right in rights}


def sync_grants(appointment: Appointment) -> None:
    """Write the guardian grants that an appointment gives; the only writer of grants."""
    OrganisationGrant.objects.filter(appointment=appointment).delete()
    if appointment.organisation_id is None:
        return
    role = ROLES[appointment.role]
    ends = [day for day in (appointment.ends, appointment.principal and appointment.principal.ends) if day]
    if ends and min(ends) < appointment.starts:
        return
    permissions = Permission.objects.filter(
        content_type__app_label="branches", content_type__model="organisation", codename__in=role.rights
    )
    OrganisationGrant.objects.bulk_create(
        OrganisationGrant(
            user=appointment.user,
            permission=permission,
            content_object_id=appointment.organisation_id,
            appointment=appointment,
            starts=appointment.starts,
            ends=min(ends, default=None),
            below=role.below,
        )
        for permission in permissions
    )


def may_appoint(giver: Actor, role: str, organisation: Any) -> bool:
    """Return whether `giver` may appoint to `role` at `organisation` (the table of roles, reach/rights.py; control C18).

    Only the roles listed for one of his own roles, at or below its organisation; some only strictly below it.
    """
    if giver is OPERATOR:
        return True
    if role in SYSTEM_ROLES or organisation is None:
        return False
    return any(
        APPOINT in ROLES[seat.role].rights
        and role in ROLES[seat.role].may_appoint
        and (role not in ROLES[seat.role].appoint_strictly_below or organisation.pk != seat.organisation)
        for seat in fresh(giver, at=organisation.pk).over(organisation.pk)
    )


def appoints_for_agency(giver: Actor) -> bool:
    """Return whether `giver` appoints for the whole agency now: the committee's secretary, or the server's operator.

    Only they give the first post to an account that an administrator made, because its code comes with it (rule 10).
    """
    return giver is OPERATOR or any(seat.role == "committee_secretary" for seat in fresh(giver).seats)


def may_give(giver: Actor, appointment: Appointment) -> bool:
    """Return whether `giver` may appoint to an appointment's role, or (of an assistant) to that of whom he acts for."""
    row = appointment.principal or appointment
    return may_appoint(giver, row.role, row.organisation)


def givable(giver: Actor, *, assistants: bool = False) -> Q:
    """Return the condition «`giver` may appoint to this row's role at its organisation», over rows with both.

    The same table as `may_give`, for lists. assistants: over appointments, those that rest on another's too.
    """
    found = NOWHERE
    for seat in reach_of(giver).seats:
        row = ROLES[seat.role]
        if APPOINT not in row.rights:
            continue
        strictly = set(row.appoint_strictly_below)
        for roles, below in ((set(row.may_appoint) - strictly, False), (strictly, True)):
            if roles:
                top = organisations().filter(above_outer(strictly=below), pk=seat.organisation)
                there = Q(organisation__in=organisations().filter(Exists(top)).values("pk"))
                found |= there & (Q(role__in=roles) | Q(principal__role__in=roles) if assistants else Q(role__in=roles))
    return found


def where_givable(giver: Actor, role: str) -> Q:
    """Return the condition «`giver` may appoint to `role` here», over organisations; the same table once more."""
    found = NOWHERE
    for seat in reach_of(giver).seats:
        row = ROLES[seat.role]
        if APPOINT in row.rights and role in row.may_appoint:
            found |= Q(
                Exists(
                    organisations().filter(
                        above_outer(strictly=role in row.appoint_strictly_below), pk=seat.organisation
                    )
                )
            )
    return found
