"""Objections: made by the branch, drafted and released by two of the office."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from assessments.hearing import services
from assessments.hearing.cases import cases_of, course_of, effect_of, state_of_all
from assessments.hearing.forms import AnswerForm, ObjectionForm
from assessments.hearing.loaders import objection_for, result_of
from assessments.hearing.models import ObjectionState
from assessments.hearing.selectors import own_places, records_to_name, score_now, steps_of
from assessments.hearing.views.checkups import own_result
from assessments.results.models import AssessmentState
from branches.reach import access
from branches.reach.rights import ASSESS, MEMBERS
from common import clock
from common.forms.confirm_with_reason import ReasonForm
from common.forms.fields import take_errors
from common.periods import Period
from common.text import quoted


@login_required
def objection_new(request, pk, place, indicator):
    """Object to one indicator: a reason, and the records that it names."""
    result = own_result(request, pk, place)
    score = score_now(result.assessment, place, indicator)
    if score is None or score.points is None or score.points >= score.maximum:
        raise Http404
    period = Period.parse(result.assessment.period)
    records = records_to_name(result.organisation, period.first, period.last)
    form = ObjectionForm(request.POST if request.method == "POST" else None, records=records)
    if request.method == "POST" and form.is_valid():
        try:
            services.objection_make(
                by=request.user,
                assessment=result.assessment,
                organisation=result.organisation,
                indicator=indicator,
                reason=form.cleaned_data["reason"],
                records=form.cleaned_data.get("records", ()),
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "异议已提出，答复后会通知您")
            return redirect("result_checkup", pk, place)
    return render(
        request,
        "assessments/hearing/object.html",
        {
            "title": f"对{quoted(score.name)}{score.points} / {score.maximum} 分提出异议",
            "sub": _window(result, period),
            "result": result,
            "score": score,
            "form": form,
            "lost_for": score.reasons,
        },
        status=422 if form.errors else 200,
    )


def _window(result, period):
    """Of which result a branch speaks, and until when: 2026年第三季度考核结果，项目处党支部；12月4日前可以提出."""
    until = result.assessment.heard_until
    last = f"；{clock.in_words(until)}前可以提出，由机关党委两位同志答复" if until else ""
    return f"{period.label()}考核结果，{result.organisation_name}{last}。"


@login_required
def objection_detail(request, pk):
    """The objections of a branch with what the records say, and for the office its answers; the one of the address in view."""
    return _objection(request, objection_for(request, pk))


def _objection(request, row, form=None):
    office = access.has_right(request.user, ASSESS, row.organisation)
    own = row.organisation_id in own_places(request.user)
    keeps = access.has_right(request.user, MEMBERS, row.organisation)
    cases = cases_of(row.assessment, row.organisation_id, keeps=keeps)
    for case in cases:
        _may(request, case, office, own, form if case.row.pk == row.pk else None)
    result = result_of(row)
    return render(
        request,
        "assessments/hearing/objection.html",
        {
            "title": _finding(row, cases),
            "row": row,
            "cases": cases,
            "period": Period.parse(row.assessment.period),
            "steps": steps_of(row.assessment),
            "effect": effect_of(result, cases) if result else None,
            "result": result,
            "course": course_of(row.assessment, cases),
            "all": state_of_all(row.assessment) if office else [],
        },
        status=422 if form is not None else 200,
    )


def _may(request, case, office, own, form):
    """Say of a case what the reader may do: nobody answers his own, nobody releases what he drafted."""
    row = case.row
    mine = row.made_by_id == request.user.pk or own
    sent = row.assessment.state == AssessmentState.SENT
    drafted = row.state == ObjectionState.DRAFTED and sent and not mine
    case.second = drafted and row.drafted_by_id != request.user.pk and services.may_release(request.user, row)
    case.may_withdraw = own and sent and row.unanswered
    if office and not mine and sent and row.unanswered and not case.second:
        initial = {"decision": row.decision, "answer": row.answer, "counting": row.counting}
        case.form = form or AnswerForm(initial=initial, auto_id=f"id_{row.pk}_%s")
    elif form is not None:
        case.form = form


def _finding(row, cases):
    """Say how many objections a branch has and how many wait."""
    name = row.organisation.label.removesuffix("党支部")
    asked = [case for case in cases if case.row.state != ObjectionState.WITHDRAWN]
    waiting = sum(case.row.unanswered for case in asked)
    late = sum(case.late for case in asked)
    if not asked:
        return f"{name}的异议已撤回"
    said = f"{name} {len(asked)} 项异议"
    return f"{said}，还有 {waiting} 项待答复" + (f"，{late} 项逾期" if late else "") if waiting else f"{said}，都已答复"


@login_required
@require_POST
def answer_draft(request, pk):
    row = objection_for(request, pk)
    form = AnswerForm(request.POST, auto_id=f"id_{pk}_%s")
    if form.is_valid():
        try:
            services.answer_draft(by=request.user, objection=row, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "答复已拟出，由另一位有权限的同志复核后生效")
            return redirect("objection_detail", pk)
    return _objection(request, row, form)


@login_required
@require_POST
def answer_release(request, pk):
    row = objection_for(request, pk)
    try:
        services.answer_release(by=request.user, objection=row)
        messages.success(request, "答复已生效，并通知了党支部")
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    return redirect("objection_detail", pk)


def _with_reason(request, row, act, words, done):
    """Ask for a reason on a page of its own, then act."""
    form = ReasonForm(request.POST if request.method == "POST" else None, label="原因")
    if request.method == "POST" and form.is_valid():
        act(by=request.user, objection=row, reason=form.cleaned_data["text"])
        messages.success(request, done)
        return redirect("objection_detail", row.pk)
    context = {**words, "cancel": reverse("objection_detail", args=[row.pk]), "form": form}
    return render(request, "generic/confirm.html", context, status=422 if form.errors else 200)


@login_required
def answer_return(request, pk):
    row = objection_for(request, pk)
    if row.state != ObjectionState.DRAFTED or not services.may_release(request.user, row):
        raise Http404
    words = {"title": "退回这份答复？", "text": "由拟稿人按您写的原因修改后再报复核。", "verb": "退回修改"}
    return _with_reason(request, row, services.answer_return, words, "已退回修改")


@login_required
@require_POST
def objection_withdraw(request, pk):
    row = objection_for(request, pk)
    services.objection_withdraw(by=request.user, objection=row)
    messages.success(request, "异议已撤回")
    return redirect("result_checkup", row.assessment_id, row.organisation_id)
