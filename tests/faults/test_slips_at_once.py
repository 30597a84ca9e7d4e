"""Two who make accounts for one person, print one slip anew, or sign in with one code at once: one does."""

import pytest

from branches.access.models import CodeSlip, User
from branches.access.services.accounts import account_create
from branches.access.services.slips import code_use, slip_use
from common.errors import Conflict
from common.operator import OPERATOR
from members.slips.services import Printed, members_make, slips_again
from tests.faults.at_once import at_once

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif("__import__('django.db').db.connection.vendor != 'postgresql'", reason="needs row locks"),
]


def test_of_two_at_once_one_does(live_world):
    member, place = live_world.people("branch_a")[4], live_world.branch_a
    makers = [live_world.secretary_a, live_world.staff]
    names = iter(["jiawu", "jiawu5"])
    made = at_once(
        *[
            lambda by=by, name=name: members_make(by=by, place=place, names={member.pk: name})
            for by, name in zip(makers, names, strict=True)
        ]
    )
    assert sorted(type(one).__name__ for one in made) == ["Conflict", "list"], made
    slip = CodeSlip.objects.get()
    again = at_once(*[lambda by=by: slips_again(by=by, slips=[slip.pk]) for by in makers])
    assert [one for one in again if isinstance(one, Conflict)] and CodeSlip.objects.filter(
        replaced_at=None
    ).count() == 1
    printed = next(one[0] for one in again if isinstance(one, list))
    assert isinstance(printed, Printed) and User.objects.get(pk=slip.user_id).check_password(printed.code)
    assert sorted(at_once(*[lambda: slip_use(printed.slip.user)] * 4)) == [False, False, False, True]
    user, _ = account_create(by=OPERATOR, username="newcomer", name="新人")
    assert sorted(at_once(*[lambda: code_use(user)] * 4)) == [False, False, False, True]
