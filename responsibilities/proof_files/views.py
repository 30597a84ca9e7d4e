"""Download a proof file through the right to read what it proves; what is wrong with kept files, for the administrator."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from branches.audit import exports
from branches.jobs.selectors import last_sign
from branches.reach.doors import needs
from branches.reach.rights import ACCOUNTS
from common.requests import Request
from common.uploads import scanning
from responsibilities.proof_files import checks
from responsibilities.proof_files.loaders import proof_file_for
from responsibilities.proof_files.services import proof_file_bytes


@login_required
@require_GET
def paper_download(request: Request, pk: int) -> HttpResponseBase:
    proof_file = proof_file_for(request, pk)
    data = proof_file_bytes(proof_file)
    if data is None:
        status = 403 if proof_file.infected else 410
        return render(request, "members/activities/attachments/gone.html", {"attachment": proof_file}, status=status)
    return exports.kept_file(data, proof_file.name, proof_file.kind)


@needs(ACCOUNTS)
def kept_file_list(request: Request) -> HttpResponse:
    """What the nightly check and the scanner found: which files, not what they are called, for the name may be content."""
    counts = checks.counts()
    wrong = counts["lost"] + counts["infected"]
    context = {
        "title": f"{wrong} 个文件需要处理" if wrong else "没有缺失或被隔离的文件",
        "counts": counts,
        "rows": checks.troubled(),
        "configured": scanning.configured(),
        "answers": scanning.answers(),
        "checked": last_sign("files"),
    }
    return render(request, "responsibilities/proof_files/list.html", context)
