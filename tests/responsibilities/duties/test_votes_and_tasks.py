"""A member's duties to vote and to do what he was given close by themselves, from attendance and from resolutions (decision 249)."""

from datetime import date
from importlib import import_module

import pytest
import time_machine
from django.apps import apps

from common.operator import OPERATOR
from members.activities.models import Attendance, Resolution
from members.activities.services.resolutions import resolution_done
from members.roster.models.members import Member
from members.roster.models.standing import PartyStatus, StageSpell
from responsibilities.duties.models import Duty
from tests.members.activities.records import submitted
from tests.members.development.written import at, until_vote
from tests.responsibilities.duties.world import duty, html, issue, issued, make, slots

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel("2026-11-28T09:00:00+08:00", tick=False):
        yield


@pytest.fixture
def member(world):
    issued(world)
    return Member.objects.get(account=world.member)


def told(key, member, as_of=None):
    return [(slot.expected, slot.done, slot.word) for slot in slots(key, as_of, member=member).values()]


def election(world, day, state="present", member=None):
    states = {} if member is None else {member: state}
    return submitted(world.branch_a, world.secretary_a, kinds=["election"], day=day, states=states)


def test_an_election_at_which_he_was_or_was_excused_closes_it(world, as_, member):
    assert told("mb-vote", member) == [(0, 0, "不适用")]
    election(world, date(2026, 11, 20))
    assert told("mb-vote", member) == [(1, 1, "已办结")]
    election(world, date(2026, 11, 21), "leave", member)
    assert told("mb-vote", member) == [(2, 2, "已办结")]
    election(world, date(2026, 11, 22), "absent", member)
    assert told("mb-vote", member)[0][:2] == (3, 2)
    spared = election(world, date(2026, 11, 23))
    Attendance.objects.filter(activity=spared, member=member).update(state="exempt")
    assert told("mb-vote", member)[0][:2] == (3, 2), "what he was spared is neither owed nor missed"
    submitted(world.branch_a, world.secretary_a, kinds=["assembly"], day=date(2026, 11, 24))
    assert told("mb-vote", member)[0][:2] == (3, 2), "an assembly that voted on nothing is none"
    page = html(as_("member").get(f"/duties/{duty('mb-vote', member=member).pk}/"))
    assert (
        "应参加选举和表决 3 次，出席或请假 2 次" in page and "报告" not in page.split("<main")[1].split("计入的记录")[0]
    )


def test_who_has_no_vote_owes_none(world, member):
    """基层组织选举工作条例 第五条 (elec-voters)."""
    election(world, date(2026, 11, 20))
    PartyStatus.objects.create(member=member, state="under_watch", starts=date(2026, 11, 1), document="处分决定")
    assert told("mb-vote", member) == [(0, 0, "不适用")]
    PartyStatus.objects.all().delete()
    StageSpell.objects.filter(member=member).update(stage="probationary")
    assert told("mb-vote", member) == [(0, 0, "不适用")]


def test_attendance_that_nobody_took_is_unknown_and_not_missed(world, member):
    row = election(world, date(2026, 11, 20))
    Attendance.objects.filter(activity=row, member=member).update(state="not_recorded")
    (slot,) = slots("mb-vote", member=member).values()
    assert slot.unknown and slot.text.endswith("1 次考勤未记录")


def test_a_meeting_that_voted_on_an_admission_is_a_vote(world):
    case = until_vote(world)
    held = case.entries.get(key="15").activity
    with at("2027-12-30"):
        make(year=2027)
        issue(year=2027)
        member = Member.objects.get(account=world.member)
        Attendance.objects.create(activity=held, member=member, organisation=world.branch_a, state="absent")
        assert told("mb-vote", member)[0][:2] == (1, 0)


def test_what_resolutions_give_him_closes_with_them_each_on_its_day(world, as_, member):
    assert told("mb-work", member) == [(0, 0, "不适用")]
    record = submitted(world.branch_a, world.secretary_a, day=date(2026, 11, 20))
    rows = [
        Resolution.objects.create(activity=record, order=order, text=text, owner=owner, due=due)
        for order, (text, owner, due) in enumerate(
            [
                ("整理学习台账", member, date(2026, 11, 27)),
                ("起草方案" * 12, member, date(2026, 12, 15)),
                ("没有时限的", member, None),
                ("别人的", world.people("branch_a")[0], date(2026, 12, 1)),
            ],
            start=10,
        )
    ]
    one, two = slots("mb-work", member=member).values()
    assert (one.key, one.name, one.due, one.state) == (
        f"task/{rows[0].pk}",
        "整理学习台账",
        date(2026, 11, 27),
        "overdue",
    )
    assert two.state == "open" and len(two.name) == 31
    assert "逾期" in html(as_("member").get(f"/duties/{duty('mb-work', member=member).pk}/"))
    resolution_done(by=OPERATOR, resolution=rows[0], done_on=date(2026, 11, 28))
    resolution_done(by=OPERATOR, resolution=rows[1], done_on=date(2026, 11, 26))
    one, two = slots("mb-work", member=member).values()
    assert (one.state, one.late, two.state, two.late) == ("closed", 1, "closed", 0)
    record.state = "returned"
    record.save()
    assert told("mb-work", member) == [(0, 0, "不适用")], "what does not count gives nobody anything to do"


def test_lists_that_were_issued_before_close_by_themselves_too(world, member):
    Duty.objects.filter(key="mb-vote").update(source="", detail="换届选举时参加，年底前报告一次；没有选举的写明没有")
    Duty.objects.filter(key="mb-work").update(source="", detail="由支部另行写明")
    Duty.objects.filter(key="br-fee").update(source="", period="quarter")
    Duty.objects.filter(key="br-dev").update(source="", period="month")
    module = import_module("responsibilities.migrations.0033_duties_close_by_themselves")
    module.close_by_themselves(apps, None)
    one, two = duty("mb-vote", member=member), duty("mb-work", member=member)
    assert (one.source, two.source) == ("votes", "tasks")
    assert one.detail.endswith("由系统按考勤认定") and two.detail == "由支部另行写明"
    fee = duty("br-fee", organisation=world.branch_a)
    assert (fee.source, fee.period) == ("requirements", "requirements")
    assert duty("br-dev", organisation=world.branch_a).source == "", "what somebody made otherwise stays so"
    module.as_before(apps, None)
    assert duty("mb-vote", member=member).source == ""
