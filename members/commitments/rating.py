"""What a member writes of himself before the review of members of his branch (民主评议): his own words, his secretary's to read.

It is offered from December on, or once a review is planned, and closed as soon as the review counts.
"""

from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from branches import audit
from branches.access.models import User
from common import clock
from common.database import one_transaction
from common.errors import changed_by
from common.text import clean_text
from members.activities.models import Activity, ActivityState
from members.activities.models import ActivityKindCode as Code
from members.commitments.models import RATING_MOST, SelfRating
from members.commitments.rights import is_own
from members.commitments.rules import last_appraisal
from members.commitments.services.deciding import reviews_of
from members.roster.models.members import PARTY_STAGES, Member
from members.roster.services.standing import held as member_held

OFFERED_FROM = 12
NOT_OWN = "自评只能由本人填写。"
NO_TEXT = "请写明一年来的表现和不足。"
NOT_OPEN = "现在不用填写自评：支部排定民主评议或 12 月起填写。"
CLOSED = "民主评议已经召开，自评不能再改。"


def _planned(branch: Any, year: int) -> bool:
    span = (date(year, 7, 1), last_appraisal(year))
    rows = Activity.objects.filter(organisation=branch, state=ActivityState.PLANNED, day__range=span)
    return rows.filter(kinds__kind=Code.MEMBER_REVIEW).exists()


def year_open(member: Member, today: date) -> int | None:
    """Return the year of which a Party member may write now, None where none is open."""
    if member.stage not in PARTY_STAGES:
        return None
    for year in (today.year - 1, today.year):
        offered = today <= last_appraisal(year) and (
            today >= date(year, OFFERED_FROM, 1) or _planned(member.home_id, year)
        )
        if offered and not reviews_of(member.home, year).exists():
            return year
    return None


def rating_of(member: Member, year: int) -> SelfRating | None:
    return SelfRating.objects.filter(member=member, year=year).first()


class Asked(NamedTuple):
    """What is asked of a member now. year: that is open, None where none is; row: what is kept of that year, else of this one."""

    year: int | None
    row: SelfRating | None


def asked_of(member: Member, today: date) -> Asked:
    """Return whether a member may write now, and what he has written."""
    year = year_open(member, today)
    return Asked(year, rating_of(member, year or today.year))


def reviews(activity: Activity) -> bool:
    """Return whether a meeting is the review of members, its kinds read beforehand."""
    return Code.MEMBER_REVIEW in activity.codes


def why_not(member: Member, today: date) -> str:
    """Return why a member can write nothing now of himself: his branch has held its review, or none is near."""
    return CLOSED if reviews_of(member.home, today.year).exists() else NOT_OPEN


@one_transaction
def rating_write(*, by: User, member: Member, text: str, version: int | None = None) -> SelfRating:
    """Keep what a member says of himself for the year that is open; returns the SelfRating.

    version: of what the form showed. Raises ValidationError: somebody else's, no text, nothing open; Conflict for an older form.
    """
    member, text = member_held(member), clean_text(text)
    if not is_own(by, member):
        raise ValidationError(NOT_OWN)
    year = year_open(member, clock.today())
    if year is None:
        raise ValidationError(why_not(member, clock.today()))
    if not text:
        raise ValidationError({"text": NO_TEXT})
    if len(text) > RATING_MOST:
        raise ValidationError({"text": f"自评不超过 {RATING_MOST} 字，现有 {len(text)} 字。"})
    row = rating_of(member, year)
    if row is not None and version is not None and version != row.version:
        raise changed_by(member.name, row)
    row = row or SelfRating(member=member, year=year, version=0)
    with audit.change(by=by, verb="rating.write", obj=row, organisation=member.home):
        row.text, row.written_on, row.version = text, clock.today(), row.version + 1
        row.full_clean()
        row.save()
    return row
