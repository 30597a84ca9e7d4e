"""Objects of an address: a plan, a target, a report of a stage; 404 outside reach."""

from django.http import Http404

from assessments.targets.models import PlanState, StageReport, Target, TargetPlan, TargetStage
from assessments.targets.selectors.below import BEHIND
from assessments.targets.selectors.places import owes
from assessments.targets.selectors.standings import standings
from branches.access.models import User
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import VIEW
from common.operator import Actor
from common.text import quoted
from responsibilities.assigning import assigns_work


def plan_for(user: User, pk: int) -> TargetPlan:
    """Return a plan that `user` may read; a draft is read by whoever arranges there alone."""
    rows = TargetPlan.objects.select_related("organisation__parent", "approved_in")
    plan = rows.visible_to(user).filter(pk=pk).first()
    if plan is None or _hidden(user, plan):
        raise Http404
    return plan


def _hidden(user: Actor, plan: TargetPlan) -> bool:
    """Whether a plan is still a draft of others."""
    return plan.state == PlanState.DRAFT and not assigns_work(user, plan.organisation)


def target_for(user: Actor, pk: int) -> Target:
    """Return a target of a plan that `user` may read, with its plan, parent and holder."""
    rows = Target.objects.select_related("plan__organisation__parent", "parent", "holder__leader", "collect__collect")
    target = rows.visible_to(user).filter(pk=pk).first()
    if target is None or _hidden(user, target.plan):
        raise Http404
    return target


def name_of_target(user: Actor, pk: int, organisation: Organisation) -> str:
    """Return how a supervision names an organisation's share of a target (supervision/selectors/about.py: ABOVE); Http404 as above."""
    target = target_for(user, pk)
    if target.plan.state == PlanState.DRAFT or not owes(target, organisation):
        raise Http404
    return target.name


def not_behind(pk: int, organisation: Organisation) -> str:
    """Return why an organisation is not asked about its share of a target, "" where it is behind or has missed it (UNTRUE)."""
    target = Target.objects.select_related("plan__organisation").get(pk=pk)
    state = standings([target], [organisation])[target.pk, organisation.pk].state
    return (
        "" if state in BEHIND else f"{organisation.label}的{quoted(target.name)}现在是{quoted(state.label)}，没有落后。"
    )


def stage_for(user: User, pk: int) -> TargetStage:
    """Return a stage of a target that `user` may read, with the target and its plan."""
    stage = TargetStage.objects.filter(pk=pk).first()
    if stage is None:
        raise Http404
    stage.target = target_for(user, stage.target_id)
    return stage


def report_for(user: User, pk: int, right: str = VIEW) -> StageReport:
    """Return a report of a stage at whose organisation `user` holds `right`; 403 for who reads it with a weaker one."""
    rows = StageReport.objects.select_related(
        "organisation__parent", "stage__target__plan__organisation", "activity", "reported_by", "reviewed_by"
    )
    return access.get_for(rows, user, right, pk=pk)
