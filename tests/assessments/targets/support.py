"""What the tests of targets share."""

from decimal import Decimal

from assessments.targets.services.plans import StageData, TargetData, plan_issue, plan_make, target_add
from common import clock
from common.operator import OPERATOR


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
