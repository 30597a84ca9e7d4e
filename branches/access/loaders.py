"""Accounts and what belongs to them by their address."""

from django.http import Http404

from branches.access import resets
from branches.access.models import ExternalIdentity, User
from branches.reach import access
from branches.reach.models import Appointment
from branches.reach.rights import APPOINT, PRINCIPALS
from common import clock
from common.requests import Request


def account_for(pk: int) -> User:
    """Return any account: for the administrator, whose views ask for his right."""
    user = User.objects.filter(pk=pk).first()
    if user is None:
        raise Http404
    return user


def account_to_reset(request: Request, pk: int) -> User:
    """Return an account for which the user may ask that its password or factor be reset (access rule 10)."""
    owner = User.objects.filter(pk=pk).select_related("member__home").first()
    if owner is None or not resets.may_ask(request.user, owner):
        raise Http404
    return owner


def own_identity(request: Request, pk: int) -> ExternalIdentity:
    """Return an identity of single sign-on that is linked to the user's own account."""
    row = ExternalIdentity.objects.filter(pk=pk, user=request.user).first()
    if row is None:
        raise Http404
    return row


def appointment_for(request: Request, pk: int) -> Appointment:
    """Return an appointment that the user may end or withdraw: one at a place where he appoints."""
    rows = Appointment.objects.select_related("user", "organisation__parent", "principal__user")
    found: Appointment = access.get_for(rows, request.user, APPOINT, pk=pk)
    return found


def principal_of(request: Request) -> Appointment:
    """Return the user's own appointment as a leader, in whose name somebody may act; Http404 for whoever has none.

    Of several the one he acts in, else the widest.
    """
    mine = [row for row in request.appointments if row.role in PRINCIPALS]
    if not mine:
        raise Http404
    return request.scope if request.scope in mine else mine[0]


def assistant_of(request: Request, pk: int) -> Appointment:
    """Return an appointment of somebody who acts for the user and has not ended."""
    rows = Appointment.objects.filter(principal__user=request.user, pk=pk).select_related("user", "organisation")
    row = rows.in_force(clock.today()).first()
    if row is None:
        raise Http404
    return row
