"""Write a planned catalogue with the services of the pages, all or nothing."""

from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError

from branches.imports.report import CHANGED, Plan
from branches.imports.run import nothing_around, run
from common import progress
from common.errors import Conflict
from common.operator import OPERATOR, Actor
from common.text import fold
from members.activities.models import BuildingField
from responsibilities.policies.imports.plan import VersionItem, plan_policies
from responsibilities.policies.models import Policy, PolicyVersion, Trigger
from responsibilities.policies.rights import require_writes
from responsibilities.policies.services import issuing
from responsibilities.policies.services import policies as services
from responsibilities.policies.services.policies import CheckData, PolicyData, StepData


def write_policies(plans: list[Plan], by: Actor) -> None:
    """Write the planned versions, each policy's in the order of their days; a refusal names its row."""
    made: dict[tuple[int, str], Policy] = {}
    for plan in plans:
        for item in sorted(plan.items, key=lambda item: (item.since, item.row)):
            try:
                _write(item, by, made)
            except (ValidationError, Conflict) as error:
                said = "；".join(error.messages) if isinstance(error, ValidationError) else error.message
                raise ValidationError(f"第 {item.row} 行：{said}") from None
            progress.tick()


def _write(item: VersionItem, by: Actor, made: dict[tuple[int, str], Policy]) -> None:
    if item.action == CHANGED and item.version is not None:
        _complete(item, item.version, by)
        return
    key = (item.data.organisation.pk, fold(item.data.title))
    policy = item.policy or made.get(key)
    draft = issuing.policy_revise(by=by, policy=policy) if policy is not None else None
    data, steps, check = _first(item) if draft is None else _carried(item, draft)
    version = services.policy_save(by=by, data=data, steps=steps, check=check, version=draft)
    issuing.policy_put_in_force(
        by=by,
        version=version,
        in_force_from=item.since,
        in_force_to=item.until,
        historic=True,
        repealed=item.repealed,
    )
    made[key] = version.policy


def _first(item: VersionItem) -> tuple[PolicyData, list[StepData], CheckData | None]:
    """Return what the first version of a policy says; what its row leaves open as the form of a new policy has it."""
    data = replace(item.data)
    data.building = data.building or BuildingField.INSTITUTION
    data.trigger = data.trigger or Trigger.MANUAL
    return data, item.steps, item.check


def _carried(item: VersionItem, draft: PolicyVersion) -> tuple[PolicyData, list[StepData], CheckData | None]:
    """Return what a further version says: what its row leaves open is as in the version before, as with every revision.

    The policy keeps the name it has, however the row writes it.
    """
    policy = draft.policy
    data = replace(item.data, title=policy.title, steward=policy.steward, trial=item.data.trial or policy.trial)
    data.building = data.building or policy.building
    data.summary = data.summary or draft.summary
    data.addressed = data.addressed or list(draft.addressees.values_list("kind", flat=True))
    if not data.trigger:
        data.trigger, data.trigger_kinds = draft.trigger, list(draft.trigger_kinds)
    steps = item.steps or [services.data_of(step) for step in draft.steps.all()]
    return data, steps, item.check or services.rule_of(draft)


def _complete(item: VersionItem, version: PolicyVersion, by: Actor) -> None:
    """Add procedure and rule to a version that stands without them; what it has stays."""
    steps = item.steps or [services.data_of(step) for step in version.steps.all()]
    check = item.check or services.rule_of(version)
    services.procedure_set(by=by, version=version, steps=steps, check=check)


def import_policies(
    by: Actor, files: Any, *, what: str = "导入制度目录", around: Any = nothing_around, **options: Any
) -> list[Plan]:
    """Plan and write a catalogue, all or nothing; returns [Plan]. `files` and options as for plan_policies."""
    if by is not OPERATOR:
        require_writes(by)
    return run(lambda: plan_policies(by, files, **options), write_policies, by, what=what, around=around)
