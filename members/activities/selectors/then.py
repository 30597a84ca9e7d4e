"""Records that were corrected since an earlier day, as the version in force on that day said it.

A correction is written into the record's own rows, so that whatever counts reads one place (decision 38). Only who judges
as of an earlier day (`as_of`) asks here for what those rows said then.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import models

from common import clock
from members.activities.models import ATTENDING, ActivityRevision, Length, RevisionState
from members.activities.versions import Version


class JudgedThen(NamedTuple):
    """How such a version was judged for one host and kind; as ActivityJudgement keeps it."""

    organisation: int
    kind: str
    valid: bool
    late: bool
    makes_up_for: date | None
    since: date | None
    present: int | None
    needed: int | None


@dataclass(frozen=True)
class Then:
    """One record as it stood on the day. attending: ids of the members who were there; states: {member id: state} of all.

    ticked: its topics; title, content, length: what else it said. imported: from a ledger.
    reviewer, together, submitted, revised: who accepted that version (None: nobody above), whether in one go with others,
    when the record was first submitted, and when that version was, where it is a correction itself.
    """

    activity: int
    organisation: int
    day: date
    chair: int | None
    lecturer: str
    attending: frozenset[int]
    judged: tuple[JudgedThen, ...]
    reviewer: int | None
    together: bool
    submitted: datetime | None
    revised: datetime | None
    chair_name: str
    title: str
    content: str
    length: Length
    ticked: frozenset[str]
    imported: bool
    states: dict[int, str]

    def about(self, first: date, last: date, kinds: Iterable[str], as_of: date) -> Iterator[JudgedThen]:
        """Yield how it was judged with `kinds`, as far as that concerns a day between two and was known on `as_of`."""
        for row in self.judged:
            near = first <= self.day <= last or (row.makes_up_for is not None and first <= row.makes_up_for <= last)
            if near and row.kind in kinds and self.day <= as_of and (row.since is None or row.since <= as_of):
                yield row


def corrected_since(as_of: date | None) -> Sequence[Then]:
    """Return the records whose correction was submitted after `as_of`, as they stood on it; none today. One statement.

    What a version kept before its judgements were kept with it said is not known any more: such a record is left out here
    and judged as it stands.
    """
    if as_of is None or as_of >= clock.today():
        return ()
    standing = (RevisionState.SUBMITTED, RevisionState.ACCEPTED)
    later = ActivityRevision.objects.filter(number__gt=1, state__in=standing, submitted_at__date__gt=as_of)
    rows = ActivityRevision.objects.filter(
        state=RevisionState.ACCEPTED, activity__in=later.order_by().values("activity")
    )
    found: dict[int, ActivityRevision] = {}
    for row in rows.select_related("activity").order_by("activity", "number"):
        if row.number == 1 or (row.submitted_at and clock.day_of(row.submitted_at) <= as_of):
            found[row.activity_id] = row
    return [_then(row) for row in found.values() if "judgements" in row.data]


def _then(row: ActivityRevision) -> Then:
    version: Version = row.data
    columns = version["columns"]
    return Then(
        activity=row.activity_id,
        organisation=row.activity.organisation_id,
        day=date.fromisoformat(columns["day"]),
        chair=columns["chair_id"],
        lecturer=columns["lecturer_name"],
        attending=frozenset(one["member"] for one in version["attendance"] if one["state"] in ATTENDING),
        judged=tuple(_judged(one) for one in version["judgements"]),
        reviewer=None if columns["no_reviewer"] else columns["reviewer_id"],
        together=columns.get("accepted_together", False),
        submitted=row.activity.submitted_at,
        revised=_moment(columns["revised_at"]),
        chair_name=columns["chair_name"].strip(),
        title=columns["title"],
        content=columns["content"],
        length=_length(columns, row.activity.hours_mended),
        ticked=frozenset(columns.get("topics", ())),
        imported=row.activity.origin == "import",
        states={one["member"]: one["state"] for one in version["attendance"]},
    )


def _length(columns: dict[str, Any], mended: Decimal | None) -> Length:
    stated = columns.get("hours_stated")
    return Length(
        date.fromisoformat(columns["day"]),
        _time(columns["starts_at"]),
        _time(columns["ends_at"]),
        _day(columns.get("last_day")),
        Decimal(stated) if stated is not None else None,
        # No part of what a correction says: it was stated of the record, whichever version stands.
        mended,
    )


def _judged(one: dict[str, Any]) -> JudgedThen:
    return JudgedThen(**one | {name: _day(one[name]) for name in ("makes_up_for", "since")})


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


def _moment(text: str | None) -> datetime | None:
    found: datetime | None = models.DateTimeField().to_python(text)
    return found
