"""Proof files by their address, through the right to read what they prove."""

from branches.reach import access
from branches.reach.rights import VIEW
from common.requests import Request
from responsibilities.proof_files.models import ProofFile


def proof_file_for(request: Request, pk: int) -> ProofFile:
    """Return a proof file that the user may read; Http404 otherwise."""
    found: ProofFile = access.get_for(ProofFile.objects.select_related("organisation"), request.user, VIEW, pk=pk)
    return found
