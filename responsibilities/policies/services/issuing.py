"""Versions in force: put in force from a day, revised by the next one, repealed."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Max

from branches import audit
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor
from members.activities.models import Activity
from responsibilities.assigning import require_assigns
from responsibilities.policies.marks import mark_version
from responsibilities.policies.models import Policy, PolicyVersion
from responsibilities.policies.services.opening import open_of
from responsibilities.policies.services.policies import (
    data_of,
    locked,
    rule_of,
    view_of,
    write_addressees,
    write_procedure,
    written,
)


def before_of(version: PolicyVersion) -> PolicyVersion | None:
    """Return the issued version that this one follows."""
    rows = PolicyVersion.objects.issued().filter(policy=version.policy_id, number__lt=version.number)
    return rows.order_by("-number").first()


@one_transaction
def policy_put_in_force(
    *,
    by: Actor,
    version: PolicyVersion,
    in_force_from: date,
    in_force_to: date | None = None,
    decided_in: Activity | None = None,
    historic: bool = False,
    repealed: str = "",
) -> PolicyVersion:
    """Put a draft in force from a day on and return it; the version before it ends on the eve.

    decided_in: the record that decided it; without one the document's number is asked. historic: read in from a ledger of
    what is in force already, which need not say either; repealed: why such a one no longer holds after `in_force_to`.
    Versions of one policy never overlap: its row is locked.
    """
    fresh = locked(by, version)
    policy = fresh.policy
    if fresh.issued_at is not None:
        raise Conflict("这一版已经施行。", record=policy)
    if not fresh.issued_on:
        raise ValidationError({"issued_on": "请填写印发日期。"})
    if fresh.issued_on > clock.today():
        raise ValidationError({"issued_on": "印发日期不能晚于今天。"})
    if in_force_from < fresh.issued_on:
        raise ValidationError({"in_force_from": "施行日期不能早于印发日期。"})
    if not historic and decided_in is None and not fresh.document:
        raise ValidationError({"decided_in": "请选择审议通过的记录，或填写文号。"})
    if policy.trial and in_force_to is None and not historic:
        raise ValidationError({"in_force_to": "试行的制度请填写试行至哪一天。"})
    if in_force_to is not None and in_force_to < in_force_from:
        raise ValidationError({"in_force_to": "试行截止不能早于施行日期。"})
    last = before_of(fresh)
    with written(by, fresh, "issue", f"{in_force_from:%Y-%m-%d} 起施行"):
        if last is not None:
            _end_before(by, last, in_force_from)
        fresh.in_force_from, fresh.in_force_to = in_force_from, in_force_to
        fresh.decided_in, fresh.issued_at, fresh.repeal_reason = decided_in, clock.now(), repealed
        fresh.full_clean(exclude=["policy", "decided_in", "file", "reminded_at"])
        fresh.save()
    require_assigns(by, policy.organisation)
    mark_version(fresh)
    # Runs of the period that has begun already open with it.
    open_of(_with_procedure(fresh), clock.today())
    return fresh


def _with_procedure(version: PolicyVersion) -> PolicyVersion:
    rows = PolicyVersion.objects.select_related("policy__organisation").prefetch_related("addressees", "steps")
    return rows.get(pk=version.pk)


def _end_before(by: Actor, last: PolicyVersion, day: date) -> None:
    """End the version before on the eve of `day`, unless it ended earlier."""
    assert last.in_force_from is not None
    if last.repeal_reason:
        raise ValidationError({"in_force_from": "这项制度已经废止，请另立一项。"})
    if day <= last.in_force_from:
        raise ValidationError({"in_force_from": f"新版本生效日期应晚于现行版本（{last.in_force_from:%Y-%m-%d}）。"})
    eve = day - timedelta(days=1)
    if last.in_force_to is None or last.in_force_to > eve:
        last.policy = Policy.objects.get(pk=last.policy_id)
        with written(by, last, "supersede"):
            last.in_force_to = eve
            last.save(update_fields=["in_force_to"])
        mark_version(last)


def require_revisable(policy: Policy) -> PolicyVersion:
    """Return the last version of a policy, which a next one follows; Conflict where none may."""
    last = policy.versions.order_by("-number").first()
    if last is None:
        raise Conflict("这项制度还没有可以修订的版本。", record=policy)
    if last.repeal_reason:
        raise Conflict("这项制度已经废止，请另立一项。", record=policy)
    return last


@one_transaction
def policy_revise(*, by: Actor, policy: Policy) -> PolicyVersion:
    """Return the draft of the next version, with all of the last one copied; the draft there is, if there is one."""
    locked_policy = Policy.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=policy.pk)
    require_assigns(by, locked_policy.organisation)
    draft = locked_policy.versions.filter(issued_at__isnull=True).first()
    if draft is not None:
        return draft
    last = require_revisable(locked_policy)
    highest = locked_policy.versions.aggregate(most=Max("number"))["most"]
    version = PolicyVersion(
        policy=locked_policy,
        number=highest + 1,
        summary=last.summary,
        trigger=last.trigger,
        trigger_kinds=last.trigger_kinds,
    )
    version.save()
    write_procedure(version, [data_of(step) for step in last.steps.all()], rule_of(last))
    write_addressees(version, list(last.addressees.values_list("kind", flat=True)))
    audit.record(
        by=by, verb="policy.revise", obj=version, organisation=locked_policy.organisation_id, after=view_of(version)
    )
    return version


def _refuse_before_runs(version: PolicyVersion, day: date) -> None:
    """Raise ValidationError where a procedure was begun after the day on which its version is to end."""
    days = list(
        version.runs.standing().filter(opened_on__gt=day).order_by("opened_on").values_list("opened_on", flat=True)
    )
    if days:
        said = f"{day:%Y-%m-%d} 之后已启动 {len(days)} 次程序，废止日期不能早于 {days[-1]:%Y-%m-%d}。"
        raise ValidationError({"day": said})


@one_transaction
def policy_repeal(*, by: Actor, version: PolicyVersion, day: date, reason: str) -> PolicyVersion:
    """End the version in force on `day`, with a reason; runs under way go on as they are."""
    fresh = locked(by, version)
    if not reason:
        raise ValidationError({"reason": "请填写废止原因。"})
    if len(reason) > 200:
        raise ValidationError({"reason": f"废止原因不超过 200 字，现有 {len(reason)} 字。"})
    if fresh.state(clock.today()) != "in_force":
        raise Conflict("只有施行中的制度可以废止。", record=fresh.policy)
    assert fresh.in_force_from is not None
    if day < fresh.in_force_from:
        raise ValidationError({"day": "废止日期不能早于施行日期。"})
    _refuse_before_runs(fresh, day)
    with written(by, fresh, "repeal", reason):
        fresh.in_force_to, fresh.repeal_reason = day, reason
        fresh.save(update_fields=["in_force_to", "repeal_reason"])
    mark_version(fresh)
    return fresh
