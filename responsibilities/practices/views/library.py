"""The library of practices, the page of one, its export."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from branches.audit import exports
from branches.frame.states import CHIPS
from branches.reach import access
from branches.reach.rights import VIEW
from branches.settings import dated
from common.requests import Request
from responsibilities.practices.forms import LibraryFilter
from responsibilities.practices.loaders import practice_for
from responsibilities.practices.models import SPREAD_MIN, Stage
from responsibilities.practices.rights import own_places, proposes_anywhere
from responsibilities.practices.selectors import library as reads
from responsibilities.practices.selectors.page import Page, page_of

PAGE = 20


def _filter(request: Request) -> tuple[LibraryFilter, dict[str, Any]]:
    places = access.organisations_for(request.user).select_related("parent")
    form = LibraryFilter(request.GET, organisations=places)
    return form, form.chosen()


def _states(request: Request, state: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    """Return the strip of stages: each a filter that another click takes away."""
    query = request.GET.copy()
    query.pop("page", None)
    items = []
    for stage, hint in reads.HINTS.items():
        query["state"] = "" if stage == state else stage
        items.append(
            {
                "label": CHIPS[stage][0],
                "hint": hint,
                "number": counts.get(stage, 0),
                "current": stage == state,
                "url": f"?{query.urlencode()}",
            }
        )
    return items


def _finding(form: LibraryFilter, counts: dict[str, int], state: str, total: int) -> str:
    if state:
        return f"{CHIPS[state][0]}的典型经验 {total} 项"
    whole = sum(number for stage, number in counts.items() if stage != Stage.RETIRED)
    if not whole:
        return form.heading_of_none("典型经验", "还没有典型经验")
    formal = counts.get(Stage.FORMALISED, 0) + counts.get(Stage.SPREADING, 0)
    spread = counts.get(Stage.SPREADING, 0)
    words = f"典型经验 {whole} 项，{formal} 项已成制度"
    return f"{words}，{spread} 项在推广" if spread else words


@login_required
@require_GET
def practice_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form, chosen = _filter(request)
    state = chosen.get("state") or ""
    most = dated.whole(SPREAD_MIN)
    counts = reads.stage_counts(request.user, chosen, most)
    page = Paginator(reads.library(request.user, chosen, most), PAGE).get_page(request.GET.get("page"))
    place = own_places(request.user).first()
    context = {
        "title": _finding(form, counts, state, page.paginator.count),
        "form": form,
        "page": page,
        "cards": reads.cards_of(page.object_list, most),
        "states": _states(request, state, counts),
        "retired": counts.get(Stage.RETIRED, 0),
        "place": place,
        "hints": reads.hints_for(request.user, place) if place else [],
        "may_propose": place is not None or proposes_anywhere(request.user),
        "narrowed": form.narrows() or bool(state),
    }
    return render(request, "responsibilities/practices/list.html", context)


@login_required
@require_POST
def practice_list_export(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form, chosen = _filter(request)
    return exports.send(
        request,
        rows=reads.export_rows(reads.library(request.user, chosen, dated.whole(SPREAD_MIN))),
        columns=reads.COLUMNS,
        name="典型经验库",
        verb="practice.list_export",
        filters=form,
    )


def _words(page: Page) -> str:
    """Return the finding of the page of one practice."""
    title, adopted = page.practice.title, len({line.adoption.organisation_id for line in page.lines})
    if page.practice.stage == Stage.CANDIDATE:
        return f"{title}：候选，待认定"
    if not adopted:
        return f"{title}：还没有其他组织采用"
    better, worse = page.count("better"), page.count("worse")
    parts = [
        f"{adopted} 个组织采用",
        *([f"{better} 个见效"] if better else []),
        *([f"{worse} 个未见效"] if worse else []),
        *([f"{page.practice.stopped} 个已停止"] if page.practice.stopped else []),
    ]
    return f"{title}：{'，'.join(parts)}"


@login_required
@require_GET
def practice_detail(request: Request, pk: int) -> HttpResponse:
    practice = practice_for(request, pk)
    page = page_of(request.user, practice)
    context = {"page": page, "practice": practice, "title": _words(page)}
    return render(request, "responsibilities/practices/detail.html", context)
