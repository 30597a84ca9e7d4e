"""Which assessments of branches a reader sees, and which one is under way."""

from django.db.models import QuerySet

from assessments.results.models import Assessment, AssessmentState
from assessments.schemes.services import BRANCH_SCHEME
from branches.reach import access
from branches.reach.rights import ASSESS, PUBLISH
from common.operator import Actor


def office_right(user: Actor) -> str:
    """Return by which right `user` sees figures that are not published yet, "" for none."""
    return next((right for right in (ASSESS, PUBLISH) if access.holds_anywhere(user, right)), "")


def assessments_of(user: Actor) -> list[Assessment]:
    """Return of each period the newest published assessment, or the one in work where nothing is published and the reader is of the office."""
    rows = Assessment.objects.filter(scheme__key=BRANCH_SCHEME).select_related("scheme").order_by("period", "-version")
    right = office_right(user)
    # Before it is sent a trial is the business of whoever assesses alone.
    closed_to_him = {ASSESS: (), PUBLISH: (AssessmentState.TRIAL,)}.get(right, tuple(AssessmentState))
    found: dict[str, Assessment] = {}
    for row in rows:
        published = row.state == AssessmentState.PUBLISHED
        if published or row.state not in closed_to_him:
            held = found.get(row.period)
            if held is None or (published and held.state != AssessmentState.PUBLISHED):
                found[row.period] = row
    return list(found.values())


def in_work() -> Assessment | None:
    """Return the assessment that the branches are being heard about, or that waits to be published: what a page without figures tells."""
    rows = Assessment.objects.filter(scheme__key=BRANCH_SCHEME).exclude(state=AssessmentState.PUBLISHED)
    return rows.exclude(state=AssessmentState.TRIAL).order_by("-period").first()


def newest_assessments(number: int) -> QuerySet[Assessment]:
    """Return so many assessments of any scheme, the newest period first, of each the newest version."""
    rows = Assessment.objects.select_related("scheme", "made_by", "published_by")
    return rows.order_by("-period", "-version")[:number]
