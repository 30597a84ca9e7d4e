"""Reading dues: branches and their month, the yearly sheet, the file of a year."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from branches.audit import exports
from branches.frame.states import CHIPS
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.doors import needs, recent_login
from branches.reach.rights import MEMBERS, RECORD
from common import clock
from common.documents.sheet import Sheet
from common.periods import MONTH, Period
from common.requests import Request
from members.activities.models import Topic
from members.dues.forms import DuesFilter
from members.dues.loaders import branch_asked, kept_branch, organisations_kept, place_asked, year_of
from members.dues.rights import reads_amounts
from members.dues.rules import FEWEST, NOT_LISTED, STATES, beyond_words
from members.dues.selectors.month import CHIP, YEAR_COLUMNS, BranchSum, branch_sums, published, year_rows
from members.dues.sheets import publication, untold
from members.dues.views.collecting import month_url

PAGE = 30
_SUB = "上级只看交纳人数和合计；每人的数额由党支部和本人看到"
_BESIDE = f"。有支部交纳不足{FEWEST}人时，人数最少的另一个支部也不列合计，以免推算出来"


def _finding(month: Period, rows: list[BranchSum]) -> str:
    owed, unknown = sum(row.owed for row in rows), sum(row.unknown for row in rows)
    if owed:
        return f"{month.short()}党费：本页有 {owed} 人到期未交"
    return f"{month.short()}党费：本页有 {unknown} 人还没有核定数额" if unknown else f"{month.short()}党费"


@needs(MEMBERS)
@require_GET
def dues_list(request: Request) -> HttpResponse:
    """The month of each branch within reach, in numbers; whoever keeps one roster alone is led to its month."""
    form = DuesFilter(request.GET, user=request.user)
    data = form.chosen()
    month = data.get("month") or Period.containing(MONTH, clock.today())
    own = branch_asked(request) if not request.GET.get("organisation") else None
    if own is not None:
        return redirect(month_url(month, own))
    branches = organisations_kept(request.user)
    if place := data.get("organisation"):
        branches = branches.within(place)
    page = Paginator(branches, PAGE).get_page(request.GET.get("page"))
    rows = branch_sums(page.object_list, month, clock.today())
    lines = [(row, month_url(month, row.branch), row.shown) for row in rows]
    page.object_list = lines
    context = {
        "title": _finding(month, rows),
        "sub": _SUB + (_BESIDE if any(row.shown == NOT_LISTED for row in rows) else ""),
        "form": form,
        "page": page,
        "month": month,
        "narrowed": form.narrows(),
    }
    return render(request, "members/dues/list.html", context)


def _sheet(request: Request, year: int) -> tuple[Organisation, Sheet, str]:
    """Return whose sheet it is, the sheet, and the sentence about a year in which more was used than came, "" for who reads no sum."""
    place = place_asked(request)
    # The sums of a branch are its own; above it, and of all that an organisation has below, small ones are not told.
    own = place.kind == Kind.BRANCH and reads_amounts(request.user, place)
    found = published(place, year_of(year))
    told = (own or place.kind != Kind.BRANCH) and not untold(place, found, own=own)
    beyond = beyond_words(year, found.came, found.went) if told else ""
    return place, publication(place, year, found, own=own), beyond


@needs(MEMBERS)
@require_GET
def dues_publish(request: Request, year: int) -> HttpResponse:
    """The sheet of a year, to be printed and hung up; the record of it opens with what is known."""
    place, sheet, beyond = _sheet(request, year)
    query = f"?organisation={place.pk}"
    context = {
        "sheet": sheet,
        "beyond": beyond,
        "crumbs": [("党费", reverse("dues_list")), (f"{year} 年公布", "")],
        "download": reverse("dues_publish_download", args=[year]) + query,
        "uses": reverse("dues_uses", args=[year]) + query,
        "record": _record_url(place, year) if access.has_right(request.user, RECORD, place) else "",
    }
    return render(request, "members/dues/publish.html", context)


def _record_url(place: Organisation, year: int) -> str:
    """The form of the record of the publication, with its title."""
    query = {"organisation": place.pk, "kind": "dues", "topic": Topic.DUES_PUBLISHED.value}
    return f"{reverse('activity_new')}?{urlencode(query | {'title': f'公布 {year} 年党费收缴、使用情况'})}"


@needs(MEMBERS)
@require_POST
def dues_publish_download(request: Request, year: int) -> HttpResponse:
    place, sheet, _ = _sheet(request, year)
    return exports.send_sheet(request, sheet, verb="dues_sheet.export", obj=place)


@login_required
@require_POST
@recent_login
def dues_export(request: Request, year: int) -> HttpResponse:
    """A branch's year with amounts, for the branch itself."""
    access.require_anywhere(request.user, MEMBERS)
    branch = kept_branch(request)
    words = {state: CHIPS[CHIP[state]][0] for state in STATES}
    return exports.send(
        request,
        rows=year_rows(branch, year_of(year), words),
        columns=YEAR_COLUMNS,
        name=f"{branch.label}{year}年党费",
        verb="dues.export",
        obj=branch,
    )
