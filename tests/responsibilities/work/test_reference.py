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
from members.activities.models import Activity, ActivityHost, ActivityKind
from responsibilities.work.models import Milestone, StageEvidence, SyncStage, WorkCarrier, WorkItem
from responsibilities.work.selectors.rates import by_carrier, by_stage, by_tree, rates, total
from responsibilities.work.stages import closure, sync_points
from tests.examples import examples
from tests.records import counted
from tests.responsibilities.work.slow_sync import closure_of, counted_days, is_confirmed, state_of

pytestmark = pytest.mark.django_db
STAGES = ["study", "arrangement", "implementation", "assessment"]
FIRST = date(2026, 1, 1)


def _record(world, chance, day, hosts):
    """A random record, judged at random for each of its hosts and kinds."""
    record = Activity.objects.create(
        organisation=chance.choice(hosts),
        day=day,
        state=chance.choice(["draft", "submitted", "accepted", "accepted", "accepted", "returned"]),
    )
    for kind in chance.sample(["assembly", "theme_day", "talk", "dues"], chance.choice([1, 1, 2])):
        ActivityKind.objects.create(activity=record, kind=kind)
    for place in chance.sample(hosts, chance.choice([0, 0, 1])):
        if place != record.organisation:
            moment = make_aware(datetime(2026, chance.randrange(1, 12), 3, 9)) if chance.random() < 0.7 else None
            ActivityHost.objects.create(activity=record, organisation=place, confirmed_at=moment)
    counted(record)
    for judged in record.judgements.all():
        judged.valid = chance.random() < 0.8
        judged.save()
    if record.state == "accepted":
        record.reviewer = chance.choice([world.staff, world.committee_secretary, None])
        record.no_reviewer = chance.random() < 0.1
    if record.state != "draft":
        moment = datetime(record.day.year, record.day.month, record.day.day, 12)
        record.submitted_at = make_aware(moment + timedelta(days=chance.randrange(20)))
    record.save()
    return record


def _stage(world, chance, item, kind, day, records):
    """A random stage with milestones and links. day: a function that gives a random day, or None at times."""
    stage = SyncStage.objects.create(item=item, stage=kind, planned_on=day(0.6), happened_on=day(0.7))
    if chance.random() < 0.15:
        moment = make_aware(datetime(2026, chance.randrange(1, 13), 9, 12))
        stage.waived_reason, stage.waived_at = "免予", moment
        stage.save()
    parts = []
    if chance.random() < 0.3:
        for part in range(chance.randrange(1, 3)):
            parts.append(
                Milestone.objects.create(stage=stage, name=f"节点{part}", planned_on=day(0.7), happened_on=day(0.6))
            )
    for _ in range(chance.randrange(4)):
        link(world, stage, chance.choice([None, *parts]), chance.choice(records), chance)


def build(world, chance):
    """Put random items, stages, milestones, records and links straight into the tables."""

    def day(share=1.0):
        return FIRST + timedelta(days=chance.randrange(330)) if chance.random() < share else None

    places = [world.branch_a, world.branch_b, world.branch_c, world.general]
    hosts = [*places, world.committee, world.group_a1]
    Setting.objects.create(key="sync_tolerance_days", value=str(chance.randrange(0, 15)), valid_from=day())
    for kind in chance.sample(STAGES, 2):
        days = str(chance.randrange(0, 200))
        Setting.objects.create(key=f"sync_early_days_{kind}", value=days, valid_from=day())
    if chance.random() < 0.5:
        Setting.objects.create(key="agency_start", value=day().isoformat(), valid_from=day())
    records = [_record(world, chance, day(), hosts) for _ in range(12)]
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
            _stage(world, chance, item, kind, day, records)


def link(world, stage, milestone, record, chance):
    if StageEvidence.objects.filter(stage=stage, milestone=milestone, activity=record).exists():
        return
    removed = chance.random() < 0.2
    moment = make_aware(datetime(2026, 6, 1, 9))
    sent = record.submitted_at or moment
    StageEvidence.objects.create(
        stage=stage,
        milestone=milestone,
        activity=record,
        added=sent + timedelta(days=chance.choice([-1, 0, 1])),
        added_by=chance.choice([world.secretary_a, world.staff, None]),
        confirmed_at=moment if chance.random() < 0.4 else None,
        early_reason="一月会议研究全年" if chance.random() < 0.2 else "",
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
                began = row.happened_on
                allowed = int(setting.value) if (began or as_of) >= setting.valid_from else 7
                waived = stage.waived_at is not None and stage.waived_at.date() <= as_of
                stopped = item.stopped_on is not None and item.stopped_on <= as_of and began is None
                links = [
                    one
                    for one in StageEvidence.objects.filter(stage=stage)
                    if one.milestone is None or one.milestone == part
                ]
                days, waits = counted_days(links, item, stage.stage, began or row.planned_on, as_of)
                if (began or row.planned_on or start) < start:
                    state, lag = "early", None
                elif waived or stopped:
                    state, lag = "waived" if waived else "ended", None
                else:
                    state, lag = state_of(began, days, allowed, as_of, waits)
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
    return (
        due,
        states.count("synchronised"),
        states.count("lagging"),
        states.count("missing"),
        *map(states.count, ("waived", "to_confirm", "ended")),
    )


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
                "early" if p.left_out else str(p.state),
                None if p.state in ("waived", "ended") else p.lag,
                set(p.carriers),
            )
            for p in points
        }
        assert got == wanted
        waiting = set(StageEvidence.objects.with_confirmed().filter(is_confirmed=True).values_list("pk", flat=True))
        assert waiting == {one.pk for one in StageEvidence.objects.all() if is_confirmed(one)}
        _compare_rates(world, points, wanted, as_of)
        transaction.set_rollback(True)


def _compare_rates(world, points, wanted, as_of):
    items = WorkItem.objects.in_bulk()

    def figures(rate):
        return rate.due, rate.synchronised, rate.lagging, rate.missing, rate.waived, rate.to_confirm, rate.ended

    assert figures(total(points)) == shares(wanted.values())
    by_kind = rates(points, by_stage)
    for kind in STAGES:
        assert figures(by_kind[kind]) == shares([row for key, row in wanted.items() if key[1] == kind])
    here = rates(points, by_carrier(items))
    for place in (world.branch_a, world.branch_b, world.branch_c):
        mine = [row for row in wanted.values() if place.pk in row[2]]
        assert (figures(here[place.pk]) if place.pk in here else (0,) * 7) == shares(mine)
    parents = {place.pk: place.parent_id for place in world.places.values()}
    tree = rates(points, by_tree(items, parents))
    if points:
        assert figures(tree[world.root.pk]) == shares(wanted.values())
    above = [row for row in wanted.values() if {world.general.pk, world.branch_c.pk} & row[2]]
    assert (figures(tree[world.general.pk]) if world.general.pk in tree else (0,) * 7) == shares(above)
    rate = total(points)
    assert rate.share == (Fraction(rate.synchronised, rate.due) if rate.due else None)
    lags = sorted(row[1] for row in wanted.values() if row[0] in ("synchronised", "lagging"))
    middle = len(lags) // 2
    by_hand = None if not lags else lags[middle] if len(lags) % 2 else (lags[middle - 1] + lags[middle]) / 2
    assert rate.median_lag == by_hand
    come = []
    for item in WorkItem.objects.all():
        rows = [(key[1], None, None, row[0], row[1]) for key, row in wanted.items() if key[0] == item.pk]
        state = closure_of(item, rows, as_of)
        mine = [point for point in points if point.item == item.pk]
        assert closure(mine) == (state or "not_yet")
        come += [state] if state in ("open", "closed") else []
    assert (rate.closed, rate.items) == (come.count("closed"), len(come))
