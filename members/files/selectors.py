"""A member's file as pages show it: where he belongs, his posts, attendance of a year."""

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import F, QuerySet, prefetch_related_objects

from branches.settings import dated as dated_settings
from common import clock
from common.operator import Actor
from members.activities.models import Activity, ActivityState, Attendance, AttendanceState
from members.activities.selectors.called import called_of
from members.roster.models.members import Member, Membership
from members.roster.models.posts import Post
from members.transfers.models import LETTER_DAYS
from members.transfers.selectors.listing import transfers_of


def own_file(user: Actor) -> Member | None:
    """Return the file of the member whose account `user` is."""
    return Member.objects.select_related("home").filter(account=user.pk).first()


def memberships_of(member: Member) -> QuerySet[Membership]:
    """Return where a member belongs and belonged, the latest first."""
    return member.memberships.select_related("organisation", "small_group").order_by("-starts")


def posts_of(member: Member) -> QuerySet[Post]:
    """Return a member's Party posts: those that go on, then the latest ended."""
    rows = member.posts.select_related("organisation__parent")
    return rows.order_by(F("ends").desc(nulls_first=True), "-starts", "pk")


def standing_of(member: Member) -> dict[str, Any]:
    """Return {"standings", "aways", "transfers"} of a member, the latest first; what `Member.status` reads is read with it."""
    today = clock.today()
    prefetch_related_objects([member], "party_statuses")
    standings = sorted(member.party_statuses.all(), key=lambda row: row.starts, reverse=True)
    for row in standings:
        row.over = row.ends is not None and row.ends < today  # type: ignore[attr-defined]
    transfers = transfers_of(member)
    line = dated_settings.timeline(LETTER_DAYS) if transfers else []
    for transfer in transfers:
        transfer.look = transfer.look_by(line)  # type: ignore[attr-defined]
    return {
        "standings": standings,
        "aways": list(member.aways.order_by("-starts", "-pk")),
        "transfers": transfers,
    }


def entries_of_year(member: Member, year: int | None, state: str = "") -> QuerySet[Attendance]:
    """Return a member's entries in the counting records of a year (None: of all), of one state or of all, latest first."""
    records = Activity.objects.exclude(state__in=(ActivityState.PLANNED, ActivityState.DRAFT, ActivityState.CANCELLED))
    if year is not None:
        records = records.filter(day__range=(date(year, 1, 1), date(year, 12, 31)))
    rows = Attendance.objects.filter(member=member, activity__in=records)
    return (rows.filter(state=state) if state else rows).order_by("-activity__day", "-activity", "pk")


def entries_called(member: Member, year: int) -> QuerySet[Attendance]:
    """Return a member's entries in the organisation life of a year at which he was expected (Called), latest first."""
    found = called_of(member, date(year, 1, 1), date(year, 12, 31))
    return entries_of_year(member, year).filter(activity__in=found.records)


def attendance_of_year(member: Member, year: int | None = None) -> dict[str, Any]:
    """Return {"year", "called", "states": [{"state", "label", "count"}]} of a year.

    called: the organisation life he was expected at (Called), as his duty counts it. states: his entries in all records, of
    every kind; one that nobody recorded is a state of its own, neither present nor absent.
    """
    year = year or clock.today().year
    counts = Counter(entries_of_year(member, year).order_by().values_list("state", flat=True))
    return {
        "year": year,
        "called": called_of(member, date(year, 1, 1), date(year, 12, 31)),
        "states": [
            {"state": state.value, "label": state.label, "count": counts[state.value]}
            for state in AttendanceState
            if counts[state.value]
        ],
    }
