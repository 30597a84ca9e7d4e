"""The change of the year leaves campaigns that run as they are."""

from collections.abc import Sequence

from django.urls import reverse

from branches.frame.year import YearLine, YearState, YearSubject
from branches.places.models.organisations import Organisation
from common import clock
from common.operator import Actor
from responsibilities.campaigns.models import Campaign


def _lines(user: Actor, places: Sequence[Organisation], year: int) -> list[YearLine]:
    rows = Campaign.objects.visible_to(user).live().filter(ends__gte=clock.today())
    number = rows.order_by().count()
    text = f"{number} 项正在进行，节点和参加的组织不变"
    return [YearLine(places[0], "载体与品牌", YearState.GOES_ON, text, reverse("campaign_list"))] if number else []


YEAR = YearSubject("campaigns", _lines)
