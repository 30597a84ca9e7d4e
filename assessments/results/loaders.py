"""Assessments and results by their address."""

from django.http import Http404

from assessments.results.models import Assessment, AssessmentState, Result
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import ASSESS, VIEW
from common.operator import Actor
from common.periods import Period
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


def name_of_result(user: Actor, pk: int, organisation: Organisation) -> str:
    """Return how a supervision names an organisation's result in an assessment (supervision/selectors/about.py: ABOVE).

    Http404 where there is none, or it is not published and `user` does not assess there.
    """
    found = Assessment.objects.filter(pk=pk, results__organisation=organisation).first()
    if found is None or (found.state != AssessmentState.PUBLISHED and not access.has_right(user, ASSESS, organisation)):
        raise Http404
    return f"{Period.parse(found.period).label()}考核结果"
