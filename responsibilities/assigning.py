"""Who assigns work, who answers for an organisation, and who stands above it (supervision, asking once)."""

from django.db.models import Q
from django.http import Http404

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.models import Appointment
from branches.reach.querysets import reach
from branches.reach.rights import ASSIGN, ROLES, VIEW
from common import clock
from responsibilities.requirements.services import responsible_for

# The discipline officer's assign_work is for supervision only (access.md).
ONLY_SUPERVISES = ("discipline_officer",)
_OFFICE = ("committee_secretary", "committee_staff")
_ANSWERING = (
    "group_leader",
    "branch_officer",
    "branch_secretary",
    "general_branch_secretary",
    "party_group_secretary",
    *_OFFICE,
)
# Whose accounts stand at the head of each kind of organisation.
_HEADS = {
    Kind.BRANCH: ("branch_secretary",),
    Kind.GENERAL_BRANCH: ("general_branch_secretary",),
    Kind.COMMITTEE: ("committee_secretary",),
    Kind.PARTY_GROUP: ("party_group_secretary",),
}
# Whom a supervision may address in person: members of the leading group.
LEADING = ("leader", "party_group_secretary")


def _seats(user):
    """The appointments of today; a request has read them already."""
    now = getattr(user, "appointments_now", None)
    rows = access.current_appointments(user) if now is None else now
    return [row for row in rows if row.organisation_id]


def _tops(user):
    """The organisations of the appointments that let `user` assign work below them."""
    return [
        row.organisation for row in _seats(user) if ASSIGN in ROLES[row.role].rights and row.role not in ONLY_SUPERVISES
    ]


def assigning(user, path="organisation__"):
    """Return the condition «`user` assigns work at this organisation today»; not by the discipline office.

    path: leads from the filtered rows to the organisation ("" for organisations themselves).
    """
    if user is access.OPERATOR:
        return Q(pk__isnull=False)
    condition = Q(pk__in=[])
    for top in _tops(user):
        inside = {"tree_id": top.tree_id, "lft__gte": top.lft, "rght__lte": top.rght}
        condition |= Q(**{f"{path}{name}": value for name, value in inside.items()})
    return condition


def assigns_anywhere(user):
    """Return whether `user` assigns work at any organisation."""
    return user is access.OPERATOR or bool(_tops(user))


def places_assigned(user):
    """Return the organisations at which `user` assigns work today, in tree order."""
    return Organisation.objects.filter(assigning(user, "")).order_by("tree_id", "lft")


def assigns_work(user, organisation):
    """Return whether `user` may ask work of an Organisation: `assign_work` there, but not by the discipline office.

    Asked of the appointments in force, which a request has read already; grants are derived from them.
    """
    if user is access.OPERATOR:
        return True
    return any(
        top.tree_id == organisation.tree_id and top.lft <= organisation.lft and organisation.rght <= top.rght
        for top in _tops(user)
    )


def require_assigns(user, organisation):
    """Raise Forbidden (or Http404 outside reach) unless `user` assigns work at `organisation`."""
    if assigns_work(user, organisation):
        return
    if access.has_right(user, VIEW, organisation):
        raise refusal(user, organisation)
    raise Http404


def refusal(user, organisation=None):
    """Return the Forbidden for who may not ask work at an Organisation; it tells the discipline office why."""
    supervises = organisation is not None and access.has_right(user, ASSIGN, organisation)
    return access.Forbidden(ASSIGN, organisation, "机关纪委以督查督办提出要求，不直接部署工作。" if supervises else "")


def answers(user, path="organisation__"):
    """Return the condition «`user` answers for this organisation today».

    path: leads from the filtered rows to the organisation ("" for organisations themselves). The office of the agency
    committee is appointed at the committee or at the party group (decisions 8) and answers for both.
    """
    condition = Q(pk__in=[])
    if user is access.OPERATOR:
        return condition
    for row in _seats(user):
        if row.role in _ANSWERING:
            condition |= Q(**{f"{path}pk": row.organisation_id})
        if row.role in ("branch_secretary", "branch_officer"):
            condition |= Q(**{f"{path}kind": Kind.SMALL_GROUP, f"{path}parent": row.organisation_id})
        if row.role in _OFFICE and row.organisation.kind == Kind.PARTY_GROUP:
            condition |= Q(**{f"{path}kind": Kind.COMMITTEE, f"{path}parent": row.organisation_id})
    return condition


def answers_for(user, organisation):
    """Return whether `user` answers for `organisation` today: he cannot supervise it."""
    return Organisation.objects.filter(answers(user, ""), pk=organisation.pk).exists()


def _holding(places, roles):
    rows = Appointment.objects.active(clock.today()).filter(
        organisation__in=places, role__in=roles, user__is_active=True
    )
    return list({row.user_id: row.user for row in rows.select_related("user").order_by("pk")}.values())


def answering(organisation):
    """Return the accounts that a notice to `organisation` goes to."""
    if organisation.kind == Kind.PARTY_GROUP:
        return _holding([organisation], ("party_group_secretary",)) or _holding([organisation], _OFFICE)
    if organisation.kind == Kind.COMMITTEE:
        return _holding([organisation, organisation.parent], _OFFICE)
    return responsible_for(organisation)


def above(organisation, holder=None, without=()):
    """Return the accounts of the next level above a recipient: its secretaries; [] at the very top.

    holder: the person addressed, whose next level is the party group's secretary. without: ids of accounts that do not
    count (whoever sent the notice knows already): a level that has nobody else is passed over.
    """
    own = {user.pk for user in answering(organisation)} | set(without)
    if holder is not None:
        own = {holder.pk, *without}
    tops = organisation.get_ancestors(ascending=True, include_self=holder is not None)
    for place in tops:
        roles = _HEADS.get(place.kind, ())
        if holder is not None and place.kind != Kind.PARTY_GROUP:
            continue
        found = _holding([place], roles)
        if not found and place.kind == Kind.COMMITTEE:
            found = _holding([place.parent_id], roles)
        found = [user for user in found if user.pk not in own]
        if found:
            return found
    return []


def leading_group(user):
    """Return [(account, organisation)] of the members of the leading group whom `user` may address by `assign_work`."""
    rows = (
        Appointment.objects.active(clock.today())
        .filter(reach(user, ASSIGN, "organisation__"), role__in=LEADING, user__is_active=True)
        .select_related("user", "organisation__parent")
        .order_by("organisation__level", "pk")
    )
    found = {}
    for row in rows:
        found.setdefault(row.user_id, (row.user, row.organisation))
    return list(found.values())


def seat_for(user, organisation):
    """Return the organisation from which `user` addresses `organisation`: the nearest where he was given `assign_work`."""
    if user is access.OPERATOR:
        return organisation.get_root()
    found = organisation
    for row in _seats(user):
        top = row.organisation
        inside = top.tree_id == organisation.tree_id and top.lft <= organisation.lft and top.rght >= organisation.rght
        if inside and ASSIGN in ROLES[row.role].rights:
            found = top
    return found
