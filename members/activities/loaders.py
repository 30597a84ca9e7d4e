"""Records, their files, resolutions and invitations by their address, within the reach of whoever asks."""

from branches.reach import access
from branches.reach.rights import RECORD, VIEW
from common.requests import Request
from members.activities.models import Activity, ActivityHost, Attachment, Resolution


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
