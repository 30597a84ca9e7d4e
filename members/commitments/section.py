"""Pledges in a member's file and on his own page: first of all while something of them waits for him."""

from typing import Any

from django.urls import reverse

from common import clock
from members.activities.selectors.ahead import ahead
from members.care.rights import keeps
from members.commitments.models import Commitment, Kept, Pledge, SelfRating
from members.commitments.rating import asked_of, rating_of, reviews
from members.commitments.selectors.brief import brief
from members.roster.models.members import Member
from members.roster.sections import Given, Place, Reader, Section, register


def _read(reader: Reader) -> dict[str, Any] | None:
    year = clock.today().year
    made = Commitment.objects.filter(member=reader.member, year=year).first()
    words, action, address = brief(reader.member) if reader.own else ("", "", "")
    # Before they are public they are his own and those of who reviews them.
    if made is None or not (made.is_public or reader.closely):
        if not words:
            return None
        made = None
    pledges = list(made.pledges.standing().order_by("order")) if made is not None else []
    url = reverse("own_commitment") if reader.own else ""
    return {
        "year": year,
        "made": made,
        "pledges": pledges,
        "words": words,
        "action": action,
        "address": address,
        "url": url,
        "first": bool(words),
    }


def _give(member: Member) -> list[Given]:
    rows = Pledge.objects.filter(commitment__member=member).select_related("commitment")
    found = [
        (row.commitment.year, row.text, row.due, Kept(row.grade).label if row.grade else "", row.how)
        for row in rows.order_by("commitment__year", "order", "pk")
    ]
    return [Given("承诺", ("年度", "承诺", "完成时限", "兑现", "情况"), found)] if found else []


def _rating(reader: Reader) -> dict[str, Any] | None:
    """One's own words before the review: his own and his secretary's at the branch itself, nobody's above."""
    if not reader.own and not keeps(reader.user, reader.member.home):
        return None
    today = clock.today()
    if not reader.own:
        row = rating_of(reader.member, today.year)
        return {"year": today.year, "row": row, "open": False} if row is not None else None
    year, row = reader.once("rating", lambda: asked_of(reader.member, today))
    if row is None and (year is None or any(map(reviews, reader.once("ahead", lambda: ahead(reader.member, today))))):
        # The meeting that it is for asks for it itself, in what is coming.
        return None
    return {"year": year or today.year, "row": row, "open": year is not None}


def _give_ratings(member: Member) -> list[Given]:
    rows = [(row.year, row.written_on, row.text) for row in SelfRating.objects.filter(member=member).order_by("year")]
    return [Given("民主评议自评", ("年度", "填写日期", "自评"), rows)] if rows else []


register(
    Section(
        "rating",
        "民主评议自评",
        _rating,
        Place(True, 15),
        Place(False, 4),
        template="members/commitments/rating.html",
        give=_give_ratings,
    )
)
register(
    Section(
        "commitments",
        "承诺",
        _read,
        Place(True, 10),
        Place(True, 10),
        template="members/commitments/section.html",
        give=_give,
    )
)
