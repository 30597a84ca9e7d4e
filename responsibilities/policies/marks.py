"""Change marks of policies: what of the facts a write may have changed."""

from datetime import date, timedelta

from branches.jobs.marks import mark
from branches.places.models.organisations import Organisation
from common import clock
from responsibilities.policies.models import PolicyRun, PolicyVersion

# Subjects of the marks: a version, its rule, its receipts; a run with its steps.
POLICIES, RUNS = "policies", "policies.run"
# A receipt falls due within this many days of the issue, or of the entry here.
_SOON = timedelta(days=60)


def mark_run(run: PolicyRun) -> None:
    """Mark the facts of a run that was opened, moved on or cancelled; thing: the run, whichever organisations it waits at."""
    mark(run.organisation_id, run.opened_on, max(run.opened_on, clock.today()), RUNS, thing=run.pk)


def mark_version(version: PolicyVersion, place: Organisation | int | None = None) -> None:
    """Mark what is counted of a version at `place`, by default at its issuer and everybody it addresses."""
    first = version.issued_on or clock.today()
    entered = clock.day_of(version.issued_at) if version.issued_at else clock.today()
    last = max(max(first, entered) + _SOON, clock.today(), version.in_force_to or date.min)
    mark(place if place is not None else version.policy.organisation_id, first, last, POLICIES, thing=version.pk)
