"""Settings of the business that have not begun, and proposals that wait; whoever asks holds the right already."""

from django.http import Http404

from branches.settings.dated import KNOWN
from branches.settings.models import ProposalState, Setting, SettingProposal
from branches.settings.proposals import proposable
from common import clock


def coming_for(pk: int) -> Setting:
    """Return a value of the business that begins later; Http404 otherwise."""
    keys = [key for key in KNOWN if proposable(key)]
    row = Setting.objects.filter(valid_from__gt=clock.today(), key__in=keys, pk=pk).first()
    if row is None:
        raise Http404
    return row


def proposal_for(pk: int) -> SettingProposal:
    """Return a proposal that waits to be decided; Http404 otherwise."""
    row = SettingProposal.objects.filter(state=ProposalState.OPEN, pk=pk).select_related("proposed_by").first()
    if row is None:
        raise Http404
    return row
