"""Pure decisions on practices, and the month to which a judgement belongs."""

import pytest

from responsibilities.practices.models import Adoption
from responsibilities.practices.rules import step_lines
from responsibilities.practices.services.adoptions import adoption_judge
from tests.responsibilities.practices.support import ago, judged


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
