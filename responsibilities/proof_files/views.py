"""Download a proof file through the right to read what it proves."""

from django.contrib.auth.decorators import login_required
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from branches.audit import exports
from branches.reach import access
from branches.reach.rights import VIEW
from common.requests import Request
from responsibilities.proof_files.models import ProofFile
from responsibilities.proof_files.services import proof_file_bytes


@login_required
@require_GET
def paper_download(request: Request, pk: int) -> HttpResponseBase:
    proof_file = access.get_for(ProofFile.objects.select_related("organisation"), request.user, VIEW, pk=pk)
    data = proof_file_bytes(proof_file)
    if data is None:
        return render(request, "members/activities/attachments/gone.html", {"attachment": proof_file}, status=410)
    return exports.kept_file(data, proof_file.name, proof_file.kind)
