"""Which records count for which organisation: the one definition that requirements, measures and pages share."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from common import clock
from common.periods import Period
from members.activities.models import ATTENDING, Activity, ActivityState, Attendance

ON_TIME, LATE = "on_time", "late"


class CountingRecord(NamedTuple):
    """One record as it counts for one organisation and kind; a tuple, as a ministry has a hundred thousand a year.

    day: the date of the activity. makes_up_for: a day of the earlier period it was marked to make up for, or None.
    late: submitted after the days of grace. accepted: reviewed and accepted.
    """

    activity: int
    organisation: int
    kind: str
    day: date
    makes_up_for: date | None
    late: bool
    accepted: bool

    def meets(self, period: Period) -> str | None:
        """Return ON_TIME, LATE, or None when it belongs to another period (decisions 20).

        A record meets the period of its own date; an earlier one only when marked to make up for it, then not its own.
        """
        own = self.day in period
        if self.makes_up_for is not None and self.makes_up_for in period:
            return LATE if self.late or not own else ON_TIME
        if own and self.makes_up_for is None:
            return LATE if self.late else ON_TIME
        return None


def _near(first: date, last: date, kinds: Iterable[str], as_of: date | None) -> QuerySet[Activity]:
    near = Q(day__range=(first, last)) | Q(makes_up_for__range=(first, last))
    records = Activity.objects.filter(near, kinds__kind__in=kinds).counting().order_by()
    if as_of is not None and as_of < clock.today():
        records = records.filter(day__lte=as_of).filter(Q(submitted_at__isnull=True) | Q(submitted_at__date__lte=as_of))
    return records


def counting_records(
    first: date, last: date, kinds: Iterable[str], organisations: Iterable[Any] | None = None, as_of: date | None = None
) -> list[CountingRecord]:
    """Return the CountingRecords of `kinds` that concern a day between `first` and `last`, in one statement.

    A record counts from submission on (decisions 20), not below its quorum, for its organisation and for each host that
    confirmed it (decisions 10). organisations: ids to look at, all when None. as_of: leave out what came later.
    """
    records = _near(first, last, kinds, as_of)
    own = records
    # One filter: two would join the hosts twice and ask different hosts.
    invited: dict[str, Any] = {"hosts__confirmed_at__isnull": False}
    if organisations is not None:
        own = own.filter(organisation__in=organisations)
        invited["hosts__organisation__in"] = organisations
    hosted = records.filter(**invited)
    fields = ("pk", "{}", "kinds__kind", "day", "makes_up_for", "late", "state")
    as_own: Any = own.values_list(*[name.format("organisation_id") for name in fields])
    as_host = hosted.values_list(*[name.format("hosts__organisation_id") for name in fields])
    return [
        CountingRecord(pk, organisation, kind, day, makes_up_for, late, state == ActivityState.ACCEPTED)
        for pk, organisation, kind, day, makes_up_for, late, state in as_own.union(as_host, all=True)
    ]


def returned_records(
    first: date, last: date, kinds: Iterable[str], organisations: Iterable[Any] | None = None
) -> dict[tuple[int, str], list[tuple[date, int]]]:
    """Return {(organisation, kind): [(day, activity id)]} of records returned and not submitted again."""
    rows = Activity.objects.filter(day__range=(first, last), kinds__kind__in=kinds, state=ActivityState.RETURNED)
    if organisations is not None:
        rows = rows.filter(organisation__in=organisations)
    returned: dict[tuple[int, str], list[tuple[date, int]]] = {}
    for organisation, kind, day, pk in rows.values_list("organisation_id", "kinds__kind", "day", "pk"):
        returned.setdefault((organisation, kind), []).append((day, pk))
    return returned


def talks_had(
    first: date, last: date, kinds: Iterable[str], members: Any = None, as_of: date | None = None
) -> dict[int, list[CountingRecord]]:
    """Return {member id: [CountingRecord]}: the talks that each person took part in, as host or partner, in two statements.

    Talks run between committee members, with members, and among members (支部工作条例): each side has had one. members:
    a queryset of ids to look at, all when None. The rest as for `counting_records`.
    """
    took_part = Attendance.objects.filter(state__in=ATTENDING)
    records = _near(first, last, kinds, as_of)
    if members is not None:
        took_part = took_part.filter(member__in=members)
        records = records.filter(Q(pk__in=took_part.values("activity")) | Q(chair__in=members))
    fields = ("pk", "organisation_id", "kinds__kind", "day", "makes_up_for", "late", "state", "chair_id")
    by_id: dict[int, CountingRecord] = {}
    partners: dict[int, set[int]] = {}
    for pk, organisation, kind, day, makes_up_for, late, state, chair in records.values_list(*fields):
        accepted = state == ActivityState.ACCEPTED
        by_id[pk] = CountingRecord(pk, organisation, kind, day, makes_up_for, late, accepted)
        partners[pk] = {chair} - {None}
    for activity, member in took_part.filter(activity__in=records.values("pk")).values_list("activity_id", "member_id"):
        partners.setdefault(activity, set()).add(member)
    talks: dict[int, list[CountingRecord]] = {}
    for activity, people in partners.items():
        for member in people:
            talks.setdefault(member, []).append(by_id[activity])
    return talks
