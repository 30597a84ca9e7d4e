"""Facts that a change was carried to wrongly are found out at night, put right, and told to whoever runs the installation."""

import copy
from datetime import date, timedelta

import pytest
import time_machine
from django.db.models import F
from django.test import Client

from assessments.facts import fill as rollups
from assessments.facts.check import DIFFERED, check_some
from assessments.facts.families import FAMILIES
from assessments.facts.models import Fact, FactPart
from branches.jobs.models import Heartbeat
from common.periods import Period
from tests.assessments.facts.test_fill import picture
from tests.assessments.facts.writes.agency import TODAY, furnished
from tests.shared import made_once

# The families of which the agency has facts.
SPOILT = {"activities", "attendance", "requirement", "sync", "duty"}


@time_machine.travel(f"{TODAY}T10:00:00+08:00", tick=False)
def make_agency(world):
    found = furnished(world)
    rollups.fill()
    return found


kept_agency = made_once(make_agency)


@pytest.fixture
def agency(kept_agency, world):
    with time_machine.travel(f"{TODAY}T10:00:00+08:00", tick=False):
        yield copy.deepcopy(kept_agency)


def nights():
    """One after the other until every slot of a year had its turn."""
    return [TODAY + timedelta(days=number) for number in range(12)]


def test_nothing_is_said_where_everything_is_as_it_should_be(agency):
    before = picture()
    assert [check_some(day) for day in nights()[:3]] == [[], [], []]
    assert picture() == before
    assert not Heartbeat.objects.filter(name=DIFFERED).exists()


def test_a_wrong_number_of_each_family_is_found_put_right_and_told(agency):
    right, spoilt = picture(), []
    for family in (one for one in FAMILIES if one.key in SPOILT):
        rows = Fact.objects.filter(family=family.key, numerator__gt=0).order_by("pk")
        row = next(row for row in rows if Period.parse(row.period).kind in family.kinds)
        Fact.objects.filter(pk=row.pk).update(numerator=F("numerator") + 5)
        spoilt.append(f"{family.key} {row.period}")
    assert len(spoilt) == len(SPOILT)
    found = [words for day in nights() for words in check_some(day)]
    assert sorted(words.split(" at ")[0] for words in found) == sorted(spoilt)
    assert picture() == right
    answer = Client().get("/readyz").json()
    assert "夜间核对发现汇总数与记录不符" in answer["warnings"]["facts"]
    with time_machine.travel(f"{date(2026, 12, 5)}T10:00:00+08:00", tick=False):
        assert "facts" not in Client().get("/readyz").json().get("warnings", {})


def test_a_part_that_says_too_much_is_put_right_with_its_slot(agency):
    right = picture()
    part = FactPart.objects.filter(family="sync").first()
    part.own[0][2] += 3
    part.save()
    for day in nights():
        check_some(day)
    assert picture() == right
