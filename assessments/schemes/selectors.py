"""Versions as pages list them, and the meetings that may approve one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet

from assessments.schemes.measures import SCHEMES
from assessments.schemes.models import SchemeState, SchemeVersion
from assessments.scoring.schemes import Scheme
from branches.places.models.organisations import Kind
from common import clock
from common.operator import Actor
from common.periods import Period
from members.activities.models import Activity, ActivityKindCode, ActivityState

# The meetings that may approve a scheme.
APPROVING_KINDS = (
    ActivityKindCode.PARTY_GROUP_MEETING,
    ActivityKindCode.PARTY_SPECIAL,
    ActivityKindCode.COMMITTEE_PLENARY,
)


@dataclass(frozen=True)
class VersionLine:
    """A version with its state in a word, the last day on which it holds (None: open) and how many assessments use it."""

    row: SchemeVersion
    word: str
    until: date | None
    used: int


def assessed_word(scheme: Scheme) -> str:
    """Return what the organisations that a scheme assesses are called together: 党支部, or 党组织 where other kinds are among them."""
    return "党支部" if tuple(scheme.applies) == (Kind.BRANCH,) else "党组织"


def scheme_titles() -> list[tuple[str, str]]:
    """Return [(key, title)] of the schemes in force, in the order in which a year is assessed."""
    rows = SchemeVersion.objects.filter(state=SchemeState.IN_FORCE).order_by("in_force_from", "version")
    titles = dict(rows.values_list("key", "title"))
    return sorted(
        titles.items(), key=lambda row: (SCHEMES.index(row[0]) if row[0] in SCHEMES else len(SCHEMES), row[0])
    )


def assessed_periods(periods: Iterable[Period]) -> list[Period]:
    """Return those of some periods that a scheme assesses by the version in force for them."""
    rows = SchemeVersion.objects.filter(state=SchemeState.IN_FORCE, in_force_from__isnull=False)
    versions = list(rows.order_by("in_force_from", "version").values_list("key", "in_force_from", "body__periods"))

    def assessed(period: Period) -> bool:
        newest = {key: kinds for key, day, kinds in versions if day is not None and day <= period.first}
        return any(period.kind in kinds for kinds in newest.values())

    return [period for period in periods if assessed(period)]


def later_with(version: SchemeVersion, period: Period) -> tuple[SchemeVersion, Period] | None:
    """Return the first version after one that assesses periods of the kind of `period`, with the first whole one; None without any."""
    rows = SchemeVersion.objects.in_force(version.key).filter(in_force_from__gt=period.first)
    for row in reversed(rows):
        day: date | None = row.in_force_from
        if day is not None and period.kind in row.body["periods"]:
            first = Period.containing(period.kind, day)
            return row, first if first.first == day else first.next()
    return None


def version_in_hand(key: str) -> SchemeVersion | None:
    """Return the version of a scheme that is drafted or waits to be approved, None where all hold."""
    return SchemeVersion.objects.filter(key=key).exclude(state=SchemeState.IN_FORCE).first()


def version_lines(key: str, today: date | None = None) -> list[VersionLine]:
    """Return the versions of a scheme, the newest first."""
    today = today or clock.today()
    rows = list(
        SchemeVersion.objects.filter(key=key)
        .annotate(used=Count("assessments"))
        .select_related("drafted_by", "proposed_by", "approved_by", "approved_in")
        .order_by("-version")
    )
    starts = sorted((row.in_force_from, row.version) for row in rows if row.fixed and row.in_force_from)
    lines = []
    for row in rows:
        after = next(
            (day for day, number in starts if row.fixed and (day, number) > (row.in_force_from, row.version)), None
        )
        until = after - timedelta(days=1) if after else None
        lines.append(VersionLine(row, row.word(today, after), until, row.used))
    return lines


def approving_meetings(by: Actor, version: SchemeVersion) -> QuerySet[Activity]:
    """Return the accepted records of meetings that may approve a version and that `by` may read, the newest first.

    Held on or after the day on which it was proposed: nobody approved what was not written yet.
    """
    rows = Activity.objects.visible_to(by).filter(state=ActivityState.ACCEPTED, kinds__kind__in=APPROVING_KINDS)
    if version.proposed is not None:
        rows = rows.filter(day__gte=clock.day_of(version.proposed))
    return rows.distinct().order_by("-day", "-pk")
