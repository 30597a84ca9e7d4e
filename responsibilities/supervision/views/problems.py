"""The list of problems → measures → done: of one notice, and of all within reach, printable."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.audit import exports
from branches.reach import access
from branches.reach.rights import VIEW
from common import clock
from common.errors import Conflict
from common.forms.fields import take_errors
from common.requests import Request
from responsibilities.supervision.forms import DoneForm, ProblemFilter, ProblemFormSet, places_of
from responsibilities.supervision.loaders import notice_to_list, problem_for
from responsibilities.supervision.models import SupervisionProblem, SupervisionState
from responsibilities.supervision.selectors import notices as reads
from responsibilities.supervision.services.problems import problem_done as strike
from responsibilities.supervision.services.problems import problems_write

# One sheet is printed whole; more than this is a matter for the export.
PAGE = 200
COLUMNS = ["文号", "督查事项", "承办", "序号", "问题", "整改措施", "时限", "销号日期", "销号人"]


def _filtered(request: Request) -> tuple[ProblemFilter, QuerySet[SupervisionProblem]]:
    access.require_anywhere(request.user, VIEW)
    form = ProblemFilter(request.GET, organisations=places_of(request.user))
    return form, reads.problems(request.user, form.chosen())


def _finding(form: ProblemFilter, total: int, left: int) -> str:
    if not total:
        return form.heading_of_none("问题", "没有问题")
    return f"问题 {total} 项，{left} 项未销号" if left else f"问题 {total} 项，全部销号"


@login_required
@require_GET
def problem_list(request: Request) -> HttpResponse:
    form, rows = _filtered(request)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    total = page.paginator.count
    left = rows.filter(done_on__isnull=True).count() if total else 0
    context = {
        "title": _finding(form, total, left),
        "form": form,
        "page": page,
        "narrowed": form.narrows(),
    }
    return render(request, "responsibilities/supervision/problem_list.html", context)


@login_required
@require_POST
def problem_export(request: Request) -> HttpResponse:
    form, rows = _filtered(request)
    table = [
        [
            row.supervision.label,
            row.supervision.title,
            row.supervision.recipient,
            row.order,
            row.problem,
            row.measure,
            row.supervision.due,
            row.done_on,
            row.done_by.name if row.done_by else "",
        ]
        for row in rows
    ]
    return exports.send(
        request,
        rows=table,
        columns=COLUMNS,
        name="问题销号清单",
        verb="supervision.problems_export",
        filters=form,
    )


@login_required
@require_http_methods(["GET", "POST"])
def supervision_problems(request: Request, pk: int) -> HttpResponse:
    """Edit the list. The recipient writes measures; who judges the notice writes problems too."""
    supervision, judges = notice_to_list(request, pk)
    if supervision.state == SupervisionState.CLOSED:
        raise Conflict("这件督查已销号，清单不能再改。", record=supervision)
    rows = {row.pk: row for row in supervision.problems.filter(done_on__isnull=True)}
    initial = [{"pk": row.pk, "problem": row.problem, "measure": row.measure} for row in rows.values()]
    initial += [{}] * (3 if judges else 0)
    forms = ProblemFormSet(request.POST if request.method == "POST" else None, initial=initial, prefix="p")
    for form in forms:
        form.fields["problem"].disabled = not judges
    errors = []
    if request.method == "POST" and forms.is_valid():
        sent = [(rows.get(form.cleaned_data.get("pk") or 0), form.cleaned_data) for form in forms]
        lines = [
            (row, values.get("problem", ""), values.get("measure", ""))
            for row, values in sent
            if row is not None or not values.get("pk")
        ]
        try:
            problems_write(by=request.user, supervision=supervision, rows=lines)
        except ValidationError as error:
            errors = error.messages
        else:
            messages.success(request, "清单已保存")
            return redirect("supervision_detail", pk=pk)
    context = {"supervision": supervision, "forms": forms, "judges": judges, "errors": errors}
    status = 422 if forms.is_bound else 200
    return render(request, "responsibilities/supervision/problems.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def problem_done(request: Request, pk: int) -> HttpResponse:
    problem = problem_for(request, pk)
    supervision, _ = notice_to_list(request, problem.supervision_id)
    form = DoneForm(request.POST if request.method == "POST" else None, initial={"done_on": clock.today().isoformat()})
    if request.method == "POST" and form.is_valid():
        try:
            supervision = strike(by=request.user, problem=problem, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            closed = supervision.state == SupervisionState.CLOSED
            messages.success(request, "已销号，问题全部销号" if closed else "已销号")
            return redirect("supervision_detail", pk=supervision.pk)
    context = {
        "supervision": supervision,
        "form": form,
        "title": f"销号：{problem.problem}",
        "text": f"整改措施：{problem.measure}" if problem.measure else "还没有写明整改措施，请先填写。",
        "verb": "销号",
        "cancel": reverse("supervision_detail", args=[supervision.pk]),
    }
    status = 422 if form.is_bound else 200
    return render(request, "responsibilities/supervision/act.html", context, status=status)
