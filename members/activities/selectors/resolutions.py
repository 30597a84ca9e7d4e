"""Carrying out resolutions (决议落实): lists, counts, and what scores count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce

from branches.places.models.organisations import Organisation
from branches.reach.intervals import within
from branches.reach.rights import VIEW
from branches.settings.joining import since_joining
from branches.settings.start import agency_start, with_start
from common import clock
from common.operator import Actor
from common.periods import Period
from members.activities.models import Resolution

COLUMNS = ("党组织", "会议日期", "会议", "决议", "责任人", "时限", "办结日期", "状态")
# How scores count one.
MET, MET_LATE, OVERDUE, NOT_DUE = "met", "met_late", "overdue", "not_due"
STATES = {"open": "未办结", "overdue": "逾期", "done": "按期办结", "done_late": "逾期办结"}


def _conditions() -> dict[str, Q]:
    """Return {state: its condition}; what was due before the agency's start is not overdue, and was not done late."""
    start, today = agency_start(), clock.today()
    reckoned = Q(due__gte=start) & since_joining("due", "activity__organisation__")
    past, late = reckoned & Q(due__lt=today), reckoned & (Q(done_on__gt=F("due")) | Q(counted_on__gt=F("due")))
    return {
        "open": Q(done_on__isnull=True) & (Q(due__isnull=True) | ~past),
        "overdue": Q(done_on__isnull=True) & past,
        "done": Q(done_on__isnull=False) & (Q(due__isnull=True) | ~late),
        "done_late": late,
    }


def resolutions(user: Actor, chosen: Mapping[str, Any]) -> QuerySet[Resolution]:
    """Return the resolutions to be carried out that `user` may read, the most urgent first.

    chosen: state (a key of STATES), organisation (and below), q (text or the owner's name).
    """
    rows = Resolution.objects.visible_to(user, VIEW).tasks()
    rows = with_start(rows).select_related("owner", "done_by", "activity__organisation__parent")
    rows = rows.prefetch_related("activity__kinds")
    place = chosen.get("organisation")
    if place:
        rows = rows.filter(within(place, "activity__organisation__"))
    if chosen.get("state"):
        rows = rows.filter(_conditions()[chosen["state"]])
    if chosen.get("q"):
        rows = rows.filter(Q(text__icontains=chosen["q"]) | Q(owner__name__icontains=chosen["q"]))
    # What is still open first, the earliest due date first; without a due date last.
    return rows.order_by(F("done_on").desc(nulls_first=True), F("due").asc(nulls_last=True), "pk")


def counts(rows: QuerySet[Resolution]) -> dict[str, int]:
    """Return {"total": n, state: n} of resolutions in one statement."""
    conditions = _conditions()
    return rows.order_by().aggregate(
        total=Count("pk"), **{state: Count("pk", filter=condition) for state, condition in conditions.items()}
    )


def resolutions_open(organisation: Organisation) -> QuerySet[Resolution]:
    """Return the resolutions of one organisation that are not carried out yet, the most urgent first."""
    rows = Resolution.objects.tasks().filter(activity__organisation=organisation, done_on__isnull=True)
    return rows.select_related("owner", "activity").order_by(F("due").asc(nulls_last=True), "pk")


def resolution_row(row: Resolution) -> list[Any]:
    """Return the cells of COLUMNS for one resolution."""
    return [
        row.activity.organisation.name,
        row.activity.day,
        row.activity.title or row.activity.kinds_label,
        row.text,
        row.owner.name if row.owner else "",
        row.due,
        row.done_on,
        STATES[row.progress],
    ]


@dataclass(frozen=True)
class ResolutionItem:
    """A resolution as scores count it. state: MET, MET_LATE, OVERDUE or NOT_DUE. after: the day on which it was carried out
    where that was too late to count, None otherwise. owner: id of the member who carries it out.
    """

    organisation: int
    activity: int
    pk: int
    name: str
    due: date
    state: str
    after: date | None = None
    owner: int | None = None


# What an ItemRow is: (organisation, activity, id, text, due, day from which it counts as carried out, owner).
_ITEM = ("activity__organisation_id", "activity_id", "pk", "text", "due", "counted", "owner_id")


def item_rows(
    period: Period,
    organisations: Iterable[int] | None = None,
    as_of: date | None = None,
    owners: Iterable[int] | None = None,
    start: date | None = None,
) -> QuerySet[Resolution, Any]:
    """Return the rows of `resolution_items`, for a caller who reads them along with others. start: of the agency, where it is known."""
    as_of = as_of or clock.today()
    start = agency_start() if start is None else start
    rows = Resolution.objects.tasks().filter(
        since_joining("due", "activity__organisation__"),
        due__range=(max(period.first, start), period.last),
        activity__day__lte=as_of,
    )
    if as_of < clock.today():
        rows = rows.filter(Q(activity__submitted_at__isnull=True) | Q(activity__submitted_at__date__lte=as_of))
    if organisations is not None:
        rows = rows.filter(activity__organisation__in=organisations)
    if owners is not None:
        rows = rows.filter(owner__in=owners)
    rows = rows.annotate(counted=Coalesce("counted_on", "done_on"))
    return rows.order_by(F("due").asc(nulls_last=True), "pk").values_list(*_ITEM)


def resolution_items(
    period: Period,
    organisations: Iterable[int] | None = None,
    as_of: date | None = None,
    done_by: date | None = None,
) -> list[ResolutionItem]:
    """Return the ResolutionItems whose due date lies within `period`, and not before the agency's start.

    period: a Period. organisations: ids (all when None). as_of: day of judging (default today); what was submitted or
    done later is left out. done_by: what was carried out after that day is as good as not carried out. Only resolutions
    of records that count; a meeting below its quorum passes none.
    """
    return items_of(item_rows(period, organisations, as_of), as_of, done_by)


def items_of(rows: Iterable[Any], as_of: date | None = None, done_by: date | None = None) -> list[ResolutionItem]:
    """Return the ResolutionItems of rows that `item_rows` gave for the same day, in their order."""
    as_of = as_of or clock.today()
    last = min(as_of, done_by or as_of)
    return [
        ResolutionItem(
            organisation,
            activity,
            pk,
            text,
            due,
            _state(due, done_on, last, as_of),
            done_on if done_on is not None and last < done_on <= as_of else None,
            owner,
        )
        for organisation, activity, pk, text, due, done_on, owner in rows
    ]


def _state(due: date, done: date | None, done_by: date, as_of: date) -> str:
    if done is not None and done <= done_by:
        return MET_LATE if done > due else MET
    return OVERDUE if as_of > due else NOT_DUE
