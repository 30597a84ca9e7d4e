import threading
from collections import defaultdict
from datetime import date
from unittest.mock import patch

from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.facts import fill as rollups
from assessments.facts.models import Fact, FactPart, FillState
from branches.jobs.marks import ROSTER
from branches.jobs.models import ChangeMark
from branches.places import tree
from branches.places.models.organisations import Organisation
from common import database
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import Activity, Attendance
from members.activities.services.states import mark_activity
from responsibilities.requirements.selectors import requirements
from responsibilities.work.judged import JudgedPlace, JudgedPoint, JudgedRecord
from responsibilities.work.services.judged import _COLUMNS
from tests.assessments.facts.only import few
from tests.assessments.facts.random_agency import build, record
from tests.examples import examples

AS_OF = date(2026, 11, 24)


def ancestors(place):
    """Itself and everybody above, by walking the parents (not the intervals)."""
    while place is not None:
        yield place.pk
        place = place.parent


def slow_activities(period):
    """One record at a time: who kept it, who stands above, which kinds."""
    counted = defaultdict(int)
    for activity in Activity.objects.filter(state__in=["submitted", "accepted"]):
        if activity.day in period and activity.day <= AS_OF:
            for kind in activity.codes:
                for place in ancestors(activity.organisation):
                    counted[place, f"activities.{kind}"] += 1
    return dict(counted)


def slow_attendance(period):
    counted, totals = defaultdict(int), defaultdict(int)
    for row in Attendance.objects.filter(activity__state__in=["submitted", "accepted"]):
        if row.activity.day in period and row.activity.day <= AS_OF:
            for place in ancestors(row.organisation):
                counted[place, f"attendance.{row.state}"] += 1
                totals[place] += 1
    return {key: (number, totals[key[0]]) for key, number in counted.items()}


def slow_requirements(period):
    done, owed = defaultdict(int), defaultdict(int)
    for row in requirements(period, as_of=AS_OF):
        if row.period == period and row.applies:
            for place in ancestors(Organisation.objects.get(pk=row.organisation)):
                done[place, f"requirement.{row.rule}"] += min(row.done, row.expected)
                owed[place, f"requirement.{row.rule}"] += row.expected
    return {key: (done[key], owed[key]) for key in owed}


def stored(family, period):
    rows = Fact.objects.filter(family=family, period=str(period))
    return {(row.organisation_id, row.measure): (row.numerator, row.denominator) for row in rows}


def same_as_slow(period):
    activities = {key: values[0] for key, values in stored("activities", period).items() if values[0]}
    assert activities == slow_activities(period)
    attendance = {key: values for key, values in stored("attendance", period).items() if values[0]}
    assert attendance == slow_attendance(period)


def picture():
    columns = (
        "family",
        "measure",
        "organisation_id",
        "period",
        "numerator",
        "denominator",
        "late",
        "overdue",
        "own_numerator",
        "own_denominator",
        "state",
        "due",
        "waiting",
        "returned",
    )
    parts = FactPart.objects.values_list("family", "thing", "period", "own")
    return {*Fact.objects.values_list(*columns), *((*row, str(own)) for *row, own in parts), *judged()}


def judged():
    """Return the points of business work as they are kept, each with its places and records."""
    beside = {}
    for row in (*JudgedPlace.objects.all(), *JudgedRecord.objects.all()):
        beside.setdefault(row.point_id, []).append(f"{type(row).__name__} {_of(row)}")
    points = JudgedPoint.objects.values_list("pk", "item", *_COLUMNS)
    return {("judged", item, *map(str, columns), *sorted(beside.get(pk, ()))) for pk, item, *columns in points}


def _of(row):
    return row.organisation_id if isinstance(row, JudgedPlace) else row.activity_id


@settings(
    max_examples=examples(8),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(1, 10_000))
def test_facts_equal_a_slow_count_on_random_trees(world, seed):
    with transaction.atomic(), patch.object(rollups, "FAMILIES", few("activities", "attendance", "requirement")):
        build(world, seed, records=15)
        rollups.fill(as_of=AS_OF)
        for text in ("2026-03", "2026-11", "2026Q2", "2026H1", "2026"):
            same_as_slow(Period.parse(text))
        for text in ("2026-05", "2026Q3", "2026"):
            period = Period.parse(text)
            facts = {key: values for key, values in stored("requirement", period).items() if values[1]}
            assert facts == slow_requirements(period)
        transaction.set_rollback(True)


def test_changes_carried_up_the_tree_equal_a_rebuild(world):
    chance = build(world, 7)
    rollups.fill(as_of=AS_OF)
    branch = Organisation.objects.get(short_name="branch7-0")
    people = [row.member for row in branch.memberships.all()]
    for _ in range(6):
        mark_activity(record(chance, branch, list(branch.children.all()), people))
    gone = Activity.objects.filter(organisation=branch, state="accepted").first()
    Activity.objects.filter(pk=gone.pk).update(state="returned")
    mark_activity(gone)
    outcome = rollups.fill(as_of=AS_OF)
    assert outcome.mended > 0
    mended = picture()
    assert ChangeMark.objects.count() == 0
    rollups.fill(as_of=AS_OF, rebuild=True)
    assert picture() == mended


def test_a_moved_branch_takes_its_facts_along_from_that_period_on(world):
    build(world, 11)
    rollups.fill(as_of=AS_OF)
    tree.organisation_move(
        by=OPERATOR,
        organisation=Organisation.objects.get(short_name="branch11-0"),
        parent=Organisation.objects.get(pk=world.committee.pk),
    )
    rollups.fill(as_of=AS_OF)
    after = picture()
    rollups.fill(as_of=AS_OF, rebuild=True)
    assert picture() == after


def test_a_half_done_slot_is_undone_and_filled(world):
    build(world, 5)
    rollups.fill(as_of=AS_OF)
    whole = picture()
    Fact.objects.filter(family="activities", period="2026-03").first().delete()
    FillState.objects.filter(family="activities", period="2026-03").update(state=FillState.State.STARTED)
    outcome = rollups.fill(as_of=AS_OF)
    assert outcome.filled >= 1
    assert picture() == whole


def test_nothing_to_do_does_nothing(world):
    build(world, 3, records=5)
    rollups.fill(as_of=AS_OF)
    outcome = rollups.fill(as_of=AS_OF)
    assert (outcome.filled, outcome.mended, outcome.busy) == (0, 0, False)


def test_a_day_that_passes_makes_things_overdue_without_any_change(world):
    rollups.fill(as_of=date(2026, 10, 31))
    fact = {"measure": "requirement.life-theme-day", "period": "2026-10", "organisation": world.branch_b}
    assert Fact.objects.get(**fact).state == "due_soon"
    rollups.fill(as_of=date(2026, 11, 1))
    assert Fact.objects.get(**fact).state == "overdue"
    assert Fact.objects.get(measure=fact["measure"], period="2026-10", organisation=world.root).overdue == 3


def _selects():
    """Count as they run: a log of queries keeps no more than the last nine thousand."""
    asked = []

    def note(execute, sql, *rest):
        asked.append(sql.startswith("SELECT"))
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        rollups.fill(as_of=AS_OF, rebuild=True)
    return sum(asked)


def test_the_number_of_reads_does_not_depend_on_the_number_of_records(world):
    few, many = [], []
    for seed, branches, counted in ((21, 2, few), (22, 4, many)):
        build(world, seed, branches=branches, records=120)
        # What is held on a roster that changed just now is judged record by record; that is no read of facts.
        ChangeMark.objects.filter(subject=ROSTER).delete()
        counted.append(_selects())
    assert few == many


def test_two_fills_never_overlap(live_world):
    if connection.vendor == "sqlite":
        with database.exclusive(rollups.FILL_LOCK) as free:
            assert free
            assert rollups.fill(as_of=AS_OF).busy
        assert not rollups.fill(as_of=AS_OF).busy
        return
    results, ready, done = [], threading.Event(), threading.Event()

    def hold():
        with database.exclusive(rollups.FILL_LOCK) as free:
            results.append(free)
            ready.set()
            done.wait(10)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    ready.wait(10)
    busy = rollups.fill(as_of=AS_OF).busy
    done.set()
    thread.join()
    assert results == [True]
    assert busy
    assert not rollups.fill(as_of=AS_OF).busy


def test_facts_within_a_period_leave_out_longer_ones(world):
    rollups.fill(as_of=AS_OF)
    for text in ("2026Q3", "2026-10", "2026"):
        span = Period.parse(text)
        assert {Period.parse(row.period).within(span) for row in rollups.facts_within(span)} == {True}, text
