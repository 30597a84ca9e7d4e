"""Published reports by their address, whole or as the extract about one branch."""

from dataclasses import dataclass

from django.http import Http404

from assessments.reports.models import Report
from assessments.results.loaders import assessment_for
from assessments.results.models import Assessment, AssessmentState
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import ASSESS, PUBLISH, REPORTS
from common.errors import Conflict
from common.requests import Request


@dataclass(frozen=True)
class Extract:
    """What a reader sees of a report: the branches with these keys. organisation: the branch, or the general branch above them."""

    organisation: int
    keys: tuple[str, ...]
    name: str


def report_for(request: Request, pk: int) -> tuple[Report, Extract | None]:
    """Return (report, None) for whoever reads all of it, (report, Extract) for whoever reads of some branches.

    Whoever reads reports at the root or the committee reads all of it; a branch reads the extract about itself, the
    secretary of a general branch that about its branches; both without rank and without other branches.
    """
    found = Report.objects.filter(pk=pk).select_related("assessment__scheme").first()
    if found is None:
        raise Http404
    wide = access.organisations_for(request.user, REPORTS).filter(kind__in=(Kind.PARTY_GROUP, Kind.COMMITTEE))
    if wide.exists():
        return found, None
    assessed = {row["key"] for row in found.body["branches"]}
    own = Organisation.objects.visible_to(request.user, REPORTS).filter(kind=Kind.BRANCH).select_related("parent")
    rows = [place for place in own if str(place.pk) in assessed]
    if not rows:
        raise Http404
    first, above = rows[0], rows[0].parent
    together = [place for place in rows if place.parent_id == first.parent_id]
    if len(together) > 1 and above is not None and above.kind == Kind.GENERAL_BRANCH:
        return found, Extract(above.pk, tuple(str(place.pk) for place in together), above.label)
    return found, Extract(first.pk, (str(first.pk),), first.label)


def newer_version(report: Report) -> Report | None:
    """Return the newest published version that corrects a report, None while it stands."""
    rows = Report.objects.filter(
        assessment__scheme__key=report.assessment.scheme.key,
        assessment__period=report.assessment.period,
        assessment__version__gt=report.assessment.version,
    )
    return rows.select_related("assessment").defer("body").order_by("-assessment__version").first()


def draft_for(request: Request, pk: int) -> Assessment:
    """Return an assessment whose report is still to be published, for whoever assesses or publishes anywhere."""
    right = ASSESS if access.holds_anywhere(request.user, ASSESS) else PUBLISH
    found = assessment_for(request, pk, right)
    if found.state == AssessmentState.TRIAL and right == PUBLISH:
        raise Http404
    if found.state == AssessmentState.PUBLISHED:
        raise Conflict("报告已发布，文字已锁定；更正须另做新版本。")
    return found
