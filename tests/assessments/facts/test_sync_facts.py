"""Facts of the four synchronisations against a slow count: a stage counts once at every organisation above its carriers."""

import csv
from collections import defaultdict
from datetime import date
from statistics import median

from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from branches.jobs.marks import mark
from branches.places.models.organisations import Organisation
from branches.settings.services import start_set
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import Activity
from members.activities.services.states import mark_activity
from responsibilities.work.models import StageEvidence, SyncStage
from responsibilities.work.selectors.rates import total
from responsibilities.work.stages import sync_points
from tests.assessments.facts.only import filling
from tests.examples import examples
from tests.responsibilities.work.random_work import build_work
from tests.responsibilities.work.slow_sync import all_points, carrying, closure_of

AS_OF = date(2026, 11, 24)
DUE = ("synchronised", "lagging", "missing")
only_stages = filling("sync")


def above(places):
    """The organisations and everything above them, each once."""
    found = set()
    for place in places:
        while place is not None:
            found.add(place.pk)
            place = place.parent
    return found


def slow(period):
    counted = defaultdict(lambda: [0, 0, 0, 0])

    def add(places, measure, *values):
        for pk in above(places):
            for index, value in enumerate(values):
                counted[pk, measure][index] = None if value is None else counted[pk, measure][index] + value

    for item, points in all_points(7, AS_OF).items():
        for key, _, day, state, lag in points:
            if day is None or day not in period:
                continue
            places = carrying(item, day)
            if state in ("synchronised", "lagging"):
                add(places, f"sync.lag.{lag}", 1, None, 0, 0)
            if state in DUE:
                add(
                    places,
                    f"sync.{key}",
                    int(state == "synchronised"),
                    1,
                    int(state == "lagging"),
                    int(state == "missing"),
                )
            if state in (*DUE, "waived"):
                add(places, "sync.waived", int(state == "waived"), 1, 0, 0)
        ends = [day for key, _, day, state, _ in points if key == "assessment" and state in DUE]
        if ends and max(ends) in period:
            state = closure_of(item, points, AS_OF)
            if state != "ended":
                add(carrying(item, max(ends)), "sync.closure", int(state == "closed"), 1, 0, 0)
    return {key: tuple(values) for key, values in counted.items()}


def stored(period):
    rows = Fact.objects.filter(family="sync", period=str(period)).exclude(denominator=0)
    return {(row.organisation_id, row.measure): (row.numerator, row.denominator, row.late, row.overdue) for row in rows}


@settings(
    max_examples=examples(10),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(1, 10_000), start=st.sampled_from([None, date(2026, 3, 16), date(2026, 7, 1)]))
def test_facts_of_stages_equal_a_slow_count_on_random_work(world, seed, start):
    with transaction.atomic():
        build_work(world, seed)
        if start:
            start_set(by=OPERATOR, day=start)
        rollups.fill(as_of=AS_OF)
        for text in ("2026-03", "2026-10", "2026Q2", "2026H1", "2026"):
            assert stored(Period.parse(text)) == slow(Period.parse(text)), text
        transaction.set_rollback(True)


def test_the_export_of_stages_is_what_a_reader_outside_recomputes(world, tmp_path):
    build_work(world, 11, items=15)
    rollups.fill(as_of=AS_OF)
    file = tmp_path / "facts.csv"
    call_command("export_facts", period="2026", as_of=AS_OF.isoformat(), out=str(file), verbosity=0)
    with file.open(encoding="utf-8-sig") as lines:
        rows = [row for row in csv.DictReader(lines) if row["measure"].startswith("sync.")]
    found = {
        (row["organisation"], row["measure"], row["period"]): (row["numerator"], row["denominator"]) for row in rows
    }
    names, expected = dict(Organisation.objects.values_list("pk", "name")), {}
    months = [f"2026-{month:02d}" for month in range(1, 13)]
    for text in [*months, "2026Q1", "2026Q2", "2026Q3", "2026Q4", "2026H1", "2026H2", "2026"]:
        for (place, measure), (number, owed, *_) in slow(Period.parse(text)).items():
            expected[names[place], measure, text] = (str(number), "" if owed is None else str(owed))
    assert len(found) > 100 and found == expected


def test_two_branches_that_carry_one_item_make_one_stage_of_their_committee(world):
    build_work(world, 8, items=12)
    rollups.fill(as_of=AS_OF)
    year = Period.parse("2026")
    total = sum(
        1
        for points in all_points(7, AS_OF).values()
        for key, _, day, state, _ in points
        if key == "study" and day and day in year and state in DUE
    )
    assert Fact.objects.get(measure="sync.study", period="2026", organisation=world.root).denominator == total


def test_the_median_lag_follows_from_the_stored_counts_of_each_lag(world):
    build_work(world, 5, items=20)
    rollups.fill(as_of=AS_OF)
    rows = Fact.objects.filter(measure__startswith="sync.lag.", period="2026", organisation=world.root)
    lags = sorted(int(row.measure.rpartition(".")[2]) for row in rows for _ in range(row.numerator))
    first, last = Period.parse("2026").first, Period.parse("2026").last
    rate = total(sync_points(as_of=AS_OF, first=first, last=last))
    assert len(lags) == rate.synchronised + rate.lagging > 3
    assert median(lags) == rate.median_lag


CHANGES = {
    "state": lambda world, link: (
        Activity.objects.filter(pk=link.activity_id).update(state="returned"),
        mark_activity(link.activity),
    ),
    "date": lambda world, link: (
        SyncStage.objects.filter(pk=link.stage_id).update(happened_on=date(2026, 2, 2)),
        mark(world.committee, date(2026, 1, 1), date(2026, 12, 31), "work"),
    ),
    "removed": lambda world, link: (
        StageEvidence.objects.filter(pk=link.pk).update(removed_at=link.added, remove_reason="选错"),
        mark(world.committee, date(2026, 1, 1), date(2026, 12, 31), "work"),
    ),
}


def test_each_change_is_carried_as_a_rebuild_would(world):
    build_work(world, 3, items=8)
    rollups.fill(as_of=AS_OF)
    link = StageEvidence.objects.filter(
        activity__state="accepted", removed_at=None, stage__happened_on__lt=AS_OF
    ).first()
    for name, change in CHANGES.items():
        with transaction.atomic():
            change(world, link)
            rollups.fill(as_of=AS_OF)
            mended = {text: stored(Period.parse(text)) for text in ("2026-02", "2026Q3", "2026")}
            rollups.fill(as_of=AS_OF, rebuild=True)
            assert {text: stored(Period.parse(text)) for text in mended} == mended, name
            transaction.set_rollback(True)


def test_the_passing_of_the_tolerance_makes_a_stage_missing_in_a_month_that_is_over(world):
    build_work(world, 1, items=1)
    SyncStage.objects.update(happened_on=None, planned_on=None, waived_at=None, waived_reason="")
    StageEvidence.objects.all().delete()
    SyncStage.objects.filter(stage="study").update(happened_on=date(2026, 9, 28))
    rollups.fill(as_of=date(2026, 10, 5))
    assert not Fact.objects.filter(measure="sync.study", period="2026-09").exclude(denominator=0).exists()
    rollups.fill(as_of=date(2026, 10, 6))
    assert Fact.objects.get(measure="sync.study", period="2026-09", organisation=world.root).overdue == 1
