"""Duties counted by the requirements that a fill keeps are those that are reckoned from the records, on every day of a year."""

from datetime import date
from functools import partial

import pytest
import time_machine
from django.db import transaction

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from assessments.facts.parted import Duties, Judging
from assessments.facts.tree_on import Tree
from common.periods import QUARTER, YEAR, Period
from responsibilities.duties.models import Duty
from responsibilities.duties.progress import duty_slots
from tests.assessments.facts.only import few, filling
from tests.assessments.facts.test_duty_facts import attended
from tests.examples import part
from tests.responsibilities.duties.test_reference import say
from tests.responsibilities.duties.test_upper_reference import random_year
from tests.responsibilities.random_year import YEAR as NUMBER

owed_and_duties = filling("requirement", "duty")
# Before and after most of what is owed is kept, on a quarter's last day, in the next spring.
DAYS = (date(NUMBER, 2, 10), date(NUMBER, 6, 30), date(NUMBER, 11, 24), date(NUMBER + 1, 2, 3))


def as_rows(found):
    return {
        str(period): {thing: (sorted(map(str, one.own)), one.turns) for thing, one in parts.items()}
        for period, parts in found.items()
    }


@pytest.mark.parametrize("seed", part([3, 14, 15, 92], of=4))
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_duties_by_kept_requirements_are_those_by_records(world, seed, day):
    with time_machine.travel(f"{day}T10:00:00+08:00", tick=False), transaction.atomic():
        agency, _ = random_year(world, seed)
        attended(agency)
        duties = list(Duty.objects.select_related("list__organisation", "list__holder", "list__member"))
        say(agency, duties, duty_slots(duties, as_of=day))
        rollups.fill()
        (family,) = few("duty")
        assert isinstance(family, Duties) and Fact.objects.filter(family="requirement").exists()
        tree = Tree()
        parts = partial(family.parts, [*Period(YEAR, NUMBER).parts(QUARTER), Period(YEAR, NUMBER)], None)
        kept, reckoned = (
            parts(Judging(day, lambda period: tree.on(min(period.last, day)), owed_kept=known))
            for known in (True, False)
        )
        assert len(as_rows(reckoned)[str(NUMBER)]) > 2 and as_rows(kept) == as_rows(reckoned)
        transaction.set_rollback(True)


def test_a_fill_asks_for_no_address(world, monkeypatch):
    """The first one would load all pages into the process that fills: half as much memory again, and a second."""
    asked = []
    with time_machine.travel(f"{DAYS[2]}T10:00:00+08:00", tick=False):
        agency, _ = random_year(world, 3)
        attended(agency)
        monkeypatch.setattr("django.urls.base.get_resolver", asked.append)
        rollups.fill()
    assert Fact.objects.filter(family="duty").exists() and asked == []


def test_what_was_said_is_found_however_many_duties_are_asked_for(world, monkeypatch):
    """By the duties, by their lists, by the year."""
    agency, _ = random_year(world, 3)
    duties = list(Duty.objects.select_related("list__organisation", "list__holder", "list__member"))
    say(agency, duties, duty_slots(duties, as_of=DAYS[2]))
    lists = len({duty.list_id for duty in duties})
    found = []
    for named in (len(duties), lists, 0):
        monkeypatch.setattr("responsibilities.duties.progress._NAMED", named)
        slots = duty_slots(duties, as_of=DAYS[2])
        found.append([(slot.duty, slot.key, slot.state, slot.report) for mine in slots.values() for slot in mine])
    assert lists < len(duties) and any(report for *_, report in found[0]) and found[0] == found[1] == found[2]
