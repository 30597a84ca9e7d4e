"""Duties at the edges of a year: what is due outside it, and a year that is over while people and branches change."""

from datetime import date

import pytest
import time_machine

from assessments.results.periods import counted_until
from assessments.results.selectors.scoring_items import duty_entries
from branches.access.services.appointments import appointment_end, appointment_make
from branches.places.models.departments import Department
from branches.places.services.departments import coverage_set
from branches.places.services.terms import term_set
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import Activity, ActivityKind
from members.roster.services.members import post_end
from responsibilities.duties.models import Duty
from responsibilities.duties.progress import duty_slots
from responsibilities.duties.services.portfolios import portfolio_make
from responsibilities.measures import DUTIES_DONE, duty_counts
from responsibilities.portfolios.models import LeaderPortfolio
from responsibilities.work.models import SyncStageKind, WorkKind
from responsibilities.work.services.items import WorkData, work_create
from tests.records import counted
from tests.responsibilities.duties.world import appoint, issued

YEAR, QUARTERS = Period.parse("2026"), [Period.parse(f"2026Q{number}") for number in (1, 2, 3, 4)]
LATER = "2027-03-01T10:00:00+08:00"


def owed(place, as_of=date(2026, 11, 24)):
    """Return (done, owed) of a place in the year and summed over its quarters."""
    lists = list(place.duty_lists.values_list("pk", flat=True))
    counts, _ = duty_counts([YEAR, *QUARTERS], lists, as_of)

    def of(period):
        rows = [row[DUTIES_DONE][:2] for (_, where), row in counts[period].items() if where == place.pk]
        return [sum(column) for column in zip(*rows)] or [0, 0]

    return of(YEAR), [sum(column) for column in zip(*map(of, QUARTERS))]


def scored(place):
    """Return how many duties of a place the quarters' scores reckon with."""
    as_of = date(2026, 11, 24)
    return sum(len(duty_entries(quarter, counted_until(quarter), [place.pk], as_of)) for quarter in QUARTERS)


@pytest.mark.parametrize("kind", ["term", "stage"])
def test_what_is_due_outside_the_year_counts_once_in_the_year_that_lists_it(world, kind):
    """A term that ran out the year before and is not renewed; a stage of the last days of December."""
    issued(world)
    before, _ = owed(world.branch_a)
    if kind == "term":
        term_set(by=OPERATOR, organisation=world.branch_a, starts=date(2022, 10, 1), expires=date(2025, 10, 1))
    else:
        data = WorkData(
            name="年终考核",
            kind=WorkKind.CITY,
            starts=date(2026, 12, 1),
            ends=date(2027, 1, 31),
            carriers=[world.branch_a],
            planned={SyncStageKind.STUDY: date(2026, 12, 28)},
        )
        work_create(by=OPERATOR, organisation=world.committee, data=data)
    year, quarters = owed(world.branch_a)
    assert year == [before[0], before[1] + 1]
    assert quarters == year
    assert scored(world.branch_a) == year[1]


def held_by(place, kind, day, **columns):
    record = Activity.objects.create(organisation=place, day=day, title="会议", state="accepted", **columns)
    ActivityKind.objects.create(activity=record, kind=kind)
    counted(record, record.valid)
    return record


def states(duties):
    return {(key, slot.key): (slot.state, slot.expected, slot.done) for key, one in duties.items() for slot in one}


def test_a_year_that_is_over_stays_as_it_was_when_posts_and_coverage_change(world):
    issued(world)
    office = Department.objects.create(name="综合处")
    coverage_set(by=OPERATOR, department=office, organisation=world.branch_a, starts=date(2026, 1, 1))
    portfolio_make(
        by=OPERATOR, organisation=world.root, leader=world.leader, department=office, starts=date(2026, 1, 1)
    )
    for number in range(1, 13):
        held_by(world.root, "party_special", date(2026, number, 5), chair_name=world.party_secretary.name)
        held_by(world.root, "study_group", date(2026, number, 6), chair_name=world.party_secretary.name)
    held_by(world.branch_b, "lecture", date(2026, 4, 7), lecturer_name=world.party_secretary.name)

    def pictured():
        rows = Duty.objects.exclude(list__level="member").select_related(
            "list__organisation", "list__holder", "list__member"
        )
        found = duty_slots(rows)
        return states({f"{row.list_id} {row.key}": found[row.pk] for row in rows})

    with time_machine.travel("2027-01-10T10:00:00+08:00", tick=False):
        before = pictured()
        assert ("closed" in {state for state, _, _ in before.values()}) and LeaderPortfolio.objects.exists()
    with time_machine.travel(LATER, tick=False):
        appointment_end(
            by=OPERATOR,
            appointment=appoint(world.party_secretary, "party_group_secretary", world.root),
            ends=date(2027, 1, 31),
        )
        appointment_make(
            by=OPERATOR,
            user=world.outsider,
            role="party_group_secretary",
            organisation=world.root,
            starts=date(2027, 2, 1),
        )
        coverage_set(by=OPERATOR, department=office, organisation=world.branch_b, starts=date(2027, 2, 1))
        post_end(by=OPERATOR, post=world.branch_a.posts.get(kind="secretary"), ends=date(2027, 2, 1))
        after = pictured()
    assert {key: (value, after[key]) for key, value in before.items() if after[key] != value} == {}
