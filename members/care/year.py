"""The change of the year leaves whom organisations look after as they are."""

from collections.abc import Sequence

from django.urls import reverse

from branches.frame.year import YearLine, YearState, YearSubject
from branches.places.models.organisations import Organisation
from branches.reach.rights import MEMBERS
from common import clock
from common.operator import Actor
from members.care.models import CareMark
from members.care.rules import festival_eve, told, undetermined_words


def _lines(user: Actor, places: Sequence[Organisation], year: int) -> list[YearLine]:
    rows = CareMark.objects.visible_to(user, MEMBERS).in_force(clock.today()).order_by()
    number = rows.values("member").distinct().count()
    if not number:
        return []
    eve = festival_eve(year)
    window = f"元旦春节走访到 {clock.in_words(eve)}" if eve else undetermined_words(year).rstrip("。")
    return [
        YearLine(
            places[0],
            "激励关怀",
            YearState.GOES_ON,
            f"关怀对象 {told(number)}，照常延续；{window}",
            reverse("care_list"),
        )
    ]


YEAR = YearSubject("care", _lines)
