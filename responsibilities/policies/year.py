"""The change of the year leaves policies and their runs as they are."""

from collections.abc import Sequence

from django.urls import reverse

from branches.frame.year import YearLine, YearState, YearSubject
from branches.places.models.organisations import Organisation
from common import clock
from common.operator import Actor
from responsibilities.policies.models import PolicyRun, PolicyVersion
from responsibilities.policies.selectors.steps import open_runs


def _lines(user: Actor, places: Sequence[Organisation], year: int) -> list[YearLine]:
    versions = PolicyVersion.objects.filter(policy__organisation__in=places).in_force(clock.today())
    number = versions.order_by().values("policy").distinct().count()
    runs = open_runs(PolicyRun.objects.visible_to(user)).count()
    if not number and not runs:
        return []
    text = f"有效制度 {number} 项，在办程序 {runs} 次，按周期启动的程序到期照常启动"
    return [YearLine(places[0], "制度", YearState.GOES_ON, text, reverse("policy_list"))]


YEAR = YearSubject("policies", _lines)
