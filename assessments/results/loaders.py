"""Assessments by their address."""

from django.http import Http404

from assessments.results.models import Assessment
from branches.reach import access
from common.requests import Request


def assessment_for(request: Request, pk: int, right: str) -> Assessment:
    """Return an assessment for whoever holds `right` anywhere; its results are filtered by reach where they are shown."""
    found = Assessment.objects.filter(pk=pk).select_related("scheme", "made_by", "frozen_by", "published_by").first()
    if found is None or not access.holds_anywhere(request.user, right):
        raise Http404
    return found
