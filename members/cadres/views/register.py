"""The register of Party workers at any day; who works without a seat; how many work at the agency; out as file and on paper."""

from dataclasses import dataclass
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
from branches.reach import access
from branches.reach.doors import needs, recent_login
from branches.reach.rights import IMPORT, MEMBERS
from branches.rulebook import rule, short_citation
from common import clock
from common.requests import Request
from members.cadres.forms import STANDINGS, EndForm, PasteForm, RegisterFilter, TotalForm, WorkForm, topic_places
from members.cadres.loaders import beside, committee_of, place_asked, work_for
from members.cadres.paste import read
from members.cadres.rules import share_words
from members.cadres.selectors.called import lines_of
from members.cadres.selectors.load import loads_of
from members.cadres.selectors.posts import MARK_AT, post_hours
from members.cadres.selectors.register import (
    WORKERS,
    Figures,
    Line,
    figures_of,
    known_of,
    known_on,
    lines_of_posts,
    lines_of_workers,
    numbers_of,
    posts_on,
    posts_standing,
    vacant,
    workers_on,
)
from members.cadres.selectors.staff import staff_of
from members.cadres.selectors.topics import chosen_of, topics_of
from members.cadres.services.staff import total_note, work_end, work_note
from members.cadres.sheets import ROSTER_COLUMNS, induction_words, register_sheet, roster_rows
from members.cadres.views.classes import classes_url
from members.roster.models.posts import PostKind

PAGE = 30
# On paper and in a file, of one organisation and what lies below it.
MOST = 2000


@dataclass(frozen=True)
class _Asked:
    """What the address asks for. stands: a name of the Figures, "" for all."""

    form: RegisterFilter
    day: date
    place: Organisation | None
    post: str
    stands: str


def _asked(request: Request) -> _Asked:
    form = RegisterFilter(request.GET, user=request.user)
    chosen = form.chosen()
    post, stands = chosen.get("post") or "", chosen.get("stands") or ""
    return _Asked(
        form, chosen.get("day") or clock.today(), chosen.get("organisation"), post, stands if post != WORKERS else ""
    )


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
    asked = _asked(request)
    day, place, post = asked.day, asked.place, asked.post
    everybody, workers = posts_on(request.user, day, place), workers_on(request.user, day, place)
    known = known_of(everybody, day)
    rows: Any = workers if post == WORKERS else posts_on(request.user, day, place, post)
    rows = posts_standing(rows, known, asked.stands) if asked.stands else rows
    page: Any = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    lines = lines_of_workers(shown) if post == WORKERS else lines_of_posts(shown, day, known)
    loads = [None] * len(lines) if post == WORKERS else loads_of(request.user, lines, day)
    as_of = known_on(day)
    page.object_list = [
        (one, induction_words(one, as_of), _induction_look(one, as_of), load) for one, load in zip(lines, loads)
    ]
    figures = figures_of(known)
    committee = _committee(request, place)
    outside = workers.count()
    seats = _tabs(request, numbers_of(everybody), outside, post)
    without = vacant(request.user, day, place)
    context: dict[str, Any] = {
        "title": _title(everybody.count(), outside, figures, day),
        "sub": clock.in_full(day) + (f"　缺书记 {len(without)} 个支部" if without else ""),
        "form": asked.form,
        "page": page,
        "day": day,
        "place": place,
        "post": post,
        "seats": seats,
        "tab": next((one["label"] for one in seats if one["current"] and post), "全部党务干部"),
        "workers": outside,
        "hours": post_hours(day.year),
        "mark": MARK_AT,
        "figures": figures,
        "of_figure": _of_figure(request),
        "standing": STANDINGS.get(asked.stands, ""),
        "vacant": without if _tells_vacant(asked, page) else [],
        "staff": _staff_words(committee, day),
        "committee": committee,
        "basis": short_citation(rule("edu-rotation-agency")),
        "narrowed": asked.form.narrows() or bool(post or asked.stands),
    }
    return render(request, "members/cadres/register.html", context | _beside(request, day))


def _induction_look(line: Line, day: date) -> str:
    """The key of the chip of an induction that is overdue on a day, "" of any other."""
    return "overdue" if line.induction is not None and line.induction.induction_overdue(day) else ""


def _tells_vacant(asked: _Asked, page: Any) -> bool:
    return asked.post in ("", "secretary") and not asked.stands and page.number == 1


def _of_figure(request: Request) -> str:
    """The address of those whom a figure counts, but for its name; a day and an organisation of the address stay."""
    query = request.GET.copy()
    for name in ("post", "page", "stands"):
        query.pop(name, None)
    return f"?{query.urlencode()}&stands=" if query else "?stands="


def _tabs(request: Request, numbers: dict[str, int], workers: int, post: str) -> list[dict[str, Any]]:
    """The posts as tabs, with how many hold each; the day and the organisation of the address stay."""
    query = request.GET.copy()
    for name in ("post", "page", "stands"):
        query.pop(name, None)
    rest = query.urlencode()
    found = []
    for key, label, number in (
        ("", "全部", sum(numbers.values())),
        *((kind, PostKind(kind).label, number) for kind, number in numbers.items()),
        (WORKERS, "无委员职务", workers),
    ):
        url = "?" + "&".join(part for part in (f"post={key}" if key else "", rest) if part)
        found.append({"label": label, "url": url, "current": key == post, "count": number})
    return found


def _beside(request: Request, day: date) -> dict[str, Any]:
    """The classes of the year of a day and the topics that stand beside the register, the nearest ones."""
    classes, topics = beside(request.user, day.year)
    return {
        "classes": lines_of(classes.order_by("-first", "-pk")[:6]),
        "classes_number": classes.count(),
        "classes_url": classes_url(None, day.year),
        "topics": topics_of(topics.order_by("-first", "-pk")[:6]),
        "topics_number": topics.count(),
        "topics_used": chosen_of(topics, "used", None).count(),
        "may_set": topic_places(request.user).exists(),
        "may_import": access.holds_anywhere(request.user, IMPORT),
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
    asked = _asked(request)
    day, place, post = asked.day, asked.place, asked.post
    workers: list[Line] = []
    if post in ("", WORKERS) and not asked.stands:
        workers = lines_of_workers(workers_on(request.user, day, place)[:MOST])
    if post == WORKERS:
        return workers, day, place
    posts = posts_on(request.user, day, place, post)
    if asked.stands:
        posts = posts_standing(posts, known_of(posts_on(request.user, day, place), day), asked.stands)
    return [*lines_of_posts(list(posts[:MOST]), day), *workers], day, place


@needs(MEMBERS)
@require_POST
@recent_login
def cadres_export(request: Request) -> HttpResponse:
    """The register as a file, with hours: for who keeps these rosters."""
    lines, day, place = _lines(request)
    return exports.send(
        request,
        rows=roster_rows(lines, day),
        columns=ROSTER_COLUMNS,
        name=f"党务干部名册{day:%Y%m%d}",
        verb="party_workers.export",
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
