"""The board of the four synchronisations and the rates, with their exports."""

from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from branches.access.models import User
from branches.audit import exports
from branches.reach import access
from branches.reach.rights import ASSESS, PUBLISH, VIEW
from common.forms.filters import PeriodField, asked_for, reported_words
from common.requests import Request
from responsibilities.assigning import assigns_anywhere
from responsibilities.work.forms.items import BoardFilter
from responsibilities.work.models import SyncStageKind, SyncState
from responsibilities.work.rights import arranges_anywhere, enters_anywhere
from responsibilities.work.selectors import board, board_export, board_lines
from responsibilities.work.selectors.items import in_charge, mix_of, tolerance_now
from responsibilities.work.selectors.rates import (
    Rate,
    by_department,
    by_leader,
    by_stage,
    by_tree,
    pending_words,
    rates,
    total,
)

PER_PAGE = 20
# With ?all=1, for printing the whole board.
ALL = 500
GROUPS = {"tree": "党组织", "department": "牵头处室", "leader": "分管领导"}


class Group(NamedTuple):
    """A line of a table of rates. filter, value: what the address of the board says to list its points ("" for none)."""

    label: str
    depth: int
    rate: Rate
    filter: str
    value: Any


def _chosen(request: Request) -> tuple[BoardFilter, board.Selection, board.Selection, str]:
    """Return (filter form, everything readable of the period, what the address asks for, state)."""
    readable = board.load(request.user, asked_for(PeriodField(), request.GET.get("period"), board.this_year()))
    data = request.GET.copy()
    data.setdefault("period", str(readable.period))
    form = BoardFilter(data, selection=readable)
    state, filters = form.narrowing()
    return form, readable, board.narrow(readable, **filters), state


def _address(request: Request, **changes: str) -> str:
    data = request.GET.copy()
    data.pop("page", None)
    for name, value in changes.items():
        data.pop(name, None)
        if value:
            data[name] = value
    return f"{reverse('sync_board')}?{data.urlencode()}"


def _shown(state: str, numbers: dict[str, int]) -> str:
    """What the board shows when one state is chosen, or ""."""
    if not state:
        return ""
    if state == board.WAITS:
        return f"{numbers[state]} 处业务日期待登记"
    if state == board.CLOSED:
        return f"到考核 {numbers[board.CLOSED] + numbers[board.OPEN]} 项，闭环 {numbers[board.CLOSED]} 项"
    return f"{board.STATES[state]} {numbers[state]} {'项' if state in board.OF_ITEMS else '处'}"


def _title(state: str, numbers: dict[str, int], readable: board.Selection, chosen: board.Selection) -> str:
    if not chosen.items:
        return "没有符合条件的重点业务" if readable.items else f"{readable.period.label()}没有您可以查看的重点业务"
    return _shown(state, numbers) or board.finding(chosen)


def _segments(request: Request, numbers: dict[str, int], state: str) -> list[dict[str, Any]]:
    rows = [
        ("", f"全部 {numbers['']} 项", ""),
        (SyncState.MISSING.value, f"缺失 {numbers['missing']} 处", "alert-triangle"),
        (SyncState.LAGGING.value, f"滞后 {numbers['lagging']} 处", "clock-exclamation"),
        (SyncState.TO_CONFIRM.value, f"待确认 {numbers['to_confirm']} 处", "hourglass"),
        (board.WAITS, f"待登记 {numbers[board.WAITS]} 处", "calendar"),
        (board.CLOSED, _shown(board.CLOSED, numbers), "circle-check"),
        (board.GIVEN_UP, f"已终止 {numbers[board.GIVEN_UP]} 项", "ban"),
    ]
    rarely = (board.WAITS, board.GIVEN_UP, SyncState.TO_CONFIRM.value)
    if state not in [key for key, _, _ in rows]:
        # Asked for by a number of the rates.
        rows.append((state, _shown(state, numbers), ""))
    return [
        {"label": label, "icon": icon, "url": _address(request, state=key), "current": key == state}
        for key, label, icon in rows
        if key not in rarely or numbers[key] or key == state
    ]


@login_required
@require_GET
def sync_board(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form, readable, chosen, state = _chosen(request)
    ids = board.ordered(chosen, state)
    page = Paginator(ids, ALL if request.GET.get("all") == "1" else PER_PAGE).get_page(request.GET.get("page"))
    own = any(item.leader_id == request.user.pk for item in readable.items.values())
    mine = request.GET.get("leader") == str(request.user.pk)
    numbers = board.counts(chosen)
    context = {
        "reported": reported_words(request.GET),
        "title": _title(state, numbers, readable, chosen),
        "form": form,
        "page": page,
        "number": len(ids),
        "lines": board_lines.lines(request.user, chosen, list(page.object_list)),
        "segments": _segments(request, numbers, state),
        "columns": board.stage_counts(chosen, form.chosen().get("stage") or ""),
        "tolerance": tolerance_now(),
        "mix": mix_of(chosen.counted),
        "anything": bool(readable.items),
        "may_enter": enters_anywhere(request.user),
        "may_circulate": assigns_anywhere(request.user),
        "may_import": arranges_anywhere(request.user),
        "own_url": own and _address(request, leader="" if mine else str(request.user.pk)),
        "own": mine,
        "period": readable.period,
    }
    return render(request, "responsibilities/work/board.html", context)


@login_required
@require_POST
def sync_export(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form, _, chosen, state = _chosen(request)
    columns, rows = board_export.export_rows(chosen, board.ordered(chosen, state), form.chosen().get("stage") or "")
    return exports.send(
        request,
        rows=rows,
        columns=columns,
        name=f"四同步看板-{chosen.period.label()}",
        verb="sync.export",
        filters=request.GET.urlencode(),
    )


def _grouped(chosen: board.Selection, group: str) -> list[Group]:
    """Return the groups of a table of rates, in the order of the tree or of names."""
    if group == "tree":
        return _by_tree(chosen)
    names: dict[Any, str]
    if group == "department":
        names = {item.lead_id: item.lead.name for item in chosen.items.values() if item.lead}
        by_key = rates(chosen.counted, by_department(chosen.items), chosen.points)
    else:
        names = {item.leader_id or item.leader_name: in_charge(item) for item in chosen.items.values()}
        by_key = rates(chosen.counted, by_leader(chosen.items), chosen.points)
    groups = [Group(names.get(key) or "未填", 0, rate, group if key else "", key or "") for key, rate in by_key.items()]
    return sorted(groups, key=lambda row: (not row.value, row.label))


def _by_tree(chosen: board.Selection) -> list[Group]:
    parents = {pk: place.parent for pk, place in chosen.tree.items()}
    by_place = rates(chosen.counted, by_tree(chosen.items, parents), chosen.points)
    groups = []
    for pk, place in chosen.tree.items():
        if pk in by_place:
            depth, above = 0, place.parent
            while above is not None:
                depth, above = depth + 1, parents.get(above)
            groups.append(Group(place.label, depth, by_place[pk], "branch", pk))
    return groups


def _groups(user: User) -> dict[str, str]:
    """The groupings that `user` may see: persons stand side by side only for those who assess or publish (app-no-kpi)."""
    wide = access.holds_anywhere(user, ASSESS) or access.holds_anywhere(user, PUBLISH)
    return GROUPS if wide else {key: label for key, label in GROUPS.items() if key != "leader"}


def _rates(request: Request) -> tuple[BoardFilter, board.Selection, str]:
    form, _, chosen, _ = _chosen(request)
    group, groups = request.GET.get("by", "tree"), _groups(request.user)
    if group not in groups:
        form.leave_out("分组", group, f"按{groups['tree']}")
        group = "tree"
    return form, chosen, group


def _rate_row(request: Request, label: str, depth: int, rate: Rate, **changes: str) -> dict[str, Any]:
    """A line of a table of rates; each number carries the address of the board that lists it."""

    def url(state: str) -> str:
        return _address(request, by="", state=state, **changes)

    return {
        "label": label,
        "depth": min(depth, 4),
        "rate": rate,
        "numbers": [
            (word, getattr(rate, name), url(name))
            for word, name in (
                ("应同步", "due"),
                ("同步", "synchronised"),
                ("滞后", "lagging"),
                ("缺失", "missing"),
                ("待确认", "to_confirm"),
                ("免予", "waived"),
                ("终止", "ended"),
            )
        ],
        "closed_url": url(board.CLOSED),
        "url": url(""),
    }


@login_required
@require_GET
def sync_rates(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form, chosen, group = _rates(request)
    whole = total(chosen.counted, chosen.points)
    stages = rates(chosen.counted, by_stage, chosen.points)
    percent = whole.percent
    title = (
        "还没有到期的环节"
        if percent is None
        else f"同步率 {percent:.1f}%，应同步 {whole.due} 处，同步 {whole.synchronised} 处{pending_words(whole.to_confirm)}"
    )
    context = {
        "title": title,
        "form": form,
        "whole": _rate_row(request, "合计", 0, whole),
        "stages": [
            _rate_row(request, kind.label, 0, stages[kind], stage=kind.value)
            for kind in SyncStageKind
            if kind in stages
        ],
        "rows": [
            _rate_row(request, label, depth, rate, **({name: str(key)} if name else {}))
            for label, depth, rate, name, key in _grouped(chosen, group)
        ],
        "group": GROUPS[group],
        "groups": [
            {"label": f"按{label}", "url": f"{reverse('sync_rates')}?{_with(request, by=key)}", "current": key == group}
            for key, label in _groups(request.user).items()
        ],
        "by": group,
        "period": chosen.period,
        "tolerance": tolerance_now(),
    }
    return render(request, "responsibilities/work/rates.html", context)


def _with(request: Request, **changes: str) -> str:
    data = request.GET.copy()
    for name, value in changes.items():
        data[name] = value
    return data.urlencode()


@login_required
@require_POST
def sync_rates_export(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    _, chosen, group = _rates(request)
    columns = [
        GROUPS[group],
        "应同步",
        "同步",
        "滞后",
        "缺失",
        "免予",
        "同步率（%）",
        "相差天数中位数",
        "到考核项数",
        "闭环项数",
        "待确认",
        "终止",
    ]
    rows = [
        [
            label,
            rate.due,
            rate.synchronised,
            rate.lagging,
            rate.missing,
            rate.waived,
            None if rate.percent is None else round(rate.percent, 1),
            rate.median_lag,
            rate.items,
            rate.closed,
            rate.to_confirm,
            rate.ended,
        ]
        for label, _, rate, _, _ in _grouped(chosen, group)
    ]
    return exports.send(
        request,
        rows=rows,
        columns=columns,
        name=f"四同步同步率-{chosen.period.label()}",
        verb="sync.rates_export",
        filters=request.GET.urlencode(),
    )
