"""Published reports by their address, whole or as the extract about one branch."""

from django.http import Http404

from assessments.reports.models import Report
from assessments.results.loaders import assessment_for
from assessments.results.models import Assessment, AssessmentState
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import ASSESS, PUBLISH, REPORTS
from common.errors import Conflict
from common.requests import Request


def report_for(request: Request, pk: int) -> tuple[Report, int | None]:
    """Return (report, None) for whoever reads all of it, (report, id of the branch) for whoever reads an extract.

    Whoever reads reports at the root or the committee reads all of it; a branch reads the extract about itself, without
    rank and without other branches.
    """
    found = Report.objects.filter(pk=pk).select_related("assessment__scheme").first()
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


def newer_version(report: Report) -> Report | None:
    """Return the newest published version that corrects a report, None while it stands."""
    rows = Report.objects.filter(
        assessment__scheme__key=report.assessment.scheme.key,
        assessment__period=report.assessment.period,
        assessment__version__gt=report.assessment.version,
    )
    return rows.select_related("assessment").order_by("-assessment__version").first()


def draft_for(request: Request, pk: int) -> Assessment:
    """Return an assessment whose report is still to be published, for whoever assesses or publishes anywhere."""
    right = ASSESS if access.holds_anywhere(request.user, ASSESS) else PUBLISH
    found = assessment_for(request, pk, right)
    if found.state == AssessmentState.PUBLISHED:
        raise Conflict("报告已发布，文字已锁定；更正须另做新版本。")
    return found
