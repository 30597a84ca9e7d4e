"""Who joined before the PRC was founded is visited by all (care-pre1949): by the date of joining, whether or not a mark was noted."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from common.periods import Period
from members.care.measured import month_counts
from members.care.models import CareMark
from members.care.selectors.occasions import occasions
from members.roster.models.members import Member
from tests.members.care.made import marked, visited
from tests.members.care.slow import owed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel("2026-02-03T09:00:00+08:00", tick=False):
        yield


def joined(world, day, number=3, place="branch_a"):
    row = world.people(place)[number]
    Member.objects.filter(pk=row.pk).update(joined_on=day, birth_date=date(1930, 1, 1))
    row.refresh_from_db()
    return row


def due(world, place="branch_a"):
    found = occasions(date(2026, 1, 1), date(2026, 12, 31), [world.places[place].pk])
    return {one.name: (one.occasion.kinds, one.occasion.due, one.occasion.state) for one in found}


def test_the_day_before_the_founding_asks_and_the_day_itself_does_not(world):
    old, young = joined(world, date(1949, 9, 30)), joined(world, date(1949, 10, 1), 4)
    assert due(world) == {"甲四": (("pre1949",), date(2026, 2, 14), "open")}
    assert due(world, "branch_b") == {}
    assert list(owed(old, date(2026, 2, 3)))[-1] == (world.branch_a.pk, date(2026, 1, 1), date(2026, 2, 14))
    assert list(owed(young, date(2026, 2, 3))) == []


def test_a_mark_beside_it_makes_no_second_occasion_and_other_marks_go_with_it(world):
    old = joined(world, date(1948, 5, 1))
    marked(old, "pre1949", day=date(2025, 1, 1))
    marked(old, "hardship", day=date(2025, 1, 1))
    (found,) = due(world).values()
    assert set(found[0]) == {"pre1949", "hardship"} and found[2] == "open"


def test_a_visit_answers_it_and_the_measure_counts_it(world):
    old = joined(world, date(1948, 5, 1))
    visited(world.branch_a, [old])
    assert due(world)["甲四"][2] == "answered"
    counts = list(month_counts(Period.parse("2026-02"), [world.branch_a.pk], date(2026, 2, 20)))
    assert counts == [(world.branch_a.pk, "care.answered", 1, 1, 0, 0)]


def test_who_has_left_asks_for_nothing(world):
    old = joined(world, date(1948, 5, 1))
    old.memberships.update(ends=date(2025, 12, 31))
    Member.objects.filter(pk=old.pk).update(left_on=date(2025, 12, 31))
    assert due(world) == {}


def test_the_register_has_him_with_the_reason_and_the_rule_and_above_stands_a_number(world, as_):
    old = joined(world, date(1948, 5, 1))
    page = as_("secretary_a").get("/care/").content.decode()
    assert (
        "1 人在册，1 人次该走访了" in page
        and "新中国成立前入党" in page
        and "按入党日期自动列入：中央组织部通知" in page
    )
    own = as_("secretary_a").get(reverse("care_member", args=[old.pk])).content.decode()
    assert "按入党日期 1948-05-01 自动列入，不必登记" in own and "元旦春节走访慰问" in own
    above = as_("staff").get("/care/").content.decode()
    assert "新中国成立前入党 不足3人" in above and "甲四" not in above
    assert not CareMark.objects.exists(), "derived, never stored"
    marked(old, "pre1949", day=date(2025, 1, 1))
    again = as_("secretary_a").get("/care/").content.decode()
    assert again.count('<span class="care-tag">新中国成立前入党</span>') == 1
