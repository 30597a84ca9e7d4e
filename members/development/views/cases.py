"""Cases: the board, one case, opening and taking over, people, reviews, notice, papers. Giving up and going on: endings.py."""

from collections import Counter
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods

from branches.frame.acting import Done, acted, posted
from branches.reach import access
from branches.reach.rights import IMPORT, MEMBERS, REVIEW
from common import clock
from common.requests import Request
from members.development.analysis import analysing
from members.development.forms import (
    STATES,
    CaseFilter,
    DocumentsForm,
    LeavingForm,
    NoticeForm,
    OpenForm,
    PeopleForm,
    ReviewForm,
    TakeOverForm,
)
from members.development.loaders import case_for, person_for
from members.development.models.cases import CaseOutcome, CaseRoleKind, DevelopmentCase
from members.development.models.papers import PublicNotice
from members.development.rights import decides
from members.development.selectors import board as reads
from members.development.selectors import page
from members.development.selectors.cases import hanging, resumable, standings, takes_back
from members.development.selectors.queue import explanations, waiting_above
from members.development.services import cases as services
from members.development.services.notices import notice_post
from members.development.steps import ASKED_AT_TAKING_OVER, LISTING, PAPER_UNTIL, step, until
from members.roster.models.members import PARTY_STAGES, MemberStage

PAGE = 30
FORM = "generic/form.html"


@login_required
@require_GET
def development_list(request: Request) -> HttpResponse:
    """The board of open cases, or their list; of very many the list alone."""
    access.require_anywhere(request.user, MEMBERS)
    form = CaseFilter(request.GET, user=request.user)
    data = form.chosen()
    rows = reads.found_cases(request.user, data)
    number = rows.count()
    listed = data.get("view") == "list" or number > reads.MOST_ON_BOARD
    context: dict[str, Any] = {"form": form, "narrowed": form.narrows(), "number": number, "listed": listed}
    context["may_review"] = access.holds_anywhere(request.user, REVIEW) and decides(request.user)
    context["may_import"] = access.holds_anywhere(request.user, IMPORT)
    # Of which year a committee within reach has its analysis.
    context["year"] = clock.today().year if analysing(request.user) else None
    # Of a full member the case is over, and its papers are not.
    context["unfiled"] = reads.unfiled_for(request.user)
    context["scope_words"] = place.label + "及下级" if (place := data.get("organisation")) else "点卡片看每一步和依据"
    if number > reads.MOST_ON_BOARD:
        paged = Paginator(rows, PAGE).get_page(request.GET.get("page"))
        context |= {"page": paged, "cards": reads.cards_of(paged.object_list), "title": f"{number} 人在发展中"}
        return render(request, "members/development/list.html", context)
    cards = reads.cards_of(rows)
    numbers = reads.counts(cards)
    shown = [card for card in cards if not data.get("state") or card.group == data["state"]]
    context |= {"cards": shown, "columns": reads.board(shown), "title": _title(form, len(cards), numbers)}
    if cards:
        context |= {"stats": _stats(request, numbers, cards), "ways": _ways(request, listed)}
    return render(request, "members/development/list.html", context)


# How each number above the board looks; the names are those of the filter.
_LOOKS = {
    "overdue": ("alert-triangle", "late"),
    "due_soon": ("clock", "soon"),
    "waiting": ("lock", ""),
    "not_due": ("circle-dashed", ""),
    "ready": ("minus", ""),
}


def _address(request: Request, **changed: str) -> str:
    """Return the address of the same list with other filters; an empty one is left out."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changed.items():
        query[name] = value
        if not value:
            del query[name]
    return f"?{query.urlencode()}"


def _note(cards: list[reads.Card], key: str) -> str:
    """Return in a few words what the people of a state wait for: which steps, or the nearest day."""
    mine = [card for card in cards if card.group == key]
    if not mine or key == "not_due":
        return "人"
    if key == "due_soon":
        return f"人，最近 {clock.in_words(min(card.due for card in mine if card.due))}"
    if key == "ready":
        return "人，由支部研究确定"
    steps = Counter(card.name for card in mine).most_common()
    return f"人，{steps[0][0]}" + ("等" if steps[1:] else "")


def _stats(request: Request, numbers: Any, cards: list[reads.Card]) -> list[dict[str, Any]]:
    """A number for each state of the filter, open where it has a list."""
    return [
        {
            "label": STATES[key],
            "value": numbers[key],
            "url": _address(request, state=key) if numbers[key] else "",
            "icon": icon,
            "tone": tone if numbers[key] else "",
            "note": _note(cards, key),
        }
        for key, (icon, tone) in _LOOKS.items()
    ]


def _ways(request: Request, listed: bool) -> list[dict[str, Any]]:
    return [
        {"label": "看板", "url": _address(request, view=""), "current": not listed},
        {"label": "名单", "url": _address(request, view="list"), "current": listed},
    ]


def _title(form: CaseFilter, people: int, numbers: Any) -> str:
    if not people:
        return form.heading_of_none("人", "没有正在办理的发展对象")
    said = [f"{numbers['overdue']} 步逾期"] if numbers["overdue"] else []
    said += [f"{numbers['due_soon']} 步 15 天内到期"] if numbers["due_soon"] else []
    said += [f"{numbers['waiting']} 人等前置条件"] if numbers["waiting"] else []
    return f"{people} 人在发展中" + (f"：{'，'.join(said)}" if said else "")


@login_required
@require_GET
def development_detail(request: Request, pk: int) -> HttpResponse:
    case = standings([case_for(request, pk)])[0]
    today = clock.today()
    key = page.next_key(case)
    found = page.stages(case, request.user)
    only_open = request.GET.get("open") == "1"
    now = next((row for stage in found for row in stage.rows if row.view.step.key == key and row.acts), None)
    context = {
        "case": case,
        "row": case.row,
        "title": page.headline(case),
        "sub": f"{case.row.member.home.label}　{case.row.member.get_stage_display()}　{page.done_words(case)}",
        "stages": page.left_of(found) if only_open else found,
        "only_open": only_open,
        "coming": page.coming(found, key) if case.row.closed_on is None else [],
        "next": case.standing.next,
        "now": now,
        "next_key": key if now is not None else "",
        "now_under": page.citation_of(case.standing.next),
        # The days of a notice that is over say nothing of what comes after it.
        "days": reads.notice_days(case, today) if key == "8a" else [],
        "papers": (kept := page.papers(case)),
        "papers_kept": sum(one["paper"] is not None for one in kept),
        "may_archive": case.row.outcome in ("", CaseOutcome.FULL)
        and access.has_right(request.user, MEMBERS, case.row.member.home),
        "may_keep": case.row.closed_on is None and access.has_right(request.user, MEMBERS, case.row.member.home),
        # Whoever was admitted goes through the end of the probation; whoever was given up may be gone on with.
        "may_withdraw": case.row.member.stage not in PARTY_STAGES,
        "may_resume": resumable(case.row) and access.has_right(request.user, MEMBERS, case.row.member.home),
    }
    return render(request, "members/development/detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def development_new(request: Request) -> HttpResponse:
    """Open the case of an applicant: of the roster, or entered here for the first time."""
    access.require_anywhere(request.user, MEMBERS)
    people = page.applicants(request.user).filter(stage=MemberStage.APPLICANT)
    asked = request.GET.get("member", "")
    initial = {"member": asked} if asked.isdecimal() else {}

    def act(values: dict[str, Any]) -> Done:
        person = values["member"] or services.NewPerson(
            values["branch"], {name: values[name] for name in ("name", "sex", "birth_date")}
        )
        try:
            row = services.case_open(by=request.user, person=person, opened_on=values["opened_on"])
        except services.AlreadyOpen as error:
            address = reverse("development_detail", args=[error.case.pk])
            words = format_html('{}<a href="{}">查看发展进程</a>', error.messages[0], address)
            raise ValidationError({"name": words}) from error
        return f"已登记{row.member.name}的入党申请，一个月内派人谈话", reverse("development_detail", args=[row.pk])

    return acted(
        request,
        OpenForm(posted(request), people=people, user=request.user, initial=initial),
        act,
        template=FORM,
        title="登记入党申请",
        sub="姓名、出生日期只登记一次，以后各步由记录和审批带出。",
        verb="登记",
        cancel=reverse("development_list"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def development_take_over(request: Request, pk: int) -> HttpResponse:
    """Go on with a case that was begun on paper."""
    member = person_for(request, pk)
    if member.stage not in PAPER_UNTIL:
        raise Http404
    behind = set(until(PAPER_UNTIL[MemberStage(member.stage)]))
    keys = [key for key in ASKED_AT_TAKING_OVER if key in behind]
    # What the roster has already is not typed again: the day of joining is that of the assembly's vote.
    known = {"day_15": member.joined_on} if member.joined_on and "15" in keys else {}
    form = TakeOverForm(posted(request), keys=keys, initial=known)

    def act(values: dict[str, Any]) -> Done:
        row = services.case_take_over(by=request.user, member=member, opened_on=values["opened_on"], days=form.days())
        return f"已接续办理{member.name}的发展进程", reverse("development_detail", args=[row.pk])

    return acted(
        request,
        form,
        act,
        template=FORM,
        title=f"接续办理{member.name}的发展进程",
        sub=f"{member.home.label}　{member.get_stage_display()}。以前各步以纸质材料为准，不计办理情况；只登记后面期限要用的日期。",
        verb="接续办理",
        cancel=reverse("member_detail", args=[pk]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def development_people(request: Request, pk: int, role: str) -> HttpResponse:
    """Who accompanies a case: contacts, introducers."""
    row = case_for(request, pk)
    access.require(request.user, MEMBERS, row.member.home)
    if role not in CaseRoleKind.values:
        raise Http404
    label = CaseRoleKind(role).label

    def act(values: dict[str, Any]) -> str:
        services.roles_set(
            by=request.user,
            case=row,
            role=role,
            people=list(values["people"]),
            starts=values["starts"],
            reason=values["reason"],
        )
        return f"{label}已登记"

    contacts = page.serving(row, CaseRoleKind.CONTACT)
    initial = page.serving(row, role) or (contacts if role == CaseRoleKind.INTRODUCER else [])
    rule = "正式党员 1 至 2 名" if role == CaseRoleKind.CONTACT else "正式党员 2 名，一般由培养联系人担任"
    people = page.people_of(row, clock.today())
    missing = page.missing_words(standings([row])[0], step(services.ROLE_STEPS[CaseRoleKind(role)]))
    return acted(
        request,
        PeopleForm(posted(request), people=people, label=label, initial={"people": initial}),
        act,
        template=FORM,
        title=f"{row.member.name}的{label}",
        sub=f"{rule}；{missing}" if missing else rule,
        cancel=reverse("development_detail", args=[pk]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def development_review(request: Request, pk: int) -> HttpResponse:
    row = case_for(request, pk)
    access.require(request.user, MEMBERS, row.member.home)

    def act(values: dict[str, Any]) -> str:
        services.review_add(by=request.user, case=row, **values)
        return "半年考察已登记"

    return acted(
        request,
        ReviewForm(posted(request)),
        act,
        template=FORM,
        title=f"登记对{row.member.name}的半年考察",
        sub="党支部每半年对入党积极分子考察一次。",
        verb="登记",
        cancel=reverse("development_detail", args=[pk]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def development_notice(request: Request, pk: int) -> HttpResponse:
    """Post the notice: its five working days are computed. One that hangs already is replaced, with a reason."""
    row = case_for(request, pk)
    hung = hanging(row)
    _require_notice(request, row, hung)
    what = "更换" if hung is not None else "登记"

    def act(values: dict[str, Any]) -> str:
        notice = notice_post(by=request.user, case=row, **values)
        if notice.last is None:
            return f"公示已{what}；{notice.posted_on.year}年节假日安排尚未收录，公示期待定"
        return f"公示已{what}，{notice.first:%-m月%-d日}至{notice.last:%-m月%-d日}"

    sub = "上级党委同意以后公示，不少于五个工作日；公示期满的次日起可列为发展对象。"
    said = {}
    if missing := page.missing_words(standings([row])[0], step(LISTING)):
        sub += f"{missing}。"
    if hung is not None:
        sub += f"原公示（{hung.posted_on:%Y-%m-%d} 张贴）保留备查，不再计算；以它为前提的步骤按新的公示期重新判断。"
        said = {"posted_on": hung.posted_on, "places": "\n".join(hung.places)}
    return acted(
        request,
        NoticeForm(posted(request), replaces=hung is not None, initial=said),
        act,
        template=FORM,
        title=f"{what}{row.member.name}的公示",
        sub=sub,
        verb=f"{what}公示",
        cancel=reverse("development_detail", args=[pk]),
    )


def _require_notice(request: Request, row: DevelopmentCase, hung: PublicNotice | None) -> None:
    """Whoever keeps the person posts it; another in its place posts whoever may take back what rests on it."""
    right, place = (MEMBERS, row.member.home)
    if hung is not None:
        right, place = takes_back(standings([row])[0], step(LISTING))
    access.require(request.user, right, place)


@login_required
@require_http_methods(["GET", "POST"])
def development_documents(request: Request, pk: int) -> HttpResponse:
    """The six papers: only where they are kept, never their content."""
    row = case_for(request, pk)
    access.require(request.user, MEMBERS, row.member.home)
    kept: dict[str, Any] = {f"day_{one.kind}": one.held_on for one in row.documents.all()}
    kept |= {f"kept_{one.kind}": one.kept_at for one in row.documents.all()}
    form = DocumentsForm(posted(request), initial=kept)

    def act(_: dict[str, Any]) -> str:
        services.documents_set(by=request.user, case=row, papers=form.papers())
        return "材料已登记"

    return acted(
        request,
        form,
        act,
        template=FORM,
        title=f"{row.member.name}的发展材料",
        sub="只登记日期和存放处，不上传志愿书、政审等材料。",
        cancel=reverse("development_detail", args=[pk]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def development_leaving(request: Request, pk: int) -> HttpResponse:
    row = case_for(request, pk)
    access.require(request.user, MEMBERS, row.member.home)

    def act(values: dict[str, Any]) -> str:
        services.leaving_set(by=request.user, case=row, day=values["day"])
        return "已登记"

    return acted(
        request,
        LeavingForm(posted(request), initial={"day": row.leaving_on}),
        act,
        template=FORM,
        title=f"{row.member.name}的调动安排",
        sub="三个月内将离开本单位的，一般不办理接收手续。",
        cancel=reverse("development_detail", args=[pk]),
    )


@login_required
@require_GET
def development_queue(request: Request) -> HttpResponse:
    """What the committee has to do: its steps that are open, and reasons to accept."""
    access.require_anywhere(request.user, REVIEW)
    if not decides(request.user):
        raise Http404
    waits, reasons = waiting_above(request.user), explanations(request.user)
    number = len(waits) + len(reasons)
    context = {
        "title": f"{number} 件待机关党委办理" if number else "没有待机关党委办理的发展事项",
        "page": Paginator(waits, PAGE).get_page(request.GET.get("page")),
        "reasons": reasons,
        # Of which year a committee within reach has its analysis.
        "year": clock.today().year if analysing(request.user) else None,
    }
    return render(request, "members/development/queue.html", context)
