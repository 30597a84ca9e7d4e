"""A branch's page of its result, and objections: made by the branch, drafted and released by two of the office."""

from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from assessments.hearing import services
from assessments.hearing.forms import AnswerForm, ObjectionForm
from assessments.hearing.loaders import objection_for, result_for
from assessments.hearing.models import ObjectionState
from assessments.hearing.rules import WAITING
from assessments.hearing.selectors import (
    hearing,
    objections_of_branch,
    own_places,
    records_to_name,
    score_now,
    steps_of,
    why_not_object,
)
from assessments.results.models import AssessmentState
from assessments.results.selectors.targets import address_of
from branches.reach import access
from branches.reach.rights import ASSESS
from common import clock
from common.forms.confirm_with_reason import ReasonForm
from common.forms.fields import take_errors
from common.periods import Period
from common.text import quoted

# Shares of a hundred from which a bar is no warning, or none yet, as on the heat map.
GOOD, FAIR = 85, 60


def _speaks(request, result):
    """Whether the reader is the branch's own secretary and the branch is being heard."""
    return result.assessment.state == AssessmentState.SENT and result.organisation_id in own_places(request.user)


@login_required
def result_checkup(request, pk, place):
    """One branch's result with every lost point, what the branch says of it, and the answers."""
    result = result_for(request, pk, place)
    assessment, speaks = result.assessment, _speaks(request, result)
    one = hearing(assessment, [place]).get(place) if assessment.state == AssessmentState.SENT else None
    parts = _parts(result, objections_of_branch(assessment, place), speaks)
    period = Period.parse(assessment.period)
    lost = sum(part["lost_points"] for part in parts)
    points = "没有失分" if not lost else f"失 {lost} 分"
    return render(
        request,
        "assessments/hearing/checkup.html",
        {
            "title": f"{result.organisation_name}{period.label()}考核结果：{points}",
            "result": result,
            "assessment": assessment,
            "period": period,
            "parts": parts,
            "steps": steps_of(assessment),
            "heard": one,
            "speaks": speaks,
            "may_confirm": speaks and one is not None and one.state == WAITING,
            "office": access.has_right(request.user, ASSESS, result.organisation),
        },
    )


def _parts(result, objections, speaks):
    """Return the dimensions with their indicators; each indicator with its reasons, its objections and whether one may object."""
    scores = list(result.scores.all())
    parts = []
    for part in result.body["dimensions"]:
        rows = [
            _line(result.assessment, score, objections, speaks) for score in scores if score.dimension == part["key"]
        ]
        known = [row for row in rows if row["score"].points is not None]
        lost = sum((row["score"].maximum - row["score"].points for row in known), start=0)
        if known:
            share = 100 * Decimal(part["points"] or 0) / (Decimal(part["maximum"]) or 1)
            tone = "ok" if share >= GOOD else "soon" if share >= FAIR else "late"
            parts.append({**part, "rows": rows, "lost_points": lost, "tone": tone})
    return parts


def _line(assessment, score, objections, speaks):
    own = [row for row in objections if row.indicator == score.indicator]
    standing = [row for row in own if row.state != ObjectionState.WITHDRAWN]
    lost = score.points is not None and score.points < score.maximum
    return {
        "score": score,
        "lost_for": [{**reason, "url": address_of(reason["target"])} for reason in score.reasons],
        "objections": own,
        "may_object": speaks and lost and not why_not_object(assessment, standing),
    }


@login_required
@require_POST
def result_confirm(request, pk, place):
    result = _own(request, pk, place)
    services.result_confirm(by=request.user, assessment=result.assessment, organisation=result.organisation)
    messages.success(request, "已确认这次考核结果")
    return redirect("result_checkup", pk, place)


def _own(request, pk, place):
    result = result_for(request, pk, place)
    if place not in own_places(request.user):
        raise Http404
    return result


@login_required
def objection_new(request, pk, place, indicator):
    """Object to one indicator: a reason, and the records that it names."""
    result = _own(request, pk, place)
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
            "result": result,
            "score": score,
            "form": form,
            "lost_for": score.reasons,
        },
        status=422 if form.errors else 200,
    )


@login_required
def objection_detail(request, pk):
    """One objection with what the records say, and for the office its answer."""
    return _objection(request, objection_for(request, pk))


def _objection(request, row, form=None):
    score = score_now(row.assessment, row.organisation_id, row.indicator)
    office = access.has_right(request.user, ASSESS, row.organisation)
    mine = row.made_by_id == request.user.pk or row.organisation_id in own_places(request.user)
    sent = row.assessment.state == AssessmentState.SENT
    answers = office and not mine and sent and row.unanswered
    drafted = row.state == ObjectionState.DRAFTED and sent and not mine
    second = drafted and row.drafted_by_id != request.user.pk and services.may_release(request.user, row)
    initial = {"decision": row.decision, "answer": row.answer}
    return render(
        request,
        "assessments/hearing/objection.html",
        {
            "title": f"{row.organisation.label}对{quoted(row.name)}的{'再次' if row.turn > 1 else ''}异议：{row.get_state_display()}",
            "row": row,
            "records": row.records.prefetch_related("kinds").order_by("day"),
            "period": Period.parse(row.assessment.period),
            "score": score,
            "lost_for": [{**reason, "url": address_of(reason["target"])} for reason in score.reasons] if score else [],
            "form": (form or AnswerForm(initial=initial)) if answers else None,
            "second": second,
            "late": row.unanswered and clock.today() > row.due,
            "may_withdraw": row.organisation_id in own_places(request.user) and sent and row.unanswered,
        },
        status=422 if form is not None else 200,
    )


@login_required
@require_POST
def answer_draft(request, pk):
    row = objection_for(request, pk)
    form = AnswerForm(request.POST)
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
