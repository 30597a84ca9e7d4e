"""转为指标: a soft duty, a target or a resolution becomes an indicator of the draft; only its points are typed."""

from decimal import Decimal

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from assessments.schemes.from_task import NAME_MOST, base_of, indicator_from_task, task_of
from assessments.schemes.lines import figure
from branches.reach import access
from branches.reach.rights import ASSESS
from common.forms.fields import PlainTextField, take_errors
from common.forms.form import Form
from common.requests import Request


class TaskForm(Form):
    """An indicator from a task: the points are typed, the rest is filled in."""

    points = figure("分值", min_value=Decimal("0.01"))
    name = PlainTextField(label="指标", max_length=NAME_MOST)
    part = forms.ChoiceField(label="方面")
    reason = PlainTextField(label="为什么改", max_length=300)

    def __init__(self, *args, parts, **options):
        super().__init__(*args, **options)
        self.fields["part"].choices = parts


@login_required
@require_http_methods(["GET", "POST"])
def scheme_from(request: Request, kind: str, pk: int) -> HttpResponse:
    access.require_anywhere(request.user, ASSESS)
    task = task_of(request, kind, pk)
    base = base_of(task.key)
    parts = [(part["key"], part["name"]) for part in base.body["dimensions"]]
    chosen = "duty" if "duty" in dict(parts) else parts[0][0]
    initial = {"name": task.name[:NAME_MOST], "part": chosen, "reason": "软任务转为指标"}
    form = TaskForm(request.POST if request.method == "POST" else None, parts=parts, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            draft, key = indicator_from_task(by=request.user, task=task, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"已存入{draft}草稿，请核对分值合计")
            return redirect(f"{reverse('scheme_detail', args=[draft.pk])}#i-{key}")
    where = f"由第{base.version}版新建草稿" if base.fixed else f"{base}草稿"
    context = {
        "title": f"转为指标：{task.name}",
        "sub": f"{base.title}　{where}　按比率计分，取数：{task.words}。批准施行前不计分。",
        "form": form,
        "verb": "存入草稿",
        "cancel": task.back,
    }
    return render(request, "generic/form.html", context, status=422 if form.is_bound else 200)
