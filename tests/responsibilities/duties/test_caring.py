"""Duties of care and of commitments close by themselves, each by its own level's act alone."""

from datetime import date

import pytest
import time_machine

from common.operator import OPERATOR
from members.commitments.models import Commitment, Pledge
from members.commitments.services.deciding import branch_appraise
from members.commitments.services.saying import pledge_say
from members.roster.models.members import Member, Membership
from responsibilities.duties.models import Duty
from responsibilities.portfolios.models import LeaderPortfolio
from tests.members.activities.records import submitted
from tests.members.care.made import happened, marked, visited
from tests.members.commitments.made import published, review_meeting
from tests.responsibilities.duties.world import issued, slots

pytestmark = pytest.mark.django_db


@pytest.fixture
def lists(world):
    Membership.objects.update(starts=date(2024, 1, 1))
    with time_machine.travel("2026-11-28T09:00:00+08:00", tick=False):
        issued(world)
        Duty.objects.filter(key="br-promise").update(source="commitments")
        yield world


def told(key, **chosen):
    return {name: (one.expected, one.done, one.late, one.state) for name, one in slots(key, **chosen).items()}


def went(place, people, day, **more):
    with time_machine.travel(f"{day}T18:00:00+08:00", tick=False):
        return visited(place, people, day=day, **more)


def test_a_branch_visits_month_by_month(lists):
    world = lists
    one, other = world.people("branch_a")[2:4]
    assert told("br-care", organisation=world.branch_a) == {"2026": (0, 0, 0, "not_applicable")}
    marked(one, day=date(2025, 5, 1))
    marked(one, "frail", day=date(2025, 5, 1))
    happened(other, day=date(2026, 3, 10))
    assert told("br-care", organisation=world.branch_a) == {
        "2026-02": (1, 0, 0, "overdue"),
        "2026-04": (1, 0, 0, "overdue"),
    }, "two marks are one occasion"
    went(world.branch_a, [one], date(2026, 2, 3))
    went(world.branch_a, [other], date(2026, 4, 20), kind="talk")
    assert told("br-care", organisation=world.branch_a) == {
        "2026-02": (1, 1, 0, "closed"),
        "2026-04": (1, 1, 1, "closed"),
    }
    slot = slots("br-care", organisation=world.branch_a)["2026-02"]
    assert one.name not in slot.text and slot.text == "应走访 1 人次，已走访 1 人次"


def test_the_committee_closes_by_its_own_visit_alone(lists):
    world = lists
    one = world.people("branch_a")[2]
    marked(one, day=date(2025, 5, 1))
    went(world.branch_a, [one], date(2026, 2, 3))
    assert told("cm-care", organisation=world.committee) == {"2026": (1, 0, 0, "overdue")}
    assert "下级落实 1/1" in slots("cm-care", organisation=world.committee)["2026"].text
    went(world.committee, [one], date(2026, 2, 10))
    assert told("cm-care", organisation=world.committee) == {"2026": (1, 1, 0, "closed")}


def test_a_leader_is_named_in_the_visit_at_his_contact_branch(lists):
    world = lists
    assert slots("ld-care", holder=world.leader)["2026"].words, "without a contact branch nobody can say"
    LeaderPortfolio.objects.create(
        leader=world.leader, organisation=world.root, contact=world.branch_a, starts=date(2026, 1, 1)
    )
    assert told("ld-care", holder=world.leader) == {"2026": (0, 0, 0, "not_applicable")}, "nobody is to be visited"
    one = world.people("branch_a")[2]
    marked(one, day=date(2025, 5, 1))
    went(world.branch_a, [one], date(2026, 2, 3))
    assert told("ld-care", holder=world.leader) == {"2026": (1, 0, 0, "overdue")}
    went(world.branch_a, [one], date(2026, 2, 5), title=f"{world.leader.name}走访")
    assert told("ld-care", holder=world.leader) == {"2026": (1, 1, 0, "closed")}


def test_a_branchs_round_closes_when_all_are_published_and_judged(lists):
    world = lists
    Membership.objects.filter(member__home=world.branch_a).update(starts=date(2025, 1, 1))
    people = world.people("branch_a")
    for member in people[2:]:
        Member.objects.filter(pk=member.pk).update(exempt_from=date(2026, 1, 1))
    rows = [published(member) for member in people[:1]]
    slot = slots("br-promise", organisation=world.branch_a)["2026"]
    assert (slot.expected, slot.done, slot.state) == (1, 0, "open")
    assert slot.text == "应作承诺 2 人，已公开 1 人，已评定 0 人"
    rows.append(published(people[1]))
    meeting = review_meeting(world)
    grades = {pledge.pk: "fulfilled" for pledge in Pledge.objects.filter(commitment__in=rows)}
    branch_appraise(by=OPERATOR, branch=world.branch_a, year=2026, meeting=meeting, grades=grades)
    assert told("br-promise", organisation=world.branch_a) == {"2026": (1, 1, 0, "closed")}
    assert told("br-promise", organisation=world.branch_b)["2026"][3] == "open"


def test_a_members_own_closes_when_all_his_pledges_are_kept(lists):
    world = lists
    member = Member.objects.get(account=world.member)
    assert told("mb-promise", member=member) == {"2026": (1, 0, 0, "open")}
    row = published(member)
    for pledge in row.pledges.all():
        pledge_say(by=OPERATOR, pledge=pledge, own="fulfilled")
    assert told("mb-promise", member=member) == {"2026": (1, 1, 1, "closed")}, "published after the agency's day"
    Commitment.objects.update(published_on=date(2026, 1, 31))
    assert told("mb-promise", member=member) == {"2026": (1, 1, 0, "closed")}
    Member.objects.filter(pk=member.pk).update(exempt_from=date(2026, 1, 1))
    assert told("mb-promise", member=member) == {"2026": (0, 0, 0, "not_applicable")}


def test_a_visit_with_another_meeting_in_one_record_names_nobody(lists):
    world = lists
    one = world.people("branch_a")[2]
    marked(one, day=date(2025, 5, 1))
    with time_machine.travel("2026-02-03T18:00:00+08:00", tick=False):
        submitted(world.branch_a, world.secretary_a, kinds=["theme_day", "visit"], day=date(2026, 2, 3))
    assert told("br-care", organisation=world.branch_a) == {"2026-02": (1, 0, 0, "overdue")}
