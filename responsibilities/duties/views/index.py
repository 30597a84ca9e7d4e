"""The lists of a year: which there are, who has not taken note; as a file; remind those who have not."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.audit import exports
from branches.reach import access
from branches.reach.rights import MEMBERS, VIEW
from common import clock
from common.forms.filters import YearField, asked_for
from common.requests import Request
from responsibilities.assigning import assigns_anywhere
from responsibilities.duties.forms import ListFilter, year_choices
from responsibilities.duties.loaders import levels_to_make, year_asked
from responsibilities.duties.models import LEVEL_ORDER, DutyList, Level, ListState
from responsibilities.duties.selectors.lists import people_to_remind, year_lists
from responsibilities.duties.services.notes import duty_lists_remind as remind

PER_PAGE = 50


def _chosen(request: Request) -> tuple[ListFilter, int, list[DutyList]]:
    """Return (form, year, lists) that the address asks for."""
    access.require_anywhere(request.user, VIEW)
    year = asked_for(YearField(years=year_choices()), request.GET.get("year"), clock.today().year)
    query = request.GET.copy()
    query.setdefault("year", str(year))
    form = ListFilter(query, years=year_choices(), instead={"year": (str(year), f"{year}年")})
    chosen = form.chosen()
    names = {name: chosen.get(name) or "" for name in ("level", "state", "q")}
    return form, year, year_lists(request.user, year, **names)


@login_required
@require_GET
def duty_lists(request: Request) -> HttpResponse:
    form, year, rows = _chosen(request)
    drafts = [row for row in rows if row.state == ListState.DRAFT]
    can_make = assigns_anywhere(request.user) or access.holds_anywhere(request.user, MEMBERS)
    unnoted = any(row.unnoted for row in rows)
    context = {
        "title": _title(year, rows, len(drafts)) if rows else form.heading_of_none("清单", f"{year} 年还没有责任清单"),
        "year": year,
        "form": form,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "draft_levels": [
            (level, Level(level).label, sum(row.level == level for row in drafts))
            for level in LEVEL_ORDER
            if any(row.level == level for row in drafts)
        ],
        "assigns": assigns_anywhere(request.user),
        "can_make": can_make,
        "to_remind": can_make and unnoted and len(people_to_remind(request.user, year)),
    }
    return render(request, "responsibilities/duties/lists.html", context)


def _title(year: int, rows: list[DutyList], drafts: int) -> str:
    """Say how many lists there are, and apart from each other who has not taken note and who could not."""
    unnoted = sum(row.unnoted for row in rows)
    alone = [row for row in rows if row.unheld]
    unlinked = sum(row.level == Level.MEMBER for row in alone)
    parts = [f"{year} 年责任清单 {len(rows)} 份"]
    parts += [f"{drafts} 份未下达"] if drafts else []
    parts += [f"{unnoted} 份未知悉"] if unnoted else []
    parts += [f"另有 {unlinked} 人未关联账号"] if unlinked else []
    parts += [f"{len(alone) - unlinked} 份无责任人"] if len(alone) > unlinked else []
    return "，".join(parts)


@login_required
@require_POST
def duty_lists_export(request: Request) -> HttpResponse:
    form, year, rows = _chosen(request)
    columns = [
        *("年度", "层级", "责任主体", "党组织", "责任人", "事项", "状态", "下达文件", "下达日期", "知悉", "知悉日期")
    ]
    lines = [
        [
            year,
            row.get_level_display(),
            row.holder_name,
            row.organisation.label,
            row.people,
            row.number,
            row.get_state_display(),
            row.document,
            row.issued_on or "",
            row.noted_by.name if row.noted_by else ("未关联账号" if row.unheld else "未知悉" if row.unnoted else ""),
            clock.day_of(row.noted_at) if row.noted_at else "",
        ]
        for row in rows
    ]
    return exports.send(
        request,
        rows=lines,
        columns=columns,
        name=f"{year}年责任清单目录",
        verb="duty_list.export",
        filters=form,
    )


@login_required
@require_http_methods(["GET", "POST"])
def duty_lists_remind(request: Request) -> HttpResponse:
    """Remind those who have not taken note of the lists that the user makes, after a page that says how many."""
    levels_to_make(request.user)
    year = year_asked(request)
    back = f"{reverse('duty_lists')}?year={year}"
    if request.method == "POST":
        try:
            told = remind(by=request.user, year=year)
        except ValidationError as error:
            messages.info(request, error.messages[0])
        else:
            messages.success(request, f"已提醒 {told} 人")
        return redirect(back)
    number = len(people_to_remind(request.user, year))
    context = {
        "title": f"提醒 {number} 人知悉 {year} 年责任清单？" if number else "没有需要提醒的人",
        "text": "每人收到一条通知，一天最多一次；今天已提醒的、未关联账号的不在其内。",
        "verb": "提醒",
        "cancel": back,
    }
    return render(request, "generic/confirm.html", context)
