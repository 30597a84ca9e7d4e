"""A branch's check-up: its result with every lost point, and what the branch says of all of them at once."""

from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from assessments.hearing import services
from assessments.hearing.checkup import checkup
from assessments.hearing.forms import OpinionForm
from assessments.hearing.loaders import result_for
from assessments.hearing.rules import CONFIRMED, OBJECTED, SILENT, WAITING
from assessments.hearing.selectors import hearing, objections_of_branch, own_places, records_to_name, steps_of
from assessments.results.models import CLOSED, AssessmentState
from assessments.results.rates import words_of_rate
from assessments.scoring.numbers import plain
from branches.reach import access
from branches.reach.rights import ASSESS, MEMBERS
from common import clock
from common.forms.fields import take_errors
from common.periods import Period

_SAID = {CONFIRMED: "已确认", SILENT: "到期未回复，视为无异议", OBJECTED: "没有提出异议"}


def own_result(request, pk, place):
    """Return the Result for the branch's own secretary, who alone speaks for it."""
    result = result_for(request, pk, place)
    if place not in own_places(request.user):
        raise Http404
    return result


@login_required
def result_checkup(request, pk, place):
    """One branch's result with every lost point, what the branch says of it, and the answers."""
    return _page(request, result_for(request, pk, place))


def _page(request, result, form=None):
    assessment, place = result.assessment, result.organisation_id
    own = place in own_places(request.user)
    speaks = own and assessment.state == AssessmentState.SENT
    one = hearing(assessment, [place]).get(place) if assessment.state == AssessmentState.SENT else None
    said = objections_of_branch(assessment, place)
    keeps = access.has_right(request.user, MEMBERS, result.organisation)
    found = checkup(result, said, speaks=speaks, own=own, keeps=keeps)
    open_lines = [line for line in _lines(found) if line.may_object]
    waits = speaks and one is not None and (one.state == WAITING or bool(open_lines))
    period = Period.parse(assessment.period)
    if waits and form is None:
        form = _form(None, result, open_lines)
    for line in open_lines if waits else ():
        line.bound = _bound(form, line)
    scheme = assessment.scheme
    return render(
        request,
        "assessments/hearing/checkup.html",
        {
            "title": _finding(found),
            "sub": _sub(result, found, period, one),
            "result": result,
            "assessment": assessment,
            "period": period,
            "checkup": found,
            "steps": steps_of(assessment),
            "heard": one,
            "said": _SAID.get(one.state, "") if one else "",
            "form": form if waits else None,
            # What the secretary chose stays on the device until the branch has said something more.
            "keep": f"opinion-{request.user.pk}-{assessment.pk}-{place}" if own else "",
            "keep_state": f"{len(said)}",
            "further": one is not None and one.state == OBJECTED,
            "opinions": speaks or any(line.said for part in found.parts for line in part.lines),
            "closed": assessment.state in CLOSED,
            "office": access.has_right(request.user, ASSESS, result.organisation),
            "whole": plain(str(scheme.body["total"])),
            "rest": _rest(result),
            "rate_name": "得分" if not result.countable else "合计" if result.bonus else "得分率",
            "rate_words": words_of_rate(result),
        },
        status=422 if form is not None and form.errors else 200,
    )


def _lines(found):
    return [line for part in found.parts for line in part.lines]


def _form(data, result, lines):
    period = Period.parse(result.assessment.period)
    records = records_to_name(result.organisation, period.first, period.last)
    return OpinionForm(data, lines=[(line.score.indicator, line.score.name) for line in lines], records=records)


def _bound(form, line):
    key = line.score.indicator
    return {name: form[f"{name}-{key}"] for name in ("say", "why", "record") if f"{name}-{key}" in form.fields}


def _finding(found):
    """Say what was lost, what can still be won back, and what of that is objected to already."""
    if not found.lost:
        return "没有失分"
    if not found.regain:
        return f"失 {found.lost} 分"
    said = f"（其中 {found.objected} 分已提出异议）" if found.objected else ""
    return f"失 {found.lost} 分，其中 {found.regain} 分还能补回{said}"


def _sub(result, found, period, one):
    said = f"{result.organisation_name}　{period.label()}{result.assessment.get_state_display()}，{result.assessment.scheme}"
    if one is None or one.state != WAITING or one.until is None:
        return f"{said}。"
    losses = f"；{found.losses} 项失分" if found.losses else ""
    return f"{said}{losses}，请在 {clock.in_words(one.until)}前确认或提出异议，不回复视为无异议。"


def _rest(result):
    """Say what of the scheme is in no figure: not due or not applicable, and not measured."""
    whole = Decimal(str(result.assessment.scheme.body["total"]))
    missing = whole - result.covered if result.countable else Decimal(0)
    return {"counted": plain(result.out_of), "missing": plain(missing)}


@login_required
@require_POST
def result_confirm(request, pk, place):
    result = own_result(request, pk, place)
    services.result_confirm(by=request.user, assessment=result.assessment, organisation=result.organisation)
    messages.success(request, "已确认这次考核结果")
    return redirect("result_checkup", pk, place)


@login_required
@require_http_methods(["GET", "POST"])
def opinion_submit(request, pk, place):
    """What the branch says of all its losses; untouched is confirmed."""
    result = own_result(request, pk, place)
    if request.method == "GET":
        # Signed in again after the session had ended: to the form, which has kept the choices on the device.
        return redirect("result_checkup", pk, place)
    found = checkup(result, objections_of_branch(result.assessment, place), speaks=True, own=True)
    form = _form(request.POST, result, [line for line in _lines(found) if line.may_object])
    if not form.is_valid():
        return _page(request, result, form)
    objections = form.objections()
    if not objections and any(line.said and line.said[-1].unanswered for line in _lines(found)):
        form.add_error(None, "还有异议没有答复，答复或撤回之后再确认；要补提异议的，请在那一项选“异议”。")
        return _page(request, result, form)
    try:
        services.opinion_submit(
            by=request.user,
            assessment=result.assessment,
            organisation=result.organisation,
            objections=objections,
        )
    except ValidationError as error:
        take_errors(form, error)
        return _page(request, result, form)
    done = f"已提出 {len(objections)} 项异议，其余视为确认；答复后会通知您" if objections else "已确认这次考核结果"
    messages.success(request, done)
    return redirect("result_checkup", pk, place)
