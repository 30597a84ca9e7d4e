"""免予 is said only of whom the roster frees on that day: nobody's absence is hidden behind it."""

import pytest
from django.urls import reverse

from members.activities.models import Activity, Attendance
from members.roster.models.members import Member
from tests.members.activities.records import filled

pytestmark = pytest.mark.django_db


def test_only_whom_the_roster_frees_is_exempt(world, as_):
    old, other = world.people("branch_a")[:2]
    Member.objects.filter(pk=old.pk).update(exempt_from="2020-01-01", exempt_reason="年老体弱")
    page = as_("secretary_a").get(reverse("activity_new"), {"organisation": world.branch_a.pk}).content.decode()
    assert page.count('value="exempt"') == 1
    states = {old: "exempt", other: "exempt"}
    data = filled(world.branch_a, ("theme_day",), states=states, do="submit")
    answer = as_("secretary_a").post(reverse("activity_new"), data)
    text = answer.content.decode()
    assert answer.status_code == 422 and f"{other.name}在名册上没有标注不作硬性要求" in text
    assert not Activity.objects.exists()
    data |= {f"att-{other.pk}": "leave", f"why-{other.pk}": "出差"}
    assert as_("secretary_a").post(reverse("activity_new"), data).status_code == 302
    assert Attendance.objects.get(member=old).state == "exempt"
