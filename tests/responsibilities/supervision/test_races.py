"""Two at once: numbers stay unique, exactly one reviewer wins, an overdue notice is told of once."""

from datetime import timedelta

import pytest
from django.db import connection

from branches.notices.models import Notice
from common import clock
from common.errors import Conflict
from responsibilities.supervision.models import Supervision
from responsibilities.supervision.services.escalation import supervisions_escalate
from responsibilities.supervision.services.notices import (
    supervision_accept,
    supervision_issue,
    supervision_reply,
    supervision_return,
)
from responsibilities.supervision.services.problems import problem_done, problems_write
from tests.members.activities.test_races import _at_once

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs rows that are locked one by one"),
]
assert connection


def issued(world, **options):
    due = clock.today() + timedelta(days=3)
    return supervision_issue(
        by=world.staff, organisation=world.branch_a, title="事项", expected="报告", due=due, **options
    )


def test_two_notices_at_once_get_two_numbers(live_world):
    made = _at_once(*[lambda: issued(live_world)] * 4)
    assert sorted(notice.number for notice in made) == [1, 2, 3, 4], made


def test_of_two_reviewers_exactly_one_wins(live_world):
    notice = issued(live_world)
    supervision_reply(by=live_world.secretary_a, supervision=notice, text="已办理")

    def one():
        return supervision_accept(by=live_world.staff, supervision=Supervision.objects.get())

    def other():
        return supervision_return(by=live_world.discipline, supervision=Supervision.objects.get(), reason="缺佐证")

    results = _at_once(one, other)
    assert sum(isinstance(result, Conflict) for result in results) == 1, results
    reply = notice.replies.get()
    assert (Supervision.objects.get().state == "closed") is bool(reply.accepted)


def test_the_last_two_problems_struck_off_at_once_close_the_notice(live_world):
    notice = issued(live_world, problems=["一", "二"])
    supervision_reply(by=live_world.secretary_a, supervision=notice, text="已办理")
    rows = [(row, row.problem, "措施") for row in notice.problems.all()]
    problems_write(by=live_world.secretary_a, supervision=notice, rows=rows)
    supervision_accept(by=live_world.staff, supervision=notice)
    today = clock.today()
    calls = [
        lambda row=row: problem_done(by=live_world.secretary_a, problem=row, done_on=today)
        for row in notice.problems.all()
    ]
    _at_once(*calls)
    assert Supervision.objects.get().state == "closed"


def test_two_workers_tell_of_an_overdue_notice_once(live_world):
    issued(live_world)
    later = clock.today() + timedelta(days=9)
    assert sorted(_at_once(lambda: supervisions_escalate(later), lambda: supervisions_escalate(later))) == [0, 1]
    assert Notice.objects.filter(about__endswith="/overdue").count() == 2
