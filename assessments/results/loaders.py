"""Assessments and results by their address."""

from django.http import Http404

from assessments.results.models import Assessment, AssessmentState, Result
from branches.reach import access
from branches.reach.rights import ASSESS, VIEW
from common.requests import Request


def assessment_for(request: Request, pk: int, right: str) -> Assessment:
    """Return an assessment for whoever holds `right` anywhere; its results are filtered by reach where they are shown."""
    found = Assessment.objects.filter(pk=pk).select_related("scheme", "made_by", "frozen_by", "published_by").first()
    if found is None or not access.holds_anywhere(request.user, right):
        raise Http404
    return found


def result_for(request: Request, pk: int) -> Result:
    """Return a result that the user may read: of his reach, and before it is published by whoever assesses there."""
    rows = Result.objects.select_related("assessment__scheme", "organisation")
    found: Result = access.get_for(rows, request.user, VIEW, pk=pk)
    published = found.assessment.state == AssessmentState.PUBLISHED
    if not published and not access.has_right(request.user, ASSESS, found.organisation):
        raise Http404
    return found
