"""What waits of targets for the start pages: shares that are behind, stages to report or to judge; for leaders the numbers."""

from collections import Counter

from django.urls import reverse

from assessments.targets.models import (
    PlanState,
    Split,
    StageReport,
    StageState,
    Target,
    TargetKind,
    TargetPlan,
    TargetStage,
)
from assessments.targets.rules import GOOD, ShareState
from assessments.targets.selectors.below import BEHIND
from assessments.targets.selectors.pages import aim_words, counts_of, value_words
from assessments.targets.selectors.places import owed_by
from assessments.targets.selectors.queue import reports_waiting
from assessments.targets.selectors.stages import AHEAD
from assessments.targets.selectors.standings import asked_now, planned_of, standings
from assessments.targets.services.stages import may_report
from branches.frame.waiting import Sentence, Task, Waiting
from branches.places.models.organisations import Kind, Organisation
from branches.reach.intervals import tree_order
from common import clock
from common.operator import Actor
from responsibilities.assigning import answers_for

# Branches that are named where a target is behind at several.
_NAMED = 2


def _tasks(user: Actor, organisation: Organisation) -> list[Task]:
    tasks = _to_judge(user)
    targets = owed_by(organisation, clock.today().year)
    if targets and answers_for(user, organisation):
        tasks += _behind(targets, organisation)
        if may_report(user, organisation):
            tasks += _stages(targets, organisation)
    if organisation.kind == Kind.GENERAL_BRANCH and answers_for(user, organisation):
        tasks += _below(organisation)
    return tasks


def _to_judge(user: Actor) -> list[Task]:
    number = reports_waiting(user).count()
    return (
        [Task("reported", f"{number} 项阶段报告待评定", "", reverse("stage_queue"), "待评定", (1,))] if number else []
    )


def _behind(targets: list[Target], organisation: Organisation) -> list[Task]:
    measured = [target for target in targets if target.kind == TargetKind.QUANTITATIVE]
    asked = asked_now()
    found = standings(measured, [organisation], asked)
    owed = planned_of(measured, organisation, asked)
    rows = []
    for target in measured:
        standing = found[target.pk, organisation.pk]
        if standing.state in BEHIND:
            # The same two words as in the list of targets: what there is, what there should be.
            note = f"现值 {value_words(target, standing)}，应达{aim_words(target, owed[target.pk])}"
            rank = (0 if standing.state == ShareState.MISSED else 2, standing.percent or 0)
            rows.append(Task(standing.state, target.name, note, reverse("target_detail", args=[target.pk]), rank=rank))
    return rows


def _below(organisation: Organisation) -> list[Task]:
    """What branches of a general branch owe and are behind in: one line for each target."""
    branches = list(
        Organisation.objects.within(organisation)
        .filter(kind=Kind.BRANCH, archived_on__isnull=True)
        .select_related("parent")
        .in_tree_order()
    )
    if not branches:
        return []
    # They stand below the same plans: what one of them owes, all do.
    owed = owed_by(branches[0], clock.today().year)
    measured = [target for target in owed if target.kind == TargetKind.QUANTITATIVE and target.split != Split.OWN]
    found = standings(measured, branches)
    rows = []
    for target in measured:
        late = [place for place in branches if found[target.pk, place.pk].state in BEHIND]
        if late:
            named = "、".join(place.label for place in late[:_NAMED]) + ("等" if len(late) > _NAMED else "")
            note = f"{named} {len(late)} 个支部落后，共 {len(branches)} 个"
            rows.append(
                Task("behind", target.name, note, reverse("target_detail", args=[target.pk]), rank=(2, -len(late)))
            )
    return rows


def _stages(targets: list[Target], organisation: Organisation) -> list[Task]:
    today, ids = clock.today(), [target.pk for target in targets if target.kind == TargetKind.QUALITATIVE]
    stages = TargetStage.objects.filter(target__in=ids, due__lte=today + AHEAD).select_related("target")
    reports = {row.stage_id: row for row in StageReport.objects.filter(stage__in=stages, organisation=organisation)}
    rows = []
    for stage in stages:
        report = reports.get(stage.pk)
        url = reverse("stage_report", args=[stage.pk])
        if report is not None and report.state == StageState.RETURNED:
            rows.append(Task("returned", stage.criterion, "修改后重报", url, rank=(0,)))
        elif report is None:
            late = stage.due < today
            note = f"{stage.target.name}，{stage.due:%-m月%-d日}前"
            rows.append(Task("overdue" if late else "due_soon", stage.criterion, note, url, rank=(1 if late else 3,)))
    return rows


def _sentences(user: Actor, organisation: Organisation) -> list[Sentence]:
    """Return a sentence of each plan of the Party group and the committees; of the highest one where none of these made one."""
    rows = TargetPlan.objects.visible_to(user).filter(year=clock.today().year, state=PlanState.ISSUED)
    plans = list(rows.select_related("organisation").order_by(*tree_order("organisation__")))
    upper = [plan for plan in plans if plan.organisation.kind in (Kind.PARTY_GROUP, Kind.COMMITTEE)]
    shown = upper or plans[:1]
    counts = counts_of(shown, asked_now())
    return [_sentence(plan, counts[plan.pk], named=len(shown) > 1) for plan in shown]


def _sentence(plan: TargetPlan, count: Counter[ShareState], *, named: bool) -> Sentence:
    url = f"{reverse('target_list')}?plan={plan.pk}"
    behind, unknown = sum(count[state] for state in BEHIND), count[ShareState.UNKNOWN]
    numbers = (
        (f"按进度 {sum(count[state] for state in GOOD)} 项", ShareState.ON_COURSE, True),
        (f"落后 {behind} 项", ShareState.BEHIND, bool(behind)),
        (f"暂无数据 {unknown} 项", ShareState.UNKNOWN, bool(unknown)),
    )
    further = tuple((words, f"{url}&state={state.value}") for words, state, shown in numbers if shown)
    whose = plan.organisation.label if named else ""
    return Sentence(f"{whose}年度目标 {count.total()} 项", url, further)


WAITING = Waiting("党建目标", "target_list", _tasks, _sentences)
