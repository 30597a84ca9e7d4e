"""党建目标: the tree of a plan, one target with the organisations that owe it, exports."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from assessments.targets.forms.targets import LetterFilter, TargetFilter
from assessments.targets.loaders import plan_for, target_for
from assessments.targets.measured import MEASURED
from assessments.targets.models import PlanState, Split, TargetPlan
from assessments.targets.rules import GOOD, ShareState
from assessments.targets.selectors.pages import (
    Tree,
    aim_at,
    list_behind,
    place_shown,
    plan_label,
    plans_of,
    standing_shown,
    tree_of,
)
from assessments.targets.selectors.places import places_below
from assessments.targets.selectors.queue import reports_waiting
from assessments.targets.selectors.shares import may_divide, shares_of
from assessments.targets.selectors.stages import stage_lines, stage_reports
from assessments.targets.selectors.standings import asked_now, planned_of
from assessments.targets.services.plans import problems_of, weights_wrong
from assessments.targets.services.stages import may_report
from assessments.targets.sheet import columns, rows_of
from branches.audit import exports
from branches.audit.history import history
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import ASSESS, VIEW
from common import clock
from common.requests import Request
from responsibilities.assigning import assigns_anywhere, assigns_work


def _chosen(request: Request) -> tuple[TargetFilter, list[TargetPlan], TargetPlan | None]:
    """Return (filter, plans of the year that is shown, the one that is shown or None)."""
    access.require_anywhere(request.user, VIEW)
    plans = plans_of(request.user)
    form = TargetFilter(request.GET, plans=plans)
    chosen = form.chosen()
    asked = next((plan for plan in plans if plan.pk == chosen.get("plan")), None)
    year = chosen.get("year") or (asked.year if asked is not None else _first_shown(plans))
    offered = [plan for plan in plans if plan.year == year]
    # Who turns to another year leaves the plan of this one.
    shown = asked if asked in offered else next(iter(offered), None)
    form.draw(year, offered, shown)
    return form, offered, shown


def _first_shown(plans: list[TargetPlan]) -> int:
    """Return this year where there is a plan of it, else the newest: next year's draft does not hide what runs."""
    years = [plan.year for plan in plans]
    this = clock.today().year
    return this if this in years or not years else years[0]


def _finding(tree: Tree) -> str:
    if not tree.lines:
        return "本组织没有承担的目标" if tree.place.pk != tree.plan.organisation_id else "计划还没有目标"
    if tree.plan.state == PlanState.DRAFT:
        return f"草稿，目标 {tree.total} 项" + (f"，软任务 {tree.soft} 项" if tree.soft else "")
    # Of a year that is over nothing is on course or behind any more.
    over = tree.plan.state == PlanState.CLOSED or tree.plan.year < clock.today().year
    good, late = ("已达到", "未达到") if over else ("按进度", "落后")
    parts = [f"年度目标 {tree.total} 项", f"{good} {tree.count(*GOOD)} 项"]
    behind = tree.count(ShareState.BEHIND, ShareState.MISSED)
    unknown = tree.count(ShareState.UNKNOWN)
    parts += [f"{late} {behind} 项"] if behind else []
    parts += [f"暂无数据 {unknown} 项"] if unknown else []
    return "，".join(parts)


@login_required
@require_GET
def target_list(request: Request) -> HttpResponse:
    form, plans, plan = _chosen(request)
    arranges = assigns_anywhere(request.user)
    context = {
        "form": form,
        "plans": bool(form.plans),
        "others": [(row, plan_label(row)) for row in plans if row != plan],
        "plan": plan,
        "arranges": arranges,
        "next_year": clock.today().year + 1,
        "title": "本年还没有目标",
        "sub": "",
    }
    if plan is not None:
        asked = asked_now()
        own = request.scope.organisation if request.scope else None
        tree = tree_of(plan, place_shown(request.user, plan, own), asked, below=True)
        chosen = form.chosen()
        lines = [line for line in tree.lines if _fits(line, chosen.get("state"), chosen.get("q"))]
        context |= {
            "tree": tree,
            "lines": lines,
            "narrowed": bool(chosen.get("state") or chosen.get("q")),
            "title": _finding(tree),
            "asked": asked,
            "sub": f"{plan}　{tree.place.label}　{_as_of(asked.day)}",
            "may_edit": assigns_work(request.user, plan.organisation) and plan.state != PlanState.CLOSED,
            "waiting": reports_waiting(request.user).count(),
            "problems": problems_of(plan) if plan.state == PlanState.DRAFT else [],
            "weights": weights_wrong([line.target for line in tree.lines]) if plan.state == PlanState.ISSUED else [],
        }
    return render(request, "assessments/targets/list.html", context)


# What the numbers of the head count together, a filter shows together.
_TOGETHER = {ShareState.ON_COURSE: GOOD, ShareState.BEHIND: (ShareState.BEHIND, ShareState.MISSED)}


def _fits(line, state, text) -> bool:
    asked = _TOGETHER.get(ShareState(state), (state,)) if state else ()
    # An aim above others is counted by what lies below it.
    fits = line.standing.state in asked and not line.children
    return (not state or fits) and (not text or text in line.target.name)


def _as_of(day) -> str:
    return f"截至 {clock.in_full(day)}" if day else "正在汇总，数值稍后可见"


@login_required
@require_POST
def target_export(request: Request) -> HttpResponse:
    """The tree as a file, as it stands."""
    form, _, plan = _chosen(request)
    rows: list[list[object]] = []
    if plan is not None:
        own = request.scope.organisation if request.scope else None
        for line in tree_of(plan, place_shown(request.user, plan, own), asked_now(), below=True).lines:
            percent = line.standing.percent if line.standing.percent is not None else ""
            first, *further = rows_of(line.target)
            rows += [[*first, line.value, percent, line.standing.state.label], *([*row, "", "", ""] for row in further)]
    return exports.send(
        request,
        rows=rows,
        columns=list(columns()),
        name=f"党建目标-{plan}" if plan else "党建目标",
        verb="targets.export",
        filters=form,
    )


@login_required
@require_GET
def target_detail(request: Request, pk: int) -> HttpResponse:
    target = target_for(request.user, pk)
    plan, asked = target.plan, asked_now()
    own = request.scope.organisation if request.scope else None
    place = place_shown(request.user, plan, own)
    standing, value = standing_shown(target, place, asked)
    shares = shares_of(request.user, target, asked, request.GET.get("page")) if target.split != Split.OWN else None
    measured = MEASURED.get(target.measure)
    reports = stage_reports(request.user, target)
    context = {
        "target": target,
        "plan": plan,
        "place": place,
        "standing": standing,
        "value": value,
        "aim": aim_at(target, place, planned_of([target], place, asked).get(target.pk)),
        "shares": shares,
        "is_rate": measured is not None and measured.rate,
        "may_score": plan.state == PlanState.ISSUED and access.holds_anywhere(request.user, ASSESS),
        "stages": stage_lines(request.user, target, place, reports, clock.today()),
        "reports": reports,
        "behind_url": list_behind(target, place),
        "title": f"{target.name}：{standing.state.label}",
        "sub": f"{plan}　{place.label}　{_as_of(asked.day)}",
        "may_edit": assigns_work(request.user, plan.organisation) and plan.state != PlanState.CLOSED,
        "may_report": own is not None and plan.state == PlanState.ISSUED and may_report(request.user, own),
        "changes": list(target.shares.select_related("organisation__parent").exclude(reason="")[:20]),
        "history": history(target) if assigns_work(request.user, plan.organisation) else [],
        "divided": target.split == Split.DIVIDED,
        "divides": own if own is not None and may_divide(request.user, target, own) else None,
    }
    return render(request, "assessments/targets/detail.html", context)


def letter_of(request: Request, plan: TargetPlan) -> tuple[LetterFilter, Organisation]:
    """Return (the filter, whose 目标责任书 is shown): the organisation of the address, else the one at which a plan is seen first."""
    form = LetterFilter(request.GET, organisations=places_below(request.user, plan))
    own = request.scope.organisation if request.scope else None
    return form, form.chosen().get("organisation") or place_shown(request.user, plan, own)


@login_required
@require_GET
def plan_print(request: Request, pk: int) -> HttpResponse:
    """目标责任书 of one organisation, for the screen and the printer."""
    plan = plan_for(request.user, pk)
    form, place = letter_of(request, plan)
    context = {
        "plan": plan,
        "tree": tree_of(plan, place, asked_now()),
        "form": form,
        "title": f"{plan}：目标责任书",
    }
    return render(request, "assessments/targets/print.html", context)
