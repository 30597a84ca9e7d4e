"""The change of the year of training: next year's plan from this year's, and the end of this year's; topics go on."""

from collections.abc import Sequence

from django.urls import reverse

from branches.frame.year import YearLine, YearState, YearSubject
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.operator import Actor
from members.cadres.models import StudyTopic, TrainingClass, TrainingPlan
from members.cadres.services.classes import plan_from_last_year


def _lines(user: Actor, places: Sequence[Organisation], year: int) -> list[YearLine]:
    rows = TrainingPlan.objects.filter(organisation__in=places, year__in=(year - 1, year)).prefetch_related("classes")
    plans = {(plan.organisation_id, plan.year): plan for plan in rows}
    found = []
    for place in places:
        before, new = plans.get((place.pk, year - 1)), plans.get((place.pk, year))
        if new is not None:
            text = f"{year} 年培训计划已有，班次 {len(new.classes.all())} 个"
            found.append(YearLine(place, "培训计划", YearState.CONFIRMED, text, _page(place, year)))
        elif before is not None and access.has_right(user, MEMBERS, place):
            classes = [row for row in before.classes.all() if row.cancelled_on is None]
            text = f"按 {year - 1} 年计划排 {len(classes)} 个班次，时间顺延一年，排好后逐个核对"
            details = tuple(_words(row) for row in classes)
            found.append(YearLine(place, "培训计划", YearState.PROPOSED, text, _page(place, year - 1), details))
        if before is not None:
            text = "年度终了后自动结束；没有办的班次不再顺延"
            found.append(YearLine(place, f"{year - 1} 年培训计划", YearState.ENDS, text, _page(place, year - 1)))
    number = StudyTopic.objects.open().visible_to(user).order_by().count()
    if number and places:
        text = f"{number} 个课题没有结题，时限不变"
        found.append(YearLine(places[0], "调研课题", YearState.GOES_ON, text, reverse("cadres_topics")))
    return found


def _words(row: TrainingClass) -> str:
    return f"{row.title}：{clock.in_words(row.first)}"


def _page(place: Organisation, year: int) -> str:
    return f"{reverse('cadres_classes')}?organisation={place.pk}&year={year}"


def _confirm(by: Actor, organisation: Organisation, year: int) -> bool:
    """Draft the plan of a year from that of the year before; what is there already stays as it is."""
    if TrainingPlan.objects.filter(organisation=organisation, year=year).exists():
        return False
    plan_from_last_year(by=by, organisation=organisation, year=year)
    return True


YEAR = YearSubject("training", _lines, _confirm)
