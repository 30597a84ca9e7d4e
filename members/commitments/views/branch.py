"""A branch's commitments of a year, many branches in numbers, the wall sheet and the file."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from branches.audit import exports
from branches.reach import access
from branches.reach.doors import needs, recent_login
from branches.reach.rights import MEMBERS, VIEW
from branches.rulebook import rule, short_citation
from common import clock
from common.requests import Request
from members.commitments.loaders import branch_for, branches_read, year_asked, year_of
from members.commitments.models import Kept
from members.commitments.rights import why_not_review
from members.commitments.rules import bounds, last_appraisal
from members.commitments.selectors.branch import BranchYear, branch_counts, branch_year
from members.commitments.services.deciding import reviews_of
from members.commitments.services.pledging import years_open
from members.commitments.sheets import COLUMNS, export_rows, one_a_page, wall

PAGE = 30


@needs(VIEW)
@require_GET
def commitment_list(request: Request) -> HttpResponse:
    """Branches within reach in numbers; whoever reads one alone is led to it."""
    year = year_asked(request)
    branches = branches_read(request.user)
    if len(only := list(branches[:2])) == 1:
        return redirect("commitment_branch", year, only[0].pk)
    page = Paginator(branches, PAGE).get_page(request.GET.get("page"))
    rows = branch_counts(list(page.object_list), year)
    page.object_list = rows
    owed, made = sum(row.owed for row in rows), sum(row.public for row in rows)
    context = {
        "title": f"{year} 年承诺：本页应作 {owed} 人，已公开 {made} 人" if rows else f"{year} 年承诺",
        "sub": "只列数字，按组织顺序；承诺的内容在各支部公开",
        "page": page,
        "unit": "个支部",
        "year": year,
    }
    return render(request, "members/commitments/list.html", context)


def _finding(found: BranchYear) -> str:
    if not found.made:
        return f"{found.year} 年还没有人作承诺"
    pledges = len(found.pledges)
    if not found.public:
        return f"{len(found.made)} 人承诺 {pledges} 项，待审核 {len(found.waiting)} 人"
    said = f"{len(found.made)} 人承诺 {pledges} 项，兑现 {found.number(Kept.FULFILLED)} 项"
    open_ = found.number("")
    return f"{said}，{open_} 项还没有说明" if open_ else said


def _stages(found: BranchYear) -> list[dict[str, Any]]:
    """The five steps of the rail, each with its number; the first that is not done is the present one.

    Who has pledged nothing while others are public is named beside the list and does not hold the branch at the first step.
    """
    number, (least, most) = len(found.pledges), bounds(found.year)
    public = sum(len(one.pledges) for one in found.public)
    kept, partly, open_ = found.number(Kept.FULFILLED), found.number(Kept.PARTLY), found.number("")
    said = f"部分兑现 {partly} 项，" if partly else ""
    until, last = clock.in_words(found.due), clock.in_words(last_appraisal(found.year))
    all_judged = bool(found.appraised and not found.to_appraise)
    judged = "在民主评议中评定" if all_judged else f"民主评议，{last}前"
    rows = [
        (
            "承诺",
            f"{len(found.made)} 人 {number} 项",
            f"{len(found.missing)} 人还没有作"
            if found.public and found.missing
            else f"每人 {least} 至 {most} 项"
            if found.made and not found.missing
            else f"{until}前，每人 {least} 至 {most} 项",
            found.made and not found.missing,
        ),
        ("审核", f"待审 {len(found.waiting)} 人", "不审本人的和本人登记的", found.made and not found.waiting),
        ("公示", f"{len(found.public)} 人", "支部公开栏和本页", found.public and not found.reviewed),
        ("践诺", f"兑现 {kept} / {public}", f"{said}还没有说明 {open_} 项", found.public and not open_),
        ("评诺", f"已评 {len(found.appraised)} 人", judged, all_judged),
    ]
    now = next((place for place, row in enumerate(rows) if not row[3] and (place or not found.public)), None)
    return [
        {"name": name, "text": text, "note": note, "done": bool(done), "now": place == now}
        for place, (name, text, note, done) in enumerate(rows)
    ]


def _sources(found: BranchYear) -> list[tuple[str, int]]:
    """Return [(whose word it is, how many)] of the pledges that are fulfilled; together they are all of them."""
    kept = [one for line in found.public for one, _ in line.pledges if one.grade == Kept.FULFILLED]
    shown = sum(one.activity_id is not None for one in kept)
    return [("有活动记录", shown), ("本人说明", len(kept) - shown)] if kept else []


@needs(VIEW)
@require_GET
def commitment_branch(request: Request, year: int, pk: int) -> HttpResponse:
    """One branch: whoever keeps its roster reviews, publishes and appraises; who else may read it sees what is published."""
    branch, year = branch_for(request, pk), year_of(year)
    keeps = access.has_right(request.user, MEMBERS, branch)
    acts = keeps and branch.archived_on is None
    found = branch_year(branch, year)
    lines = found.lines if keeps else found.public
    refusals = {
        line.commitment.pk: why_not_review(request.user, line.commitment) for line in found.waiting if line.commitment
    }
    judged = [line.commitment for line in found.to_appraise if line.commitment]
    his = sum(not why_not_review(request.user, one) for one in judged)
    context = {
        "title": _finding(found),
        "branch": branch,
        "year": year,
        "found": found,
        "lines": lines,
        "keeps": acts,
        "writes": acts and year in years_open(),
        "stages": _stages(found),
        "unsaid": [(line, pledge) for line in found.public for pledge, _ in line.pledges if not pledge.grade],
        "sources": _sources(found),
        "refusals": refusals,
        "reviewable": sum(not why for why in refusals.values()),
        "appraisable": his if keeps and his and reviews_of(branch, year).exists() else 0,
        "years": [one for one in (year - 1, year + 1) if one <= clock.today().year + (clock.today().month == 12)],
        "basis": short_citation(rule("care-promise")),
        "many": access.has_right(request.user, VIEW, branch.parent_id),
    }
    return render(request, "members/commitments/branch.html", context)


@needs(VIEW)
@require_GET
def commitment_wall(request: Request, year: int, pk: int) -> HttpResponse:
    """What is published of a branch, to be hung up (A3)."""
    branch, year = branch_for(request, pk), year_of(year)
    return _sheet(request, year, pk, wall(branch_year(branch, year)), "承诺公开栏", "commitment_wall_download")


@needs(VIEW)
@require_POST
def commitment_wall_download(request: Request, year: int, pk: int) -> HttpResponse:
    branch, year = branch_for(request, pk), year_of(year)
    return exports.send_sheet(request, wall(branch_year(branch, year)), verb="commitment_sheet.export", obj=branch)


@needs(VIEW)
@require_GET
def commitment_pages(request: Request, year: int, pk: int) -> HttpResponse:
    """What is published of a branch, a page for each member."""
    branch, year = branch_for(request, pk), year_of(year)
    context = {"pages": one_a_page(branch_year(branch, year)), "branch": branch, "year": year}
    return render(request, "members/commitments/pages.html", context)


def _sheet(request: Request, year: int, pk: int, sheet: Any, name: str, download: str) -> HttpResponse:
    crumbs = [("承诺管理", reverse("commitment_branch", args=[year, pk])), (name, "")]
    context = {"sheet": sheet, "crumbs": crumbs, "download": reverse(download, args=[year, pk])}
    return render(request, "members/commitments/wall.html", context)


@login_required
@require_POST
@recent_login
def commitment_export(request: Request, year: int, pk: int) -> HttpResponse:
    """A branch's commitments of a year as a file, for whoever keeps its roster."""
    access.require_anywhere(request.user, MEMBERS)
    branch, year = branch_for(request, pk, MEMBERS), year_of(year)
    return exports.send(
        request,
        rows=export_rows(branch_year(branch, year)),
        columns=COLUMNS,
        name=f"{branch.label}{year}年承诺",
        verb="commitment.export",
        filters=str(year),
        obj=branch,
    )
