"""So many numbers in full a day and account: 429 beyond, the auditors told at half and at the limit, and no race."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings

from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from common import clock
from common.errors import TooMany
from common.operator import OPERATOR
from members.roster.models.members import Member
from members.roster.services.unmask import member_unmask
from tests.members.activities.test_races import _at_once
from tests.world import identity


def _unmask(client, member):
    return client.post(f"/members/{member.pk}/unmask/", {"field": "identity", "reason": "核对档案"})


def _told():
    return list(Notice.objects.filter(kind="security").order_by("pk").values_list("text", flat=True))


@pytest.mark.django_db
@override_settings(UNMASKS_PER_DAY=4)
def test_beyond_the_limit_nothing_is_shown_until_midnight_and_the_auditors_were_told(world, as_):
    member, client = world.people("branch_a")[3], as_("committee_secretary")
    told = []
    for _ in range(4):
        assert _unmask(client, member).status_code == 200
        told.append(len(_told()))
    assert told == [0, 1, 1, 2]
    assert "一半" in _told()[0] and "已达每日上限" in _told()[1] and world.committee_secretary.username in _told()[0]
    assert set(Notice.objects.filter(kind="security").values_list("recipient__username", flat=True)) == {"auditor"}
    assert AuditEntry.objects.filter(verb="member.unmask_alarm").count() == 2
    assert AuditEntry.objects.filter(verb="member.unmask").count() == 4
    answer = _unmask(client, member)
    page = answer.content.decode()
    assert answer.status_code == 429 and 0 < int(answer["Retry-After"]) <= 86400
    tomorrow = clock.in_words(clock.today() + timedelta(days=1))
    assert f"{tomorrow} 0 时起可以再查看" in page and identity(4) not in page and "忘记密码" not in page
    assert AuditEntry.objects.filter(verb="member.unmask").count() == 4
    assert member_unmask(by=OPERATOR, member=member, field="identity", reason="核对") == identity(4)


@pytest.mark.django_db
@override_settings(UNMASKS_PER_DAY=1)
def test_the_limit_is_of_an_account_and_of_a_day(world, monkeypatch):
    member = world.people("branch_a")[3]

    def look(by):
        return member_unmask(by=by, member=member, field="phone", reason="联系")

    look(world.committee_secretary)
    with pytest.raises(TooMany):
        look(world.committee_secretary)
    tomorrow = clock.midnight() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(clock, "real_now", lambda: tomorrow)
    assert look(world.committee_secretary)


@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs two connections that write at once")
def test_of_many_at_once_as_many_pass_as_the_limit_allows(live_world, settings):
    settings.UNMASKS_PER_DAY = 3
    assert connection
    member = Member.objects.get(pk=live_world.people("branch_a")[3].pk)

    def look():
        return member_unmask(by=live_world.committee_secretary, member=member, field="identity", reason="核对")

    results = _at_once(*[look] * 6)
    assert sum(result == identity(4) for result in results) == 3, results
    assert sum(isinstance(result, TooMany) for result in results) == 3
    assert AuditEntry.objects.filter(verb="member.unmask").count() == 3
