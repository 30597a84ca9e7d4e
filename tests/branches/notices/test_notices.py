"""Notices are read by their recipient, one or all, and the first time counts."""

import pytest

from branches.notices.models import Notice
from branches.notices.services import notice_send, notices_read
from common import clock
from common.operator import OPERATOR

pytestmark = pytest.mark.django_db


def test_one_or_all_of_ones_own_are_read_and_the_first_time_counts(world):
    Notice.objects.all().delete()
    first, second, foreign = (
        notice_send(by=OPERATOR, to=user, kind="work", text="有事") for user in (world.staff, world.staff, world.leader)
    )
    assert (notices_read(by=world.staff, pk=foreign.pk), notices_read(by=world.staff, pk=first.pk)) == (0, 1)
    moment = Notice.objects.get(pk=first.pk).read_at
    assert moment is not None and notices_read(by=world.staff) == 1
    assert Notice.objects.get(pk=first.pk).read_at == moment
    assert Notice.objects.get(pk=second.pk).read_at <= clock.now()
    assert Notice.objects.get(pk=foreign.pk).read_at is None
