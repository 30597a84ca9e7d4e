"""Pure decisions on practices, and the month to which a judgement belongs."""

from datetime import date, timedelta

import pytest

from common.periods import Period
from responsibilities.practices.measures import adopted_counts, spread_counts
from responsibilities.practices.models import Adoption, Practice
from responsibilities.practices.rules import early_words, latest_start, ready_on, short_words, step_lines
from responsibilities.practices.services.adoptions import adoption_judge
from tests.responsibilities.practices.support import ago, judged, proven


@pytest.mark.parametrize("sign", ["1. ", "2、", "（1）", "(3) ", "第一步：", "12． ", "二、"])
def test_numbering_is_stripped_and_a_number_of_the_step_is_not(sign):
    assert step_lines(f"{sign}3个工作日内报送\n\n") == ["3个工作日内报送"]
    for line in ("3个工作日内报送", "1.5倍以内", "2026年起每季一次"):
        assert step_lines(line) == [line]


@pytest.mark.django_db
def test_a_judgement_made_anew_keeps_its_first_day(world):
    row = judged(world)
    Adoption.objects.filter(pk=row.pk).update(judged_on=ago(40))
    row = adoption_judge(by=world.staff, adoption=row, level="worse", reason="分工没有印发")
    assert (row.judged_on, row.level) == (ago(40), "worse")


@pytest.mark.parametrize("months", [1, 3, 12])
def test_the_months_have_passed_for_all_that_began_by_one_day(months):
    for number in range(500):
        today = date(2025, 12, 20) + timedelta(days=number)
        latest = latest_start(today, months)
        assert ready_on(latest, months) <= today < ready_on(latest + timedelta(days=1), months)
        assert early_words(latest, months, today) == ""


def test_what_ended_before_its_months_had_passed_is_short():
    start, ready = date(2026, 1, 10), date(2026, 5, 1)
    assert ready_on(start, 3) == ready
    assert early_words(start, 3, date(2026, 4, 30)) == "采用满 3 个整月再看结果，2026-05-01 起。"
    assert short_words(start, date(2026, 4, 30), 3) == "采用不满 3 个整月就停止，不作评定。"
    assert short_words(start, ready, 3) == short_words(start, None, 3) == ""


def kept(world, practice, key, said, ends=None, judged_on=None):
    row = Adoption(
        practice=practice,
        organisation=world.places[key],
        starts=date(2025, 9, 1),
        ends=ends,
        result="kept",
        text="继续",
        reported_on=said,
        reported_by=world.secretary_b,
    )
    if judged_on:
        row.level, row.reason, row.judged_on, row.judged_by = "better", "见效", judged_on, world.staff
    row.save()


@pytest.mark.django_db
def test_an_adoption_counts_once_in_the_month_of_its_judgement_while_it_goes_on(world):
    practice = proven(world)
    kept(world, practice, "branch_b", date(2026, 3, 2), ends=date(2026, 3, 31), judged_on=date(2026, 3, 9))
    kept(world, practice, "branch_b", date(2026, 5, 2), ends=date(2026, 6, 1), judged_on=date(2026, 5, 9))
    kept(world, practice, "branch_b", date(2026, 9, 2), judged_on=date(2026, 9, 9))

    def months(as_of):
        counts = [adopted_counts(Period.parse(f"2026-{month:02}"), None, as_of) for month in range(1, 13)]
        return [number for number, found in enumerate(counts, 1) if found.get(world.branch_a.pk)]

    # What stopped in the month of its judgement counts nowhere, what stopped later stays, and adopted again it counts no more.
    assert months(date(2026, 12, 31)) == [5]
    assert months(date(2026, 5, 20)) == [5] and months(date(2026, 3, 20)) == [3]
    assert adopted_counts(Period.parse("2026"), None, date(2026, 12, 31)) == {world.branch_a.pk: 1}
    assert adopted_counts(Period.parse("2026"), [world.branch_b.pk], date(2026, 12, 31)) == {}


@pytest.mark.django_db
def test_a_practice_spreads_when_enough_go_on_at_once(world):
    first, second = proven(world), proven(world, title="一案一改")
    for practice, ends in ((first, date(2026, 4, 1)), (second, date(2026, 3, 31))):
        kept(world, practice, "branch_b", date(2026, 2, 1), ends=ends)
        kept(world, practice, "branch_c", date(2026, 3, 1))
        kept(world, practice, "general", date(2026, 3, 31))
    year = Period.parse("2026")
    assert spread_counts(year, None, date(2026, 12, 31)) == {world.branch_a.pk: 1}, "the second never had three at once"
    assert spread_counts(year, None, date(2026, 3, 30)) == {}
    assert Practice.objects.with_stage(date(2026, 3, 31)).get(pk=first.pk).kept == 3
    assert Practice.objects.with_stage(date(2026, 4, 1)).get(pk=first.pk).kept == 2
