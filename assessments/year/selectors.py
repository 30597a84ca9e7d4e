"""The page of a year's change: from when it is open, for whom, and what each subject says."""

from dataclasses import dataclass
from datetime import date

from assessments.year.subjects import SUBJECTS
from branches.frame.year import YearLine, YearState, YearSubject
from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.operator import Actor
from responsibilities.assigning import places_assigned

# First month in which the next year is prepared.
OPENS_IN = 12
_KINDS = (Kind.PARTY_GROUP, Kind.COMMITTEE)


@dataclass(frozen=True)
class Shown:
    """A line with its subject; may: whether it can be confirmed now."""

    subject: YearSubject
    line: YearLine
    may: bool


def opens_on(year: int) -> date:
    """Return from which day a year is prepared."""
    return date(year - 1, OPENS_IN, 1)


def is_open(year: int) -> bool:
    return clock.today() >= opens_on(year)


def places_of(user: Actor) -> list[Organisation]:
    """Return the Party group and the committees at which `user` arranges work."""
    return list(places_assigned(user).filter(kind__in=_KINDS, archived_on__isnull=True).select_related("parent"))


def lines_of(user: Actor, year: int) -> list[Shown]:
    """Return what each subject says of a year, those to be confirmed first."""
    places = places_of(user)
    found = [
        Shown(subject, line, is_open(year) and line.state == YearState.PROPOSED and subject.confirm is not None)
        for subject in SUBJECTS
        for line in subject.lines(user, places, year)
    ]
    order = list(YearState)
    return sorted(found, key=lambda one: order.index(one.line.state))
