"""免予 is said only of whom the roster frees on that day: nobody's absence is hidden behind it."""

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from members.activities.models import Activity, ActivityHost, Attendance
from members.activities.services.hosts import host_confirm
from members.activities.services.records import activity_create, activity_update, record_data
from members.roster.models.members import Member
from tests.members.activities.records import draft, filled, submitted

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


def test_no_door_says_it_of_anybody_else(world):
    record = draft(world.branch_a, world.secretary_a, kinds=("theme_day",))
    data, person = record_data(record), world.people("branch_a")[1]
    said = replace(data, attendance=data.attendance | {person.pk: ("exempt", "")})
    with pytest.raises(ValidationError, match="没有标注不作硬性要求"):
        activity_update(by=world.secretary_a, activity=record, data=said)
    with pytest.raises(ValidationError, match="没有标注不作硬性要求"):
        activity_create(by=world.secretary_a, organisation=world.branch_a, data=said)
    joint = submitted(world.branch_a, world.secretary_a, kinds=("theme_day",), hosts=[world.branch_b])
    host = ActivityHost.objects.get(activity=joint)
    people = dict.fromkeys((member.pk for member in world.people("branch_b")), ("exempt", ""))
    with pytest.raises(ValidationError, match="没有标注不作硬性要求"):
        host_confirm(by=world.secretary_b, host=host, attendance=people)
    assert not Attendance.objects.filter(state="exempt").exists()
    # What a record says already it goes on saying.
    record.attendance.filter(member=person).update(state="exempt")
    activity_update(by=world.secretary_a, activity=record, data=replace(said, title="改了题目"))
    assert Attendance.objects.get(activity=record, member=person).state == "exempt"
