"""Evidence of a stage: the picker, a paper, taking a link back."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from branches.frame.confirm_with_reason import confirm_with_reason
from branches.reach.rights import RECORD, VIEW
from common.forms.fields import take_errors
from common.requests import Request
from common.text import quoted, whole_number
from members.activities.likeness import Wanted, marked, typed
from members.activities.loaders import record_for
from responsibilities.work.forms.stages import PaperForm
from responsibilities.work.loaders import link_for, stage_for
from responsibilities.work.models import STAGE_SHORT, Milestone, StageEvidence, SyncStage
from responsibilities.work.rights import carriers_of, require
from responsibilities.work.rules import STAGE_KINDS
from responsibilities.work.selectors.candidates import Candidate, Found, candidates, item_words, outcome
from responsibilities.work.selectors.items import stage_name
from responsibilities.work.selectors.points import point_of
from responsibilities.work.selectors.stage_words import pick_url, state_words
from responsibilities.work.services.evidence import (
    evidence_link,
    evidence_paper,
    evidence_remove,
    evidence_withdraw,
    may_link,
)
from responsibilities.work.stages import SyncPoint, SyncState, sync_points

# So many of a group are shown before 再看.
FEW = 5
MOST = 60
# What a candidate would make of the stage, as a chip: (state key of the look, word).
OUTCOMES = {
    "synchronised": ("synchronised", "选用后同步"),
    "lagging": ("lagging", "选用后滞后"),
    "too_early": ("too_early", "选用后过早"),
    "": ("not_due", "等业务日期"),
}


@dataclass
class Group:
    """One group of the picker. rest: how many more there are; more: the address that shows them."""

    key: str
    title: str
    note: str
    number: int
    rows: list[dict[str, Any]]
    rest: int
    more: str


def point_asked_for(request: Request, stage: SyncStage) -> SyncPoint:
    """Return the point that the address (or the form) names: the stage, or one of its milestones."""
    text = request.POST.get("milestone") or request.GET.get("milestone") or ""
    number = whole_number(text) if text else None
    if text and number is None:
        raise Http404
    return point_of(stage, number)


def _milestone(stage: SyncStage, point: SyncPoint) -> Milestone | None:
    return stage.milestones.filter(pk=point.milestone).first() if point.milestone else None


def _back(stage: SyncStage) -> str:
    return reverse("work_detail", args=[stage.item_id])


def _address(request: Request, point: SyncPoint, **changes: str) -> str:
    data = request.GET.copy()
    for name, value in changes.items():
        data.pop(name, None)
        if value:
            data[name] = value
    query = data.urlencode()
    return reverse("evidence_pick", args=[point.stage]) + (f"?{query}" if query else "")


def _row(request: Request, point: SyncPoint, row: Candidate, chosen: int | None) -> dict[str, Any]:
    words = row.likeness.words
    state, word = OUTCOMES.get(row.outcome, OUTCOMES[""])
    if row.outcome != "too_early" and not row.sentence:
        state, word = "draft", "须写明"
    return {
        "row": row,
        "title": marked(row.activity.title or row.activity.kinds_label, words),
        "decisions": [marked(text, words) for text in row.decisions[:2]] if row.likeness.decisions else [],
        "minutes": marked(row.sentence, words) if row.sentence and row.sentence not in row.decisions else [],
        "url": _address(request, point, record=str(row.activity.pk)) + "#chosen",
        "chosen": row.activity.pk == chosen,
        "state": state,
        "word": word,
    }


def _groups(request: Request, point: SyncPoint, found: Found, chosen: int | None) -> list[Group]:
    groups = []
    for key, title, note, rows in (
        ("matching", "内容相符", "按写到的词多少排列，其次按日期", found.matching),
        ("near", "时间接近，没有写到这项业务", "要选用，须自己写明怎样服务这项业务", found.near),
        ("refused", "不能选用", "记录仍然有效，只是不能作这个环节的佐证", found.refused),
    ):
        limit = MOST if request.GET.get("more") == key else FEW
        shown = [_row(request, point, row, chosen) for row in rows[:limit]]
        more = _address(request, point, more=key) + f"#{key}"
        groups.append(Group(key, title, note, len(rows), shown, max(0, len(rows) - limit), more))
    return [group for group in groups if group.number]


def _chosen(request: Request, found: Found) -> Candidate | None:
    """Return the candidate that the address names, else the first that fits: nothing need be typed for it."""
    number = whole_number(request.POST.get("activity") or request.GET.get("record") or "")
    named = next((row for row in found.offered if row.activity.pk == number), None)
    if named is not None:
        return named
    good = [row for row in found.matching if row.outcome == "synchronised"]
    return next(iter([*good, *found.matching]), None)


def _title(found: Found) -> str:
    number = len(found.matching)
    if not number:
        return "业务日期前后没有写到这项业务的记录" if found.offered else "业务日期前后没有可用的记录"
    good = sum(row.outcome == "synchronised" for row in found.matching)
    return f"{number} 条记录写到了这项业务" + (f"，其中 {good} 条选用后为同步" if good else "")


def _panel(point: SyncPoint, row: Candidate | None) -> dict[str, Any] | None:
    """What the panel says of the chosen candidate."""
    if row is None:
        return None
    words = row.likeness.words
    paragraphs = [marked(text, words) for text in row.activity.content[:2000].splitlines() if text.strip()]
    after = OUTCOMES.get(row.outcome, OUTCOMES[""])
    return {
        "row": row,
        "paragraphs": paragraphs,
        "decisions": [marked(text, words) for text in row.decisions],
        "after": after[1].removeprefix("选用后"),
        "state": after[0],
        "before": state_words(point),
    }


@login_required
@require_http_methods(["GET", "POST"])
def evidence_pick(request: Request, pk: int) -> HttpResponse:
    """The picker: records by what they say of the work, then by days; the best one is chosen already."""
    stage = stage_for(request.user, pk)
    item = stage.item
    require(may_link(request.user, item, carriers_of(item)), request.user, RECORD, item)
    point = point_asked_for(request, stage)
    look: Wanted = typed(request.GET["words"]) if request.GET.get("words", "").strip() else item_words(item, point)
    sentence, fault = None, ""
    if request.method == "POST":
        sentence = request.POST.get("sentence", "")
        fault = _link_chosen(request, stage, point, sentence)
        if not fault:
            return redirect(f"{_back(stage)}#stage-{stage.stage}")
    found = candidates(request.user, point, item, look)
    chosen = _chosen(request, found)
    if fault and (chosen is None or str(chosen.activity.pk) != request.POST.get("activity")):
        messages.error(request, fault)
        return redirect(pick_url(point))
    place = point.carriers[0] if point.carriers else item.organisation_id
    kind = next(iter(STAGE_KINDS[point.kind]))
    context = {
        "title": _title(found),
        "stage": stage,
        "item": item,
        "point": point,
        "name": stage_name(point),
        "look": look,
        "groups": _groups(request, point, found, chosen.activity.pk if chosen else None),
        "total": len(found.offered),
        "panel": _panel(point, chosen),
        "sentence": sentence if sentence is not None else chosen.sentence if chosen else "",
        "fault": fault,
        "others": _other_milestones(stage, point),
        "new_url": f"{reverse('activity_new')}?organisation={place}&kind={kind.value}&links={_key(point)}",
        "paper_url": reverse("evidence_paper", args=[stage.pk])
        + (f"?milestone={point.milestone}" if point.milestone else ""),
        "short": STAGE_SHORT[point.kind],
        "milestone": point.milestone or "",
    }
    return render(request, "responsibilities/work/pick.html", context, status=422 if fault else 200)


def _at_best(point: SyncPoint, day: date) -> str:
    """Return what whoever links hears where the stage will not be synchronised by it."""
    become = outcome(point, day)
    if become == SyncState.LAGGING and point.happened:
        days = (day - point.happened).days
        return f"。活动晚于业务 {days} 天，超过 {point.tolerance} 天，确认后也只计为滞后"
    if become == "too_early":
        return "。这条佐证过早，确认后不计入"
    return ""


def _link_chosen(request: Request, stage: SyncStage, point: SyncPoint, sentence: str) -> str:
    """Link the record that the form names; return why not, or ""."""
    number = whole_number(request.POST.get("activity") or "")
    if number is None:
        return "请先选择记录。"
    activity = record_for(request, number, VIEW)
    try:
        link = evidence_link(
            by=request.user, stage=stage, activity=activity, milestone=_milestone(stage, point), sentence=sentence
        )
    except ValidationError as error:
        return "；".join(error.messages)
    messages.success(request, f"已选用 {link}，报上级确认；确认前可以撤回{_at_best(point, activity.day)}")
    return ""


def _key(point: SyncPoint) -> str:
    return f"m{point.milestone}" if point.milestone else f"s{point.stage}"


def _other_milestones(stage: SyncStage, point: SyncPoint) -> list[dict[str, str]]:
    """The other milestones of the stage, each with the address of its own picker."""
    others = [one for one in sync_points([stage.item_id]) if one.stage == stage.pk and one.milestone]
    return [{"name": one.name, "url": pick_url(one)} for one in others if one.milestone != point.milestone]


@login_required
@require_http_methods(["GET", "POST"])
def evidence_paper_page(request: Request, pk: int) -> HttpResponse:
    stage = stage_for(request.user, pk)
    item = stage.item
    require(may_link(request.user, item, carriers_of(item)), request.user, RECORD, item)
    point = point_asked_for(request, stage)
    form = PaperForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                link = evidence_paper(
                    by=request.user, stage=stage, milestone=_milestone(stage, point), **form.cleaned_data
                )
            except ValidationError as error:
                take_errors(form, error)
            else:
                words = f"材料已作为{quoted(stage_name(point))}的佐证，报上级确认"
                messages.success(request, words + (_at_best(point, link.day) if link.day else ""))
                return redirect(_back(stage))
    context = {
        "title": f"上传{quoted(stage_name(point))}的材料",
        "sub": item.name,
        "form": form,
        "verb": "上传",
        "upload": True,
        "cancel": pick_url(point),
        "pick": pick_url(point),
    }
    return render(request, "responsibilities/work/paper.html", context, status=status)


def _link(request: Request, pk: int) -> StageEvidence:
    """Return the link of an address for whoever may take it back; Forbidden or Http404 otherwise."""
    evidence = link_for(request.user, pk)
    stage = evidence.stage
    allowed = may_link(request.user, stage.item, carriers_of(stage.item), evidence.activity)
    require(allowed, request.user, RECORD, stage.item)
    return evidence


@login_required
@require_http_methods(["GET", "POST"])
def evidence_remove_page(request: Request, pk: int) -> HttpResponse:
    evidence = _link(request, pk)
    stage = evidence.stage

    def act(reason: str) -> None:
        evidence_remove(by=request.user, evidence=evidence, reason=reason)
        messages.success(request, "佐证已撤下")

    return confirm_with_reason(
        request,
        act,
        label="撤下的原因",
        title=f"从{quoted(stage.item.name)}{stage.get_stage_display()}撤下{quoted(evidence)}",
        text="撤下后，这个环节重新判定；记录本身不受影响。撤下的人、时间和原因会留在业务页面和审计记录中。",
        verb="撤下佐证",
        back=_back(stage),
    )


@login_required
@require_POST
def evidence_withdraw_page(request: Request, pk: int) -> HttpResponse:
    evidence = _link(request, pk)
    evidence_withdraw(by=request.user, evidence=evidence)
    messages.success(request, "佐证已撤回")
    return redirect(f"{_back(evidence.stage)}#stage-{evidence.stage.stage}")
