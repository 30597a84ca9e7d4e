"""The change of the year leaves practices and their adoptions as they are."""

from collections.abc import Sequence

from django.urls import reverse

from branches.frame.year import YearLine, YearState, YearSubject
from branches.places.models.organisations import Organisation
from common.operator import Actor
from responsibilities.practices.models import Adoption, Practice


def _lines(user: Actor, places: Sequence[Organisation], year: int) -> list[YearLine]:
    practices = Practice.objects.visible_to(user).filter(retired_on__isnull=True).order_by()
    number, adoptions = practices.count(), Adoption.objects.open().filter(practice__in=practices).count()
    text = f"{number} 条，其他组织采用 {adoptions} 次，照常进行"
    return [YearLine(places[0], "典型经验", YearState.GOES_ON, text, reverse("practice_list"))] if number else []


YEAR = YearSubject("practices", _lines)
