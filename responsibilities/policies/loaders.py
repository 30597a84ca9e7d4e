"""Policies, versions, runs and steps by their address, within the reach of whoever asks."""

from django.http import Http404

from branches.reach import access
from branches.reach.rights import ASSIGN, REVIEW, VIEW
from common.requests import Request
from responsibilities.assigning import assigns_work, require_assigns
from responsibilities.policies.models import Policy, PolicyRun, PolicyVersion, RunStep, StepRecord
from responsibilities.policies.selectors.policies import with_versions


def policy_for(request: Request, pk: int) -> Policy:
    """Return a policy that the user may read, with the versions that he may read."""
    return access.get_for(with_versions(Policy.objects.all(), request.user), request.user, VIEW, pk=pk)


def version_for(request: Request, pk: int) -> PolicyVersion:
    """Return a version that the user may read."""
    rows = PolicyVersion.objects.select_related("policy__organisation__parent", "file", "decided_in")
    return access.get_for(rows, request.user, VIEW, pk=pk)


def version_to_write(request: Request, pk: int) -> PolicyVersion:
    """Return a version of a policy at whose issuer the user assigns work: 404 outside reach, 403 within a weaker right."""
    rows = PolicyVersion.objects.select_related("policy__organisation__parent", "file", "decided_in")
    version = access.get_for(rows, request.user, ASSIGN, pk=pk)
    require_assigns(request.user, version.policy.organisation)
    return version


def policy_to_write(request: Request, pk: int) -> Policy:
    """Return a policy at whose issuer the user assigns work."""
    policy = policy_for(request, pk)
    if not assigns_work(request.user, policy.organisation):
        raise access.Forbidden(ASSIGN, policy.organisation)
    return policy


def run_for(request: Request, pk: int) -> PolicyRun:
    """Return a run that the user may read."""
    rows = PolicyRun.objects.select_related(
        "version__policy__organisation", "organisation__parent", "activity", "opened_by"
    )
    return access.get_for(rows, request.user, VIEW, pk=pk)


def run_to_assign(request: Request, pk: int) -> PolicyRun:
    """Return a run of an organisation at which the user assigns work."""
    run = run_for(request, pk)
    _require(request, run)
    return run


def step_to_assign(request: Request, pk: int) -> RunStep:
    """Return a step of a run of an organisation at which the user assigns work."""
    step = step_for(request, pk)
    _require(request, step.run)
    return step


def _require(request: Request, run: PolicyRun) -> None:
    if not assigns_work(request.user, run.organisation):
        raise access.Forbidden(ASSIGN, run.organisation)


def step_for(request: Request, pk: int) -> RunStep:
    """Return a step of a run that the user may read."""
    rows = RunStep.objects.select_related("run__organisation__parent", "step", "organisation__parent", "holder")
    return access.get_for(rows, request.user, VIEW, pk=pk)


def tie_to_confirm(request: Request, pk: int) -> StepRecord:
    """Return a standing tie of a record to a step that the user may read and confirm as whoever reviews the branch."""
    rows = StepRecord.objects.active().select_related("activity__organisation__parent", "step__run")
    tie = rows.visible_to(request.user, VIEW).filter(pk=pk).first()
    if tie is None:
        raise Http404
    place = tie.activity.organisation
    if not access.has_right(request.user, REVIEW, place):
        raise access.Forbidden(REVIEW, place)
    return tie
