"""The register of a branch, branches in numbers, one member's page, his own, the list to be taken along, whom a leader is to visit."""

from collections import Counter
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from branches.audit import exports
from branches.places.models.organisations import Organisation
from branches.places.selectors.names import labels
from branches.reach.doors import needs
from branches.reach.rights import MEMBERS, VIEW
from branches.rulebook import rule, short_citation
from common import clock
from common.documents.sheet import Sheet
from common.requests import Request
from members.care import loaders
from members.care.above import contacts
from members.care.rules import FESTIVAL, NAMES, told_to_leader
from members.care.selectors import register as selectors
from members.care.selectors.occasions import asked_windows, occasions
from members.care.selectors.opened import notes_opened
from members.care.sheets import visit_list

PAGE = 30


def visit_url(branch: Organisation, *members: int) -> str:
    """Return the record form with place, kind and persons filled in."""
    query: list[tuple[str, Any]] = [("organisation", branch.pk), ("kind", "visit")]
    return f"{reverse('activity_new')}?{urlencode(query + [('person', pk) for pk in members])}"


@needs(MEMBERS)
@never_cache
@require_GET
def care_list(request: Request) -> HttpResponse:
    """The register of the branch that the user keeps; who keeps none himself reads branches in numbers."""
    branch = loaders.branch_kept(request)
    if branch is None:
        return _counts(request)
    today = clock.today()
    found = selectors.register(branch)
    month, born = selectors.birthdays(branch, today)
    windows, _, _ = asked_windows(date(today.year, 1, 1), date(today.year + 1, 12, 31), undetermined=True)
    visited = selectors.visits_of_year(branch, today.year)
    honours = loaders.honours_read(request.user).filter(place=branch, granted_on__year=today.year)
    due, number = found.due, sum(count for _, count in visited)
    title = f"{found.people} 人在册，{len(due)} 人次该走访了" if due else f"{found.people} 人在册，现在没有要走访的"
    kind = request.GET.get("kind", "")
    kind = kind if kind in found.kinds else ""
    context = {
        "kind": kind,
        "groups": found.of_kind(kind),
        "title": title + (f"，{month}月有 {len(born)} 人过政治生日" if born else ""),
        "branch": branch,
        "found": found,
        "month": month,
        "birthdays": born,
        "windows": [(one, NAMES[one.kind]) for one in windows if one.last is None or one.last >= today],
        "visited": visited,
        "visits": number,
        "honours": sorted(Counter(honours.order_by().values_list("title", flat=True)).items()),
        "honours_number": honours.count(),
        "records": _records_url(branch, today.year),
        "year": today.year,
        "visit": {line.member: visit_url(branch, line.member) for _, lines in found.groups for line in lines},
        "all": visit_url(branch, *dict.fromkeys(line.member for line in due)) if len(due) > 1 else "",
        "basis": short_citation(rule("care-holidays")),
        "basis_old": short_citation(rule("care-pre1949")),
    }
    return render(request, "members/care/register.html", context)


def _records_url(branch: Organisation, year: int) -> str:
    """Return the list of the branch's records of visits in a year."""
    query = {"organisation": branch.pk, "kind": "visit", "from": f"{year}-01-01", "to": f"{year}-12-31"}
    return f"{reverse('activity_list')}?{urlencode(query)}"


def _counts(request: Request) -> HttpResponse:
    page = Paginator(loaders.branches_counted(request.user), PAGE).get_page(request.GET.get("page"))
    page.object_list = selectors.branch_counts(list(page.object_list))
    overdue = sum(row.overdue for row in page.object_list)
    context = {
        "title": f"激励关怀：本页 {overdue} 个党支部有逾期未走访的" if overdue else "各党支部的激励关怀",
        "sub": "上级只看数字；名单由党支部掌握，不足 3 人的不显示具体数，同一支部的走访人次也不列出，以免推算",
        "page": page,
        "unit": "个支部",
    }
    return render(request, "members/care/counts.html", context)


@needs(MEMBERS)
@never_cache
@require_GET
def care_member(request: Request, pk: int) -> HttpResponse:
    """What is kept of one member, for whoever keeps the roster at the branch itself."""
    member = loaders.member_for(request, pk)
    return _member(request, member, keeps=True)


@login_required
@never_cache
@require_GET
def own_care(request: Request) -> HttpResponse:
    """What is kept of oneself."""
    member = loaders.own_member(request)
    if member is None:
        return render(request, "members/files/no_file.html", status=404)
    return _member(request, member, keeps=False)


def _member(request: Request, member: Any, *, keeps: bool) -> HttpResponse:
    found = selectors.of_member(member)
    open_ = sum(row.ends is None for row in found.marks)
    context = {
        "title": f"{member.name}：关怀类别 {open_} 项" if keeps else f"我的关怀登记 {open_} 项",
        "member": member,
        "found": found,
        "keeps": keeps and member.home.archived_on is None,
        "opened": None if keeps else notes_opened(member),
        "visit": visit_url(member.home, member.pk) if keeps else "",
    }
    return render(request, "members/care/member.html", context)


def _list(request: Request) -> tuple[Organisation, Sheet]:
    """Return the branch and the list of the window that is open or next; 404 where none is known."""
    branch, today = loaders.require_branch(request), clock.today()
    windows, _, _ = asked_windows(date(today.year, 1, 1), date(today.year + 1, 12, 31), undetermined=True)
    window = next((one for one in windows if one.last is None or one.last >= today), None)
    if window is None:
        window = next((one for one in reversed(windows) if one.kind == FESTIVAL), None)
    if window is None:
        raise Http404
    last = window.last or date(window.year, 12, 31)
    placed = occasions(window.first, last, [branch.pk], today, undetermined=True)
    mine = [one for one in placed if one.occasion.kind == window.kind and one.occasion.opens == window.first]
    amounts = selectors.granted({one.occasion.member for one in mine}, window.first, last)
    return branch, visit_list(branch, window, sorted(mine, key=lambda one: one.occasion.member), amounts)


@needs(MEMBERS)
@never_cache
@require_GET
def care_visit_list(request: Request) -> HttpResponse:
    branch, sheet = _list(request)
    context = {
        "sheet": sheet,
        "crumbs": [("激励关怀", reverse("care_list")), ("走访名单", "")],
        "download": f"{reverse('care_visit_list_download')}?organisation={branch.pk}",
    }
    return render(request, "generic/sheet.html", context)


@needs(MEMBERS)
@require_POST
def care_visit_list_download(request: Request) -> HttpResponse:
    branch, sheet = _list(request)
    return exports.send_sheet(request, sheet, verb="care_sheet.export", obj=branch)


@needs(VIEW)
@never_cache
@require_GET
def care_to_visit(request: Request) -> HttpResponse:
    """Whom a leader is to visit at the branches that he looks after: names, a week before; never why."""
    today = clock.today()
    places = contacts(request.user, today)
    if not places:
        raise Http404
    first, last = selectors.year_around(today)
    rows = [one for one in occasions(first, last, places, today) if told_to_leader(one.occasion, today)]
    names = labels(places)
    people = {(one.branch, one.occasion.member): one for one in rows}
    context = {
        "title": f"近期请走访 {len(people)} 人" if people else "近期没有要走访的人",
        "rows": [(one.name, names[one.branch], one.occasion.due) for one in people.values()],
    }
    return render(request, "members/care/to_visit.html", context)
