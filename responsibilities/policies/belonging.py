"""What 「还属于」 offers of policies: steps that wait at the recording organisation, and policies it has yet to take note of."""

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse

from common import clock
from common.operator import Actor
from common.text import quoted
from members.activities.belonging import Belonging, Chip, Draft
from members.activities.likeness import wanted
from members.activities.models import Activity
from members.activities.ties import uncounted_words
from responsibilities.policies.models import PolicyRun, PolicyStudy, PolicyVersion, RunStep, StepRecord
from responsibilities.policies.selectors.receipts import open_receipts
from responsibilities.policies.selectors.steps import open_runs, run_views, uncounted
from responsibilities.policies.services.ties import STEPS, STUDIES, step_tie, study_tie, untie

STEP, STUDY = "p", "q"
# Open runs whose steps wait at one organisation that are looked through for one record.
_MOST = 60


def _step_label(row: RunStep) -> str:
    return f"制度程序{quoted(row.run.subject)}：{row.step.title}"


def suggest_steps(draft: Draft) -> list[Chip]:
    """Return a Chip for each open step that waits at the recording organisation and yields one of the record's kinds.

    A step whose predecessor is not done does not wait yet, but is offered: one meeting may close both.
    """
    here = RunStep.objects.order_by().filter(
        organisation=draft.organisation, done_on__isnull=True, skipped_on__isnull=True
    )
    runs = open_runs(PolicyRun.objects.filter(pk__in=here.values("run"), opened_on__lte=draft.day))
    tied = set()
    if draft.activity is not None:
        rows = StepRecord.objects.active().filter(activity=draft.activity)
        tied = set(rows.values_list("step", flat=True))
    chips = []
    for view in run_views(runs.select_related("version__policy").order_by("-opened_on", "-pk")[:_MOST]):
        for one in view.steps:
            row = one.row
            row.run = view.run
            if not one.open or row.organisation_id != draft.organisation.pk or row.pk in tied:
                continue
            if not set(row.step.kinds) & set(draft.kinds):
                continue
            like = draft.like(wanted(view.run.version.policy.title, row.step.title, view.run.subject, view.run.about))
            due = f"，{one.judged.due:%-m月%-d日}前" if one.judged.due else ""
            why = f"{like.said}{due}" if like.said else f"等待办理{due}"
            url = reverse("policy_run_detail", args=[view.run.pk])
            chips.append(Chip(f"{STEP}{row.pk}", _step_label(row), why, like.weight, fits=True, url=url))
    return chips


def tied_steps(user: Actor, activity: Activity) -> list[Chip]:
    """Return the Chips of the steps that a record is tied to."""
    rows = StepRecord.objects.active().filter(activity=activity).with_confirmed()
    rows = rows.select_related(
        "activity__organisation__parent", "step__run__version__policy", "step__step", "step__organisation__parent"
    )
    rows = rows.prefetch_related("activity__judgements")
    return [
        Chip(
            f"{STEP}{row.step_id}",
            _step_label(row.step),
            chosen=True,
            standing=uncounted(row),
            url=reverse("policy_run_detail", args=[row.step.run_id]),
        )
        for row in rows
    ]


def _tie_step(by: Actor, activity: Activity, pk: int, system: bool) -> None:
    step = RunStep.objects.filter(pk=pk, organisation=activity.organisation_id).first()
    if step is None:
        raise ValidationError("没有这一步，或不由本组织办理。")
    step_tie(by=by, activity=activity, step=step, system=system)


def _untie_step(by: Actor, activity: Activity, pk: int, reason: str) -> None:
    untie(by, STEPS, activity, pk, reason)


def suggest_studies(draft: Draft) -> list[Chip]:
    """Return a Chip for each policy that the recording organisation has yet to take note of and the record speaks of."""
    tied = set()
    if draft.activity is not None:
        rows = PolicyStudy.objects.active().filter(activity=draft.activity)
        tied = set(rows.values_list("version", flat=True))
    chips = []
    for version, owed in open_receipts([draft.organisation]):
        like = draft.like(wanted(version.policy.title))
        if version.pk in tied or not like.weight or draft.day < owed.since:
            continue
        label = f"学习制度《{version.policy.title}》"
        url = reverse("policy_detail", args=[version.policy_id])
        chips.append(Chip(f"{STUDY}{version.pk}", label, like.said, like.weight, fits=True, note="即为知悉", url=url))
    return chips


def tied_studies(user: Actor, activity: Activity) -> list[Chip]:
    """Return the Chips of the policies that a record studied."""
    rows = PolicyStudy.objects.active().filter(activity=activity).with_confirmed()
    rows = rows.select_related("version__policy", "activity__organisation__parent").prefetch_related(
        "activity__judgements"
    )
    return [
        Chip(
            f"{STUDY}{row.version_id}",
            f"学习制度《{row.version.policy.title}》",
            chosen=True,
            standing=uncounted_words(row.activity, row.activity.judgements.all(), is_confirmed=row.is_confirmed),
            url=reverse("policy_detail", args=[row.version.policy_id]),
        )
        for row in rows
    ]


def _tie_study(by: Actor, activity: Activity, pk: int, system: bool) -> None:
    version = PolicyVersion.objects.filter(Q(in_force_to__isnull=True) | Q(in_force_to__gte=clock.today()), pk=pk)
    found = version.first()
    if found is None:
        raise ValidationError("没有这项制度，或已经不在施行。")
    study_tie(by=by, activity=activity, version=found, system=system)


def _untie_study(by: Actor, activity: Activity, pk: int, reason: str) -> None:
    untie(by, STUDIES, activity, pk, reason)


STEP_BELONGING = Belonging(STEP, "制度程序", suggest_steps, tied_steps, _tie_step, _untie_step, STEPS)
STUDY_BELONGING = Belonging(STUDY, "学习制度", suggest_studies, tied_studies, _tie_study, _untie_study, STUDIES)
