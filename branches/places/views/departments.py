"""Departments and who covers them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from branches.audit import exports
from branches.places.forms import CoverageForm, DepartmentFilter, DepartmentForm
from branches.places.loaders import coverage_for
from branches.places.selectors.coverage import coverage_numbers, coverage_of, departments_fitting, open_departments
from branches.places.services import departments
from branches.reach import access
from branches.reach.doors import needs, recent_login
from branches.reach.rights import ORGANISE
from common.forms.fields import take_errors

A_PAGE = 60


def _filter(request):
    form = DepartmentFilter(request.GET)
    form.is_valid()
    return form


@needs(ORGANISE)
def organisation_departments(request):
    form, departments = _filter(request), open_departments()
    numbers = coverage_numbers(departments)
    page = Paginator(departments_fitting(departments, form.cleaned_data), A_PAGE).get_page(request.GET.get("page"))
    rows = coverage_of(page.object_list)
    covering = [row.organisation.pk for row in rows if row.organisation]
    mine = access.organisations_for(request.user, ORGANISE).filter(pk__in=covering)
    title = f"{numbers.departments} 个处室全部覆盖" if numbers.departments else "处室覆盖"
    context = {
        "title": f"{numbers.uncovered} 个处室未覆盖" if numbers.uncovered else title,
        "form": form,
        "numbers": numbers,
        "page": page,
        "rows": rows,
        "manageable": set(mine.values_list("pk", flat=True)),
    }
    return render(request, "branches/places/departments.html", context)


def _exported(found):
    """Yield the lines of the file; nothing is read before the first is asked for."""
    for row in coverage_of(found):
        yield [
            row.department.name,
            row.organisation.label if row.organisation else "未覆盖",
            row.coverage.starts if row.coverage else None,
            "、".join(str(other) for other in row.shared),
        ]


@needs(ORGANISE)
@require_POST
@recent_login
def organisation_departments_export(request):
    form = _filter(request)
    found = departments_fitting(open_departments(), form.cleaned_data)
    return exports.send(
        request,
        rows=_exported(found),
        columns=["处室", "由谁覆盖", "起", "联合"],
        name="处室覆盖",
        verb="department.export",
        filters=form,
        too_many=exports.beyond(found),
    )


@needs(ORGANISE)
def organisation_department_new(request):
    form = DepartmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            departments.department_create(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "处室已登记，请设定由哪个党组织覆盖")
            return redirect("organisation_departments")
    context = {"title": "登记处室", "form": form, "cancel": reverse("organisation_departments")}
    return render(request, "generic/form.html", context)


@needs(ORGANISE)
def organisation_coverage(request):
    form = CoverageForm(
        request.POST or None,
        user=request.user,
        initial={"department": request.GET.get("department"), "organisation": request.GET.get("organisation")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            departments.coverage_set(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "覆盖关系已登记")
            return redirect("organisation_departments")
    context = {
        "title": "设定处室覆盖",
        "sub": "一个处室同一时间只由一个党组织覆盖，原有的覆盖到前一天为止",
        "form": form,
        "cancel": reverse("organisation_departments"),
    }
    return render(request, "generic/form.html", context)


@needs(ORGANISE)
def organisation_coverage_end(request, pk):
    coverage = coverage_for(request, pk)
    if request.method == "POST":
        try:
            departments.coverage_end(by=request.user, department=coverage.department)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, f"{coverage.department}的覆盖到今天为止")
        return redirect("organisation_departments")
    context = {
        "title": f"{coverage.organisation.label}不再覆盖{coverage.department}？",
        "text": "今天是最后一天，明天起该处室列为未覆盖，直到另行设定；以前的覆盖照旧保留。",
        "verb": "到今天为止",
        "cancel": reverse("organisation_departments"),
    }
    return render(request, "generic/confirm.html", context)
