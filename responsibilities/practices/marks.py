"""Change marks of practices: what of the facts a write may have changed."""

from collections.abc import Iterable
from datetime import date

from branches.jobs.marks import mark
from branches.jobs.models import ChangeMark
from common import clock
from responsibilities.policies.marks import POLICIES
from responsibilities.policies.models import PolicyVersion
from responsibilities.practices.models import Formalisation, Practice

SUBJECT = "practice"


def mark_practice(practice: Practice, *days: date | None) -> None:
    """Mark the facts of a practice's owner over these days and today."""
    known = [day for day in days if day is not None]
    mark(practice.organisation_id, min([*known, clock.today()]), max([*known, clock.today()]), SUBJECT)


def practices_marked(marks: Iterable[ChangeMark]) -> int:
    """Mark the practices that were formalised by the versions of policies that these marks name, or one before; return how many.

    A version that is put in force or completed marks its issuer, and the practice belongs to another. By the fill, before it
    reads the marks.
    """
    versions = {row.thing for row in marks if row.subject == POLICIES and row.thing is not None}
    if not versions:
        return 0
    named = list(PolicyVersion.objects.filter(pk__in=versions))
    policies = {version.policy_id for version in named}
    rows = list(
        Formalisation.objects.filter(policy_version__policy__in=policies).select_related("practice", "policy_version")
    )
    for row in rows:
        later = [one for one in named if one.policy_id == row.policy_version.policy_id]
        mark_practice(row.practice, row.made_on, *(one.in_force_from for one in later))
    return len(rows)
