"""Whose personal data have been kept as long as the agency keeps them after somebody left (control C47)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from branches.reach.rights import IDENTITY
from branches.settings import dated as dated_settings
from common import clock
from common.operator import Actor
from common.periods import add_months
from members.roster.models.members import Member
from members.roster.models.standing import DECEASED, GONE, LEFT, TRANSFERRED, PartyStatus, Standing

# How a file calls who belongs here no longer → the setting that says for how many years his data are kept.
KEPT = {
    TRANSFERRED: "keep_years_transferred",
    LEFT: "keep_years_left",
    DECEASED: "keep_years_deceased",
}
# What goes; name, stage, dates of joining, branches, posts and attendance are history and stay (domain truth 2).
CLEARED = {
    "identity": "公民身份证号码",
    "phone": "手机号码",
    "birth_date": "出生日期",
    "ethnicity": "民族",
    "education": "学历",
    "work_post": "工作岗位",
    "exempt_reason": "不作硬性要求的原因",
    "remark": "备注",
}


@dataclass(frozen=True)
class Overdue:
    """A member whose data may go. until: the last day for which they were kept."""

    member: Member
    until: date


def left_as(*words: str) -> Q:
    """Return the condition over members «has left, and a file calls it so» (keys of KEPT)."""
    grounds = [ground for word in words for ground in GONE[word]]
    rows = PartyStatus.objects.in_force(clock.today()).filter(
        member=OuterRef("pk"), state=Standing.LEFT, ground__in=grounds
    )
    return Q(Exists(rows.order_by()), left_on__isnull=False)


def kept_until(left: date, years: int) -> date:
    """Return the day so many years after `left`; of 29 February the 28th in common years."""
    return add_months(left, 12 * years)


def overdue(user: Actor) -> list[Overdue]:
    """Return those within the reach of `user`, who holds the right to numbers, whose years are over; the longest first."""
    today = clock.today()
    years = {status: dated_settings.at(line, today) for status, line in _lines().items()}
    rows = Member.objects.visible_to(user, IDENTITY).filter(left_as(*KEPT), forgotten_on__isnull=True)
    found = [
        Overdue(row, kept_until(row.left_on, int(years[row.status])))
        for row in rows.select_related("home__parent").prefetch_related("party_statuses")
        if row.left_on is not None and row.status in years
    ]
    return sorted((row for row in found if row.until <= today), key=lambda row: (row.until, row.member.pk))


def _lines() -> dict[str, dated_settings.Timeline]:
    found = dated_settings.timelines(KEPT.values())
    return {status: found[key] for status, key in KEPT.items()}
