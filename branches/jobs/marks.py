"""Change marks: every write that may change a fact leaves one, in its own transaction."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from branches.jobs.models import ChangeMark

# Who belongs or sits there has changed since a day that may have passed: what was held since is judged anew before facts are filled.
ROSTER = "roster"
# Days further apart than this make marks of their own: what lies between them did not change.
_APART = timedelta(days=31)


def mark(
    organisation: Any, first_day: date, last_day: date, subject: str, *, kinds: str = "", thing: int | None = None
) -> ChangeMark:
    """Say that facts of `organisation` between two dates (both included) may have changed.

    organisation: instance or id. subject: short word such as "activity", "membership", "tree". kinds, thing: see ChangeMark;
    thing where the subject's facts go by it.
    """
    return ChangeMark.objects.create(
        organisation_id=getattr(organisation, "pk", organisation),
        first_day=min(first_day, last_day),
        last_day=max(first_day, last_day),
        subject=subject,
        kinds=kinds,
        thing=thing,
    )


def mark_each(spans: Iterable[tuple[int, date, date]], subject: str) -> None:
    """Say of many organisations what `mark` says of one; spans: (id, first day, last day). One statement."""
    ChangeMark.objects.bulk_create(
        ChangeMark(organisation_id=place, first_day=min(first, last), last_day=max(first, last), subject=subject)
        for place, first, last in spans
    )


def mark_days(
    places: Iterable[int], days: Iterable[date], subject: str, *, kinds: Iterable[str] = (), thing: int | None = None
) -> None:
    """Say that facts of these organisations (ids) on these days may have changed; one statement.

    kinds, thing: see ChangeMark. Days far apart are marked each for itself.
    """
    ChangeMark.objects.bulk_create(marks_of(places, days, subject, kinds=kinds, thing=thing))


def marks_of(
    places: Iterable[int], days: Iterable[date], subject: str, *, kinds: Iterable[str] = (), thing: int | None = None
) -> list[ChangeMark]:
    """Return what `mark_days` writes, not saved: for whoever writes those of many places in one statement."""
    words = ",".join(sorted(set(kinds)))
    return [
        ChangeMark(organisation_id=place, first_day=first, last_day=last, subject=subject, kinds=words, thing=thing)
        for place in sorted(set(places))
        for first, last in spans_of(days)
    ]


def spans_of(days: Iterable[date]) -> list[tuple[date, date]]:
    """Return [(first day, last day)] that hold all of `days`, in order; a gap of more than a month divides two."""
    spans: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if spans and day - spans[-1][1] <= _APART:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans
