"""Whether a record was reported in time, kind by kind (judgement 1.4, decisions 21): whoever said it first decides.

What the first submission said of a record, its kinds and a day not after the submission itself, is judged by the moment of
that submission against the day as it is now, however often it is corrected, returned or taken back. What it did not say (a
kind that is added, a day after it) is judged by the moment at which it was first said.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from branches.settings import dated as dated_settings
from branches.settings.joining import start_at
from common import clock
from members.activities.models import Activity, ActivityState, ReturnField

_IN_HAND = (ActivityState.DRAFT, ActivityState.PLANNED, ActivityState.RETURNED)


@dataclass(frozen=True)
class Saying:
    """What one submission said for the first time. at: its moment; day: of the record then; ledger: never late."""

    at: datetime
    day: date
    kinds: tuple[str, ...]
    ledger: bool = False

    def covers(self, kind: str, day: date) -> bool:
        """Whether it spoke of a meeting of this kind on that day: nobody reports what is still to come."""
        return kind in self.kinds and (day <= self.day or (not self.ledger and day <= clock.day_of(self.at)))

    def row(self) -> dict[str, Any]:
        """Return it as it is kept in Activity.first_said."""
        said = {"at": self.at.isoformat(), "day": self.day.isoformat(), "kinds": list(self.kinds)}
        return said | ({"ledger": True} if self.ledger else {})


def sayings(activity: Activity) -> list[Saying]:
    """Return what the submissions of a record said, the first one first; [] where it never was submitted.

    Of a record from before this was kept: what its row says.
    """
    if activity.first_said is None:
        return _of_row(activity)
    return [
        Saying(
            datetime.fromisoformat(row["at"]),
            date.fromisoformat(row["day"]),
            tuple(row["kinds"]),
            row.get("ledger", False),
        )
        for row in activity.first_said
    ]


def _of_row(activity: Activity) -> list[Saying]:
    if activity.origin == "import":
        return [Saying(_noon(activity.day), activity.day, tuple(activity.codes), ledger=True)]
    if activity.submitted_at is None:
        return []
    at = activity.submitted_at
    if not activity.late and activity.returned_at is not None and activity.returned_at < at:
        # It came back in time, and when it was first sent is not known: not before it was begun.
        at = max(activity.created, _noon(activity.day))
    return [Saying(at, activity.day, tuple(activity.codes))]


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def keep(activity: Activity) -> list[dict[str, Any]]:
    """Return what `first_said` is to be, before the record is changed, returned or taken back."""
    return [saying.row() for saying in sayings(activity)]


def said_with(activity: Activity, kinds: Collection[str], moment: datetime) -> list[Saying]:
    """Return what the submissions have said once the record, with its day and `kinds`, is submitted at `moment`.

    A record that was returned or taken back and did not come back within `resubmit_days` is reported anew. A kind that is
    added because the reviewer asked for the kinds is said with the first submission: his days cost the branch nothing.
    """
    said = [] if _lapsed(activity, moment) else sayings(activity)
    new = [kind for kind in kinds if not any(one.covers(kind, activity.day) for one in said)]
    if new and activity.state == ActivityState.RETURNED and activity.return_field == ReturnField.KINDS:
        for place, one in enumerate(said):
            asked = replace(one, kinds=(*one.kinds, *new))
            if not one.ledger and asked.covers(new[0], activity.day):
                return [*said[:place], asked, *said[place + 1 :]]
    return [*said, Saying(moment, activity.day, tuple(new))] if new else said


def _lapsed(activity: Activity, moment: datetime) -> bool:
    back = [day for day in (activity.returned_at, activity.withdrawn_at) if day is not None]
    if activity.state not in _IN_HAND or not back:
        return False
    days = timedelta(days=dated_settings.whole("resubmit_days", activity.day))
    return clock.day_of(moment) > clock.day_of(max(back)) + days


def which(said: Collection[Saying], kind: str, day: date) -> Saying | None:
    """Return the submission that first said this kind and day, or None."""
    return next((one for one in said if one.covers(kind, day)), None)


def late_among(activity: Activity, kinds: Collection[str], said: Collection[Saying]) -> set[str]:
    """Return which of `kinds` of a record were, for its day, reported after the days of grace."""
    if activity.day < start_at(activity.organisation):
        return set()
    last = activity.day + timedelta(days=dated_settings.whole("grace_days", activity.day))
    found = {kind: which(said, kind, activity.day) for kind in kinds}
    return {
        kind
        for kind, one in found.items()
        if (activity.late if one is None else not one.ledger and clock.day_of(one.at) > last)
    }


def late_kinds(activity: Activity, moment: datetime) -> set[str]:
    """Return the kinds of a record that are late when it is submitted at `moment` as it stands."""
    kinds = activity.codes or [""]
    return late_among(activity, kinds, said_with(activity, kinds, moment))
