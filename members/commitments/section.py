"""Pledges in a member's file and on his own page: first of all while something of them waits for him."""

from typing import Any

from django.urls import reverse

from common import clock
from members.commitments.models import Commitment, Kept, Pledge
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
    }


def _give(member: Member) -> list[Given]:
    rows = Pledge.objects.filter(commitment__member=member).select_related("commitment")
    found = [
        (row.commitment.year, row.text, row.due, Kept(row.grade).label if row.grade else "", row.how)
        for row in rows.order_by("commitment__year", "order", "pk")
    ]
    return [Given("承诺", ("年度", "承诺", "完成时限", "兑现", "情况"), found)] if found else []


register(
    Section(
        "commitments",
        "承诺",
        _read,
        Place(True, 10),
        Place(False, 5),
        template="members/commitments/section.html",
        give=_give,
    )
)
