"""Soft task → indicator: what a duty, a target or a resolution becomes in the draft of a scheme (转为指标)."""

from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse

from assessments.schemes import drafting
from assessments.schemes.measures import ASSESSES, BRANCH_SCHEME, COMMITTEE_SCHEME, DUTY, name_of
from assessments.schemes.models import SchemeState, SchemeVersion
from assessments.schemes.services import scheme_change, scheme_draft
from assessments.targets.loaders import target_for
from assessments.targets.selectors.scored import TARGET, TARGETS_ON_COURSE, read_instead
from branches.places.models.organisations import Kind
from branches.reach import access
from branches.reach.rights import VIEW
from common.database import one_transaction
from common.operator import Actor
from common.requests import Request
from common.text import quoted
from members.activities.models import Resolution
from responsibilities.duties.loaders import duty_for
from responsibilities.duties.models import Level
from responsibilities.duties.soft import is_soft
from responsibilities.measures import DUTIES_DONE, RESOLUTIONS_DONE

# Whose indicator a task of a level, or of a kind of organisation, becomes.
_SCHEMES: dict[str, str] = {
    Level.BRANCH: BRANCH_SCHEME,
    Level.COMMITTEE: COMMITTEE_SCHEME,
    Level.GENERAL_BRANCH: COMMITTEE_SCHEME,
}
# Characters that the name of an indicator has room for.
NAME_MOST = 60


@dataclass(frozen=True)
class Task:
    """What becomes an indicator. key: of the scheme. measure: what counts it. same: measures that count the same thing wholly.

    among: a measure that counts it among others: whatever indicator reads that leaves it to the new one. refused: why it
    cannot become an indicator, "" where it can.
    """

    key: str
    name: str
    measure: str
    back: str
    same: tuple[str, ...] = ()
    among: str = ""
    unit: str = "项"
    refused: str = ""

    @property
    def words(self) -> str:
        return name_of(self.measure)


def _duty(request: Request, pk: int) -> Task:
    duty = duty_for(request, pk)
    if not is_soft(duty) or not duty.key or duty.list.level not in _SCHEMES:
        raise Http404
    measure, back = f"{DUTY}{duty.key}", reverse("duty_detail", args=[pk])
    return Task(_SCHEMES[duty.list.level], duty.text, measure, back, among=DUTIES_DONE)


def _target(request: Request, pk: int) -> Task:
    target = target_for(request.user, pk)
    key = BRANCH_SCHEME if Kind.BRANCH in target.applies else COMMITTEE_SCHEME
    same = (target.measure,) if target.measure else ()
    measure, back = f"{TARGET}{target.code}", reverse("target_detail", args=[pk])
    other = read_instead(target, ASSESSES[key])
    refused = ""
    if other is not None:
        named = f"{other.plan.organisation.label}{quoted(str(other.plan))}的{quoted(other.name)}"
        refused = (
            f"{named}也是序号 {target.code}，考核按序号取最近一级计划的目标，两项分不开。"
            "请在计划下达前把其中一项改为不同的序号，再转为指标。"
        )
    return Task(key, target.name, measure, back, same, TARGETS_ON_COURSE, "%", refused)


def _resolution(request: Request, pk: int) -> Task:
    rows = Resolution.objects.tasks().select_related("activity__organisation__parent")
    row = access.get_for(rows, request.user, VIEW, pk=pk)
    key = _SCHEMES.get(row.organisation.kind)
    if key is None:
        raise Http404
    return Task(key, row.text, RESOLUTIONS_DONE, reverse("activity_detail", args=[row.activity_id]))


_READERS = {"duty": _duty, "target": _target, "resolution": _resolution}


def task_of(request: Request, kind: str, pk: int) -> Task:
    """Return the Task of an address; 404 outside the reader's reach, or where it cannot become an indicator."""
    if kind not in _READERS:
        raise Http404
    return _READERS[kind](request, pk)


def base_of(key: str) -> SchemeVersion:
    """Return the version of a scheme in preparation, else the newest in force: what the indicator is added to, or copied from."""
    rows = SchemeVersion.objects.filter(key=key)
    found = rows.exclude(state=SchemeState.IN_FORCE).first() or rows.in_force(key).first()
    if found is None:
        raise Http404
    return found


def already_in(body: dict, task: Task) -> str:
    """Return the name of the indicator that counts a task already, "" for none."""
    counted = {task.measure, *task.same}
    rows = (row for part in body["dimensions"] for row in part["indicators"])
    return next((row["name"] for row in rows if counted & {*row.get("measures", ())}), "")


@one_transaction
def indicator_from_task(
    *, by: Actor, task: Task, part: str, name: str, points: Decimal, reason: str
) -> tuple[SchemeVersion, str]:
    """Add the indicator of a task to the draft of its scheme, which is begun where there is none; return (draft, its key).

    ValidationError where its measure would read something else, or another indicator counts the same already; Conflict while a version waits for its approval.
    """
    if task.refused:
        raise ValidationError(task.refused)
    version = base_of(task.key)
    reader = already_in(version.body, task)
    if reader:
        raise ValidationError(f"{quoted(reader)}已计量这一项，请选择只在其中一处计分。")
    if version.fixed:
        version = scheme_draft(by=by, version=version)
    row = {
        "name": name,
        "points": str(points),
        "method": "ratio",
        "late_factor": "0.5",
        "measures": [task.measure],
        "unit": task.unit,
    }
    body = drafting.with_indicator(version.body, part, "", row)
    made = drafting.dimension_of(body, part)["indicators"][-1]["key"]
    for dimension in body["dimensions"]:
        for other in dimension["indicators"]:
            if task.among and task.among in other.get("measures", ()):
                other["counted_in"] = [*other.get("counted_in", ()), made]
    return scheme_change(by=by, version=version, body=body, reason=reason, about=made), made
