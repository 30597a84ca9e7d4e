"""The change of the year leaves what organisations share as it is."""

from collections.abc import Sequence

from django.urls import reverse

from branches.frame.year import YearLine, YearState, YearSubject
from branches.places.models.organisations import Organisation
from common import clock
from common.operator import Actor
from members.resources.models import Resource


def _lines(user: Actor, places: Sequence[Organisation], year: int) -> list[YearLine]:
    number = Resource.objects.visible_to(user).in_force(clock.today()).order_by().count()
    text = f"{number} 项在共享，使用和预约不变"
    return [YearLine(places[0], "资源共享", YearState.GOES_ON, text, reverse("resource_list"))] if number else []


YEAR = YearSubject("resources", _lines)
