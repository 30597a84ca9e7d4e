"""Writes of notices of supervision."""

from datetime import timedelta

from responsibilities.supervision.services.notices import (
    supervision_accept,
    supervision_close,
    supervision_issue,
    supervision_prolong,
    supervision_reply,
)
from tests.assessments.facts.writes.agency import TODAY, write


def _notice(a, **changes):
    values = {"title": "补记录", "expected": "补齐", "due": TODAY + timedelta(days=5)} | changes
    return supervision_issue(by=a.world.staff, organisation=a.world.branch_a, **values)


@write
def issued(a):
    yield
    _notice(a)


@write
def prolonged(a):
    row = _notice(a)
    yield
    supervision_prolong(by=a.world.staff, supervision=row, due=TODAY + timedelta(days=20), reason="等场地")


@write
def replied(a):
    row = _notice(a)
    yield
    supervision_reply(by=a.world.secretary_a, supervision=row, text="已补")


@write
def accepted(a):
    row = _notice(a)
    supervision_reply(by=a.world.secretary_a, supervision=row, text="已补")
    yield
    supervision_accept(by=a.world.staff, supervision=row)


@write
def closed(a):
    row = _notice(a)
    yield
    supervision_close(by=a.world.staff, supervision=row, reason="查清")


@write
def personal_notice_closed(a):
    row = supervision_issue(
        by=a.world.staff,
        organisation=a.world.root,
        holder=a.world.leader,
        title="联系支部",
        expected="去一次",
        due=TODAY + timedelta(days=5),
    )
    yield
    supervision_close(by=a.world.staff, supervision=row, reason="查清")
