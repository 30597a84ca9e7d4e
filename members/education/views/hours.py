"""Hours of study: of the members of one branch by name, of several branches as numbers."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.requests import Request
from members.education.forms import StudyFilter
from members.education.listing import branches_kept, hours_each, hours_of
from members.education.owed import hours_of_year
from members.roster.namesakes import called

PAGE = 20


@login_required
@require_GET
def education_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, MEMBERS)
    form = StudyFilter(request.GET, user=request.user)
    chosen = form.chosen()
    year = chosen.get("year") or clock.today().year
    pages = Paginator(branches_kept(request.user), PAGE)
    branch = chosen.get("organisation") or (pages.object_list[0] if pages.count == 1 else None)
    sub = (
        f"{year}年每人 {hours_of_year(year)} 学时，不满一年的按月折算；没有起止时间或未登记考勤的记录学时未知，不按零计"
    )
    context = {"form": form, "year": year, "branch": branch, "sub": sub, "asked": chosen.get("year")}
    if branch is not None:
        rows = hours_of(branch, year)
        late, names = sum(row.behind for _, row in rows), called(member for member, _ in rows)
        for member, _ in rows:
            member.called = names[member.pk]  # type: ignore[attr-defined]  # as the page calls him
        context["rows"] = rows
        context["title"] = (
            f"{branch.label} {late} 人学时落后于进度" if late else f"{branch.label}没有学时落后于进度的党员"
        )
    else:
        page = pages.get_page(request.GET.get("page"))
        branches = hours_each(list(page.object_list), year)
        context["page"], context["branches"] = page, branches
        behind, places = sum(row.behind for row in branches), sum(row.behind > 0 for row in branches)
        context["title"] = (
            f"本页 {places} 个党支部有 {behind} 人学时落后于进度"
            if behind
            else f"{pages.count} 个党支部，本页没有学时落后于进度的党员"
        )
    return render(request, "members/education/list.html", context)
