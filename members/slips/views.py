"""Accounts in one go: a list with boxes, a check that names what will be made, the slips. Codes are on one answer only."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from branches.access.models import CodeSlip
from branches.places.loaders import organisation_for
from branches.reach.doors import needs, recent_login
from branches.reach.rights import APPOINT, MEMBERS
from common.errors import Conflict
from common.forms.fields import take_errors
from common.requests import Request
from members.slips.forms import BranchFilter, NamesForm, SlipFilter
from members.slips.rows import (
    BLOCKED,
    DONE,
    OPEN,
    SECRETARY_ROLES,
    Row,
    blocked_words,
    branches_managed,
    counted,
    member_rows,
    people_words,
    places_to_lead,
    secretary_rows,
)
from members.slips.selectors import chosen, slips_of
from members.slips.services import MOST, Printed, members_make, secretaries_make, slips_again

PER_SHEET = 8


def _ids(request: Request, name: str) -> set[int]:
    """Return the ids of the boxes that were ticked; what is no id is left out."""
    typed = request.POST.getlist(name)
    return {int(one) for one in typed if one.isascii() and one.isdigit() and len(one) < 18}


def _ways(request: Request, current: str) -> list[dict[str, Any]]:
    pages = [("slip_secretaries", "书记账号"), ("slip_members", "党员账号"), ("slip_list", "已发口令条")]
    leads = current == "slip_secretaries" or places_to_lead(request.user).exists()
    return [
        {"label": label, "url": reverse(name), "current": name == current}
        for name, label in pages
        if leads or name != "slip_secretaries"
    ]


def _boxes(request: Request, rows: Sequence[Row], *, ticked: bool) -> dict[str, Any]:
    """Return what the list of boxes needs; the address says whether all of them are ticked (all=1) or none (all=0)."""
    able = [row for row in rows if row.state == OPEN and row.member is not None]
    if request.GET.get("all") in ("0", "1"):
        chosen_rows = able if request.GET["all"] == "1" else []
    else:
        # A deputy may do what the secretary does, an officer keeps the roster: whether he shall is asked, not assumed.
        chosen_rows = [row for row in able if ticked and row.leads]
    boxes = {row.member.pk for row in chosen_rows if row.member is not None}
    return {"rows": rows, "ticked": boxes, "counts": counted(rows), "most": MOST}


def _title(rows: Sequence[Row]) -> str:
    """Say what can be done; that no secretary can be made is not hidden behind those who stand beside him."""
    able = [row for row in rows if row.state == OPEN]
    blocked = [row for row in rows if row.state == BLOCKED]
    if any(row.leads for row in blocked) and not any(row.leads for row in able):
        return f"{people_words(blocked)}还不能建立账号"
    return f"{people_words(able)}可以任命并建立账号" if able else "书记都已任命并有账号"


# What a browser calls its own machine.
LOCAL = ("localhost", "127.0.0.1", "[::1]")


# The pages with boxes ask for the password when they are opened: asked when they are sent, the ticks would be lost.
@needs(APPOINT)
@recent_login
def slip_secretaries(request: Request) -> HttpResponse:
    rows = secretary_rows(request.user)
    if not rows and not places_to_lead(request.user).exists():
        raise Http404
    served = sum(row.state == DONE and row.leads for row in rows)
    context = {
        "title": _title(rows),
        "sub": "；".join(filter(None, ["按名册登记的职务", f"{served} 个党组织的书记已任命", blocked_words(rows)])),
        "ways": _ways(request, "slip_secretaries"),
        "make_url": reverse("slip_secretaries_make"),
        "of_secretaries": True,
        **_boxes(request, rows, ticked=True),
    }
    return render(request, "members/slips/people.html", context)


@needs(MEMBERS)
@recent_login
def slip_members(request: Request) -> HttpResponse:
    branches = branches_managed(request.user)
    first = branches.first()
    asked = request.GET if request.GET.get("organisation") else {"organisation": str(first.pk) if first else ""}
    form = BranchFilter(asked, branches=branches, first=first)
    place = form.chosen().get("organisation") or first
    rows = member_rows(request.user, place) if place else []
    counts = counted(rows)
    context = {
        "title": f"{place.label if place else ''} {counts[OPEN]} 名党员还没有账号" if rows else "没有党员",
        "sub": f"{counts[DONE]} 名已有账号；账号只供本人查看自己的档案，不带任何权限",
        "ways": _ways(request, "slip_members"),
        "make_url": reverse("slip_members_make"),
        "form": form,
        "many": branches.count() > 1,
        "place": place,
        **_boxes(request, rows, ticked=False),
    }
    return render(request, "members/slips/people.html", context)


def _ticked(request: Request, rows: Sequence[Row]) -> list[Row]:
    """Return the open rows that were ticked; of a person who is asked for and is not open, nothing is made."""
    wanted = _ids(request, "member")
    return [row for row in rows if row.state == OPEN and row.member is not None and row.member.pk in wanted]


def _make(
    request: Request,
    rows: Sequence[Row],
    back: str,
    make: Callable[[dict[int, str]], list[Printed]],
    words: dict[str, Any],
) -> HttpResponse:
    """Show the check, or make what was checked: the boxes come from the list, `confirmed` from the check."""
    ticked, wanted = _ticked(request, rows), _ids(request, "member")
    if len(wanted) > MOST:
        messages.error(request, f"一次最多建立 {MOST} 个账号，请分几次办理。")
        return redirect(back)
    if not wanted:
        messages.error(request, "还没有勾选任何人。")
        return redirect(back)
    if len(ticked) < len(wanted):
        return _no_longer(request, rows, wanted, back)
    form = NamesForm(request.POST if request.POST.get("confirmed") else None, rows=ticked)
    if form.is_bound and form.is_valid():
        try:
            return _sheet(request, make(form.names()), back)
        except ValidationError as error:
            take_errors(form, error)
        except Conflict as conflict:
            messages.error(request, conflict.message)
            return redirect(back)
    lines = [{"row": row, "field": field} for row, field in zip(ticked, form.lines(), strict=True)]
    context = {
        "form": form,
        "lines": lines,
        "back": back,
        "number": len(ticked),
        "people": people_words(ticked),
        "local_address": request.build_absolute_uri("/") if _is_local(request) else "",
        **words,
    }
    return render(request, "members/slips/check.html", context)


def _is_local(request: Request) -> bool:
    """Whether the address that slips will bear opens on this machine alone: nobody could sign in from his own desk."""
    return request.get_host().rpartition(":")[0] in LOCAL or request.get_host() in LOCAL


def _no_longer(request: Request, rows: Sequence[Row], wanted: set[int], back: str) -> HttpResponse:
    """Answer a form that was sent twice, or a list that has changed meanwhile: nothing is made."""
    mine = [
        row
        for row in rows
        if row.member and row.member.pk in wanted and row.slip and row.slip.printed_by_id == request.user.pk
    ]
    if len(mine) == len(wanted):
        words = "这些账号已经建立，口令只显示一次。没有拿到口令条的，请在下面勾选后重新打印。"
        messages.info(request, words)
        return redirect("slip_list")
    messages.error(request, "所选名单已有变化，没有建立任何账号，请重新核对。")
    return redirect(back)


@needs(APPOINT)
@recent_login
@never_cache
def slip_secretaries_make(request: Request) -> HttpResponse:
    if not places_to_lead(request.user).exists():
        raise Http404
    if request.method != "POST":  # back from the password, which cannot repeat what was posted
        return redirect("slip_secretaries")
    rows = secretary_rows(request.user)

    def make(names: dict[int, str]) -> list[Printed]:
        return secretaries_make(by=request.user, names=names)

    return _make(request, rows, reverse("slip_secretaries"), make, {"of_secretaries": True})


@needs(MEMBERS)
@recent_login
@never_cache
def slip_members_make(request: Request) -> HttpResponse:
    if request.method != "POST":
        return redirect("slip_members")
    wanted = request.POST.get("organisation", "")
    place = organisation_for(request, wanted, MEMBERS)
    rows = member_rows(request.user, place)

    def make(names: dict[int, str]) -> list[Printed]:
        return members_make(by=request.user, place=place, names=names)

    back = f"{reverse('slip_members')}?organisation={place.pk}"
    return _make(request, rows, back, make, {"place": place})


def _sheet(request: Request, printed: list[Printed], back: str) -> HttpResponse:
    """Show the slips, on this answer only: the codes are stored nowhere (control C08)."""
    context = {
        "printed": printed,
        "number": len(printed),
        "sheets": -(-len(printed) // PER_SHEET),
        "expires": printed[0].slip.expires,
        "made": printed[0].slip.printed_at,
        "address": request.build_absolute_uri("/"),
        "back": back,
        "secretaries": all(one.slip.role in SECRETARY_ROLES.values() for one in printed),
    }
    return render(request, "members/slips/sheet.html", context)


@needs(MEMBERS)
@recent_login
def slip_list(request: Request) -> HttpResponse:
    form = SlipFilter(request.GET)
    data = form.chosen()
    rows = slips_of(request.user)
    page = Paginator(chosen(rows, data.get("state", ""), data.get("q", "")), 50).get_page(request.GET.get("page"))
    context = {
        "title": f"口令条 {page.paginator.count} 张",
        "sub": "设置密码以前可以重新打印，原来的口令随之作废；设置密码以后须申请重置",
        "form": form,
        "page": page,
        "ways": _ways(request, "slip_list"),
        "ticked": request.GET.get("all") == "1",
        "waiting": any(slip.state != "active" for slip in page.object_list),
        "unit": "张",
    }
    return render(request, "members/slips/list.html", context)


@needs(MEMBERS)
@recent_login
@never_cache
def slip_again(request: Request) -> HttpResponse:
    back, wanted = reverse("slip_list"), _ids(request, "slip")
    if request.method != "POST":
        return redirect(back)
    rows: list[CodeSlip] = list(slips_of(request.user).filter(pk__in=wanted, set_at__isnull=True))
    problem = ""
    if not rows:
        problem = "没有勾选可以重新打印的口令条。"
    elif len(wanted) > MOST:
        problem = f"一次最多打印 {MOST} 张，请分几次办理。"
    elif len(rows) < len(wanted):
        problem = "所选口令条已有变化，没有打印任何口令条，请重新核对。"
    if problem:
        messages.error(request, problem)
        return redirect(back)
    if not request.POST.get("confirmed"):
        return render(request, "members/slips/again.html", {"slips": rows, "number": len(rows), "back": back})
    try:
        return _sheet(request, slips_again(by=request.user, slips=[slip.pk for slip in rows]), back)
    except Conflict as conflict:
        messages.error(request, conflict.message)
        return redirect(back)
