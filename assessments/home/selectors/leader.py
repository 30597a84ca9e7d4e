"""The start page of a member of the leading group: what waits for him, how the whole is, the fields in his charge."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from assessments.facts import fill as rollups
from assessments.home.selectors import waits
from assessments.home.selectors.agency import Figure, agency_figures
from assessments.home.selectors.changes import Change, changes_since, shown
from assessments.home.selectors.waits import Date, Wait
from assessments.reports.models import Report
from assessments.results.matrix import Matrix
from assessments.results.models import AssessmentState
from assessments.results.selectors.assessments import assessments_of
from assessments.results.selectors.matrix import score_matrix
from branches.access.models import User
from branches.places.models.organisations import Organisation
from branches.reach.models import Appointment
from common import clock
from common.periods import QUARTER, Period
from responsibilities.portfolios.models import LeaderPortfolio
from responsibilities.work.models import WEIGHING, SyncState, WorkItem
from responsibilities.work.selectors.board import this_year
from responsibilities.work.selectors.items import items_in
from responsibilities.work.stages import DUE, SyncPoint, sync_points

# So many lines are read in a minute; the rest is folded.
SHOWN = 7


@dataclass(frozen=True)
class Field:
    """A department in his charge: its stages that were due this year, how many in step, what went wrong, what comes next."""

    name: str
    same: int
    due: int
    wrong: str
    next: date | None
    url: str


def leader_page(user: User, scope: Appointment) -> dict[str, Any]:
    """Return the context of the page; scope: his appointment. What grows with the agency is read from facts alone."""
    root = scope.organisation or Organisation.objects.root()
    items, points = in_charge(user)
    found, dates = _waits(user, scope, items, points)
    # While everything is filled anew the numbers are of what no longer holds.
    age, rebuilding = rollups.age_and_rebuilding()
    age = None if rebuilding else age
    figures = agency_figures(user, root) if root and age else []
    late = sum(row.late for row in found)
    report = last_report()
    period = Period.parse(report.assessment.period) if report else None
    changes = (
        changes_since(user, period, items, points, report.assessment if report else None) if period and age else []
    )
    return {
        "title": _title(len(found), late, dates),
        "sub": _whole(figures) if age else "各项数字正在汇总。",
        "age": age,
        "report": report,
        "report_label": period.within_year(clock.today().year) if period else "",
        "changes": shown(changes),
        "changed": len(changes),
        "board": branches_of(user),
        "figures": figures,
        "waits": found[:SHOWN],
        "rest": found[SHOWN:],
        "dates": dates,
        "fields": _fields(user, items, points),
    }


def last_report() -> Report | None:
    """Return the newest published report with the assessment that it is of."""
    rows = Report.objects.exclude(assessment__period="").select_related("assessment__scheme")
    return rows.order_by("-published", "-pk").first()


def branches_of(user: User) -> Matrix | None:
    """Return how the branches in his reach stood in the last published quarter, beside the one before; None without any."""
    quarters = [
        row
        for row in assessments_of(user)
        if row.state == AssessmentState.PUBLISHED and Period.parse(row.period).kind == QUARTER
    ][-2:]
    if not quarters:
        return None
    matrix = score_matrix(user, quarters, Period.parse(quarters[-1].period).year)
    return matrix if matrix.last is not None and matrix.lines else None


def all_changes(user: User) -> tuple[Period | None, list[Change]]:
    """Return (the period of the last report, all Changes since) for the page behind 全部变化."""
    report = last_report()
    if report is None:
        return None, []
    period = Period.parse(report.assessment.period)
    return period, changes_since(user, period, *in_charge(user), report.assessment)


def in_charge(user: User) -> tuple[dict[int, WorkItem], list[SyncPoint]]:
    """Return ({id: WorkItem}, points) of this year's work that he leads or whose department is in his charge."""
    departments = LeaderPortfolio.objects.filter(leader=user, department__isnull=False).in_force(clock.today())
    his = Q(leader=user) | Q(lead__in=departments.order_by().values("department"))
    items = {row.pk: row for row in items_in(user, this_year()).filter(his, uptake__in=WEIGHING)}
    year = this_year()
    points = sync_points(list(items)) if items else []
    return items, [row for row in points if not row.left_out and (row.day is None or row.day in year)]


def _waits(
    user: User, scope: Appointment, items: dict[int, WorkItem], points: list[SyncPoint]
) -> tuple[list[Wait], list[Date]]:
    carriers = {point.carriers[0] for point in points if point.carriers}
    names = {row.pk: row.label for row in Organisation.objects.filter(pk__in=carriers)} if carriers else {}
    duties, days, rules = waits.of_duties(user)
    fields, nodes = waits.of_fields(user, items, points, names)
    notices, answers = waits.of_supervision(user)
    found = [
        *duties,
        *fields,
        *notices,
        *waits.of_organisation(scope, rules),
        *waits.of_reports(user),
        *waits.of_results(user),
    ]
    return waits.ordered(found), waits.coming([*days, *nodes, *answers])


def _title(number: int, late: int, dates: list[Date]) -> str:
    if not number:
        following = f"，下一件是 {clock.in_words(dates[0].day)} {dates[0].text}" if dates else ""
        return f"没有等您办的事{following}"
    if late == number:
        return f"等您办 {number} 件，都已过时限"
    return f"等您办 {number} 件" + (f"，{late} 件已过时限" if late else "，都没有过时限")


def _whole(figures: list[Figure]) -> str:
    """Return the state of the whole in one sentence; of what nothing was due it says nothing."""
    said = []
    for figure in figures[:3]:
        if figure.value is None:
            continue
        turn = {"up": f"，比{figure.before}高", "down": f"，比{figure.before}低", "same": f"，与{figure.before}持平"}
        name = figure.label.partition("　")[0].removesuffix("率").replace("四同步同步", "四同步")
        said.append(f"{name} {figure.value:.1f}%{turn.get(figure.turn, '')}")
    return f"全局：{'；'.join(said)}。" if said else "全局还没有到期的事项。"


def _fields(user: User, items: dict[int, WorkItem], points: list[SyncPoint]) -> list[Field]:
    rows = LeaderPortfolio.objects.filter(leader=user, department__isnull=False).in_force(clock.today())
    found = []
    for row in rows.select_related("department").order_by("department__pk"):
        mine = [point for point in points if items[point.item].lead_id == row.department_id]
        states = [point.state for point in mine]
        wrong = [(SyncState.LAGGING, "滞后"), (SyncState.MISSING, "缺失"), (SyncState.TO_CONFIRM, "待确认")]
        ahead = [
            point.planned
            for point in mine
            if point.happened is None and point.planned is not None and point.planned >= clock.today()
        ]
        found.append(
            Field(
                str(row.department),
                states.count(SyncState.SYNCHRONISED),
                sum(states.count(state) for state in DUE),
                "，".join(f"{word} {states.count(state)}" for state, word in wrong if state in states),
                min(ahead, default=None),
                f"{reverse('sync_board')}?department={row.department_id}",
            )
        )
    return found
