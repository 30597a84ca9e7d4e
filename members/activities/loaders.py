"""Records, their files, resolutions and invitations by their address, within the reach of whoever asks."""

from django.shortcuts import get_object_or_404

from branches.reach import access
from branches.reach.rights import MEMBERS, RECORD, VIEW
from common import clock
from common.requests import Request
from members.activities.models import Activity, ActivityHost, Attachment, Resolution
from members.activities.models.leave import Leave
from members.activities.selectors.ahead import concerning
from members.activities.selectors.leave import READ
from members.roster.models.members import Member


def record_for(request: Request, pk: int, right: str = RECORD) -> Activity:
    """Return a record, with its organisation and chair, at whose organisation the user holds a right; Http404 or Forbidden otherwise."""
    rows = Activity.objects.select_related("organisation__parent", "chair")
    found: Activity = access.get_for(rows, request.user, right, pk=pk)
    return found


def record_with_hosts(request: Request, pk: int) -> Activity:
    """Return a record that the user may read, with its kinds and hosts."""
    rows = Activity.objects.select_related("organisation__parent").prefetch_related("kinds", "hosts")
    found: Activity = access.get_for(rows, request.user, VIEW, pk=pk)
    return found


def file_for(request: Request, pk: int, right: str) -> Attachment:
    """Return a file of a record, through the user's right at the record."""
    rows = Attachment.objects.select_related("activity__organisation")
    found: Attachment = access.get_for(rows, request.user, right, pk=pk)
    return found


def resolution_for(request: Request, pk: int) -> Resolution:
    """Return a resolution of an organisation at which the user records."""
    rows = Resolution.objects.select_related("activity__organisation__parent", "done_by", "owner")
    found: Resolution = access.get_for(rows, request.user, RECORD, pk=pk)
    return found


def invitation_for(request: Request, pk: int) -> ActivityHost:
    """Return an invitation to a joint record for who records at the invited organisation.

    To a record that is still a draft it does not exist for the invited.
    """
    rows = ActivityHost.objects.select_related("organisation__parent", "activity__organisation__parent")
    found: ActivityHost = access.get_for(rows, request.user, RECORD, pk=pk)
    access.get_for(Activity.objects.all(), request.user, VIEW, pk=found.activity_id)
    return found


def own_meeting_ahead(request: Request, pk: int) -> tuple[Member, Activity]:
    """Return (the user's own file, a planned record that concerns him); Http404 where he has none, or it does not."""
    member = get_object_or_404(Member.objects.select_related("home"), account=request.user.pk)
    rows = concerning(member, clock.today()).select_related("organisation__parent").prefetch_related("kinds")
    return member, get_object_or_404(rows, pk=pk)


def own_leave_for(request: Request, pk: int) -> Leave:
    """Return a leave that the user asked for himself."""
    rows = Leave.objects.select_related("member", "organisation", "activity").prefetch_related("activity__kinds")
    found: Leave = get_object_or_404(rows, pk=pk, member__account=request.user.pk)
    return found


def leave_for(request: Request, pk: int) -> Leave:
    """Return a leave asked where the user keeps the roster; 403 for who only reads there, 404 otherwise."""
    rows = Leave.objects.select_related(*READ).prefetch_related("activity__kinds")
    found: Leave = access.get_for(rows, request.user, MEMBERS, pk=pk)
    return found
