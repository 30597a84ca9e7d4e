"""Which records count for which organisation: the one definition that requirements, measures and pages share."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from branches import clock
from members.models import ATTENDING, Activity, ActivityState, Attendance


@dataclass(frozen=True)
class CountingRecord:
    """One record as it counts for one organisation and kind.

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


def counting_records(first, last, kinds, organisations=None, as_of=None):
    """Return the CountingRecords of `kinds` that concern a day between `first` and `last`, in one statement.

    A record counts from submission on (decisions 20), not below its quorum, for its organisation and for each host that
    confirmed it (decisions 10). organisations: ids to look at, all when None. as_of: leave out what came later.
    """
    near = Q(day__range=(first, last)) | Q(makes_up_for__range=(first, last))
    records = Activity.objects.filter(near, kinds__kind__in=kinds).counting().order_by()
    if as_of is not None and as_of < clock.today():
        records = records.filter(day__lte=as_of).filter(Q(submitted_at__isnull=True) | Q(submitted_at__date__lte=as_of))
    own = records
    hosted = records.filter(hosts__confirmed_at__isnull=False)
    if organisations is not None:
        own = own.filter(organisation__in=organisations)
        hosted = hosted.filter(hosts__organisation__in=organisations)
    fields = ("pk", "{}", "kinds__kind", "day", "makes_up_for", "late", "state")
    own = own.values_list(*[name.format("organisation_id") for name in fields])
    hosted = hosted.values_list(*[name.format("hosts__organisation_id") for name in fields])
    rows = own.union(hosted, all=True)
    return [CountingRecord(*row[:6], accepted=row[6] == ActivityState.ACCEPTED) for row in rows]


def returned_records(first, last, kinds, organisations=None):
    """Return {(organisation, kind): [(day, activity id)]} of records returned and not submitted again."""
    rows = Activity.objects.filter(day__range=(first, last), kinds__kind__in=kinds, state=ActivityState.RETURNED)
    if organisations is not None:
        rows = rows.filter(organisation__in=organisations)
    found = {}
    for organisation, kind, day, pk in rows.values_list("organisation_id", "kinds__kind", "day", "pk"):
        found.setdefault((organisation, kind), []).append((day, pk))
    return found


def talked_members(activities):
    """Return {activity id: {member ids}} of everybody who took part in these talks, the host included.

    Talks run between committee members, with members, and among members (支部工作条例): each side has had one.
    """
    partners = {}
    ids = list(activities)
    rows = Attendance.objects.filter(activity__in=ids, state__in=ATTENDING)
    for activity, member in rows.values_list("activity_id", "member_id"):
        partners.setdefault(activity, set()).add(member)
    for activity, chair in Activity.objects.filter(pk__in=ids, chair__isnull=False).values_list("pk", "chair_id"):
        partners.setdefault(activity, set()).add(chair)
    return partners
