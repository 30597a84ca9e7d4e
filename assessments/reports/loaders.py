"""Published reports by their address, whole or as the extract about one branch."""

from django.http import Http404

from assessments.reports.models import Report
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import REPORTS
from common.requests import Request


def report_for(request: Request, pk: int) -> tuple[Report, int | None]:
    """Return (report, None) for whoever reads all of it, (report, id of the branch) for whoever reads an extract.

    Whoever reads reports at the root or the committee reads all of it; a branch reads the extract about itself, without
    rank and without other branches.
    """
    found = Report.objects.filter(pk=pk).select_related("assessment").first()
    if found is None:
        raise Http404
    wide = access.organisations_for(request.user, REPORTS).filter(kind__in=(Kind.PARTY_GROUP, Kind.COMMITTEE))
    if wide.exists():
        return found, None
    assessed = {row["key"] for row in found.body["branches"]}
    own = Organisation.objects.visible_to(request.user, REPORTS).filter(kind=Kind.BRANCH)
    for place in own.values_list("pk", flat=True):
        if str(place) in assessed:
            return found, place
    raise Http404
