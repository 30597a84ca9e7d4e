"""Departments and who covers them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from branches.places.forms import CoverageForm, DepartmentForm
from branches.places.loaders import coverage_for
from branches.places.selectors.coverage import coverage_of_departments
from branches.places.services import departments
from branches.reach import access
from branches.reach.doors import needs
from branches.reach.rights import ORGANISE
from common.forms.fields import take_errors


@needs(ORGANISE)
def organisation_departments(request):
    rows = coverage_of_departments()
    uncovered = sum(row.organisation is None for row in rows)
    context = {
        "title": f"{uncovered} 个处室未覆盖" if uncovered else f"{len(rows)} 个处室全部覆盖",
        "rows": rows,
        "manageable": set(access.organisations_for(request.user, ORGANISE).values_list("pk", flat=True)),
    }
    return render(request, "branches/places/departments.html", context)


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
@require_POST
def organisation_coverage_end(request, pk):
    coverage = coverage_for(request, pk)
    try:
        departments.coverage_end(by=request.user, department=coverage.department)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, f"{coverage.department}的覆盖到今天为止")
    return redirect("organisation_departments")
