"""Requirements against a slow reference written from the documents, on random agencies, day by day."""

from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from branches.places import tree
from branches.places.models.organisations import Organisation
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import Activity, ActivityKind, Attendance
from members.activities.services.records import mark_activity
from members.roster.services.members import member_transfer
from responsibilities.requirements.models import Exemption
from responsibilities.requirements.selectors import one_requirement, requirements
from tests.examples import examples
from tests.records import counted
from tests.responsibilities.random_year import YEAR, Agency
from tests.responsibilities.requirements.slow_requirements import Slow

DAYS = [
    date(YEAR, 11, 24),
    date(YEAR, 6, 30),
    date(YEAR, 3, 26),
    date(YEAR, 10, 1),
    date(YEAR, 12, 31),
    date(YEAR + 1, 1, 1),
]


def quick(span, as_of, organisations=None):
    return {
        (row.organisation, row.rule, str(row.period)): (row.expected, row.done, str(row.state), row.due)
        for row in requirements(Period.parse(span), as_of=as_of, organisations=organisations)
    }


@settings(
    max_examples=examples(25), derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(seed=st.integers(0, 10**6), as_of=st.sampled_from(DAYS))
def test_the_set_based_function_gives_what_walking_every_day_gives(world, seed, as_of):
    with transaction.atomic():
        agency = Agency(world, seed)
        agency.build()
        slow = Slow(as_of).rows(YEAR)
        assert quick(str(YEAR), as_of) == slow
        # A shorter span and a few places are cut-outs of the same answer.
        assert quick(f"{YEAR}Q3", as_of) == {
            key: row for key, row in slow.items() if key[2] in ("2026Q3", "2026-07", "2026-08", "2026-09")
        }
        wanted = [agency.branches[0].pk, *[group.pk for group in agency.groups[agency.branches[0].pk]]]
        few = quick(str(YEAR), as_of, wanted)
        assert {key: row for key, row in few.items() if key[0] in wanted} == {
            key: row for key, row in slow.items() if key[0] in wanted
        }
        transaction.set_rollback(True)


def state_of(place, rule, period, as_of):
    return one_requirement(place, rule, Period.parse(period), as_of)


def held(place, kind, day, **values):
    record = Activity.objects.create(organisation=place, day=day, title="一次", **({"state": "accepted"} | values))
    ActivityKind.objects.create(activity=record, kind=kind)
    counted(record, record.valid)
    return record


@pytest.mark.parametrize(
    ("as_of", "state"),
    [
        (date(2026, 9, 1), "not_due"),
        (date(2026, 9, 22), "not_due"),
        (date(2026, 9, 23), "due_soon"),
        (date(2026, 9, 30), "due_soon"),
        (date(2026, 10, 1), "overdue"),
    ],
)
def test_an_unmet_requirement_is_due_soon_seven_days_before_and_overdue_the_day_after(world, as_of, state):
    assert state_of(world.branch_b, "life-assembly-q", "2026Q3", as_of).state == state


@pytest.mark.parametrize("counts", ["submitted", "accepted"])
def test_a_record_meets_its_requirement_from_submission_on(world, counts):
    held(world.branch_b, "assembly", date(2026, 8, 4), state=counts)
    assert state_of(world.branch_b, "life-assembly-q", "2026Q3", date(2026, 9, 1)).state == "met"


@pytest.mark.parametrize(
    "without", [{"state": "returned"}, {"state": "draft"}, {"state": "cancelled"}, {"valid": False}]
)
def test_returned_unfinished_and_inquorate_records_meet_nothing(world, without):
    held(world.branch_b, "assembly", date(2026, 8, 4), **without)
    row = state_of(world.branch_b, "life-assembly-q", "2026Q3", date(2026, 10, 2))
    assert (row.state, row.done) == ("overdue", 0)


def test_a_late_record_and_a_made_up_one_are_met_late_and_made_up_ones_not_counted_twice(world):
    held(world.branch_b, "theme_day", date(2026, 8, 4), late=True)
    held(world.branch_b, "theme_day", date(2026, 10, 9), makes_up_for=date(2026, 9, 1))
    states = {
        period: state_of(world.branch_b, "life-theme-day", period, date(2026, 11, 24)).state
        for period in ("2026-08", "2026-09", "2026-10")
    }
    assert states == {"2026-08": "met_late", "2026-09": "met_late", "2026-10": "overdue"}


def test_an_exempted_requirement_is_exempt_whatever_was_held(world):
    Exemption.objects.create(
        organisation=world.branch_b,
        rules=["life-assembly-q"],
        first=date(2026, 7, 1),
        last=date(2026, 9, 30),
        reason="同意顺延",
    )
    held(world.branch_b, "assembly", date(2026, 8, 4))
    assert state_of(world.branch_b, "life-assembly-q", "2026Q3", date(2026, 10, 2)).state == "exempt"


def test_not_applicable_says_why(world):
    day = date(2026, 11, 24)
    no_committee = state_of(world.branch_b, "life-committee-m", "2026-10", day)
    no_groups = state_of(world.branch_b, "life-group-m", "2026-10", day)
    assert {(row.state, row.expected) for row in (no_committee, no_groups)} == {("not_applicable", 0)}
    assert no_committee.reason and no_groups.reason
    assert state_of(world.branch_a, "life-committee-m", "2026-10", day).state == "overdue"
    assert state_of(world.branch_a, "life-group-m", "2026-10", day) is None
    assert state_of(world.group_a1, "life-group-m", "2026-10", day).state == "overdue"


def test_the_month_of_founding_counts_when_at_least_half_of_its_days_remain(world):
    """Case 33 of the scheme file, and the day after half of the month has gone."""
    early, late = (
        tree.organisation_create(by=OPERATOR, name=f"新{day}", kind="branch", parent=world.committee, founded=day)
        for day in (date(2026, 11, 10), date(2026, 11, 17))
    )
    rows = [
        row for row in requirements(Period.parse("2026Q4"), as_of=date(2026, 12, 31)) if row.rule == "life-theme-day"
    ]
    owed = {
        place.pk: [str(row.period) for row in rows if row.organisation == place.pk and row.expected]
        for place in (early, late)
    }
    assert owed == {early.pk: ["2026-11", "2026-12"], late.pk: ["2026-12"]}


def test_a_talk_follows_the_member_into_his_new_branch(world):
    member = world.people("branch_a")[0]
    talk = held(world.branch_a, "talk", date(2026, 2, 10))
    Attendance.objects.create(activity=talk, member=member, organisation=world.branch_a, state="present")
    member_transfer(by=OPERATOR, member=member, branch=world.branch_b, on=date(2026, 5, 1))
    day = date(2026, 11, 24)
    old, new = (state_of(place, "life-talks", "2026", day) for place in (world.branch_a, world.branch_b))
    assert (old.expected, old.done) == (5, 0)
    assert (new.expected, new.done, new.records) == (4, 1, [talk.pk])
    assert member.pk not in new.missing


def test_the_facts_of_the_new_branch_follow_when_the_old_branch_takes_the_talk_back(world):
    member = world.people("branch_a")[0]
    talk = held(world.branch_a, "talk", date(2026, 2, 10))
    Attendance.objects.create(activity=talk, member=member, organisation=world.branch_a, state="present")
    member_transfer(by=OPERATOR, member=member, branch=world.branch_b, on=date(2026, 5, 1))
    fact = {"organisation": world.branch_b, "measure": "requirement.life-talks", "period": "2026"}
    rollups.fill(as_of=date(2026, 11, 24))
    assert Fact.objects.get(**fact).numerator == 1
    Activity.objects.filter(pk=talk.pk).update(state="returned")
    mark_activity(talk)
    rollups.fill(as_of=date(2026, 11, 24))
    assert Fact.objects.get(**fact).numerator == 0


def test_who_may_not_read_a_talk_held_elsewhere_sees_only_that_there_is_one(world, as_):
    member = world.people("branch_a")[0]
    talk = held(world.branch_a, "talk", date(2026, 2, 10))
    Activity.objects.filter(pk=talk.pk).update(title="甲处的一次谈话")
    Attendance.objects.create(activity=talk, member=member, organisation=world.branch_a, state="present")
    member_transfer(by=OPERATOR, member=member, branch=world.branch_b, on=date(2026, 5, 1))
    address = f"/requirements/{world.branch_b.pk}/life-talks/2026/"
    own = as_("secretary_b").get(address).content.decode()
    assert "另有 1 条由其他党组织登记" in own and "甲处的一次谈话" not in own
    assert "甲处的一次谈话" in as_("staff").get(address).content.decode()


def test_a_group_that_moved_away_within_the_month_is_owed_the_same_whoever_is_asked_about(world):
    tree.organisation_move(
        by=OPERATOR, organisation=world.group_a1, parent=Organisation.objects.get(pk=world.branch_b.pk)
    )
    first, second = world.group_a1.versions.order_by("starts")
    type(first).objects.filter(pk=first.pk).update(ends=date(2026, 6, 22))
    type(first).objects.filter(pk=second.pk).update(starts=date(2026, 6, 23))
    key = world.group_a1.pk, "life-group-m", "2026-06"
    whole = quick("2026-06", date(2026, 11, 24))[key]
    assert whole[3] == date(2026, 6, 30)
    for place in (world.branch_a, world.branch_b, world.group_a1):
        assert quick("2026-06", date(2026, 11, 24), [place.pk])[key] == whole, place


def test_a_branch_owes_group_meetings_as_its_groups_stood_on_the_days_of_each_month(world):
    tree.organisation_move(
        by=OPERATOR, organisation=world.group_a1, parent=Organisation.objects.get(pk=world.branch_b.pk)
    )
    first, second = world.group_a1.versions.order_by("starts")
    type(first).objects.filter(pk=first.pk).update(ends=date(2026, 6, 30))
    type(first).objects.filter(pk=second.pk).update(starts=date(2026, 7, 1))
    rows = quick("2026", date(2026, 11, 24))
    assert rows[world.branch_b.pk, "life-group-m", "2026-06"][2] == "not_applicable"
    assert (world.branch_b.pk, "life-group-m", "2026-07") not in rows
