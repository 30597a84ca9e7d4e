"""Asking once, the sender's side: list, draft, sending, results, reminders, end."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.audit import exports
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import VIEW
from common.errors import Conflict
from common.forms.fields import take_errors
from common.requests import Request
from common.text import quoted
from responsibilities.assigning import assigns_anywhere, places_assigned, refusal
from responsibilities.collects.forms import CollectFilter, CollectForm, FieldFormSet, rows_of
from responsibilities.collects.loaders import collect_for, collect_to_send
from responsibilities.collects.models import Collect, CollectState
from responsibilities.collects.selectors import collects as reads
from responsibilities.collects.selectors import known_figures
from responsibilities.collects.services import collects as services
from responsibilities.portfolios.rights import places_supervised, supervises_anywhere
from responsibilities.supervision.selectors.about import proposed_due

PAGE = 30
_ROW = re.compile(r"^f-\d{1,2}$")


def _finding(form: CollectFilter, counts: dict[str, int], sends: bool) -> str:
    if not counts["total"]:
        return form.heading_of_none("征集", "没有征集")
    if not counts["open"]:
        return f"征集 {counts['total']} 次，没有进行中的"
    left = f"{counts['left']} 份还没有填报" if counts["left"] else "全部填报"
    return f"{counts['open']} 次征集进行中" + (f"，{left}" if sends else "")


@login_required
@require_GET
def collect_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form = CollectFilter(request.GET)
    chosen, rows = form.chosen(), reads.readable(request.user)
    if chosen.get("state"):
        rows = rows.filter(state=chosen["state"])
    if chosen.get("q"):
        rows = rows.filter(title__icontains=chosen["q"])
    counts = reads.counts(rows)
    pages = Paginator(rows, PAGE)
    pages.count = counts["total"]
    waiting = list(reads.waiting_for(request.user)[:PAGE])
    sends = places_assigned(request.user).exists()
    context = {
        "title": f"{len(waiting)} 次征集待填报" if waiting else _finding(form, counts, sends),
        "form": form,
        "waiting": waiting,
        "page": pages.get_page(request.GET.get("page")),
        "may_collect": sends,
        "narrowed": form.narrows(),
    }
    return render(request, "responsibilities/collects/list.html", context)


def _require_sender(request: Request) -> None:
    """Raise Http404 for who assigns nothing; whoever only supervises is told so."""
    if assigns_anywhere(request.user):
        return
    if supervises_anywhere(request.user):
        raise refusal(request.user, places_supervised(request.user).in_tree_order().first())
    raise Http404


def _suggested(forms: Any, places: list[Organisation]) -> None:
    """Give each row what the system knows of its label: [(entry, total in words)]; statements by source, not row."""
    found: dict[str, list[known_figures.KnownFigure]] = {}
    for form in forms:
        label = form["label"].value() or ""
        matches = known_figures.matching(label) if label else []
        taken = known_figures.BY_KEY.get(form["figure"].value() or "")
        if taken is not None and taken not in matches:
            matches = [taken, *matches][: known_figures.BEST]
        found[form.prefix] = matches
    known = known_figures.values([entry.key for matches in found.values() for entry in matches], places)
    for form in forms:
        form.matches = [(entry, known[entry.key].words) for entry in found[form.prefix]]
        form.taken = form["figure"].value() or ""


def _edit(request: Request, collect: Collect | None) -> HttpResponse:
    askable = services.askable(request.user)
    data = request.POST if request.method == "POST" else None
    initial: dict[str, Any] = {"due": proposed_due()}
    if collect is not None:
        initial = {name: getattr(collect, name) for name in ("title", "purpose", "due")}
        initial["targets"] = list(collect.targets.values_list("organisation_id", flat=True))
    form = CollectForm(data, askable=askable, initial=initial)
    rows = FieldFormSet(data, initial=rows_of(collect), prefix="f")
    if data is not None and form.is_valid() and rows.is_valid():
        fields = [row.data_row() for row in rows]
        values = dict(form.cleaned_data)
        values["targets"] = list(values["targets"])
        try:
            saved = services.collect_save(
                by=request.user, collect=collect, fields=[row for row in fields if row is not None], **values
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            if data.get("do") == "send":
                return redirect("collect_send", pk=saved.pk)
            messages.success(request, "草稿已保存")
            return redirect("collect_edit" if data.get("do") == "more" else "collect_detail", pk=saved.pk)
    picked = form["targets"].value() or []
    _suggested(rows, reads.chosen_places([str(pk) for pk in picked], askable))
    context = {
        "title": f"{collect.title}：草稿，还没有发出"
        if collect
        else f"系统已有 {len(known_figures.BY_KEY)} 项内容，先查再问",
        "page": "修改征集" if collect else "新建征集",
        "form": form,
        "rows": rows,
        "cancel": reverse("collect_detail", args=[collect.pk]) if collect else reverse("collect_list"),
    }
    return render(request, "responsibilities/collects/edit.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def collect_new(request: Request) -> HttpResponse:
    _require_sender(request)
    return _edit(request, None)


@login_required
@require_http_methods(["GET", "POST"])
def collect_edit(request: Request, pk: int) -> HttpResponse:
    collect = collect_to_send(request, pk)
    if collect.state != CollectState.DRAFT:
        raise Conflict("征集已经发出，不能再改。", record=collect)
    return _edit(request, collect)


@login_required
@require_GET
def known_figures_of_label(request: Request) -> HttpResponse:
    """The fragment below a row: what the system knows of the label typed there, with its present total."""
    _require_sender(request)
    row = request.GET.get("row", "")
    if not _ROW.match(row):
        raise Http404
    askable = services.askable(request.user)
    places = reads.chosen_places(request.GET.getlist("targets"), askable)
    matches = known_figures.matching(request.GET.get(f"{row}-label", "")[:60])
    known = known_figures.values([entry.key for entry in matches], places)
    context = {
        "row": row,
        "matches": [(entry, known[entry.key].words) for entry in matches],
        "taken": request.GET.get(f"{row}-figure", ""),
    }
    return render(request, "responsibilities/collects/_held.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def collect_send(request: Request, pk: int) -> HttpResponse:
    """Confirm: what it costs those who fill it in, and what is taken from the system."""
    collect = collect_to_send(request, pk)
    if collect.state != CollectState.DRAFT:
        raise Conflict("征集已经发出。", record=collect)
    errors = []
    if request.method == "POST":
        try:
            told = services.collect_send(by=request.user, collect=collect)
        except ValidationError as error:
            errors = error.messages
        else:
            if collect.state == CollectState.CLOSED:
                messages.success(request, "系统已有全部内容，没有发出填报，结果已生成")
            else:
                messages.success(request, f"征集已发出，已通知 {told} 人")
            return redirect("collect_detail", pk=pk)
    fields = list(collect.fields.all())
    targets = list(collect.targets.select_related("organisation__parent"))
    known = known_figures.values([row.figure for row in fields if row.figure], [row.organisation for row in targets])
    asked, places, cost = reads.burden(collect)
    context = {
        "collect": collect,
        "asked": [(row, known_figures.exact(row.label)) for row in fields if not row.figure],
        "taken": [(row, known[row.figure]) for row in fields if row.figure],
        "targets": targets,
        "burden": {"fields": asked, "places": places, "cost": cost},
        "errors": errors,
    }
    return render(request, "responsibilities/collects/send.html", context, status=422 if errors else 200)


def _words(collect: Collect, table: reads.Table) -> str:
    if collect.state == CollectState.DRAFT:
        return f"{collect.title}：草稿，还没有发出"
    total, waiting = len(table.rows), len(table.waiting)
    if not any(not field.figure for field in table.fields):
        return f"{collect.title}：{total} 个组织，全部取自系统"
    if total == 1:
        word = reads.STATE_WORDS[table.rows[0].state]
        return f"{collect.title}：{word}" + (f"，{collect.due:%-m月%-d日}截止" if waiting else "")
    return f"{collect.title}：{total} 个组织，{f'{waiting} 个未填报' if waiting else '全部填报'}"


@login_required
@require_GET
def collect_detail(request: Request, pk: int) -> HttpResponse:
    collect = collect_for(request, pk)
    table = reads.table(request.user, collect)
    sends = reads.sees_all(request.user, collect)
    context = {
        "collect": collect,
        "table": table,
        "title": _words(collect, table),
        "sends": sends,
        "asks": any(not field.figure for field in table.fields),
        "words": reads.STATE_WORDS,
        "mine": None if sends else reads.own_answer(request.user, collect),
    }
    return render(request, "responsibilities/collects/detail.html", context)


@login_required
@require_POST
def collect_export(request: Request, pk: int) -> HttpResponse:
    collect = collect_for(request, pk)
    columns, table = reads.export_rows(reads.table(request.user, collect))
    return exports.send(
        request, rows=table, columns=columns, name=f"征集结果-{collect.title}", verb="collect.export", obj=collect
    )


@login_required
@require_POST
def collect_remind(request: Request, pk: int) -> HttpResponse:
    told, waiting = services.collect_remind(by=request.user, collect=collect_to_send(request, pk))
    if not waiting:
        messages.success(request, "全部组织已填报，没有可催报的")
    elif told:
        messages.success(request, f"已催报 {waiting} 个组织，通知 {told} 人")
    else:
        messages.warning(request, f"{waiting} 个组织没有可通知的负责人，请先任命")
    return redirect("collect_detail", pk=pk)


def _confirmed(
    request: Request, collect: Collect, act: Callable[..., object], done: str, **context: Any
) -> HttpResponse:
    if request.method == "POST":
        act(by=request.user, collect=collect)
        messages.success(request, done)
        return redirect(
            "collect_list" if act is services.collect_discard else reverse("collect_detail", args=[collect.pk])
        )
    context["cancel"] = reverse("collect_detail", args=[collect.pk])
    return render(request, "generic/confirm.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def collect_close(request: Request, pk: int) -> HttpResponse:
    collect = collect_to_send(request, pk)
    waiting = collect.targets.filter(answered_at__isnull=True).count()
    left = f"还有 {waiting} 个组织没有填报，结束后不能再填。" if waiting else "全部组织已填报。"
    return _confirmed(
        request,
        collect,
        services.collect_close,
        "征集已结束",
        title=f"结束征集{quoted(collect.title)}？",
        text=f"{left}取自系统的数按今天保存。",
        verb="结束征集",
    )


@login_required
@require_http_methods(["GET", "POST"])
def collect_discard(request: Request, pk: int) -> HttpResponse:
    collect = collect_to_send(request, pk)
    if collect.state != CollectState.DRAFT:
        raise Conflict("征集已经发出，不能删除。", record=collect)
    return _confirmed(
        request,
        collect,
        services.collect_discard,
        "草稿已删除",
        title=f"删除征集草稿{quoted(collect.title)}？",
        text="草稿还没有发出，删除后不能恢复。",
        verb="删除草稿",
    )
