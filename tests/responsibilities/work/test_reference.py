"""States and rates of stages against a slow reference written from the rulebook (README 6), on random data."""

import random
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from django.db import transaction
from django.utils.timezone import make_aware
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches.settings.models import Setting
from members.activities.models import Activity, ActivityKind
from responsibilities.work.models import Milestone, StageEvidence, SyncStage, WorkCarrier, WorkItem
from responsibilities.work.selectors.rates import by_carrier, by_stage, by_tree, rates, total
from responsibilities.work.stages import closure, sync_points
from tests.examples import examples
from tests.records import counted
from tests.responsibilities.work.slow_sync import is_valid

pytestmark = pytest.mark.django_db
STAGES = ["study", "arrangement", "implementation", "assessment"]
FIRST = date(2026, 1, 1)


def build(world, chance):
    """Put random items, stages, milestones, records and links straight into the tables."""

    def day(share=1.0):
        return FIRST + timedelta(days=chance.randrange(330)) if chance.random() < share else None

    places = [world.branch_a, world.branch_b, world.branch_c]
    Setting.objects.create(key="sync_tolerance_days", value=str(chance.randrange(0, 15)), valid_from=day())
    if chance.random() < 0.5:
        Setting.objects.create(key="agency_start", value=day().isoformat(), valid_from=day())
    records = []
    for _ in range(12):
        record = Activity.objects.create(
            organisation=chance.choice(places),
            day=day(),
            state=chance.choice(["draft", "submitted", "accepted", "returned"]),
        )
        ActivityKind.objects.create(activity=record, kind="assembly")
        counted(record, chance.random() < 0.8)
        if record.state != "draft":
            moment = datetime(record.day.year, record.day.month, record.day.day, 12)
            record.submitted_at = make_aware(moment + timedelta(days=chance.randrange(20)))
            record.save()
        records.append(record)
    for number in range(chance.randrange(1, 6)):
        item = WorkItem.objects.create(
            organisation=world.committee, name=f"业务{number}", starts=FIRST, ends=date(2026, 12, 31)
        )
        if chance.random() < 0.2:
            item.stopped_on, item.stop_reason = day(), "终止"
            item.save()
        for order, place in enumerate(chance.sample(places, chance.randrange(3))):
            ended = day(0.3)
            WorkCarrier.objects.create(item=item, organisation=place, leads=order == 0 and ended is None, ended=ended)
        for kind in STAGES:
            stage = SyncStage.objects.create(item=item, stage=kind, planned_on=day(0.6), happened_on=day(0.7))
            if chance.random() < 0.15:
                moment = make_aware(datetime(2026, chance.randrange(1, 13), 9, 12))
                stage.waived_reason, stage.waived_at = "免予", moment
                stage.save()
            parts = []
            if chance.random() < 0.3:
                for part in range(chance.randrange(1, 3)):
                    parts.append(
                        Milestone.objects.create(
                            stage=stage, name=f"节点{part}", planned_on=day(0.7), happened_on=day(0.6)
                        )
                    )
            for _ in range(chance.randrange(3)):
                link(stage, chance.choice([None, *parts]), chance.choice(records), chance)


def link(stage, milestone, record, chance):
    if StageEvidence.objects.filter(stage=stage, milestone=milestone, activity=record).exists():
        return
    removed = chance.random() < 0.2
    moment = make_aware(datetime(2026, 6, 1, 9))
    StageEvidence.objects.create(
        stage=stage,
        milestone=milestone,
        activity=record,
        removed_at=moment if removed else None,
        remove_reason="误关联" if removed else "",
    )


def slow(as_of):
    """Walk every item, stage, milestone and link one by one; returns {(item, stage, name): [state, lag, carriers]}."""
    found = {}
    setting = Setting.objects.get(key="sync_tolerance_days")
    said = Setting.objects.filter(key="agency_start").first()
    start = date.fromisoformat(said.value) if said else date.min
    for item in WorkItem.objects.all():
        for stage in SyncStage.objects.filter(item=item):
            parts = list(Milestone.objects.filter(stage=stage))
            for part in parts or [None]:
                row = part or stage
                days = []
                for evidence in StageEvidence.objects.filter(stage=stage, removed_at=None):
                    if evidence.milestone is not None and evidence.milestone != part:
                        continue
                    record = evidence.activity
                    in_time = record.submitted_at is None or record.submitted_at.date() <= as_of
                    if (
                        record.state in ("submitted", "accepted")
                        and is_valid(record)
                        and in_time
                        and record.day <= as_of
                    ):
                        days.append(record.day)
                began = row.happened_on
                allowed = int(setting.value) if (began or as_of) >= setting.valid_from else 7
                waived = stage.waived_at is not None and stage.waived_at.date() <= as_of
                stopped = item.stopped_on is not None and item.stopped_on <= as_of and began is None
                if (began or row.planned_on or start) < start:
                    state, lag = "early", None
                elif waived or stopped:
                    state, lag = "waived", None
                elif began is None or began > as_of:
                    state, lag = "not_due", None
                elif not days:
                    lag = (as_of - began).days
                    state = "missing" if lag > allowed else "not_due"
                else:
                    lag = (min(days) - began).days
                    state = "lagging" if lag > allowed else "synchronised"
                when = began or row.planned_on or as_of
                carriers = {
                    one.organisation_id
                    for one in WorkCarrier.objects.filter(item=item)
                    if one.ended is None or one.ended >= when
                }
                found[(item.pk, stage.stage, part.pk if part else None)] = (state, lag, carriers)
    return found


def shares(rows):
    """Synchronised of due, counted by hand from (state, …) tuples."""
    states = [row[0] for row in rows]
    due = sum(state in ("synchronised", "lagging", "missing") for state in states)
    return due, states.count("synchronised"), states.count("lagging"), states.count("missing"), states.count("waived")


@settings(
    max_examples=examples(25), derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(
    seed=st.integers(0, 10**6),
    as_of=st.sampled_from([date(2026, 11, 24), date(2026, 6, 30), date(2026, 2, 1), date(2027, 1, 31)]),
)
def test_states_lags_and_rates_are_what_walking_every_row_gives(world, seed, as_of):
    with transaction.atomic():
        build(world, random.Random(seed))
        wanted, points = slow(as_of), sync_points(as_of=as_of)
        got = {
            (p.item, str(p.kind), p.milestone): (
                "early" if p.early else str(p.state),
                None if p.state == "waived" else p.lag,
                set(p.carriers),
            )
            for p in points
        }
        assert got == wanted
        _compare_rates(world, points, wanted)
        transaction.set_rollback(True)


def _compare_rates(world, points, wanted):
    items = WorkItem.objects.in_bulk()

    def figures(rate):
        return rate.due, rate.synchronised, rate.lagging, rate.missing, rate.waived

    assert figures(total(points)) == shares(wanted.values())
    by_kind = rates(points, by_stage)
    for kind in STAGES:
        assert figures(by_kind[kind]) == shares([row for key, row in wanted.items() if key[1] == kind])
    here = rates(points, by_carrier(items))
    for place in (world.branch_a, world.branch_b, world.branch_c):
        mine = [row for row in wanted.values() if place.pk in row[2]]
        assert (figures(here[place.pk]) if place.pk in here else (0,) * 5) == shares(mine)
    parents = {place.pk: place.parent_id for place in world.places.values()}
    tree = rates(points, by_tree(items, parents))
    if points:
        assert figures(tree[world.root.pk]) == shares(wanted.values())
    above = [row for row in wanted.values() if world.branch_c.pk in row[2]]
    assert (figures(tree[world.general.pk]) if world.general.pk in tree else (0,) * 5) == shares(above)
    rate = total(points)
    assert rate.share == (Fraction(rate.synchronised, rate.due) if rate.due else None)
    lags = sorted(row[1] for row in wanted.values() if row[0] in ("synchronised", "lagging"))
    middle = len(lags) // 2
    by_hand = None if not lags else lags[middle] if len(lags) % 2 else (lags[middle - 1] + lags[middle]) / 2
    assert rate.median_lag == by_hand
    closed = 0
    for item in items:
        stages = {}
        for key, row in wanted.items():
            if key[0] == item and row[0] not in ("waived", "early"):
                stages.setdefault(key[1], []).append(row[0])
        full = [kind for kind, states in stages.items() if set(states) == {"synchronised"}]
        mine = [point for point in points if point.item == item]
        assert closure(mine) == (len(full), len(stages))
        closed += bool(stages) and len(full) == len(stages)
    assert rate.closed == closed
