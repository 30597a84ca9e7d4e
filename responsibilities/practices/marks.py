"""Change marks of practices: what of the facts a write may have changed."""

from collections.abc import Iterable
from datetime import date

from branches.jobs.marks import mark
from branches.jobs.models import ChangeMark
from common import clock
from responsibilities.policies.marks import POLICIES
from responsibilities.practices.models import Formalisation, Practice

SUBJECT = "practice"


def mark_practice(practice: Practice, *days: date | None) -> None:
    """Mark the facts of a practice's owner over these days and today."""
    known = [day for day in days if day is not None]
    mark(practice.organisation_id, min([*known, clock.today()]), max([*known, clock.today()]), SUBJECT)


def practices_marked(marks: Iterable[ChangeMark]) -> int:
    """Mark the practices that were formalised by the versions of policies that these marks name; return how many.

    A version that is put in force marks its issuer, and the practice belongs to another. By the fill, before it reads the marks.
    """
    versions = {row.thing for row in marks if row.subject == POLICIES and row.thing is not None}
    if not versions:
        return 0
    rows = list(Formalisation.objects.filter(policy_version__in=versions).select_related("practice", "policy_version"))
    for row in rows:
        mark_practice(row.practice, row.made_on, row.policy_version.in_force_from)
    return len(rows)
