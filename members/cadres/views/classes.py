"""The training of a year: its plan, its classes, each held as one record; files of classes and certificates."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.audit import exports
from branches.frame.acting import acted, at_once, posted
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.doors import needs
from branches.reach.rights import MEMBERS, RECORD
from common import clock
from common.requests import Request
from members.activities.selectors.rosters import is_upper
from members.activities.services.records import EDITABLE
from members.cadres.forms import CancelForm, ClassFilter, ClassForm, PickForm, PlanForm, member_named, members_kept
from members.cadres.loaders import class_for, classes_of, named_in, place_asked, plan_of, plans_about
from members.cadres.models import TrainingClass
from members.cadres.selectors.called import ClassLine, called, lines_of
from members.cadres.services.classes import (
    PLANNING,
    class_cancel,
    class_hold,
    class_pick,
    class_write,
    plan_from_last_year,
    plan_write,
)
from members.cadres.sheets import CERTIFICATE_COLUMNS, CLASS_COLUMNS, certificate_rows, class_rows, posts_words
from members.roster.namesakes import names_in

PAGE = 30
_VALUES = ("title", "purpose", "posts", "first", "last", "hours", "place", "organiser", "lecturer", "venue")


def classes_url(organisation: Organisation | None, year: int) -> str:
    asked = [f"organisation={organisation.pk}"] if organisation is not None else []
    asked += [f"year={year}"] if year != clock.today().year else []
    return reverse("cadres_classes") + (f"?{'&'.join(asked)}" if asked else "")


def _chosen(request: Request) -> tuple[ClassFilter, int, Organisation | None, QuerySet[TrainingClass]]:
    form = ClassFilter(request.GET, user=request.user)
    chosen = form.chosen()
    year, place = chosen.get("year") or clock.today().year, chosen.get("organisation")
    return form, year, place, classes_of(request.user, year, place)


@needs(MEMBERS)
@require_GET
def cadres_classes(request: Request) -> HttpResponse:
    form, year, place, rows = _chosen(request)
    page: Any = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    lines = lines_of(page.object_list)
    page.object_list = [(line, posts_words(line.row)) for line in lines]
    plans = plans_about(request.user, year)
    held = sum(line.state == "class_held" for line in lines)
    has = {plan.organisation_id for plan in plans if plan.year == year}
    due = sum(line.state in ("class_due", "class_open") for line in lines)
    title = f"{year} 年 {page.paginator.count} 个培训班次" if page.paginator.count else f"{year} 年还没有排培训班次"
    if page.paginator.count:
        title += f"，已办 {held} 个" + (f"，{due} 个待登记" if due else "")
    context = {
        "title": title,
        "sub": "班次办完登记成一条集中培训记录，学时、出席都以记录为准",
        "form": form,
        "page": page,
        "year": year,
        "plans": [plan for plan in plans if plan.year == year],
        "copies": [plan for plan in plans if plan.year == year - 1 and plan.organisation_id not in has],
        "place": place,
        "narrowed": form.narrows(),
    }
    return render(request, "members/cadres/classes.html", context)


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def cadres_plan(request: Request, year: int) -> HttpResponse:
    """The plan of an organisation's year: its name and where its document is."""
    place = _planning(request)
    if abs(year - clock.today().year) > 1:
        raise Http404
    plan = plan_of(place, year)

    def act(values: dict[str, Any]) -> str:
        plan_write(by=request.user, organisation=place, year=year, **values)
        return f"已保存 {year} 年培训计划"

    initial = {"title": plan.title, "document": plan.document} if plan else {"title": f"{place.label}{year}年培训计划"}
    return acted(
        request,
        PlanForm(posted(request), initial=initial),
        act,
        template="generic/form.html",
        title=f"{year} 年培训计划",
        sub=f"{place.label}　班次在培训安排中逐个排",
        verb="保存",
        cancel=classes_url(place, year),
    )


@needs(MEMBERS)
@require_POST
def cadres_plan_copy(request: Request, year: int) -> HttpResponse:
    """Last year's classes a year later, in one click; a second time changes nothing."""
    place = _planning(request)
    if not 0 <= year - clock.today().year <= 1:
        raise Http404

    def act() -> str:
        number = plan_from_last_year(by=request.user, organisation=place, year=year)
        return f"已按 {year - 1} 年计划排 {number} 个班次，请核对时间" if number else "已有计划，没有再改动"

    return at_once(request, act, classes_url(place, year))


def _planning(request: Request) -> Organisation:
    place = place_asked(request)
    if place.kind not in PLANNING:
        raise Http404
    return place


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def cadres_class_new(request: Request) -> HttpResponse:
    place = _planning(request)

    def act(values: dict[str, Any]) -> tuple[str, str]:
        row = class_write(
            by=request.user,
            organisation=place,
            values={name: values[name] for name in _VALUES},
            form_key=values["form_key"],
        )
        return f"已排班次：{row.title}", reverse("cadres_class", args=[row.pk])

    return acted(
        request,
        ClassForm(posted(request), user=request.user, initial={"form_key": uuid.uuid4()}),
        act,
        template="generic/form.html",
        title="排培训班次",
        sub=f"{place.label}　办完后一次点击登记成记录",
        verb="排班次",
        cancel=classes_url(place, clock.today().year),
    )


def _finding(line: ClassLine, called_for: int) -> str:
    """What is to be said of a class first: who came, else what became of it, else whom it calls."""
    if line.record is not None:
        return f"{line.present} / {line.expected} 人到课"
    ended = {"class_cancelled": "已取消", "class_due": "办完待登记"}.get(line.state)
    return ended or f"应参加 {called_for} 人"


@needs(MEMBERS)
@require_GET
def cadres_class(request: Request, pk: int) -> HttpResponse:
    """One class: whom it calls, its record, who attended."""
    row = class_for(request, pk)
    line = lines_of([row])[0]
    people = called(row) if line.record is None else []
    attendance = named_in(line.record)
    editable = line.record is not None and line.record.state in EDITABLE
    may = access.has_right(request.user, RECORD, row.organisation)
    context = {
        "title": f"{row.title}：{_finding(line, len(people))}",
        "sub": f"{row.organisation.label}　{row.get_purpose_display()}　{clock.in_words(row.first)}"
        + (f"至{clock.in_words(row.last)}" if row.last > row.first else ""),
        "row": row,
        "line": line,
        "posts": posts_words(row),
        "people": people,
        "attendance": attendance,
        "may_hold": may and row.cancelled_on is None,
        "by_roster": not is_upper(row.organisation),
        "may_pick": may and editable and is_upper(row.organisation),
        "may_edit": line.record is None and row.cancelled_on is None,
    }
    return render(request, "members/cadres/class.html", context)


def _shown(row: TrainingClass) -> dict[str, Any]:
    """Return with what the form of a class is opened."""
    return {name: getattr(row, name) for name in (*_VALUES, "version")}


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def cadres_class_edit(request: Request, pk: int) -> HttpResponse:
    row = class_for(request, pk)

    def act(values: dict[str, Any]) -> str:
        class_write(
            by=request.user,
            organisation=row.organisation,
            training_class=row,
            values={name: values[name] for name in _VALUES},
            version=values["version"],
        )
        return "已保存班次"

    return acted(
        request,
        ClassForm(posted(request), user=request.user, initial=_shown(row)),
        act,
        now=lambda: _shown(class_for(request, pk)),
        template="generic/form.html",
        title=f"修改班次：{row.title}",
        sub=row.organisation.label,
        verb="保存",
        cancel=reverse("cadres_class", args=[pk]),
    )


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def cadres_class_cancel(request: Request, pk: int) -> HttpResponse:
    row = class_for(request, pk)

    def act(values: dict[str, Any]) -> str:
        class_cancel(by=request.user, training_class=row, **values)
        return "已取消班次"

    return acted(
        request,
        CancelForm(posted(request)),
        act,
        title=f"取消班次：{row.title}？",
        text="班次保留在计划中，标为已取消；不影响任何人的学时。",
        verb="取消班次",
        cancel=reverse("cadres_class", args=[pk]),
    )


@needs(MEMBERS)
@require_POST
def cadres_class_hold(request: Request, pk: int) -> HttpResponse:
    """Begin the record of a class with everything filled, and open it."""
    row = class_for(request, pk, RECORD)

    def act() -> tuple[str, str]:
        activity = class_hold(by=request.user, training_class=row)
        page = "activity_edit" if activity.state in EDITABLE else "activity_detail"
        return "", reverse(page, args=[activity.pk])

    return at_once(request, act, reverse("cadres_class", args=[pk]))


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def cadres_class_people(request: Request, pk: int) -> HttpResponse:
    """Who else went, and who was called and did not have to; while the record can be changed."""
    row = class_for(request, pk, RECORD)
    line = lines_of([row])[0]
    people = [one.member for one in named_in(line.record)]

    def act(values: dict[str, Any]) -> str:
        found, wrong = [], []
        for name in names_in(values["names"]):
            try:
                found.append(member_named(request.user, name, members_kept(request.user)))
            except ValidationError as error:
                wrong += error.messages
        if wrong:
            raise ValidationError({"names": wrong})
        class_pick(by=request.user, training_class=row, add=found, remove=values["remove"])
        return "已调整名单"

    return acted(
        request,
        PickForm(posted(request), people=people),
        act,
        template="generic/form.html",
        title=f"调整名单：{row.title}",
        sub=f"记录上现有 {len(people)} 人",
        verb="保存名单",
        cancel=reverse("cadres_class", args=[pk]),
    )


@needs(MEMBERS)
@require_POST
def cadres_classes_export(request: Request) -> HttpResponse:
    form, year, place, rows = _chosen(request)
    return exports.send(
        request,
        rows=class_rows(rows),
        columns=CLASS_COLUMNS,
        name=f"{year}年培训班次",
        verb="training_class.export",
        filters=form,
        obj=place,
    )


@needs(MEMBERS)
@require_POST
def cadres_certificates(request: Request) -> HttpResponse:
    """Who completed which class of a year: the list for certificates."""
    form, year, place, rows = _chosen(request)
    return exports.send(
        request,
        rows=certificate_rows(rows),
        columns=CERTIFICATE_COLUMNS,
        name=f"{year}年结业名单",
        verb="certificates.export",
        filters=form,
        obj=place,
    )
