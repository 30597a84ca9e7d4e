"""The first page of each role: workbench for who records, dashboard for who looks down the tree."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from assessments.facts import fill as rollups
from assessments.home.selectors.assisting import assisting_page
from assessments.home.selectors.leader import all_changes, leader_page
from assessments.home.selectors.start_figures import is_young, system_figures
from assessments.home.selectors.tasks import tasks_of
from assessments.home.selectors.waiting import waiting_at
from assessments.home.selectors.workbench import folds, workbench
from assessments.home.views.dashboard import dashboard_page
from assessments.home.views.first_steps import steps_page, system_page
from branches.places.models.organisations import Kind
from branches.reach import access
from branches.reach.rights import ASSISTANT, VIEW
from branches.settings import dated
from common import clock
from common.periods import YEAR, Period
from members.activities.models import ActivityKindCode as Code
from members.organisations.first_steps import first_steps
from responsibilities.requirements.selectors import year_of_branch

_WORKBENCH = {"branch_secretary", "branch_officer", "organisation_officer", "group_leader"}
_LEADERS = {"leader", "party_group_secretary"}
_SYSTEM = {"system_administrator": "account_list", "security_auditor": "audit_list"}
# Whose first page leads while the agency is young.
_STARTS = {"committee_staff", "committee_secretary"}
# The kinds a branch records most, in the order of the form.
QUICK_KINDS = (
    (Code.ASSEMBLY, "党员大会", "users-group"),
    (Code.COMMITTEE_MEETING, "支委会", "user-star"),
    (Code.GROUP_MEETING, "党小组会", "users"),
    (Code.LECTURE, "党课", "presentation"),
    (Code.THEME_DAY, "主题党日", "calendar-star"),
    (Code.ORG_LIFE, "组织生活会", "messages"),
    (Code.TALK, "谈心谈话", "message-circle"),
)


@login_required
def home(request):
    scope = request.scope
    if scope is None:
        return _without_post(request)
    if scope.role in _STARTS and is_young():
        return steps_page(request)
    if scope.role == "system_administrator" and not system_figures().secretaries:
        return system_page(request)
    if scope.role in _SYSTEM:
        return redirect(_SYSTEM[scope.role])
    if scope.role in _WORKBENCH:
        return _workbench(request, scope)
    if scope.role == ASSISTANT:
        return render(request, "assessments/home/assisting.html", assisting_page(request.user, scope))
    if scope.role in _LEADERS:
        return render(request, "assessments/home/leader.html", leader_page(request.user, scope))
    return dashboard_page(request)


@login_required
def change_list(request):
    """All that got better or worse since the last report, in the reader's reach."""
    access.require_anywhere(request.user, VIEW)
    age, rebuilding = rollups.age_and_rebuilding()
    period, changes = all_changes(request.user) if age and not rebuilding else (None, [])
    up = sum(row.up for row in changes)
    if age is None or rebuilding:
        title = "正在汇总"
    elif period is None:
        title = "还没有发布过考核报告"
    else:
        title = f"{period.short()}报告以来 {up} 处好转、{len(changes) - up} 处变差"
    context = {"title": title, "changes": changes, "age": age}
    return render(request, "assessments/home/changes.html", context)


def _without_post(request):
    """A member with a linked account sees his own file; an account without anything is told whom to ask."""
    if hasattr(request.user, "member"):
        try:
            return redirect(reverse("member_own"))
        except NoReverseMatch:
            pass
    return render(request, "assessments/home/without_post.html")


def _workbench(request, scope):
    organisation = scope.organisation
    with dated.read_once():
        year = year_of_branch(organisation.pk, Period.containing(YEAR, clock.today()))
        # Whoever has to talk with members has some.
        steps = None if any(row.row.counts_members and row.expected for row in year.rows) else first_steps(organisation)
        if steps is not None:
            return render(request, "assessments/home/new_branch.html", {"organisation": organisation, "steps": steps})
        waiting = waiting_at(request.user, organisation)
        data = workbench(organisation, scope.starts, year, waiting)
        groups = tasks_of(request.user, organisation, year, waiting)
    kinds = (
        QUICK_KINDS
        if organisation.kind == Kind.BRANCH
        else [row for row in QUICK_KINDS if row[0] == Code.GROUP_MEETING]
    )
    return render(
        request,
        "assessments/home/workbench.html",
        {
            "organisation": organisation,
            "title": _title(data, sum(group.total for group in groups)),
            "sub": _sub(data),
            "kinds": kinds,
            "groups": groups,
            "estimated": organisation.kind == Kind.BRANCH,
            "folds": folds(data, groups),
            # Half of his work; a secretary finds it in the menu.
            "keeps_roster": scope.role == "organisation_officer",
            **data,
        },
    )


def _title(data, tasks):
    """Say how much waits: requirements of the month and overdue ones, and `tasks` things of work, duties and supervision."""
    late, coming = data["overdue"], data["coming"]
    parts = [f"本月还有 {coming} 项要办"] if coming else []
    if late:
        parts.append(f"另有 {late} 项逾期" if coming else f"有 {late} 项逾期待补")
    if tasks:
        parts.append(f"业务与责任有 {tasks} 项要办")
    return "，".join(parts) or ("本月没有待办事项" if data["owed"] else "还没有应办事项")


def _sub(data):
    parts = []
    coming = next((line for line in data["due"] if line.days is not None and not line.late), None)
    if coming:
        parts.append(f"最近一项是 {coming.row.due:%-m月%-d日} 截止的{coming.name}")
    if data["returned"]:
        parts.append(f"有 {len(data['returned'])} 条记录被退回，等您修改")
    return "；".join(parts) + "。" if parts else ""
