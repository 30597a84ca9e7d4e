"""A branch's page of an assessment, and objections, by their address."""

from django.http import Http404

from assessments.entries.services import right_to_judge
from assessments.hearing.models import Objection
from assessments.hearing.selectors import own_places
from assessments.results.models import AssessmentState, Result
from assessments.scoring.totals import COMPLETE
from branches.reach import access
from branches.reach.reach import reach_of
from branches.reach.rights import ASSESS, PUBLISH, VIEW
from common.requests import Request
from common.text import whole_number


def result_for(request: Request, pk: int, place: int) -> Result:
    """Return one branch's Result of an assessment.

    Before it is sent for whoever assesses it; from then on for whoever publishes and for the secretary and officers of the
    branch too; once it is published for whoever reads there.
    """
    rows = Result.objects.select_related("assessment__scheme", "organisation__parent")
    if whole_number(pk) is None or whole_number(place) is None:
        raise Http404
    found = rows.filter(assessment=pk, organisation=place, state=COMPLETE).first()
    if found is None:
        raise Http404
    state, user = found.assessment.state, request.user
    office = access.has_right(user, right_to_judge(found.organisation), found.organisation)
    sent = state != AssessmentState.TRIAL
    seated = place in {seat.organisation for seat in reach_of(user).seats}
    own = sent and (seated or access.has_right(user, PUBLISH, found.organisation))
    if office or own or (state == AssessmentState.PUBLISHED and access.has_right(user, VIEW, found.organisation)):
        return found
    raise Http404


def result_of(objection: Objection) -> Result | None:
    """Return the branch's Result as the newest trial has it; None where the branch is not in it any more."""
    return Result.objects.filter(assessment=objection.assessment_id, organisation=objection.organisation_id).first()


def objection_for(request: Request, pk: int) -> Objection:
    """Return an objection for its branch's secretary and for whoever assesses or publishes there."""
    rows = Objection.objects.select_related(
        "assessment__scheme", "organisation__parent", "made_by", "drafted_by", "released_by"
    )
    found = rows.filter(pk=pk).first() if whole_number(pk) is not None else None
    if found is None:
        raise Http404
    user, place = request.user, found.organisation
    if place.pk in own_places(user) or any(access.has_right(user, right, place) for right in (ASSESS, PUBLISH)):
        return found
    raise Http404
