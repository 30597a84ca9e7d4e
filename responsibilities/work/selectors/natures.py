"""What `ways.judge` asks of records, read for many at once; and records by way and field."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Count, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat

from branches.places.models.organisations import Kind
from members.activities.likeness import likeness, wanted
from members.activities.models import Activity, Resolution
from members.activities.selectors.natures import with_roster
from members.roster.models.posts import Post
from responsibilities.work.models import StageEvidence, SyncStage, WorkCarrier, WorkItem
from responsibilities.work.ways import Facts, Nature, asks_for_words, judge

# Share of records that are tied to business work; the second is counted for the whole and written nowhere.
LINKED, UNLINKED = "ways.linked", "ways.unlinked"
# {organisation: work that it carries or arranged, with its days}
_Work = dict[int, list[WorkItem]]


def natures_of(records: Sequence[Activity]) -> dict[int, Nature]:
    """Return {record: Nature} of saved records with their kinds, hosts and organisation read along; constant statements."""
    ids = [record.pk for record in records]
    stages: dict[int, set[str]] = defaultdict(set)
    links = StageEvidence.objects.active().filter(activity__in=ids).order_by()
    for pk, kind in links.values_list("activity", "stage__stage"):
        stages[pk].add(kind)
    assigned = set(
        Resolution.objects.filter(activity__in=ids, owner__isnull=False, due__isnull=False)
        .order_by()
        .values_list("activity", flat=True)
    )
    chairs = _chairs({record.chair_id for record in records if record.chair_id})
    compared = [record for record in records if asks_for_words() & set(record.codes) and not stages[record.pk]]
    work = open_work(compared)
    return {
        record.pk: judge(
            Facts(
                kinds=record.codes,
                title=record.title,
                agenda=record.content,
                hosts=1 + len(record.hosts.all()),
                assigned=record.pk in assigned,
                stages=stages[record.pk],
                shares=shares_words(record, work),
                chair=[
                    kind for kind, first, last in chairs.get(record.chair_id or 0, ()) if _held(first, last, record.day)
                ],
            )
        )
        for record in records
    }


def nature_of_typed(
    activity: Activity,
    *,
    kinds: Collection[str],
    hosts: int,
    assigned: bool,
    stages: Collection[int],
    milestones: Collection[int],
) -> Nature:
    """Return the Nature of a record as its form says it now, saved or not.

    kinds: as typed. hosts: all that hold it. stages, milestones: ids chosen before there was a draft.
    """
    named = SyncStage.objects.filter(Q(pk__in=stages) | Q(milestones__in=milestones)).order_by()
    stage_kinds = set(named.values_list("stage", flat=True)) if stages or milestones else set()
    if activity.pk:
        links = StageEvidence.objects.active().filter(activity=activity).order_by()
        stage_kinds |= set(links.values_list("stage__stage", flat=True))
    asked = asks_for_words() & set(kinds) and not stage_kinds
    chairs = _chairs([activity.chair_id]) if activity.chair_id else {}
    return judge(
        Facts(
            kinds=kinds,
            title=activity.title,
            agenda=activity.content,
            hosts=hosts,
            assigned=assigned,
            stages=stage_kinds,
            shares=bool(asked) and shares_words(activity, open_work([activity])),
            chair=[kind for held in chairs.values() for kind, first, last in held if _held(first, last, activity.day)],
        )
    )


def _held(first: date | None, last: date | None, day: date) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


def _chairs(members: Collection[int]) -> dict[int, list[tuple[str, date | None, date | None]]]:
    """Return {member: [(kind of seat, from, until)]}."""
    found: dict[int, list[tuple[str, date | None, date | None]]] = defaultdict(list)
    if members:
        rows = Post.objects.filter(member__in=members).order_by()
        for member, kind, first, last in rows.values_list("member", "kind", "starts", "ends"):
            found[member].append((kind, first, last))
    return found


def open_work(records: Collection[Activity]) -> _Work:
    """Return the work of the organisations of `records` (of a small group: of its branch) that runs on any of their days."""
    if not records:
        return {}
    places = {_of_branch(record) for record in records}
    days = [record.day for record in records]
    rows = WorkItem.objects.filter(starts__lte=max(days), ends__gte=min(days), stopped_on__isnull=True)
    carried = WorkCarrier.objects.filter(organisation__in=places, ended__isnull=True).order_by()
    found: _Work = defaultdict(list)
    items = {item.pk: item for item in rows.only("name", "starts", "ends", "organisation")}
    for place, pk in carried.filter(item__in=rows.order_by().values("pk")).values_list("organisation", "item"):
        found[place].append(items[pk])
    for item in items.values():
        if item.organisation_id in places:
            found[item.organisation_id].append(item)
    return found


def _of_branch(record: Activity) -> int:
    place = record.organisation
    return place.parent_id if place.kind == Kind.SMALL_GROUP and place.parent_id else place.pk


def shares_words(record: Activity, work: _Work) -> bool:
    """Whether a record shares words with a piece of work of its organisation that is open on its day."""
    return any(
        item.starts <= record.day <= item.ends and likeness(wanted(item.name), record.title, record.content, ()).words
        for item in work.get(_of_branch(record), ())
    )


def _between(first: date, last: date, organisations: Iterable[int] | None) -> QuerySet[Activity]:
    rows = with_roster().filter(day__range=(first, last)).order_by()
    return rows if organisations is None else rows.filter(organisation__in=organisations)


def way_counts(first: date, last: date, organisations: Iterable[int] | None = None) -> Any:
    """Return rows (organisation id, "ways.<way>", count) of the records with a roster between two days.

    A joint record counts once, for the organisation that keeps it. Records that nobody has judged yet, or that serve no
    business work, are in none.
    """
    return _counted(_between(first, last, organisations).exclude(way=""), Concat(Value("ways."), F("way")))


def field_counts(first: date, last: date, organisations: Iterable[int] | None = None) -> Any:
    """Return rows (organisation id, "fields.<field>", count) of the same records."""
    return _counted(_between(first, last, organisations).exclude(building=""), Concat(Value("fields."), F("building")))


def tied_counts(first: date, last: date, organisations: Iterable[int] | None = None) -> Any:
    """Return rows (organisation id, LINKED or UNLINKED, count) of the same records: tied to business work or not."""
    tied = StageEvidence.objects.active().filter(activity=OuterRef("pk")).order_by()
    rows = _between(first, last, organisations)
    return _counted(rows, Case(When(Exists(tied), then=Value(LINKED)), default=Value(UNLINKED)))


def _counted(rows: QuerySet[Activity], measure: Any) -> Any:
    said = ExpressionWrapper(measure, output_field=CharField())
    return rows.annotate(measure=said).values_list("organisation_id", "measure").annotate(number=Count("pk"))
