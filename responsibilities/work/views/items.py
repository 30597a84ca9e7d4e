"""An item of business work: its page, entry, change, stop."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from branches.audit.selectors import changes_of, entries_about
from branches.audit.verbs import verb_label
from branches.places.models.organisations import Organisation
from branches.places.selectors.names import label_with_end
from branches.reach import access
from branches.reach.rights import ASSIGN, VIEW
from common.errors import Conflict
from common.forms.fields import take_errors
from common.requests import Request
from common.text import quoted, whole_number
from responsibilities.work.forms.items import StopForm, WorkForm
from responsibilities.work.loaders import item_for, item_to_edit
from responsibilities.work.models import Closure, Uptake, WorkItem
from responsibilities.work.rights import (
    Powers,
    carrier_places,
    decidable,
    may_change_what_was_decided,
    places_of_own_work,
    places_to_arrange,
)
from responsibilities.work.selectors import stage_words
from responsibilities.work.selectors.items import (
    StageView,
    carried_by,
    covering,
    decisions_of,
    item_stages,
    mix_of,
    next_step,
    registered_after,
    reviewable_links,
    supervised_stages,
    tolerance_now,
)
from responsibilities.work.services.items import work_create, work_stop, work_update
from responsibilities.work.stages import DUE, SyncPoint, SyncState, closure, not_taken_in, progress


@login_required
@require_GET
def work_detail(request: Request, pk: int) -> HttpResponse:
    item = item_for(request.user, pk)
    stages, points, records = item_stages(item, request.user)
    done, owed = progress(points)
    rows = carried_by(item)
    carriers = [row.organisation_id for row in rows if row.ended is None]
    powers = Powers(request.user, {item.organisation_id, *carriers})
    places = [item.organisation, *(row.organisation for row in rows)]
    names = {place.pk: label_with_end(place.label, place.archived_on) for place in places}
    links = powers.links(item, carriers)
    context = {
        "item": item,
        "title": item.name,
        "finding": _finding(item, points),
        "registered_after": registered_after(item, points),
        "stages": stages,
        "next": next_step(points, names, item),
        "decisions": decisions_of(records),
        "mix": mix_of(points, records),
        "done": done,
        "owed": owed,
        "carriers": [row for row in rows if row.ended is None],
        "former": [row for row in rows if row.ended is not None],
        "helpers": list(item.helpers.all()),
        "removed": [row for view in stages for row in view.removed],
        "history": _history(item, [view.row.pk for view in stages]),
        "may_edit": powers.edits(item),
        "may_stop": powers.edits(item) and may_change_what_was_decided(request.user, item),
        "may_note": powers.notes(item, carriers),
        "may_link": links,
        "reviewable": reviewable_links(request.user, item),
        "may_waive": powers.waives(item),
        "may_supervise": powers.supervises(item, carriers),
        "tolerance": tolerance_now(),
        "board": reverse("sync_board"),
    }
    context["may_decide"] = item.uptake != Uptake.ARRANGED and decidable(request.user).filter(pk=pk).exists()
    context["not_taken_in"] = "" if item.weighs else not_taken_in(item)
    context["views"] = _stage_rows(request, stages, links)
    return render(request, "responsibilities/work/detail.html", context)


def _stage_rows(request: Request, stages: list[StageView], links: bool) -> list[dict[str, Any]]:
    """The stages of an item for its page. links: whether the reader may link records."""
    supervisions = supervised_stages(request.user, stages)
    return [
        {
            "stage": view,
            "supervised": supervisions.get(view.row.pk, ()),
            "points": [
                {
                    "point": point,
                    "words": stage_words.words(point),
                    "pick": stage_words.pick_url(point) if links else "",
                }
                for point in view.points
            ],
        }
        for view in stages
    ]


def _finding(item: WorkItem, points: list[SyncPoint]) -> str:
    if item.stopped_on:
        return f"已于 {item.stopped_on:%Y年%-m月%-d日} 终止"
    if not item.weighs:
        return "上级不纳入四同步" if item.uptake == Uptake.DECLINED else "待上级决定是否纳入"
    if closure(points) == Closure.CLOSED:
        return "已闭环"
    due = {point.kind for point in points if point.state in DUE}
    open_ = {point.kind for point in points if point.state == SyncState.TO_CONFIRM}
    fallen = due | open_
    if not fallen:
        return "还没有到期的环节"
    waiting = f"，待确认 {len(open_)} 个" if open_ else ""
    return f"到期 {len(fallen)} 个环节，同步 {progress(points)[0]} 个{waiting}"


# What a stage's entries in the trail name: its columns by the words of its form.
_OF_STAGE = {
    "planned_on": "业务计划日期",
    "happened_on": "业务实际日期",
    "business": "业务进展",
    "milestones": "业务节点",
}


def _history(item: WorkItem, stages: list[int]) -> list[dict[str, Any]]:
    """The newest entries about the item and its stages (ids), for c-timeline."""
    entries = []
    for row in entries_about({"workitem": [item.pk], "syncstage": stages}):
        changed, note = changes_of(row)
        title = verb_label(row.verb)
        if row.object_type == "syncstage":
            title = f"{title}：{row.object_name.removeprefix(item.name).strip()}"
        changes = [one | {"field": _OF_STAGE[one["field"]]} for one in changed if one["field"] in _OF_STAGE]
        entries.append(
            {
                "when": row.at,
                "title": title,
                "who": row.actor_name,
                "note": note,
                "changes": changes if row.verb == "work.stage" else (),
            }
        )
    return entries


def _page(
    request: Request, form: WorkForm, item: WorkItem | None = None, status: int = 200, conflict: str | None = None
) -> HttpResponse:
    context = {
        "title": f"修改：{item.name}" if item else "登记重点业务",
        "form": form,
        "item": item,
        "cancel": reverse("work_detail", args=[item.pk]) if item else reverse("sync_board"),
        "conflict": conflict,
    }
    return render(request, "responsibilities/work/form.html", context, status=status)


def _suggested(request: Request, form: WorkForm, carriers: list[Organisation]) -> dict[str, Any]:
    """Fill in the branch that covers the chosen leading department; returns the initial values of a fresh form."""
    lead = whole_number(form["lead"].value())
    place = covering(lead) if lead else None
    values = {name: form[name].value() for name in form.fields if name != "version"}
    if place is not None and place in {row.pk for row in carriers}:
        chosen = [pk for pk in map(whole_number, values.get("carriers") or []) if pk]
        values["carriers"] = [place, *(pk for pk in chosen if pk != place)]
        values["leading"] = place
    return values


@login_required
@require_http_methods(["GET", "POST"])
def work_new(request: Request) -> HttpResponse:
    arranges, own = places_to_arrange(request.user), places_of_own_work(request.user)
    if not arranges and not own:
        if access.holds_anywhere(request.user, VIEW):
            raise access.Forbidden(ASSIGN)
        raise Http404
    carriers = carrier_places(request.user)
    options = {"arranges": arranges, "own": own, "carriers": carriers}
    if request.method != "POST":
        return _page(request, WorkForm(**options))
    form = WorkForm(request.POST, **options)
    if request.POST.get("do") == "suggest":
        return _page(request, WorkForm(initial=_suggested(request, form, carriers), **options))
    if form.is_valid():
        try:
            item = work_create(by=request.user, organisation=form.cleaned_data["organisation"], data=form.data_of())
        except ValidationError as error:
            take_errors(form, error)
        else:
            _saved(request, "重点业务已登记" if item.weighs else "重点业务已登记，上级纳入后计入四同步", form)
            return redirect("work_detail", pk=item.pk)
    return _page(request, form, status=422)


def _saved(request: Request, words: str, form: WorkForm) -> None:
    if form.data_of().carriers:
        messages.success(request, words)
    else:
        messages.warning(request, f"{words}；还没有承办支部，各环节暂时无人办理")


@login_required
@require_http_methods(["GET", "POST"])
def work_edit(request: Request, pk: int) -> HttpResponse:
    item = item_to_edit(request.user, pk)
    arranges, own = places_to_arrange(request.user), places_of_own_work(request.user)
    carriers = carrier_places(request.user)
    options = {"arranges": arranges, "own": own, "carriers": carriers, "item": item}
    if request.method != "POST":
        return _page(request, WorkForm(**options), item)
    form = WorkForm(request.POST, **options)
    if request.POST.get("do") == "suggest":
        return _page(request, WorkForm(initial=_suggested(request, form, carriers), **options), item)
    if form.is_valid():
        try:
            work_update(by=request.user, item=item, data=form.data_of(), version=form.cleaned_data["version"])
        except ValidationError as error:
            take_errors(form, error)
        except Conflict as conflict:
            return _page(request, form, item, status=409, conflict=conflict.message)
        else:
            _saved(request, "修改已保存", form)
            return redirect("work_detail", pk=item.pk)
    return _page(request, form, item, status=422)


@login_required
@require_http_methods(["GET", "POST"])
def work_stop_page(request: Request, pk: int) -> HttpResponse:
    item = item_to_edit(request.user, pk)
    if item.stopped_on:
        raise Conflict("这项业务已经终止。")
    form = StopForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                work_stop(by=request.user, item=item, **form.cleaned_data)
            except ValidationError as error:
                take_errors(form, error)
            else:
                messages.success(request, "业务已终止")
                return redirect("work_detail", pk=item.pk)
    context = {
        "title": f"终止{quoted(item.name)}",
        "text": "终止后，业务没有开展的环节不再计入应同步；已经开展的照常计算。终止不能撤回。",
        "verb": "终止业务",
        "cancel": reverse("work_detail", args=[item.pk]),
        "form": form,
    }
    return render(request, "generic/confirm.html", context, status=status)
