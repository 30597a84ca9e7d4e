"""The board of the four synchronisations, with its export."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from branches.audit import exports
from branches.reach import access
from branches.reach.rights import VIEW
from branches.settings import dated
from common.forms.filters import PeriodField, asked_for, reported_words
from common.periods import Period
from common.requests import Request
from responsibilities.assigning import assigns_anywhere
from responsibilities.work.forms.items import BoardFilter
from responsibilities.work.models import SyncState
from responsibilities.work.rights import arranges_anywhere, enters_anywhere
from responsibilities.work.selectors import board, board_export, board_lines
from responsibilities.work.selectors.boards import Chosen, LiveChosen, Readable, readable
from responsibilities.work.selectors.items import tolerance_now

PER_PAGE = 20
# With ?all=1, for printing the whole board.
ALL = 500


def chosen_of(request: Request, *, anew: bool = False) -> tuple[BoardFilter, Readable, Chosen, str]:
    """Return (filter form, everything readable of the period, what the address asks for, state). anew: as of `readable`."""
    period = asked_for(PeriodField(), request.GET.get("period"), board.this_year())
    found = readable(request.user, period, branch=request.GET.get("branch", ""), anew=anew)
    data = request.GET.copy()
    data.setdefault("period", str(period))
    form = BoardFilter(data, choices=found.choices)
    state, filters = form.narrowing()
    return form, found, found.chosen(state, filters), state


def board_address(request: Request, **changes: str) -> str:
    """Return the address of the board as `request` has it, with changes; "" takes a parameter out."""
    data = request.GET.copy()
    for name in ("page", "by", "group"):
        data.pop(name, None)
    for name, value in changes.items():
        data.pop(name, None)
        # What was typed to find an organisation goes with it.
        data.pop(f"{name}_q", None)
        if value:
            data[name] = value
    return f"{reverse('sync_board')}?{data.urlencode()}"


def as_of_words(found: Readable, what: str = "") -> str:
    """Return of when what is shown is, where the last fill judged it, else ""."""
    if found.age is None:
        return ""
    moving = "组织或设置刚有变动，正在重新汇总，数量稍后准确；" if found.rebuilding else ""
    return f"{moving}{what}截至 {timezone.localtime(found.age):%Y年%-m月%-d日 %H:%M}"


def _shown(state: str, numbers: dict[str, int]) -> str:
    """What the board shows when one state is chosen, or ""."""
    if not state:
        return ""
    if state == board.WAITS:
        return f"{numbers[state]} 处业务日期待登记"
    if state == board.CLOSED:
        return f"到考核 {numbers[board.CLOSED] + numbers[board.OPEN]} 项，闭环 {numbers[board.CLOSED]} 项"
    return f"{board.STATES[state]} {numbers[state]} {'项' if state in board.OF_ITEMS else '处'}"


def _title(state: str, chosen: Chosen, anything: bool, period: Period) -> str:
    if not chosen.figures.numbers[""]:
        return "没有符合条件的重点业务" if anything else f"{period.label()}没有您可以查看的重点业务"
    return _shown(state, chosen.figures.numbers) or board.finding(chosen.figures)


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
        {"label": label, "icon": icon, "url": board_address(request, state=key), "current": key == state}
        for key, label, icon in rows
        if key not in rarely or numbers[key] or key == state
    ]


@login_required
@require_GET
def sync_board(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    with dated.read_once():
        return _board(request)


def _board(request: Request) -> HttpResponse:
    form, found, chosen, state = chosen_of(request)
    ids = chosen.ids()
    page = Paginator(ids, ALL if request.GET.get("all") == "1" else PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    mine = request.GET.get("leader") == str(request.user.pk)
    anything = chosen.anything()
    context = {
        "reported": reported_words(request.GET),
        "title": _title(state, chosen, anything, found.period),
        "form": form,
        "page": page,
        "number": len(ids),
        "lines": board_lines.lines(request.user, chosen.selection(shown), shown),
        "segments": _segments(request, chosen.figures.numbers, state),
        "columns": chosen.figures.columns,
        "tolerance": tolerance_now(),
        "mix": chosen.mix(),
        "anything": anything,
        "may_enter": enters_anywhere(request.user),
        "may_circulate": assigns_anywhere(request.user),
        "may_import": arranges_anywhere(request.user),
        # What he leads himself, where the filter offers him among those in charge.
        "own_url": str(request.user.pk) in found.choices.leaders
        and board_address(request, leader="" if mine else str(request.user.pk)),
        "own": mine,
        "period": found.period,
        "age": found.age,
        "as_of": as_of_words(found, "数量和次序"),
    }
    return render(request, "responsibilities/work/board.html", context)


@login_required
@require_POST
def sync_export(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form, found, chosen, _ = chosen_of(request, anew=True)
    assert isinstance(chosen, LiveChosen)
    columns, rows = board_export.export_rows(chosen.chosen, list(chosen.ids()), form.chosen().get("stage") or "")
    return exports.send(
        request,
        rows=rows,
        columns=columns,
        name=f"四同步看板-{found.period.label()}",
        verb="sync.export",
        filters=form,
    )
