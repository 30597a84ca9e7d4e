"""What may still be done with a plan and its targets: one answer for the page that asks and the service that writes."""

from assessments.targets.models import PlanState, Target, TargetPlan
from common.errors import Conflict


def require_open_plan(plan: TargetPlan) -> None:
    """Raise Conflict once a plan is closed."""
    if plan.state == PlanState.CLOSED:
        raise Conflict("这一年的目标计划已经结束，不能再修改。", record=plan)


def require_not_stopped(target: Target) -> None:
    """Raise Conflict once a target is stopped."""
    if target.stopped_on is not None:
        raise Conflict("这个目标已经停止。", record=target.plan)


def require_deletable(target: Target) -> None:
    """Raise Conflict unless a target may be taken out of its draft."""
    require_open_plan(target.plan)
    if target.plan.state != PlanState.DRAFT:
        raise Conflict("目标已经下达，不能删除；不再执行的，请写明原因停止。", record=target.plan)
    if target.children.exists():
        raise Conflict("这个目标下面还有目标，请先删除或移走。", record=target.plan)


def require_running(target: Target) -> None:
    """Raise Conflict unless a target is one of an issued plan and goes on: a draft's is changed or deleted instead."""
    require_open_plan(target.plan)
    if target.plan.state == PlanState.DRAFT:
        raise Conflict("目标还没有下达，不再需要的请从草稿中删除。", record=target.plan)
    require_not_stopped(target)


def require_adjustable(target: Target) -> None:
    """Raise Conflict unless the value of a target may move."""
    require_open_plan(target.plan)
    require_not_stopped(target)
    if not target.measure:
        raise Conflict("没有计量项的目标按阶段标准评定，没有应达数值可以调整。", record=target.plan)
