"""Which records somebody attended share words with what he pledged."""

from collections.abc import Collection
from datetime import date

from members.activities.likeness import likeness, wanted
from members.activities.models import ATTENDING, COUNTING_STATES, Activity
from members.commitments.models import Pledge
from members.roster.models.members import Member

# So many records of the year are looked through, and so many are offered.
_LOOKED, _MOST = 120, 4


def attended(member: Member, year: int) -> list[Activity]:
    """Return the records of a year at which somebody was, the latest first, with their kinds and resolutions."""
    rows = Activity.objects.filter(
        attendance__member=member,
        attendance__state__in=ATTENDING,
        state__in=COUNTING_STATES,
        day__range=(date(year, 1, 1), date(year, 12, 31)),
    )
    return list(rows.prefetch_related("kinds", "resolutions").order_by("-day", "-pk")[:_LOOKED])


def sharing(text: str, records: Collection[Activity]) -> list[tuple[Activity, str]]:
    """Return [(record, where the words stand)] of those that speak of a pledge, the likest first."""
    look, found = wanted(text), []
    for record in records:
        like = likeness(
            look, record.title or record.kinds_label, record.content, [r.text for r in record.resolutions.all()]
        )
        if like.words:
            found.append((like.weight, record, like.said))
    found.sort(key=lambda row: -row[0])
    return [(record, said) for _, record, said in found[:_MOST]]


def records_shared(pledge: Pledge, member: Member) -> list[tuple[Activity, str]]:
    return sharing(pledge.text, attended(member, pledge.commitment.year))
