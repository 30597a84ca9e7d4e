"""A record says its hours of study only where one of its kinds is study on its day (mechanisms I-2)."""

from datetime import time

import pytest
from django.urls import reverse

from branches.settings.services import setting_set
from common import clock
from common.operator import OPERATOR
from members.activities.selectors.rosters import expected
from members.activities.services.records import RecordData, activity_create
from members.activities.services.states import activity_submit

pytestmark = pytest.mark.django_db


def held(world, kind):
    people = expected(world.branch_a, [kind], clock.today()) or world.people("branch_a")[3:4]
    data = RecordData(
        kinds=[kind],
        day=clock.today(),
        title="学习讨论",
        content="一、传达。",
        starts_at=time(9, 0),
        ends_at=time(10, 30),
        attendance={member.pk: ("present", "") for member in people},
        chair=world.people("branch_a")[0] if kind == "talk" else None,
    )
    return activity_submit(by=OPERATOR, activity=activity_create(by=OPERATOR, organisation=world.branch_a, data=data))


@pytest.mark.parametrize(("kind", "shown"), [("talk", False), ("committee_meeting", False), ("study", True)])
def test_what_is_no_study_has_no_hours(world, as_, kind, shown):
    record = held(world, kind)
    for who, name in (("secretary_a", "activity_detail"), ("staff", "review_detail")):
        page = as_(who).get(reverse(name, args=[record.pk])).content.decode()
        assert "09:00" in page and ("1.5 学时" in page) is shown, (who, name)


def test_the_agencys_setting_of_the_day_decides(world, as_):
    record = held(world, "study")
    setting_set(by=OPERATOR, key="study_kind_study", value="0")
    page = as_("secretary_a").get(reverse("activity_detail", args=[record.pk])).content.decode()
    assert "学时" not in page.split("时间</dt>")[1].split("</dd>")[0]
