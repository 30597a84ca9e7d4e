"""The duty pages ask the same number of statements whether there are sixty duties or five thousand."""

import time
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.facts import fill as rollups
from common.operator import OPERATOR
from members.roster.models.members import Member, Membership
from members.roster.services.stages import stages_follow
from responsibilities.duties.models import Duty, DutyList, Level
from responsibilities.duties.selectors import boards, wide_board
from responsibilities.duties.services.lists import duty_lists_make
from tests.responsibilities.duties.world import issue, make

PAGES = {
    # The issued list of the Party group, one of its papers, is one of these.
    "/duties/": 36,
    "/duties/?level=member": 15,
    "/duties/?view=overdue": 46,
    "/duties/?view=item": 30,
    "/duties/lists/": 12,
}


def many_members(world, number):
    """Put so many members more on the roster of branch B."""
    made = Member.objects.bulk_create(
        Member(name=f"员{index}", stage="full", joined_on=date(2015, 1, 1), home=world.branch_b)
        for index in range(number)
    )
    stages_follow(made)
    Membership.objects.bulk_create(
        Membership(member=member, organisation=world.branch_b, starts=date(2015, 6, 1)) for member in made
    )


def statements(client, path):
    client.get(path)
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(path)
    print(path, len(seen), round(time.perf_counter() - began, 2))
    assert answer.status_code == 200
    return len(seen)


@pytest.mark.whole("tests/test_query_counts.py, with fewer duties")
def test_pages_ask_as_much_for_five_thousand_duties_as_for_few(world, as_, monkeypatch):
    # The board of few lists judges them; looked at as that of many.
    monkeypatch.setattr(boards, "JUDGED", 0)
    monkeypatch.setattr(wide_board, "MEMBERS", 0)
    make(levels=[level for level in Level if level != Level.MEMBER])
    first = Member.objects.filter(home=world.branch_b).first()
    one = DutyList(organisation=world.branch_b, member=first, level=Level.MEMBER, year=2026)
    duty_lists_make(by=OPERATOR, year=2026, levels=[Level.MEMBER], holders=[one])
    issue()
    rollups.fill()
    staff = as_("staff")
    assert Duty.objects.count() < 100
    few = {path: statements(staff, path) for path in PAGES}
    many_members(world, 560)
    make()
    issue()
    rollups.fill()
    assert Duty.objects.count() > 5000
    many = {path: statements(staff, path) for path in PAGES}
    # What belongs to the duty shown is listed, or counted level by level where it is too much for that.
    assert {path: number for path, number in many.items() if number > few[path] + 5} == {}
    assert {path: number for path, number in few.items() if number > PAGES[path]} == {}
