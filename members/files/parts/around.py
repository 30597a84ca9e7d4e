"""What is beside a person: what is planned, talks, corrections, who reads his file, what was changed in it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from branches.audit.history import history
from branches.audit.selectors import day_bounds
from branches.reach import access
from branches.reach.models import Appointment
from branches.reach.rights import ASSIGN, IDENTITY, MEMBERS, RECORD, ROLES, VIEW
from common import clock
from members.activities.models import COUNTING_STATES, Activity, Attendance
from members.activities.models import ActivityKindCode as Code
from members.activities.models.codes import picks
from members.activities.models.leave import Leave, LeaveState
from members.activities.selectors.ahead import ahead
from members.activities.selectors.leave import latest_of
from members.commitments.rating import Asked, asked_of, reviews
from members.corrections.models import Correction
from members.corrections.selectors import of_member
from members.corrections.services import keepers_of
from members.files.forms import CorrectionForm
from members.files.seen import unmasked_in
from members.roster.models.members import Member
from members.roster.sections import Given, Reader

# So many readers are named at once on one's own page; the page of all of them is behind the number.
READERS_SHOWN, MOST_READERS = 4, 100
CHANGES, TALKS = 6, 6


class Coming(NamedTuple):
    """A meeting to come, the leave that was asked of it last, and whether it can be asked; whether it wants a self-rating first.

    rated: whether that is written; None where the meeting wants none, or none can be written now.
    """

    activity: Activity
    leave: Leave | None
    may_ask: bool
    rated: bool | None


def coming(reader: Reader) -> dict[str, Any] | None:
    today = clock.today()
    rows = reader.once("ahead", lambda: ahead(reader.member, today))
    asked = latest_of(reader.member.pk, [row.pk for row in rows])
    first = rows[0] if rows else None
    said = ("今天有活动" if first.day == today else f"下一次活动 {clock.in_words(first.day)}") if first else ""
    rating = reader.once("rating", lambda: asked_of(reader.member, today))
    return {"rows": [_coming(row, asked.get(row.pk), rating) for row in rows], "finding": said}


def _coming(row: Activity, leave: Leave | None, rating: Asked) -> Coming:
    # Who was refused, or said that he comes after all, may ask anew.
    again = leave is None or leave.state in (LeaveState.REFUSED, LeaveState.WITHDRAWN)
    rated = rating.row is not None if rating.year is not None and reviews(row) else None
    return Coming(row, leave, again and not picks(row.codes), rated)


def give_leaves(member: Member) -> list[Given]:
    rows = Leave.objects.filter(member=member).select_related("activity").prefetch_related("activity__kinds")
    told = [(row.asked_on, row.about, row.reason, row.get_state_display(), row.answer) for row in rows.order_by("pk")]
    return [Given("请假", ("提出日期", "活动", "原因", "结果", "说明"), told)] if told else []


def talks(reader: Reader) -> dict[str, Any] | None:
    """Day and both of them, nothing of what was said; for whoever keeps the roster."""
    if not reader.manages:
        return None
    there = Attendance.objects.filter(member=reader.member).order_by().values("activity")
    rows = Activity.objects.filter(kinds__kind=Code.TALK, state__in=COUNTING_STATES, pk__in=there)
    found = list(
        rows.select_related("chair").prefetch_related("attendance__member").distinct().order_by("-day", "-pk")[:TALKS]
    )
    if not found:
        return None
    return {"rows": [(row, _others(row, reader.member)) for row in found]}


def _others(row: Activity, member: Member) -> str:
    """Return with whom a talk was, as it is kept."""
    names = [entry.member.name for entry in row.attendance.all() if entry.member_id != member.pk]
    if row.chair is not None and row.chair_id != member.pk and row.chair.name not in names:
        names.insert(0, row.chair.name)
    return "、".join(names[:3])


def corrections(reader: Reader) -> dict[str, Any] | None:
    if not reader.closely:
        return None
    rows = of_member(reader.member)
    if not reader.own:
        return {"rows": rows} if rows else None
    names = "、".join(user.name for user in keepers_of(reader.member))
    return {"rows": rows, "form": CorrectionForm(member=reader.member), "keepers": names}


def give_corrections(member: Member) -> list[Given]:
    rows = Correction.objects.filter(member=member).select_related("activity").order_by("asked_on", "pk")
    told = [(row.asked_on, row.about, row.text, row.get_state_display(), row.reason) for row in rows]
    return [Given("更正请求", ("提出日期", "更正什么", "应当是", "结果", "说明"), told)] if told else []


def why(row: Appointment) -> str:
    """Return in a few words what an appointment lets its holder do with a file."""
    rights = ROLES[row.role].rights
    if IDENTITY in rights:
        return "管理党员，可申请查看号码，每次留痕"
    if ASSIGN in rights:
        return "审核记录、管理党员"
    if MEMBERS in rights:
        return "管理党员名册"
    return "登记本支部活动" if RECORD in rights else "查看组织和记录"


def readers_of(member: Member) -> list[tuple[Appointment, str]]:
    """Return [(appointment under which somebody reads the file, what it lets him do)], the nearest first; not the member himself."""
    # Who is no Party member yet is read by those alone who keep the roster.
    right = VIEW if member.in_party else MEMBERS
    rows = access.who_can(right, member.home, limit=MOST_READERS)
    return [(row, why(row)) for row in rows if row.user_id != member.account_id]


def who(reader: Reader) -> dict[str, Any] | None:
    found = readers_of(reader.member)
    year = clock.today().year
    unmasked: Sequence[Any] = unmasked_in(reader.member, date(year, 1, 1), date(year, 12, 31)) if reader.own else ()
    able = next((row for row, _ in found if IDENTITY in ROLES[row.role].rights), None)
    return {"readers": found, "shown": found[:READERS_SHOWN], "unmasked": unmasked, "year": year, "able": able}


def changes(reader: Reader) -> dict[str, Any] | None:
    """What was changed in the file this year, for whoever keeps it."""
    if not reader.manages:
        return None
    year = clock.today().year
    begin, _ = day_bounds(date(year, 1, 1), date(year, 12, 31))
    items = [item for item in history(reader.member, 3 * CHANGES) if item["when"] >= begin]
    return {"items": items[:CHANGES]} if items else None
