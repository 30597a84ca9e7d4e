"""The export of many lists, judged some at a time, writes what the board that judges every holder writes (random years)."""

from datetime import date, timedelta
from itertools import product

import pytest
import time_machine
from django.db import transaction

from assessments.facts import fill as rollups
from branches.places.models.organisations import Organisation
from members.activities.models import Activity
from responsibilities.duties.models import Duty, Level
from responsibilities.duties.progress import duty_slots
from responsibilities.duties.selectors import boards, exported
from responsibilities.duties.selectors.board import Board, issued_lists
from responsibilities.duties.selectors.boards import board_of
from responsibilities.duties.selectors.exported import Chosen, too_many
from responsibilities.duties.selectors.wide_board import WideBoard
from responsibilities.duties.selectors.wording import standing
from responsibilities.duties.slot import STATE_NAMES, next_date
from tests.assessments.facts.test_duty_facts import attended
from tests.examples import part
from tests.responsibilities.duties.test_reference import say
from tests.responsibilities.duties.test_upper_reference import random_year
from tests.responsibilities.random_year import YEAR

AS_OF = date(YEAR, 11, 24)
LEVELS = (None, Level.BRANCH, Level.COMMITTEE, Level.MEMBER, Level.LEADER)
# Every third of them still has each level and each state.
CHOICES = part([Chosen(*one) for one in product(LEVELS, ("", *STATE_NAMES), (False, True))], of=3)


@pytest.fixture
def wide(monkeypatch):
    monkeypatch.setattr(boards, "JUDGED", 0)
    monkeypatch.setattr(exported, "PART", 3)


def line(duty, found, slots):
    figures = (found.total, found.fulfilled, found.unjudged, found.overdue)
    return (duty.pk, duty.list.holder_name, *figures, standing(found, slots), next_date(slots, AS_OF))


def rows_of(board, chosen):
    return list(exported.exported(board, chosen, line, 100_000))


def compare(user, top):
    below = Organisation.objects.within(top).order_by().values("pk") if top else None
    kept = board_of(user, YEAR, AS_OF, top=top)
    live = Board(user, YEAR, AS_OF, issued_lists(user, YEAR, below))
    assert isinstance(kept, WideBoard)
    some = 0
    for chosen in CHOICES:
        wanted = rows_of(live, chosen)
        assert rows_of(kept, chosen) == wanted, chosen
        some += bool(wanted)
    assert some > len(CHOICES) / 11


@pytest.mark.parametrize("seed", part([5, 58], of=2))
def test_rows_are_those_of_the_board_that_judges_every_holder(world, wide, seed):
    with time_machine.travel(f"{AS_OF}T10:00:00+08:00", tick=False), transaction.atomic():
        agency, _ = random_year(world, seed)
        attended(agency)
        duties = list(Duty.objects.select_related("list__organisation", "list__holder", "list__member"))
        say(agency, duties, duty_slots(duties, as_of=AS_OF))
        rollups.fill(as_of=AS_OF)
        for user, top in ((world.users["staff"], None), (world.users["staff"], world.branch_a)):
            compare(user, top)
        transaction.set_rollback(True)


def test_what_is_kept_of_an_earlier_day_leaves_nothing_out(world, wide):
    with time_machine.travel(f"{AS_OF - timedelta(days=40)}T10:00:00+08:00", tick=False), transaction.atomic():
        agency, _ = random_year(world, 5)
        attended(agency)
        rollups.fill()
        with time_machine.travel(f"{AS_OF}T10:00:00+08:00", tick=False):
            assert Activity.objects.exists()
            compare(world.users["staff"], None)
        transaction.set_rollback(True)


def test_too_many_are_refused_before_any_is_judged(world, wide, monkeypatch, as_):
    with time_machine.travel(f"{AS_OF}T10:00:00+08:00", tick=False), transaction.atomic():
        random_year(world, 5)
        rollups.fill(as_of=AS_OF)
        board = board_of(world.staff, YEAR, AS_OF)
        number = Duty.objects.filter(list__in=board.of_user).count()
        assert too_many(board, Chosen(), number - 1) and not too_many(board, Chosen(), number)
        members = Duty.objects.filter(list__in=board.of_user, list__level=Level.MEMBER).count()
        assert too_many(board, Chosen(overdue=True), members - 1) and not too_many(board, Chosen(overdue=True), members)
        kept = len(rows_of(board, Chosen(Level.BRANCH, "overdue")))
        # What is kept tells that without judging.
        assert kept and too_many(board, Chosen(Level.BRANCH, "overdue"), kept - 1)
        assert not too_many(board, Chosen(Level.BRANCH, "overdue"), kept)
        assert not too_many(board, Chosen(Level.BRANCH, "overdue", overdue=True), 0)
        monkeypatch.setattr("branches.audit.exports.MOST_ROWS", number - 1)
        monkeypatch.setattr(exported, "duty_slots", lambda *_, **__: pytest.fail("judged"))
        answer = as_("staff").post(f"/duties/export/?year={YEAR}")
        assert answer.status_code == 429 and f"一次最多导出 {number - 1} 行" in answer.content.decode()
        transaction.set_rollback(True)
