"""Measures of records: pure reads, a constant number of set-based statements each; a count per organisation and measure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Value
from django.db.models.functions import Concat

from members.activities.models import (
    COUNTING_STATES,
    Activity,
    ActivityHost,
    ActivityKindCode,
    Attendance,
    AttendanceState,
    Length,
)
from members.activities.selectors.counting import counting_records
from members.activities.selectors.then import corrected_since
from members.activities.study import STUDY_KINDS, credited, study_rules
from members.resources.models import ResourceUse
from members.transfers.faults import ROSTER_FAULTS, roster_faults

ACTIVITY_MEASURES = {f"activities.{kind.value}": f"{kind.label}次数" for kind in ActivityKindCode}
ATTENDANCE_MEASURES = {f"attendance.{state.value}": f"考勤：{state.label}人次" for state in AttendanceState}

STUDY_MINUTES, STUDY_UNKNOWN = "study.minutes", "study.unknown"


def _counted(rows: Any, prefix: str, column: str) -> Any:
    measure = Concat(Value(f"{prefix}."), F(column), output_field=CharField())
    rows = rows.order_by().annotate(measure=measure).values_list("organisation_id", "measure")
    return rows.annotate(number=Count("pk"))


def activity_counts(first: date, last: date, organisations: Iterable[int] | None = None) -> Any:
    """Return rows (organisation id, "activities.<kind>", count) of the records held between two days.

    A joint record counts once, for the organisation that keeps it, so that totals up the tree are records, not
    attendances of organisations.
    """
    rows = Activity.objects.filter(state__in=COUNTING_STATES, day__range=(first, last), kinds__isnull=False)
    if organisations is not None:
        rows = rows.filter(organisation__in=organisations)
    return _counted(rows, "activities", "kinds__kind")


def attendance_counts(first: date, last: date, organisations: Iterable[int] | None = None) -> Any:
    """Return rows (organisation id, "attendance.<state>", count) of the persons at the records between two days."""
    rows = Attendance.objects.filter(activity__state__in=COUNTING_STATES, activity__day__range=(first, last))
    if organisations is not None:
        rows = rows.filter(organisation__in=organisations)
    return _counted(rows, "attendance", "state")


def study_counts(
    first: date, last: date, organisations: Iterable[int] | None, as_of: date
) -> Iterator[tuple[int, str, int]]:
    """Yield (organisation id, measure, number) of what each organisation studied together between two days.

    STUDY_MINUTES: minutes of its records, of one day at most what a day is worth, as its duty of study counts them;
    STUDY_UNKNOWN: records without times, whose length nobody knows.
    """
    rules = study_rules()
    found = counting_records(first, last, STUDY_KINDS, organisations, as_of)
    held = sorted(
        {
            (row.day, row.activity, row.organisation)
            for row in found
            if first <= row.day <= last and rules.counts(row.kind, row.day)
        }
    )
    rows = Activity.objects.filter(day__range=(first, last), kinds__kind__in=STUDY_KINDS).order_by()
    if organisations is not None:
        # Of some organisations: not the hours of everybody's records.
        rows = rows.filter(pk__in={activity for _, activity, _ in held})
    said = {pk: Length(*columns) for pk, *columns in rows.values_list("pk", *Length.COLUMNS)}
    said |= {then.activity: then.length for then in corrected_since(as_of)}
    lengths: dict[int, list[Length]] = defaultdict(list)
    for day, activity, place in held:
        lengths[place].append(said.get(activity, Length(day)))
    for place, own in lengths.items():
        worth = credited(own, rules)
        yield place, STUDY_MINUTES, sum(part for part in worth if part is not None)
        yield place, STUDY_UNKNOWN, worth.count(None)


JOINT, SHARED_USES = "activities.joint", "resources.shared"


def joint_counts(first: date, last: date, organisations: Iterable[int] | None = None) -> Any:
    """Return rows (organisation id, JOINT, count) of the records between two days that two or more organisations held.

    The one that keeps it and at least one host that has confirmed; a record counts once, where it is kept.
    """
    confirmed = ActivityHost.objects.filter(activity=OuterRef("pk"), confirmed_at__isnull=False).order_by()
    rows = Activity.objects.filter(Exists(confirmed), state__in=COUNTING_STATES, day__range=(first, last))
    if organisations is not None:
        rows = rows.filter(organisation__in=organisations)
    rows = rows.order_by().annotate(measure=Value(JOINT, output_field=CharField()))
    return rows.values_list("organisation_id", "measure").annotate(number=Count("pk"))


def shared_counts(first: date, last: date, organisations: Iterable[int] | None = None) -> Any:
    """Return rows (owner id, SHARED_USES, count) of the uses by other organisations of what an organisation shares.

    On the day of a record that counts and whose use the owner agreed to.
    """
    rows = ResourceUse.objects.counting().filter(activity__day__range=(first, last))
    rows = rows.exclude(organisation=F("resource__organisation"))
    if organisations is not None:
        rows = rows.filter(resource__organisation__in=organisations)
    rows = rows.order_by().annotate(measure=Value(SHARED_USES, output_field=CharField()))
    return rows.values_list("resource__organisation_id", "measure").annotate(number=Count("pk"))


def roster_fault_counts(
    day: date, organisations: Collection[int] | None = None, since: date | None = None
) -> Iterator[tuple[int, str, int]]:
    """Yield (branch id, ROSTER_FAULTS, number): who should have been transferred by `day`, and what was found to be wrong since a day."""
    faults = roster_faults(day, organisations, since)
    for place, number in sorted(Counter(fault.organisation for fault in faults).items()):
        yield place, ROSTER_FAULTS, number
