"""Reads for the pages of records: hosts that may be invited, figures of a list, the parts of one record."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import RECORD, VIEW
from common.operator import Actor
from members.activities.models import (
    ATTENDING,
    COUNTING_STATES,
    Activity,
    ActivityHost,
    ActivityJudgement,
    Attendance,
    AttendanceState,
)
from members.activities.quorum import BODIES
from members.roster.namesakes import called


def co_hosts(organisation: Organisation | None) -> QuerySet[Organisation]:
    """Return the branches and general branches under the same committee, without `organisation` (decisions 10).

    Explorable by name for this purpose only: the one exception to the rule that a form offers what lies in reach.
    """
    if organisation is None or organisation.kind not in (Kind.BRANCH, Kind.GENERAL_BRANCH):
        return Organisation.objects.none()
    places = Organisation.objects.under_nearest([Kind.COMMITTEE, Kind.PARTY_GROUP], organisation)
    return places.filter(kind=Kind.BRANCH, archived_on__isnull=True).exclude(pk=organisation.pk).in_tree_order()


def readable(user: Actor) -> QuerySet[Activity]:
    """Return the records `user` may read, ready for a list or a page."""
    return (
        Activity.objects.visible_to(user, VIEW)
        .select_related("organisation__parent", "chair", "author", "reviewer")
        .prefetch_related("kinds")
    )


def attendance_figures(ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return {record id: (expected, attending)} in one statement; exempt members are not expected."""
    rows = (
        Attendance.objects.filter(activity__in=ids)
        .order_by()
        .values("activity")
        .annotate(
            expected=Count("pk", filter=~Q(state=AttendanceState.EXEMPT)),
            attending=Count("pk", filter=Q(state__in=ATTENDING)),
        )
    )
    return {row["activity"]: (row["expected"], row["attending"]) for row in rows}


def figures_for(activities: list[Activity]) -> list[Activity]:
    """Set on each record of a page what it lists beside the columns.

    present, expected: counted, or as the ledger wrote them, or None. short: whether it does not count somewhere, or with
    some kind, because of who came.
    """
    ids = [row.pk for row in activities]
    counted = attendance_figures(ids)
    short = set(ActivityJudgement.objects.filter(activity__in=ids, valid=False).values_list("activity_id", flat=True))
    for row in activities:
        row.short = row.pk in short
        row.expected, row.present = counted.get(row.pk, (None, None))
        if row.written_expected is not None:
            row.expected, row.present = row.written_expected, row.written_present
    return activities


NO_FIGURES = "台账未载人数，按台账认定"


def without_figures(ids: Iterable[int]) -> set[int]:
    """Return ids of the records that count without a number of people, as a ledger has them (decisions 13, 15)."""
    rows = ActivityJudgement.objects.filter(activity__in=list(ids), activity__origin="import", valid=True, body="")
    return set(rows.filter(kind__in=BODIES).order_by().values_list("activity_id", flat=True))


def last_content(organisation: Organisation, codes: Sequence[str]) -> str:
    """Return the text of the latest record of these kinds at `organisation`, or ""."""
    rows = Activity.objects.filter(organisation=organisation, kinds__kind__in=codes).exclude(content="")
    return rows.order_by("-day", "-pk").values_list("content", flat=True).first() or ""


def unconfirmed_hosts(user: Actor) -> QuerySet[ActivityHost]:
    """Return the invitations to joint records that wait for an organisation at which `user` records."""
    return (
        ActivityHost.objects.visible_to(user, RECORD)
        .filter(confirmed_at__isnull=True, activity__state__in=COUNTING_STATES)
        .select_related("organisation__parent", "activity__organisation__parent")
        .prefetch_related("activity__kinds")
        .order_by("activity__day", "pk")
    )


def hosts_of(user: Actor, activity: Activity) -> list[Any]:
    """Return the other hosts of a record, each with `mine`: whether `user` confirms for it."""
    hosts: list[Any] = list(activity.hosts.select_related("organisation__parent"))
    waiting = [host.organisation_id for host in hosts if host.confirmed_at is None]
    mine = set()
    if waiting and activity.state in COUNTING_STATES:
        mine = set(access.organisations_for(user, RECORD).filter(pk__in=waiting).values_list("pk", flat=True))
    for host in hosts:
        host.mine = host.organisation_id in mine
    return hosts


def as_it_stands(pk: int) -> Activity | None:
    """Return a record anew, with what a page of a conflict shows of it beside what was typed; None where it is gone."""
    rows = Activity.objects.select_related("organisation", "author").prefetch_related("kinds", "resolutions")
    return rows.filter(pk=pk).first()


Groups = list[tuple[Organisation, list[tuple[str, str, list[Attendance]]]]]


def attendance_groups(activity: Activity) -> Groups:
    """Return the attendance by organisation and state: [(organisation, [(state, label, rows)])], in one statement.

    Each row says how its member is called beside the others (`called`).
    """
    rows = list(activity.attendance.select_related("member", "organisation__parent"))
    names = called(row.member for row in rows)
    for row in rows:
        row.called = names[row.member_id]  # type: ignore[attr-defined]  # told apart from another of his name
    groups: dict[int, tuple[Organisation, list[Attendance]]] = {}
    for row in rows:
        groups.setdefault(row.organisation_id, (row.organisation, []))[1].append(row)
    return [
        (
            place,
            [
                (state.value, state.label, [row for row in mine if row.state == state])
                for state in AttendanceState
                if any(row.state == state for row in mine)
            ],
        )
        for place, mine in groups.values()
    ]


def unknown_among(activity: Activity, groups: Groups) -> int:
    """Return how many of its organisation's own people have no state yet; 0 where a ledger is taken at its word."""
    if activity.written_expected is not None or activity.origin == "import":
        return 0
    own = [states for place, states in groups if place.pk == activity.organisation_id]
    return sum(len(rows) for states in own for state, _, rows in states if state == AttendanceState.NOT_RECORDED)
