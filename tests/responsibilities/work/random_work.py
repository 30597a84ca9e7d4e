"""Random work items with stages, milestones and links, written straight into the tables."""

import random
from datetime import date, datetime, timedelta

from django.utils import timezone

from branches.access.models import User
from members.activities.models import Activity, ActivityKind
from responsibilities.work.models import Milestone, StageEvidence, SyncStage, SyncStageKind, WorkCarrier, WorkItem
from tests.records import counted_all

YEAR = 2026


def some_day(chance, low=0, high=330):
    return date(YEAR, 1, 1) + timedelta(days=chance.randrange(low, high))


def build_work(world, seed, items=6, branches=None, *, waiting=0.2):
    """Add work items carried by some of `branches` (the standing ones by default); return the random source.

    waiting: the share of links that nobody has confirmed.
    """
    chance = random.Random(seed)
    branches = branches or [world.branch_a, world.branch_b, world.branch_c]
    records = []
    for number in range(items):
        starts = some_day(chance, 0, 200)
        item = WorkItem.objects.create(
            organisation=world.committee,
            name=f"重点{seed}-{number}",
            starts=starts,
            ends=starts + timedelta(days=chance.randrange(30, 300)),
            stopped_on=some_day(chance, 200, 330) if chance.random() < 0.1 else None,
            stop_reason="任务调整",
        )
        for order, branch in enumerate(chance.sample(branches, chance.randrange(0, len(branches) + 1))):
            WorkCarrier.objects.create(
                item=item,
                organisation=branch,
                leads=order == 0,
                ended=some_day(chance, 100, 330) if order and chance.random() < 0.2 else None,
            )
        for kind in SyncStageKind:
            records += _stage(chance, item, kind, branches, waiting)
    counted_all(records)
    return chance


def _dates(chance):
    planned = some_day(chance) if chance.random() < 0.8 else None
    happened = some_day(chance) if chance.random() < 0.7 else None
    return {"planned_on": planned, "happened_on": happened}


def _stage(chance, item, kind, branches, waiting):
    """Add a stage with its links; return the records that they link, which are not judged yet."""
    waived = chance.random() < 0.1
    stage = SyncStage.objects.create(
        item=item,
        stage=kind,
        waived_reason="与上年合并" if waived else "",
        waived_at=timezone.make_aware(datetime(YEAR, chance.randrange(1, 13), 5, 9)) if waived else None,
        **_dates(chance),
    )
    parts = [None]
    if kind == SyncStageKind.IMPLEMENTATION and chance.random() < 0.4:
        parts += [Milestone.objects.create(stage=stage, name=f"节点{n}", **_dates(chance)) for n in range(2)]
    records = []
    for part in parts:
        for _ in range(chance.choice([0, 1, 1, 2])):
            near = (part or stage).happened_on or some_day(chance)
            link = _link(chance, stage, part, branches, near + timedelta(days=chance.randrange(-20, 30)), waiting)
            records.append(link.activity)
    return records


def _reviewed(own, activity):
    """Some records have a reviewer, were accepted with others, or were corrected before or after their links were made."""
    hour = timedelta(hours=1)
    if own.random() < 0.5:
        activity.submitted_at = timezone.now() + own.choice([-hour, hour])
        activity.accepted_together = own.random() < 0.4
        activity.reviewer = User.objects.order_by("pk").first() if activity.state == "accepted" else None
    if own.random() < 0.2:
        activity.revised_at = timezone.now() + own.choice([-hour, hour])
    activity.save()


def _link(chance, stage, part, branches, day, waiting):
    activity = Activity.objects.create(
        organisation=chance.choice(branches),
        day=min(day, date(YEAR, 12, 31)),
        title="随机",
        state=chance.choice(["accepted", "accepted", "submitted", "returned", "draft"]),
        valid=chance.random() < 0.9,
    )
    ActivityKind.objects.create(activity=activity, kind=chance.choice(["committee_meeting", "theme_day", "assembly"]))
    removed, own = chance.random() < 0.15, random.Random(activity.title + str(activity.day))
    if waiting:
        _reviewed(own, activity)
    return StageEvidence.objects.create(
        stage=stage,
        milestone=part,
        activity=activity,
        confirmed_at=None if own.random() < waiting else timezone.now(),
        early_reason="当年一月会议研究全年" if own.random() < 0.2 else "",
        by_hand=own.random() < 0.4,
        removed_at=timezone.now() if removed else None,
        remove_reason="选错" if removed else "",
    )
