"""What the tests of targets share."""

from decimal import Decimal

from assessments.facts import fill as rollups
from assessments.targets.services.aims import StageData, TargetData, target_add
from assessments.targets.services.plans import plan_issue, plan_make
from common import clock
from common.operator import OPERATOR
from tests.members.activities.records import submitted


def plan_at(place, *, by=OPERATOR, year=None):
    return plan_make(by=by, organisation=place, year=year or clock.today().year, title="年度党建目标")


def target_of(plan, *, by=OPERATOR, **changes):
    """Return a quantitative target: 40 lectures by the branches together, unless told otherwise."""
    values = {
        "name": "党课不少于 40 次",
        "field": "thought",
        "weight": Decimal(100),
        "measure": "activities.lecture",
        "planned": Decimal(40),
        "applies": ["branch"],
        "split": "same",
    }
    return target_add(by=by, plan=plan, data=TargetData(**values | changes))


def stages_of(*days, words=()):
    """Return StageData of equal parts on these days; words: of those that records report."""
    part = 100 // len(days)
    return [
        StageData(
            f"阶段 {number}",
            day,
            part if number < len(days) else 100 - part * (len(days) - 1),
            ["assembly"] if number <= len(words) else [],
            words[number - 1] if number <= len(words) else "",
        )
        for number, day in enumerate(days, start=1)
    ]


def issued(plan):
    return plan_issue(by=OPERATOR, plan=plan)


def behind(world):
    """A target of which branch A has nothing and branch B all, after the year's middle; return it."""
    plan = plan_at(world.committee)
    target = target_of(plan, planned=Decimal(1), last_month=1)
    issued(plan)
    submitted(world.branch_b, world.secretary_b, kinds=["lecture"], day=clock.today().replace(month=1, day=9))
    rollups.fill()
    return target
