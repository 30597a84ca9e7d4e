"""Closure has one answer: board, rates, facts, report and the pages of items say the same of the same period."""

from datetime import datetime

import pytest
from django.utils import timezone

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from assessments.reports.work import seen, work_of
from common import clock
from common.periods import Period
from responsibilities.work.models import Closure
from responsibilities.work.selectors import board
from responsibilities.work.selectors.rates import total
from responsibilities.work.stages import closing_point, closure
from tests.assessments.facts.only import filling
from tests.examples import part
from tests.responsibilities.work.random_work import build_work

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 10))
only_stages = filling("sync")


@pytest.mark.parametrize("seed", part([3, 8, 21], of=3))
def test_closure_is_the_same_on_board_rates_facts_and_report(world, seed):
    build_work(world, seed, items=25)
    with clock.at(NOW):
        rollups.fill(as_of=clock.today())
        for text in ("2026", "2026Q3", "2026H1"):
            period = Period.parse(text)
            chosen = board.load(world.staff, period)
            numbers, rate = board.counts(chosen), total(chosen.counted, chosen.points)
            closed, come = numbers[board.CLOSED], numbers[board.CLOSED] + numbers[board.OPEN]
            assert (rate.closed, rate.items) == (closed, come), text
            fact = Fact.objects.filter(measure="sync.closure", period=text, organisation=world.root).first()
            assert (fact.numerator, fact.denominator) == (closed, come) if fact else come == 0, text
            said = (work_of(seen(period, clock.today())) or {"paragraphs": []})["paragraphs"]
            words = f"到考核的重点业务 {come} 项，闭环 {closed} 项。" if come else "还没有重点业务到考核。"
            assert not said or words in said, text
        whole = board.load(world.staff, Period.parse("2026"))
        states = {pk: closure(points) for pk, points in whole.of(whole.points).items()}
        given_up = [pk for pk, item in whole.items.items() if item.stopped_on and item.stopped_on <= clock.today()]
        assert {pk for pk, state in states.items() if state == Closure.ENDED} == set(given_up)
        lines = {pk: closing_point(points) for pk, points in whole.of(whole.points).items()}
        assert all(lines[pk] is not None for pk, state in states.items() if state in (Closure.CLOSED, Closure.OPEN))
