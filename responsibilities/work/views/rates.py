"""The rates of the four synchronisations, with their export."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from branches.access.models import User
from branches.audit import exports
from branches.reach import access
from branches.reach.rights import ASSESS, PUBLISH, VIEW
from common.forms.filters import asked_for
from common.requests import Request
from responsibilities.work.forms.items import BoardFilter
from responsibilities.work.models import SyncStageKind
from responsibilities.work.selectors.board import CLOSED
from responsibilities.work.selectors.boards import Chosen, LiveChosen, Readable
from responsibilities.work.selectors.items import tolerance_now
from responsibilities.work.selectors.rate_groups import Group, by_name, by_tree, whole_tree
from responsibilities.work.selectors.rates import Rate, pending_words
from responsibilities.work.views.board import as_of_words, board_address, chosen_of

_PLACE = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
GROUPS = {"tree": "党组织", "department": "牵头处室", "leader": "分管领导"}


def _groups(user: User) -> dict[str, str]:
    """The groupings that `user` may see: persons stand side by side only for those who assess or publish (app-no-kpi)."""
    wide = access.holds_anywhere(user, ASSESS) or access.holds_anywhere(user, PUBLISH)
    return GROUPS if wide else {key: label for key, label in GROUPS.items() if key != "leader"}


def _asked(request: Request, *, anew: bool = False) -> tuple[BoardFilter, Readable, Chosen, str]:
    form, found, chosen, _ = chosen_of(request, anew=anew)
    group, groups = request.GET.get("by", "tree"), _groups(request.user)
    if group not in groups:
        form.leave_out("分组", group, f"按{groups['tree']}")
        group = "tree"
    return form, found, chosen, group


def _rate_row(request: Request, label: str, depth: int, rate: Rate, **changes: str) -> dict[str, Any]:
    """A line of a table of rates; each number carries the address of the board that lists it."""

    def url(state: str) -> str:
        return board_address(request, state=state, **changes)

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
        "closed_url": url(CLOSED),
        "url": url(""),
    }


@login_required
@require_GET
def sync_rates(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form, found, chosen, group = _asked(request)
    stages, whole = chosen.stages(), Rate()
    for rate in stages.values():
        whole.join(rate)
    number = request.GET.get("page", "1")
    if group == "tree":
        table = by_tree(chosen, whole, asked_for(_PLACE, request.GET.get("group"), None), number)
    else:
        table = by_name(chosen, group, number)
    percent = whole.percent
    title = (
        form.heading_of_none("到期环节", "还没有到期的环节")
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
            _rate_row(request, row.label, row.depth, row.rate, **({row.filter: str(row.value)} if row.filter else {}))
            | {"opens": f"?{_with(request, group=str(row.opens))}" if row.opens else ""}
            for row in table.groups
        ],
        "page": table.page,
        "folded": table.folded,
        "group": GROUPS[group],
        "groups": [
            {"label": f"按{label}", "url": f"{reverse('sync_rates')}?{_with(request, by=key)}", "current": key == group}
            for key, label in _groups(request.user).items()
        ],
        "by": group,
        "period": found.period,
        "age": found.age,
        "as_of": as_of_words(found),
        "tolerance": tolerance_now(),
    }
    return render(request, "responsibilities/work/rates.html", context)


def _with(request: Request, **changes: str) -> str:
    data = request.GET.copy()
    for name in ("page", "group"):
        data.pop(name, None)
    for name, value in changes.items():
        data[name] = value
    return data.urlencode()


@login_required
@require_POST
def sync_rates_export(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form, found, chosen, group = _asked(request, anew=True)
    assert isinstance(chosen, LiveChosen)
    groups: list[Group] = whole_tree(chosen) if group == "tree" else by_name(chosen, group).groups
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
            row.label,
            row.rate.due,
            row.rate.synchronised,
            row.rate.lagging,
            row.rate.missing,
            row.rate.waived,
            None if row.rate.percent is None else round(row.rate.percent, 1),
            row.rate.median_lag,
            row.rate.items,
            row.rate.closed,
            row.rate.to_confirm,
            row.rate.ended,
        ]
        for row in groups
    ]
    return exports.send(
        request,
        rows=rows,
        columns=columns,
        name=f"四同步同步率-{found.period.label()}",
        verb="sync.rates_export",
        filters=form,
    )
