"""Records that count as study and of which nobody knows how long they took: what an organisation may state, kind by kind."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from branches.places.models.organisations import Kind, Organisation
from branches.reach.rights import REVIEW
from common.operator import Actor
from common.periods import YEAR, Period
from members.activities.models import COUNTING_STATES, Activity, ActivityKindCode
from members.activities.study import STUDY_KINDS, StudyRules, study_rules
from members.education.models import LengthMend, MendedRecord, MendState

# So many years are looked through: what is older decides nothing any more.
YEARS = 3


@dataclass
class UnknownOfKind:
    """The records of one kind at one organisation and its groups. waiting: those of a list that waits for its confirmation."""

    kind: str
    records: list[Activity] = field(default_factory=list)
    waiting: int = 0

    @property
    def label(self) -> str:
        return str(ActivityKindCode(self.kind).label)


def with_groups(organisation: Organisation) -> list[int]:
    """Return the ids of an organisation and its small groups: of these its secretary states how long records took."""
    groups = Organisation.objects.filter(parent=organisation, kind=Kind.SMALL_GROUP).order_by()
    return [organisation.pk, *groups.values_list("pk", flat=True)]


def without_length(places: Collection[int], year: int) -> QuerySet[Activity]:
    """Return the records of a year at these places (ids) that may be of unknown length; `unknown_records` looks closer."""
    span = Period(YEAR, year)
    rows = Activity.objects.filter(
        organisation__in=places, state__in=COUNTING_STATES, day__range=(span.first, span.last)
    )
    rows = rows.filter(kinds__kind__in=STUDY_KINDS, hours_stated__isnull=True, hours_mended__isnull=True)
    return rows.filter(last_day__isnull=True).distinct().prefetch_related("kinds").order_by("day", "pk")


def study_kind(activity: Activity, rules: StudyRules) -> str:
    """Return the kind by which a record is listed: the first of those that count as study on its day, "" where none does."""
    codes = set(activity.codes)
    return next((kind.value for kind in STUDY_KINDS if kind in codes and rules.counts(kind, activity.day)), "")


def unknown_records(records: Iterable[Activity], rules: StudyRules) -> list[tuple[Activity, str]]:
    """Return [(record, its kind of study)] of those whose length nobody knows."""
    found = [(row, study_kind(row, rules)) for row in records if row.length.minutes is None]
    return [(row, kind) for row, kind in found if kind]


def unknown_of(organisation: Organisation, year: int) -> list[UnknownOfKind]:
    """Return an UnknownOfKind for each kind of an organisation's records of a year, in the order of kinds."""
    rules = study_rules()
    found: dict[str, UnknownOfKind] = {}
    rows = unknown_records(without_length(with_groups(organisation), year), rules)
    waiting = waiting_among([row.pk for row, _ in rows])
    for row, kind in rows:
        one = found.setdefault(kind, UnknownOfKind(kind))
        one.waiting += row.pk in waiting
        if row.pk not in waiting:
            one.records.append(row)
    return [found[kind.value] for kind in STUDY_KINDS if kind.value in found]


def waiting_among(records: Collection[int]) -> set[int]:
    """Return those of some records (ids) that stand in a list which waits for its confirmation."""
    rows = MendedRecord.objects.filter(activity__in=records, mend__state=MendState.WAITING).order_by()
    return set(rows.values_list("activity", flat=True))


def numbers_unknown(places: Collection[int], year: int) -> dict[int, int]:
    """Return {organisation id: records of unknown length} of a year, small groups with their branch; a constant number of statements."""
    groups = Organisation.objects.filter(parent__in=places, kind=Kind.SMALL_GROUP).order_by()
    above = dict(groups.values_list("pk", "parent"))
    found: dict[int, int] = {}
    for row, _ in unknown_records(without_length([*places, *above], year), study_rules()):
        place = above.get(row.organisation_id) or row.organisation_id
        found[place] = found.get(place, 0) + 1
    return found


def mends_of(organisation: Organisation) -> list[LengthMend]:
    """Return what an organisation stated, the latest first, at most twenty."""
    rows = LengthMend.objects.filter(organisation=organisation).select_related("stated_by", "decided_by")
    return list(rows.prefetch_related("records").order_by("-pk")[:20])


def waiting_for(user: Actor) -> list[LengthMend]:
    """Return the lists that wait for `user` to confirm them, at most twenty."""
    rows = LengthMend.objects.waiting().visible_to(user, REVIEW)
    return list(rows.select_related("organisation__parent", "stated_by").prefetch_related("records")[:20])
