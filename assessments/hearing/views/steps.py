"""The steps of an assessment: sent to the branches, frozen, taken back; and who has been heard."""

from collections import Counter

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from assessments.hearing import services
from assessments.hearing.rules import CONFIRMED, OBJECTED, SILENT, WAITING
from assessments.hearing.selectors import UNANSWERED, hearing, objections_of, still_open
from assessments.results.loaders import assessment_for
from assessments.results.models import AssessmentState
from assessments.results.services import closed_on
from assessments.schemes.selectors import assessed_word
from assessments.schemes.services import parsed
from branches.reach import access
from branches.reach.doors import recent_login
from branches.reach.rights import ASSESS, PUBLISH
from common import clock
from common.forms.confirm_with_reason import ReasonForm
from common.periods import Period


@login_required
@require_GET
def result_hearing(request, pk):
    """Who has been heard and what comes next: a slot of the page of an assessment, or a page of its own."""
    assessment = assessment_for(request, pk, ASSESS)
    period, called = Period.parse(assessment.period), assessed_word(parsed(assessment.scheme))
    rows = []
    if assessment.state != AssessmentState.TRIAL:
        found = hearing(assessment)
        places = assessment.results.visible_to(request.user, ASSESS).filter(organisation__in=found)
        rows = [{"result": row, "heard": found[row.organisation_id]} for row in places.order_by("pk")]
    objections = list(objections_of(assessment).visible_to(request.user, ASSESS))
    context = {
        "assessment": assessment,
        "period": period,
        "rows": rows,
        "counts": _counts(rows),
        "objections": objections,
        "unanswered": sum(row.state in UNANSWERED for row in objections),
        "open": still_open(assessment) if assessment.state == AssessmentState.SENT else [],
        "closed_on": closed_on(period),
        "closed": clock.today() >= closed_on(period),
        "may_assess": access.holds_anywhere(request.user, ASSESS),
        "may_publish": access.holds_anywhere(request.user, PUBLISH),
        "own_trial": assessment.made_by_id == request.user.pk,
        "whom": called,
        "title": f"{period.label()}考核：听取{called}意见",
    }
    name = "panel" if request.htmx else "page"
    return render(request, f"assessments/hearing/{name}.html", context)


def _counts(rows):
    """Say how many organisations are how far: 13 个待确认，1 个有异议."""
    words = {WAITING: "待确认", OBJECTED: "有异议", CONFIRMED: "已确认", SILENT: "无异议"}
    numbers = Counter(row["heard"].state for row in rows)
    return "，".join(f"{numbers[state]} 个{word}" for state, word in words.items() if numbers[state])


def _step(request, pk, right, act, done):
    """Do one step of an assessment; what stands against it is said on its page."""
    assessment = assessment_for(request, pk, right)
    try:
        act(by=request.user, assessment=assessment)
        messages.success(request, done)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    return redirect("result_detail", pk)


@login_required
@require_POST
def result_send(request, pk):
    return _step(request, pk, ASSESS, services.assessment_send, "结果已送达，期满前可以确认或提出异议")


@login_required
@recent_login
@require_POST
def result_freeze(request, pk):
    return _step(request, pk, PUBLISH, services.assessment_freeze, "结果已冻结")


@login_required
@recent_login
def result_unfreeze(request, pk):
    assessment = assessment_for(request, pk, PUBLISH)
    form = ReasonForm(request.POST or None, label="原因")
    if request.method == "POST" and form.is_valid():
        services.assessment_unfreeze(by=request.user, assessment=assessment, reason=form.cleaned_data["text"])
        messages.success(request, "已解除冻结，可以重新试算")
        return redirect("result_detail", pk)
    return render(
        request,
        "generic/confirm.html",
        {
            "title": "解除冻结？",
            "text": "解除后回到听取意见这一步，可以按当前记录重新试算，须再次冻结才能发布。",
            "verb": "解除冻结",
            "cancel": reverse("result_detail", args=[pk]),
            "form": form,
        },
    )
