"""The change of the year: pledges that were not kept are offered to their members, nobody carries them over."""

from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse

from branches.frame.year import YearLine, YearState, YearSubject
from branches.places.models.organisations import Organisation
from branches.reach.rights import MEMBERS
from common.operator import Actor
from members.commitments.models import PUBLIC, Kept, Pledge


def _lines(user: Actor, places: Sequence[Organisation], year: int) -> list[YearLine]:
    rows = (
        Pledge.objects.standing()
        .visible_to(user, MEMBERS)
        .filter(commitment__year=year - 1, commitment__state__in=PUBLIC)
    )
    open_ = Q(confirmed__in=[Kept.NOT, Kept.PARTLY]) | Q(confirmed="", own__in=["", Kept.NOT, Kept.PARTLY])
    number = rows.filter(open_).order_by().count()
    text = f"{year - 1} 年没有完全兑现的 {number} 项，在本人填写 {year} 年承诺时列出供选用"
    url = f"{reverse('commitment_list')}?year={year}"
    return [YearLine(places[0], "承诺", YearState.GOES_ON, text, url)] if number else []


YEAR = YearSubject("commitments", _lines)
