"""The change of the year leaves transfers that are under way as they are."""

from collections.abc import Sequence

from django.urls import reverse

from branches.frame.year import YearLine, YearState, YearSubject
from branches.places.models.organisations import Organisation
from branches.reach.rights import MEMBERS
from common.operator import Actor
from members.transfers.models import Transfer


def _lines(user: Actor, places: Sequence[Organisation], year: int) -> list[YearLine]:
    number = Transfer.objects.visible_to(user, MEMBERS).open().order_by().count()
    text = f"{number} 件未办结，照常办理"
    return [YearLine(places[0], "组织关系接转", YearState.GOES_ON, text, reverse("transfer_list"))] if number else []


YEAR = YearSubject("transfers", _lines)
