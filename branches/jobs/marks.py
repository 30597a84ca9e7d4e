"""Change marks: every write that may change a fact leaves one, in its own transaction."""

from datetime import date
from typing import Any

from branches.jobs.models import ChangeMark

# Who belongs or sits there has changed since a day that may have passed: what was held since is judged anew before facts are filled.
ROSTER = "roster"


def mark(organisation: Any, first_day: date, last_day: date, subject: str) -> ChangeMark:
    """Say that facts of `organisation` between two dates (both included) may have changed.

    organisation: instance or id. subject: short word such as "activity", "membership", "tree".
    """
    return ChangeMark.objects.create(
        organisation_id=getattr(organisation, "pk", organisation),
        first_day=min(first_day, last_day),
        last_day=max(first_day, last_day),
        subject=subject,
    )
