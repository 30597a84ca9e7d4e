"""Write policies: a draft, in force from its day, revised by the next version, repealed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from branches import audit
from branches.access.models import User
from branches.places.models.organisations import Organisation
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor
from common.text import quoted
from members.activities.models import ActivityKindCode
from responsibilities.assigning import require_assigns
from responsibilities.policies.marks import mark_version
from responsibilities.policies.models import (
    ADDRESSABLE,
    ISSUING,
    MOST_DAYS,
    YIELDS,
    Policy,
    PolicyAddressee,
    PolicyCheck,
    PolicySeat,
    PolicyStep,
    PolicyVersion,
    Trigger,
)
from responsibilities.policies.words import WRONG_DAYS
from responsibilities.proof_files.services import proof_file_keep

MOST_STEPS = 20


@dataclass
class StepData:
    """One step as it was typed. days: None where the policy does not say. yields: codes of YIELDS."""

    title: str
    seat: str = ""
    days: int | None = None
    yields: list[str] = field(default_factory=list)
    counted_from: str = "previous"
    optional: bool = False


@dataclass
class CheckData:
    """The assessment rule as it was typed."""

    planned: int = 90
    consequence: str = ""


@dataclass
class PolicyData:
    """What a form says of a policy and the version it writes. file: the full text; None keeps what is there."""

    organisation: Organisation
    title: str
    building: str
    steward: User | None = None
    trial: bool = False
    document: str = ""
    issued_on: date | None = None
    summary: str = ""
    trigger: str = Trigger.MANUAL
    trigger_kinds: list[str] = field(default_factory=list)
    addressed: list[str] = field(default_factory=list)
    file: UploadedFile | None = None


def view_of(version: PolicyVersion) -> dict[str, Any]:
    """What the trail keeps of a version: its columns, its steps and its rule in words."""
    found = audit.snapshot(version)
    if version.pk:
        steps = PolicyStep.objects.filter(version=version).order_by("order")
        found["步骤"] = "；".join(
            f"{step.order}. {step.title}（{step.get_seat_display() or '未写明'}，"
            f"{'时限未写' if step.days is None else f'{step.days} 个工作日'}，{step.yields_label or '未写明'}）"
            for step in steps
        )
        check = PolicyCheck.objects.filter(version=version).first()
        found["考核规则"] = f"{check}　{check.consequence}".strip() if check else ""
        kinds = PolicyAddressee.objects.filter(version=version).order_by("pk")
        found["适用"] = "、".join(row.get_kind_display() for row in kinds)
    return found


def written(by: Actor, version: PolicyVersion, verb: str, note: str = "") -> Any:
    return audit.change(
        by=by,
        verb=f"policy.{verb}",
        obj=version,
        organisation=version.policy.organisation_id,
        note=note,
        view=view_of,
    )


def locked(by: Actor, version: PolicyVersion) -> PolicyVersion:
    """Return the version with its policy's row locked, for whoever assigns work there; else 404 or Forbidden."""
    Policy.objects.select_for_update().get(pk=version.policy_id)
    fresh = PolicyVersion.objects.select_related("policy__organisation").get(pk=version.pk)
    require_assigns(by, fresh.policy.organisation)
    return fresh


def check_steps(steps: Sequence[StepData]) -> None:
    """Raise ValidationError on "steps", with the number of each step that cannot be kept."""
    errors = []
    if len(steps) > MOST_STEPS:
        errors.append(f"一项制度最多 {MOST_STEPS} 步，现有 {len(steps)} 步。")
    for number, step in enumerate(steps, start=1):
        if not step.title:
            errors.append(f"第 {number} 步没有写明做什么。")
        if step.days is not None and not 0 <= step.days <= MOST_DAYS:
            errors.append(f"第 {number} 步：{WRONG_DAYS}")
        if step.seat and step.seat not in PolicySeat.values:
            errors.append(f"第 {number} 步由谁办理，请从列表中选择。")
        if any(code not in YIELDS for code in step.yields):
            errors.append(f"第 {number} 步形成什么，请从列表中选择。")
    if errors:
        raise ValidationError({"steps": errors})


def incomplete_steps(steps: Sequence[StepData]) -> list[str]:
    """Return what is to be told of steps that say too little: they are kept, and the policy is flagged."""
    found = []
    for step in steps:
        if not step.seat:
            found.append(f"{quoted(step.title)}没有写明由谁办理，保存后标为制度有、机制无。")
        elif step.days is None:
            found.append(f"{quoted(step.title)}没有写明几个工作日，保存后标为制度有、机制无。")
        elif not step.yields:
            found.append(f"{quoted(step.title)}没有写明形成什么，保存后标为制度有、机制无。")
    return found


def write_procedure(version: PolicyVersion, steps: Sequence[StepData], check: CheckData | None) -> None:
    check_steps(steps)
    version.steps.all().delete()
    for order, row in enumerate(steps, start=1):
        step = PolicyStep(
            version=version,
            order=order,
            title=row.title,
            seat=row.seat,
            days=row.days,
            counted_from=row.counted_from,
            yields=list(dict.fromkeys(row.yields)),
            optional=row.optional,
        )
        step.full_clean(exclude=["version"])
        step.save()
    _write_check(version, check)


def _write_check(version: PolicyVersion, check: CheckData | None) -> None:
    PolicyCheck.objects.filter(version=version).delete()
    if check is None:
        return
    if not 1 <= check.planned <= 100:
        raise ValidationError({"planned": "应达比例在 1 至 100 之间。"})
    rule = PolicyCheck(version=version, planned=check.planned, consequence=check.consequence)
    rule.full_clean(exclude=["version"])
    rule.save()


def write_addressees(version: PolicyVersion, kinds: Sequence[str]) -> None:
    if any(kind not in ADDRESSABLE for kind in kinds):
        raise ValidationError({"addressed": "请从列表中选择适用的组织。"})
    version.addressees.exclude(kind__in=kinds).delete()
    have = set(version.addressees.values_list("kind", flat=True))
    PolicyAddressee.objects.bulk_create(
        PolicyAddressee(version=version, kind=kind) for kind in dict.fromkeys(kinds) if kind not in have
    )


def _fill(by: Actor, policy: Policy, version: PolicyVersion, data: PolicyData) -> None:
    if data.organisation.kind not in ISSUING or data.organisation.archived_on:
        raise ValidationError({"organisation": "请从列表中选择制定组织。"})
    if any(code not in ActivityKindCode.values for code in data.trigger_kinds):
        raise ValidationError({"trigger_kinds": "请从列表中选择记录类型。"})
    if data.trigger == Trigger.RECORD and not data.trigger_kinds:
        raise ValidationError({"trigger_kinds": "请选择哪些记录启动程序。"})
    policy.organisation, policy.title, policy.building = data.organisation, data.title, data.building
    policy.steward, policy.trial = data.steward, data.trial
    policy.full_clean(exclude=["organisation", "steward"])
    if Policy.objects.filter(organisation=data.organisation, title=data.title).exclude(pk=policy.pk).exists():
        raise ValidationError({"title": "已有同名的制度，修改内容请在那里修订。"})
    policy.save()
    version.policy = policy
    version.document, version.issued_on, version.summary = data.document, data.issued_on, data.summary
    version.trigger = data.trigger
    version.trigger_kinds = list(data.trigger_kinds) if data.trigger == Trigger.RECORD else []
    if data.file is not None:
        version.file = proof_file_keep(by=by, organisation=policy.organisation, file=data.file)
    version.full_clean(exclude=["policy", "decided_in", "file", "issued_at", "reminded_at"])
    version.save()


@one_transaction
def policy_save(
    *,
    by: Actor,
    data: PolicyData,
    steps: Sequence[StepData] = (),
    check: CheckData | None = None,
    version: PolicyVersion | None = None,
) -> PolicyVersion:
    """Write a policy's draft (a new policy, or the draft `version`) and return it.

    Raises ValidationError by field; Conflict where the version was put in force meanwhile.
    """
    require_assigns(by, data.organisation)
    if version is None:
        policy, version, verb = Policy(created=clock.now()), PolicyVersion(number=1), "create"
    else:
        version, verb = locked(by, version), "update"
        policy = version.policy
        if version.issued_at is not None:
            raise Conflict("这一版已经施行，修改请另起一版。", record=policy)
    version.policy = policy
    before = view_of(version) if version.pk else None
    _fill(by, policy, version, data)
    write_procedure(version, steps, check)
    write_addressees(version, data.addressed)
    require_assigns(by, policy.organisation)
    audit.record(
        by=by,
        verb=f"policy.{verb}",
        obj=version,
        organisation=policy.organisation_id,
        before=before,
        after=view_of(version),
    )
    return version


@one_transaction
def procedure_set(
    *, by: Actor, version: PolicyVersion, steps: Sequence[StepData], check: CheckData | None
) -> PolicyVersion:
    """Write procedure and rule of a version, in force or not: what lacks is mended without issuing it anew.

    Steps of a version that was run stay as they are: Conflict, the rule alone may change.
    """
    fresh = locked(by, version)
    ran = fresh.runs.exists()
    with written(by, fresh, "procedure"):
        if ran:
            if [row.title for row in steps] != [row.title for row in fresh.steps.all()]:
                raise Conflict("这一版的程序已经走过，修改步骤请另起一版。", record=fresh.policy)
            _write_check(fresh, check)
        else:
            write_procedure(fresh, steps, check)
    mark_version(fresh)
    return fresh


def data_of(step: PolicyStep) -> StepData:
    """Return a kept step as a form says it."""
    return StepData(step.title, step.seat, step.days, list(step.yields), step.counted_from, step.optional)


def check_of(version: PolicyVersion) -> CheckData | None:
    """Return the kept rule of a version as a form says it."""
    rule = PolicyCheck.objects.filter(version=version).first()
    return CheckData(rule.planned, rule.consequence) if rule is not None else None


def rule_of(version: PolicyVersion) -> CheckData | None:
    """Return the kept rule as a further version takes it over; none of 0 %, as old ones may be, which asks nothing."""
    rule = check_of(version)
    return rule if rule is not None and rule.planned else None


@one_transaction
def draft_drop(*, by: Actor, version: PolicyVersion) -> None:
    """Delete a draft, and with it a policy that never had another version."""
    fresh = locked(by, version)
    policy = fresh.policy
    if fresh.issued_at is not None:
        raise Conflict("这一版已经施行，不能删除。", record=policy)
    audit.record(
        by=by,
        verb="policy.discard",
        obj=fresh,
        organisation=policy.organisation_id,
        before=view_of(fresh),
        after={},
    )
    fresh.delete()
    if not policy.versions.exists():
        policy.delete()
