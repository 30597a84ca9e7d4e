"""One code of a second factor given by two at once, on a database that locks row by row: one enters (control C09)."""

import pytest

from branches.access.models import FactorDevice
from branches.access.services.factor import factor_check
from tests.faults.at_once import at_once
from tests.security.factors import code_of, enrol

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif("__import__('django.db').db.connection.vendor != 'postgresql'", reason="needs row locks"),
]


@pytest.mark.parametrize("on_paper", [False, True])
def test_of_two_with_the_same_code_one_enters(on_paper, live_world):
    user = live_world.secretary_a
    device, codes = enrol(user)
    code = codes[0] if on_paper else code_of(device)
    answers = at_once(*[lambda: factor_check(user=user, code=code)] * 4)
    assert sorted(answer.right for answer in answers) == [False, False, False, True], answers
    assert FactorDevice.objects.get().recovery_codes.filter(used_at=None).count() == (9 if on_paper else 10)
