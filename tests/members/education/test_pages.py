"""The page of hours: names for one branch in the order of its roster, numbers for several."""

from datetime import date

import pytest
import time_machine

from tests.members.education.test_hours import held

pytestmark = pytest.mark.django_db


def words(page):
    return page.content.decode()


@time_machine.travel("2026-09-15T10:00:00+08:00", tick=False)
def test_a_secretary_reads_who_is_behind_in_the_order_of_the_roster_and_unknown_is_not_behind(world, as_):
    people = world.people("branch_a")
    for day in (3, 4, 5):
        held(world.branch_a, date(2026, 3, day), people[0], times=(9, 17))
    held(world.branch_a, date(2026, 3, 9), people[1], times=None)
    page = as_("secretary_a").get("/education/")
    rows = page.context["rows"]
    assert [member.pk for member, _ in rows] == [person.pk for person in sorted(people, key=lambda row: row.pk)]
    by_name = {member.pk: row for member, row in rows}
    first, second, third = (by_name[person.pk] for person in people[:3])
    assert (first.hours, first.due_now, first.behind) == ("24", 22, False)
    assert (second.known.unknown, second.behind, str(second.state)) == (1, False, "unknown")
    assert third.behind and "落后于进度" in words(page)
    assert page.context["title"].startswith("甲处党支部")


def test_the_committee_reads_numbers_and_opens_a_branch(world, as_):
    held(world.branch_a, date(2026, 3, 3), world.people("branch_a")[0])
    page = as_("staff").get("/education/")
    assert [row.branch.pk for row in page.context["branches"]] == [
        world.branch_a.pk,
        world.branch_b.pk,
        world.branch_c.pk,
    ]
    assert world.people("branch_a")[0].name not in words(page)
    one = as_("staff").get("/education/", {"organisation": world.branch_a.pk, "year": 2025})
    assert one.context["branch"] == world.branch_a and one.context["year"] == 2025


def test_a_branch_that_one_does_not_keep_is_left_out_of_the_filter(world, as_):
    page = as_("secretary_b").get("/education/", {"organisation": world.branch_a.pk})
    assert page.context["branch"] == world.branch_b
    assert "已忽略" in words(page)
