"""The record of a training that is opened from step 11 names the person, at branch and committee; a training names somebody."""

from datetime import date

import pytest
from django.urls import reverse

from members.activities.forms.record import ActivityForm
from members.activities.models import Activity
from members.activities.services.records import RecordData, check, fill
from members.activities.submission import NOBODY_TRAINED, blocks_of, checks_of
from tests.members.development.written import at, until_listed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("place", "who"), [("branch_a", "secretary_a"), ("committee", "staff")])
def test_the_form_opens_with_the_person_there(world, as_, place, who):
    case = until_listed(world)
    with at("2027-07-21"):
        query = {"organisation": world.places[place].pk, "kind": "training", "person": case.member_id}
        answer = as_(who).get(reverse("activity_new"), query)
    tiles = {tile["pk"]: tile["value"] for tile in answer.context["form"].tiles()}
    assert tiles[case.member_id] == "present"


@pytest.mark.parametrize("place", ["branch_a", "committee"])
def test_what_names_him_can_be_saved(world, place):
    case = until_listed(world)
    there = {case.member_id: ("present", "")}
    data = RecordData(kinds=["training"], day=date(2027, 7, 21), title="培训", attendance=there)
    with at("2027-07-21"):
        check(world.places[place], data)
        fill(Activity(organisation=world.places[place], day=data.day), data)


def test_nobody_outside_reach_is_named_by_the_address(world):
    other = world.people("branch_b")[0]
    with at("2027-07-21"):
        initial = {"kinds": ["training"], "persons": [other.pk], "day": date(2027, 7, 21)}
        form = ActivityForm(user=world.secretary_a, organisation=world.branch_a, initial=initial)
        assert other.pk not in {tile["pk"] for tile in form.tiles()}


def test_a_training_of_nobody_is_told_before_it_is_submitted():
    data = RecordData(kinds=["training"], day=date(2026, 1, 5), title="培训", content="课程")
    assert blocks_of(data, anyone_expected=False) == []
    assert NOBODY_TRAINED in [one.text for one in checks_of(data, {}, {}, anyone_expected=False)]
    assert ("attendance", "请登记考勤。") in blocks_of(data, anyone_expected=True)
