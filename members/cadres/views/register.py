"""The register of Party workers at any day; who works without a seat; how many work at the agency; out as file and on paper."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.audit import exports
from branches.frame.acting import acted, posted
from branches.places.models.organisations import Kind, Organisation
from branches.reach.doors import needs, recent_login
from branches.reach.rights import MEMBERS
from branches.rulebook import rule, short_citation
from common import clock
from common.requests import Request
from members.cadres.forms import EndForm, PasteForm, RegisterFilter, TotalForm, WorkForm, topic_places
from members.cadres.loaders import beside, committee_of, place_asked, work_for
from members.cadres.paste import read
from members.cadres.rules import share_words
from members.cadres.selectors.called import lines_of
from members.cadres.selectors.posts import post_hours
from members.cadres.selectors.register import (
    WORKERS,
    Figures,
    Line,
    figures_of,
    known_of,
    lines_of_posts,
    lines_of_workers,
    posts_on,
    vacant,
    workers_on,
)
from members.cadres.selectors.staff import staff_of
from members.cadres.selectors.topics import topics_of
from members.cadres.services.staff import total_note, work_end, work_note
from members.cadres.sheets import ROSTER_COLUMNS, induction_words, register_sheet, roster_rows

PAGE = 30
# On paper and in a file, of one organisation and what lies below it.
MOST = 2000


def _asked(request: Request) -> tuple[RegisterFilter, date, Organisation | None, str]:
    form = RegisterFilter(request.GET, user=request.user)
    chosen = form.chosen()
    return form, chosen.get("day") or clock.today(), chosen.get("organisation"), chosen.get("post") or ""


def _title(number: int, workers: int, figures: Figures | None, day: date) -> str:
    said = f"{number + workers} 名党务干部" if workers else f"{number} 名党务干部"
    if figures is not None and day.year == clock.today().year:
        said += f"，{figures.met} 人次学时已满" if figures.owed else ""
        if figures.inducting_late:
            said += f"；{figures.inducting_late} 位新任书记任职培训逾期"
    return said


@needs(MEMBERS)
@require_GET
def cadres_register(request: Request) -> HttpResponse:
    """Who holds which Party post on a day, with the administrative post, hours and classes beside."""
    form, day, place, post = _asked(request)
    posts = posts_on(request.user, day, place, "" if post == WORKERS else post)
    workers = workers_on(request.user, day, place)
    rows: Any = workers if post == WORKERS else posts
    page: Any = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    everybody = posts_on(request.user, day, place)
    known = known_of(everybody, [] if post == WORKERS else shown, day)
    lines = lines_of_workers(shown) if post == WORKERS else lines_of_posts(shown, day, known)
    page.object_list = [(one, induction_words(one)) for one in lines]
    figures = figures_of(known)
    committee = _committee(request, place)
    context: dict[str, Any] = {
        "title": _title(everybody.count(), workers.count(), figures, day),
        "sub": f"{clock.in_full(day)}　按党组织和职务顺序，不排名",
        "form": form,
        "page": page,
        "day": day,
        "place": place,
        "post": post,
        "hours": post_hours(day.year),
        "figures": figures,
        "vacant": vacant(request.user, day, place) if post in ("", "secretary") and page.number == 1 else [],
        "staff": _staff_words(committee, day),
        "committee": committee,
        "basis": short_citation(rule("edu-rotation-agency")),
        "narrowed": form.narrows(),
    }
    return render(request, "members/cadres/register.html", context | _beside(request))


def _beside(request: Request) -> dict[str, Any]:
    """The classes and topics that stand beside the register, the nearest ones."""
    today = clock.today()
    classes, topics = beside(request.user, today.year)
    return {
        "classes": lines_of(classes.order_by("-first", "-pk")[:6]),
        "classes_number": classes.count(),
        "topics": topics_of(topics.order_by("-first", "-pk")[:6]),
        "topics_number": topics.count(),
        "may_set": topic_places(request.user).exists(),
    }


def _committee(request: Request, place: Organisation | None) -> Organisation | None:
    """The committee whose staff are counted: the one that is asked for, else the reader's highest."""
    if place is not None:
        return place if place.kind == Kind.COMMITTEE else None
    return committee_of(request.user)


def _staff_words(committee: Organisation | None, day: date) -> list[tuple[str, str]]:
    """Return [(sentence, basis)] about full-time staff: what the articles ask and is not there; warnings, nothing more."""
    if committee is None:
        return []
    staff = staff_of(committee, day)
    found = []
    ratio, deputy = rule("org-staff-ratio"), rule("org-fulltime-deputy")
    if staff.total is None:
        found.append(("还没有登记机关工作人员总数，专职党务干部占比未知", short_citation(ratio)))
    else:
        words = share_words(staff.full_time, staff.total)
        found.append((words + ("，少于 1%" if staff.below_ratio else ""), short_citation(ratio)))
    if staff.lacks_deputy:
        words = f"{committee.label}有 {staff.branches} 个党支部，没有登记专职副书记"
        found.append((words, short_citation(deputy)))
    return found


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def cadres_work_new(request: Request) -> HttpResponse:
    def act(values: dict[str, Any]) -> str:
        row = work_note(by=request.user, **values)
        return f"已登记{row.member.name}的党务工作"

    return acted(
        request,
        WorkForm(posted(request), user=request.user),
        act,
        template="generic/form.html",
        title="登记党务工作人员",
        sub="担任书记、委员的由党内职务列出，不在这里登记",
        verb="登记",
        cancel=f"{reverse('cadres_register')}?post={WORKERS}",
    )


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def cadres_work_end(request: Request, pk: int) -> HttpResponse:
    work = work_for(request, pk)

    def act(values: dict[str, Any]) -> str:
        work_end(by=request.user, work=work, **values)
        return f"已登记{work.member.name}不再从事党务工作"

    return acted(
        request,
        EndForm(posted(request)),
        act,
        template="generic/form.html",
        title=f"{work.member.name}不再从事党务工作",
        sub=f"{work.organisation.label}　{work.get_share_display()}　{clock.in_full(work.starts)}起",
        verb="登记",
        cancel=f"{reverse('cadres_register')}?post={WORKERS}",
    )


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def cadres_work_paste(request: Request) -> HttpResponse:
    """A roster of Party workers pasted from a table: all of it or, with a wrong row, nothing."""

    def act(values: dict[str, Any]) -> str:
        workers, wrong = read(request.user, values["text"])
        if wrong:
            raise ValidationError({"text": wrong})
        with transaction.atomic():
            for one in workers:
                work_note(
                    by=request.user,
                    member=one.member,
                    organisation=one.organisation,
                    share=one.share,
                    starts=one.starts,
                )
        return f"已登记 {len(workers)} 人"

    return acted(
        request,
        PasteForm(posted(request)),
        act,
        template="generic/form.html",
        title="粘贴党务干部名册",
        sub="不担任书记、委员的专兼职党务人员；有一行不对，都不登记",
        verb="登记",
        cancel=f"{reverse('cadres_register')}?post={WORKERS}",
    )


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def cadres_total(request: Request) -> HttpResponse:
    place = place_asked(request)

    def act(values: dict[str, Any]) -> str:
        total_note(by=request.user, organisation=place, **values)
        return "已登记机关工作人员总数"

    return acted(
        request,
        TotalForm(posted(request)),
        act,
        template="generic/form.html",
        title="登记机关工作人员总数",
        sub=f"{place.label}　每年登记一次，用来计算专职党务干部的占比",
        verb="登记",
        cancel=reverse("cadres_register"),
    )


def _lines(request: Request) -> tuple[list[Line], date, Organisation | None]:
    _, day, place, post = _asked(request)
    workers = lines_of_workers(workers_on(request.user, day, place)[:MOST]) if post in ("", WORKERS) else []
    posts = [] if post == WORKERS else list(posts_on(request.user, day, place, post)[:MOST])
    return [*lines_of_posts(posts, day), *workers], day, place


@needs(MEMBERS)
@require_POST
@recent_login
def cadres_export(request: Request) -> HttpResponse:
    """The register as a file, with hours: for who keeps these rosters."""
    lines, day, place = _lines(request)
    return exports.send(
        request,
        rows=roster_rows(lines),
        columns=ROSTER_COLUMNS,
        name=f"党务干部名册{day:%Y%m%d}",
        verb="party_workers.export",
        filters=request.GET.urlencode(),
        obj=place,
    )


@needs(MEMBERS)
@require_GET
def cadres_print(request: Request) -> HttpResponse:
    lines, day, place = _lines(request)
    query = request.GET.urlencode()
    context = {
        "sheet": register_sheet(lines, day, place, _signed(request, place)),
        "crumbs": [("党务干部", reverse("cadres_register")), ("名册", "")],
        "download": f"{reverse('cadres_print_download')}?{query}",
    }
    return render(request, "generic/sheet.html", context)


@needs(MEMBERS)
@require_POST
def cadres_print_download(request: Request) -> HttpResponse:
    lines, day, place = _lines(request)
    sheet = register_sheet(lines, day, place, _signed(request, place))
    return exports.send_sheet(request, sheet, verb="party_workers_sheet.export", obj=place)


def _signed(request: Request, place: Organisation | None) -> str:
    return (place or place_asked(request)).name
