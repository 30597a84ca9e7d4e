"""What was assessed, branch by branch; and what each branch sees of its own score."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render

from assessments.results.forms import TrialForm
from assessments.results.groups import in_groups
from assessments.results.loaders import assessment_for, result_for
from assessments.results.models import CLOSED, AssessmentState
from assessments.results.rates import words_of_rate
from assessments.results.selectors.assessments import newest_assessments
from assessments.results.selectors.estimates import estimate_of, gain_of
from assessments.results.selectors.policies import policy_points as points_of_policy
from assessments.results.selectors.targets import address_of
from assessments.results.services import closed_on
from assessments.results.trials import waiting_lines
from assessments.schemes.selectors import assessed_word
from assessments.schemes.services import BRANCH_SCHEME, parsed
from assessments.scoring.numbers import plain
from branches.audit.history import history
from branches.places.loaders import organisation_for
from branches.reach import access
from branches.reach.rights import ASSESS, MEMBERS, PUBLISH
from common import clock
from common.periods import Period
from responsibilities.policies.loaders import policy_for
from responsibilities.requirements.exemptions import exemptions_of
from responsibilities.work.loaders import stage_for
from responsibilities.work.selectors.uptake import waiting_in
from responsibilities.work.selectors.waiting import pending_in

# Lost points that the panel of the workbench shows; its page shows all.
MOST_LOSSES = 5
# Organisations that a policy's page names.
MOST_PLACES = 12
# States of a dimension that yields nothing, and how a page says so.
IDLE = {"not_measured": "尚未计量", "not_due": "未到期", "not_applicable": "不适用"}


@login_required
def result_list(request):
    """All assessments with their state; start a trial of a period."""
    access.require_anywhere(request.user, ASSESS)
    return results_page(request, TrialForm())


def results_page(request, form, status=200):
    """Answer with the list of assessments above which a trial is asked for. form: a TrialForm."""
    lines = [{"row": row, "period": Period.parse(row.period)} for row in newest_assessments(60)]
    context = {"lines": lines, "form": form, "title": _finding(lines), "waiting": waiting_lines()}
    return render(request, "assessments/results/list.html", context, status=status)


# What is open, the nearest to its end first.
_STEPS = (
    (AssessmentState.FROZEN, "已冻结，等待发布"),
    (AssessmentState.SENT, "已送出，正在听取意见"),
    (AssessmentState.TRIAL, "已试算，还没有送出"),
)


def _called(line):
    """2026年第三季度, of another scheme than the branches' with its title: 2026年度机关党委（党总支）年度考核."""
    scheme = line["row"].scheme
    return f"{line['period'].label()}{'' if scheme.key == BRANCH_SCHEME else scheme.title.removesuffix('方案')}"


def _finding(lines):
    """Say what is open first: trials that can be frozen, frozen ones that wait for publication, else the newest result."""
    for state, words in _STEPS:
        found = [_called(line) for line in lines if line["row"].state == state]
        if found:
            return f"{'、'.join(found[:3])}{words}"
    published = [_called(line) for line in lines if line["row"].state == AssessmentState.PUBLISHED]
    return f"已发布 {len(published)} 个考核结果，最近是{published[0]}" if published else "还没有考核结果"


def _parts(results):
    """Return the dimensions that apply to any result, and give each row its points in their order."""
    bodies = {row.pk: row.body["dimensions"] for row in results}
    used = {part["key"] for parts in bodies.values() for part in parts if part["state"] not in IDLE}
    for row in results:
        row.points_of = [_points(row, part) for part in bodies[row.pk] if part["key"] in used]
    return [part for part in next(iter(bodies.values()), ()) if part["key"] in used]


def _points(row, part):
    """Points of a dimension, with their maximum where it is not spread: 22.0 / 30.0."""
    return f"{part['points']} / {part['maximum']}" if row.countable and part["points"] else part["points"]


@login_required
def result_detail(request, pk):
    assessment = assessment_for(request, pk, ASSESS)
    # In the order of the organisation: a list by rate would be read as a ranking.
    results = list(assessment.results.select_related("organisation").visible_to(request.user))
    parts = _parts(results)
    scheme = parsed(assessment.scheme)
    period = Period.parse(assessment.period)
    return render(
        request,
        "assessments/results/detail.html",
        {
            "title": f"{period.label()}考核：{assessment.get_state_display()}",
            "assessment": assessment,
            "results": results,
            "groups": in_groups(results),
            "pending": pending_in(period) if assessment.state not in CLOSED else [],
            "own_work": len(waiting_in(period)) if assessment.state not in CLOSED else 0,
            "exemptions": exemptions_of(request.user, period) if assessment.state != AssessmentState.PUBLISHED else [],
            "parts": parts,
            "period": period,
            "whom": assessed_word(scheme),
            "countable": not scheme.spread,
            "whole": plain(scheme.total),
            "least": plain(scheme.grade_min_points),
            "closed_on": closed_on(period),
            "closed": clock.today() >= closed_on(period),
            "may_publish": access.holds_anywhere(request.user, PUBLISH),
            "history": history(assessment),
            "own_trial": assessment.made_by_id == request.user.pk,
            "report": getattr(assessment, "report", None) if assessment.state == AssessmentState.PUBLISHED else None,
        },
    )


def _figure(result):
    if result.total is None:
        return "不完整"
    return words_of_rate(result).removeprefix("得分") if result.countable else f" {result.total}"


def _left_over(idle):
    """Say which dimensions yield nothing and why: 尚未计量：党员教育管理 20 分、品牌与承诺 10 分."""
    said = []
    for state, word in IDLE.items():
        named = "、".join(f"{part['name']} {plain(part['nominal'])} 分" for part in idle if part["state"] == state)
        if named:
            said.append(f"{word}：{named}")
    return "；".join(said)


def _by_hand_note(body):
    """Say how much bonus counts, and the grade by points where a veto lowered it."""
    said, bonus = [f"{len(body.get('by_hand', ()))} 项"], body.get("bonus")
    if bonus:
        said.append(f"加分计 {bonus['counted']} 分")
        if bonus["listed"] != bonus["counted"]:
            said.append(f"共 {bonus['listed']} 分，按上限计")
    if body.get("grade_by_points"):
        said.append(f"按得分为{body['grade_by_points']}")
    return "，".join(said)


@login_required
def score_detail(request, pk):
    """One result, indicator by indicator, every lost point with its reason and the page that mends it."""
    result = result_for(request, pk)
    scores = list(result.scores.all())
    keeps = access.has_right(request.user, MEMBERS, result.organisation)
    for score in scores:
        score.proofs = score.evidence
        score.lost_for = [{**reason, "url": address_of(reason["target"], keeps=keeps)} for reason in score.reasons]
    parts = result.body["dimensions"]
    for part in parts:
        part["scores"] = [score for score in scores if score.dimension == part["key"]]
    idle = [part for part in parts if part["state"] in IDLE]
    parts = [part for part in parts if part["state"] not in IDLE]
    period = Period.parse(result.assessment.period)
    return render(
        request,
        "assessments/results/score.html",
        {
            "title": f"{result.organisation_name}{period.label()}得分{_figure(result)}",
            "result": result,
            "pending": pending_in(period, result.organisation_id) if result.assessment.state not in CLOSED else [],
            "parts": parts,
            "idle": [part["name"] for part in idle],
            "left_over": _left_over(idle),
            "by_hand_note": _by_hand_note(result.body),
            "rate_words": words_of_rate(result),
            "whole": plain(str(result.assessment.scheme.body["total"])),
            "period": period,
        },
    )


@login_required
def score_estimate(request, pk):
    """The estimate of a branch's running quarter: a panel of the workbench, or a page of its own."""
    organisation = organisation_for(request, pk)
    score = estimate_of(organisation, keeps=access.has_right(request.user, MEMBERS, organisation))
    if request.htmx:
        context = {"score": score, "most": MOST_LOSSES, "organisation": organisation}
        return render(request, "assessments/results/estimates/panel.html", context)
    total = score["result"].total if score else None
    figure = "" if total is None else f" {total}{'%' if score['countable'] else ''}"
    title = f"{organisation.label}得分预估{figure}"
    return render(request, "assessments/results/estimates/page.html", {"score": score, "title": title})


@login_required
def policy_points(request, pk):
    """Who loses points for the steps of a policy: a part of its page, nothing where no scheme reads them; a page of its own."""
    policy = policy_for(request, pk)
    points = points_of_policy(request.user, policy)
    context = {"points": points, "policy": policy, "most": MOST_PLACES}
    if request.htmx:
        return render(request, "assessments/results/policies/panel.html", context)
    context["title"] = f"{policy.title}：{f'{len(points.lost)} 个党组织失分' if points and points.lost else '没有失分'}"
    return render(request, "assessments/results/policies/page.html", context)


@login_required
def stage_gain(request, pk, stage):
    """What a branch's score wins back with one stage: a line of the picker of evidence; without scripts the estimate."""
    organisation = organisation_for(request, pk)
    found = stage_for(request.user, stage)
    if not request.htmx:
        return redirect("score_estimate", pk)
    day = found.happened_on or found.planned_on
    context = {"gain": gain_of(organisation, found, day) if day else None, "organisation": organisation}
    return render(request, "assessments/results/estimates/gain.html", context)
