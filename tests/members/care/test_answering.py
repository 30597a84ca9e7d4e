"""What the record form says of care while it is filled in: which open occasions a visit or a talk will answer, and to whom that is told."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from members.care.selectors.occasions import occasions
from tests.members.care.made import happened, marked, visited

pytestmark = pytest.mark.django_db
DAY = "2026-02-03"


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel("2026-02-03T09:00:00+08:00", tick=False):
        yield


def person(world, number=3, place="branch_a"):
    return world.people(place)[number]


def panel(client, place, people, kind="visit", day=DAY):
    data = {"organisation": place.pk, "kinds": [kind] if isinstance(kind, str) else kind, "day": day, "title": "走访"}
    data |= {f"att-{member.pk}": "present" for member in people}
    answer = client.post("/uses/", data)
    assert answer.status_code == 200
    return [line for line in answer.context["uses"] if line.kind == "关怀"]


def said(lines):
    return [(line.title, line.note, line.mark, line.tone) for line in lines]


def test_a_visit_that_names_somebody_says_which_occasions_it_will_answer(world, as_):
    four, five = person(world, 3), person(world, 4)
    marked(four, "hardship", day=date(2025, 5, 1))
    happened(five, "hospital", day=date(2026, 1, 20))
    lines = panel(as_("secretary_a"), world.branch_a, [four, five])
    assert said(lines) == [
        ("甲四：元旦春节走访慰问", "2月14日前", "提交后计入", "ok"),
        ("甲五：事由走访", "2月19日前", "提交后计入", "ok"),
    ]
    assert lines[0].url == reverse("care_member", args=[four.pk])
    text = str(said(lines))
    assert "住院" not in text and "困难" not in text, "who is visited, never why"
    assert len(panel(as_("secretary_a"), world.branch_a, [four], kind="talk")) == 1
    # It comes true.
    record = visited(world.branch_a, [four, five])
    states = {
        one.name: one.occasion.state for one in occasions(date(2026, 1, 1), date(2026, 3, 1), [world.branch_a.pk])
    }
    assert states == {"甲四": "answered", "甲五": "answered"}
    counts = as_("secretary_a").get(reverse("record_counts", args=[record.pk])).content.decode()
    assert "甲四：元旦春节走访慰问" in counts and "甲五：事由走访" in counts and "已计入" in counts


def test_what_answers_nothing_is_not_promised(world, as_):
    four, client = person(world), as_("secretary_a")
    happened(four, "hospital", day=date(2026, 1, 20))
    assert panel(client, world.branch_a, [four], day="2026-01-19") == [], "before the event"
    assert panel(client, world.branch_a, [person(world, 4)]) == [], "nobody asks for a visit"
    assert panel(client, world.branch_a, [four], kind="oath") == []
    assert panel(client, world.branch_a, [four], kind="theme_day") == []
    assert panel(client, world.branch_a, [four], kind=["visit", "theme_day"]) == [], (
        "with another kind it names no person"
    )
    assert panel(client, world.branch_a, []) == []
    visited(world.branch_a, [four])
    assert panel(client, world.branch_a, [four]) == [], "it is answered already"


def test_a_visit_past_the_day_is_said_to_be_late(world, as_):
    four = person(world)
    happened(four, "hospital", day=date(2025, 12, 20))
    assert said(panel(as_("secretary_a"), world.branch_a, [four])) == [
        ("甲四：事由走访", "1月19日前，已过时限，按逾期走访计", "提交后计入", "soon")
    ]


def test_who_does_not_keep_the_roster_of_the_branch_is_told_nothing(world, as_):
    four = person(world)
    marked(four, "hardship", day=date(2025, 5, 1))
    assert panel(as_("organiser_a"), world.branch_a, [four])
    assert panel(as_("officer_a"), world.branch_a, [four]) == [], "he records there and keeps no roster"
    assert panel(as_("staff"), world.branch_a, [four]) == []
    assert panel(as_("secretary_b"), world.branch_b, [four]) == [], "another branch's member is nobody to him"
    record = visited(world.branch_a, [four])
    for who, told in (("secretary_a", True), ("officer_a", False), ("staff", False), ("leader", False)):
        page = as_(who).get(reverse("record_counts", args=[record.pk])).content.decode()
        assert ("元旦春节走访慰问" in page) == told, who


def test_somebody_who_went_away_and_came_is_of_his_present_branch(world, as_):
    other = person(world, 1, "branch_b")
    marked(other, "frail", day=date(2025, 5, 1))
    assert panel(as_("secretary_b"), world.branch_b, [other])
    assert panel(as_("secretary_a"), world.branch_a, [other]) == []
