"""The library: list, page, entering, agreeing, ending, catalogue; answering who asks."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.audit import exports
from branches.frame.acting import acted, at_once, posted
from branches.reach import access
from branches.reach.rights import RECORD, VIEW
from common import clock
from common.errors import Conflict
from common.forms.fields import take_errors
from common.requests import Request
from common.text import quoted, whole_number
from members.resources import rules
from members.resources.forms import ReasonForm, ResourceFilter, ResourceForm
from members.resources.loaders import own_lecture, resource_for, use_for
from members.resources.models import EXCLUSIVE, Answer, OpenTo, Resource, ResourceKind, ResourceUse, asked_by
from members.resources.selectors import library as reads
from members.resources.services import library as services
from members.resources.services import uses
from members.resources.sheets import catalogue_of

PAGE, ASKS, USES = 30, 20, 30


def _finding(form: ResourceFilter, total: int, waiting: int) -> str:
    if waiting:
        return f"{waiting} 项使用申请待您答复，资源 {total} 项"
    if not total:
        return form.heading_of_none("资源", "还没有共享资源")
    ended = form.chosen().get("state") == reads.ENDED
    return f"{'已停用的资源' if ended else '可用的共享资源'} {total} 项"


@login_required
@require_GET
def resource_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form = ResourceFilter(request.GET)
    pages = Paginator(reads.library(request.user, form.chosen()), PAGE)
    # A small group keeps nothing: whoever records for it alone is not led to a page that he has not.
    keeps = access.holds_anywhere(request.user, RECORD) and reads.keeps(request.user).exists()
    asks = list(reads.asks_for(request.user)[:ASKS]) if keeps else []
    context = {
        "title": _finding(form, pages.count, len(asks)),
        "form": form,
        "page": pages.get_page(request.GET.get("page")),
        "asks": asks,
        "proposals": reads.proposals(request.user) if keeps else [],
        "keeps": keeps,
        "narrowed": form.narrows(),
    }
    return render(request, "members/resources/list.html", context)


@login_required
@require_POST
def resource_export(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form = ResourceFilter(request.GET)
    rows = reads.library(request.user, form.chosen())
    return exports.send(
        request,
        rows=map(reads.export_row, rows.iterator(500)),
        columns=reads.COLUMNS,
        name="共享资源目录",
        verb="resource.export",
        filters=form,
    )


@login_required
@require_GET
def resource_catalogue(request: Request) -> HttpResponse:
    """All that can be asked for, by kind, on one page to print."""
    access.require_anywhere(request.user, VIEW)
    context = {
        "sheet": catalogue_of(request.user),
        "crumbs": [("资源共享", reverse("resource_list")), ("目录", "")],
        "download": reverse("resource_catalogue_download"),
    }
    return render(request, "generic/sheet.html", context)


@login_required
@require_POST
def resource_catalogue_download(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    return exports.send_sheet(request, catalogue_of(request.user), verb="resource.catalogue.export")


@login_required
@require_GET
def resource_detail(request: Request, pk: int) -> HttpResponse:
    resource = resource_for(request, pk)
    keeps = reads.may_keep(request.user, resource)
    found = list(reads.uses_of(request.user, resource)[:USES])
    taken, asked = reads.taken_ahead(resource), reads.asked_ahead(resource)
    context = {
        "resource": resource,
        "title": _words(resource, len({row.day for row in taken}), len(asked)),
        "keeps": keeps and resource.ends is None,
        "waiting": [_asked(request, row, keeps) for row in found if row.state == Answer.ASKED],
        "uses": [row for row in found if row.state != Answer.ASKED],
        "taken": taken,
        "asked": asked,
        "ahead": reads.AHEAD,
        "exclusive": resource.kind in EXCLUSIVE,
        "guests": list(resource.guests.select_related("organisation__parent")) if _listed(resource) else [],
        "contact": reads.contact_of(resource),
    }
    return render(request, "members/resources/detail.html", context)


def _listed(resource: Resource) -> bool:
    return resource.open_to == OpenTo.LISTED


def _asked(request: Request, use: ResourceUse, keeps: bool) -> ResourceUse:
    """Say of an ask whether the reader may answer it, or why not."""
    use.barred = rules.NOT_OWN if keeps and asked_by(request.user, use) else ""  # type: ignore[attr-defined]
    use.mine = keeps and not use.barred  # type: ignore[attr-defined]
    return use


def _words(resource: Resource, days: int, asked: int) -> str:
    """Return the heading: whether it can be had. days: on which it is taken; asked: for which somebody waits."""
    if resource.state == "ended":
        return f"{resource.name}：已停用"
    if resource.state == "open":
        return f"{resource.name}：待本人同意"
    if resource.kind not in EXCLUSIVE:
        return f"{resource.name}：可以借用"
    parts = [f"{days} 天已有安排"] if days else []
    parts += [f"{asked} 天有人申请、待答复"] if asked else []
    ahead = f"未来 {reads.AHEAD} 天"
    return f"{resource.name}：{ahead}内有 {'，'.join(parts)}" if parts else f"{resource.name}：{ahead}都空闲"


def _initial(request: Request) -> dict[str, Any]:
    """Return what a proposal fills in."""
    found: dict[str, Any] = {"name": request.GET.get("name", "")[:60]}
    if request.GET.get("kind") in ResourceKind.values:
        found["kind"] = request.GET["kind"]
    if whole_number(request.GET.get("organisation")):
        found["organisation"] = whole_number(request.GET.get("organisation"))
    return found


def _edit(request: Request, resource: Resource | None) -> HttpResponse:
    keeps = reads.keeps(request.user)
    data = request.POST if request.method == "POST" else None
    initial = _initial(request)
    if resource is not None:
        names = ("kind", "name", "detail", "capacity", "open_to")
        initial = {name: getattr(resource, name) for name in names}
        initial |= {
            "agreed": resource.agreed_on is not None,
            "guests": list(resource.guests.values_list("organisation_id", flat=True)),
        }
    elif "organisation" not in initial:
        only = list(keeps[:2])
        initial["organisation"] = only[0].pk if len(only) == 1 else None
    form = ResourceForm(data, user=request.user, keeps=keeps, resource=resource, initial=initial)
    if data is not None and data.get("do") != "find" and form.is_valid():
        values = dict(form.cleaned_data)
        place = resource.organisation if resource is not None else values.pop("organisation")
        try:
            saved = services.resource_save(
                by=request.user, organisation=place, data=services.ResourceData(**values), resource=resource
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"已保存：{saved.name}")
            return redirect("resource_detail", pk=saved.pk)
    context = {
        "title": f"修改：{resource.name}" if resource else "登记一项共享资源",
        "form": form,
        "resource": resource,
        "cancel": reverse("resource_detail", args=[resource.pk]) if resource else reverse("resource_list"),
    }
    wrong = data is not None and data.get("do") != "find"
    return render(request, "members/resources/edit.html", context, status=422 if wrong else 200)


@login_required
@require_http_methods(["GET", "POST"])
def resource_new(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, RECORD)
    if not reads.keeps(request.user).exists():
        raise Http404
    return _edit(request, None)


def _standing(request: Request, pk: int) -> Resource:
    """Return a resource of the user's own that has not ended; Conflict for one that has."""
    resource = resource_for(request, pk, RECORD)
    if resource.ends is not None:
        raise Conflict(f"{quoted(resource.name)}已于{clock.in_words(resource.ends)}停用。", record=resource)
    return resource


@login_required
@require_http_methods(["GET", "POST"])
def resource_edit(request: Request, pk: int) -> HttpResponse:
    resource = _standing(request, pk)
    return _edit(request, resource)


@login_required
@require_http_methods(["GET", "POST"])
def resource_end(request: Request, pk: int) -> HttpResponse:
    resource = _standing(request, pk)

    def act(values: dict[str, Any]) -> str:
        services.resource_end(by=request.user, resource=resource, **values)
        return f"已停用：{resource.name}"

    return acted(
        request,
        ReasonForm(posted(request), label="停用原因"),
        act,
        title=f"停用{quoted(resource.name)}？",
        text="停用后其他党组织不能再申请；已经用过的记录不变。",
        verb="停用",
        cancel=reverse("resource_detail", args=[pk]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def resource_agree(request: Request, pk: int) -> HttpResponse:
    """The lecturer's own yes."""
    resource = own_lecture(request, pk)
    if request.method == "GET" and resource.agreed_on is not None:
        raise Conflict("您已经同意列入授课人。", record=resource)

    def act(_: dict[str, Any]) -> str:
        services.lecturer_agree(by=request.user, resource=resource)
        return "已同意列入授课人，随时可以请支部停用"

    return acted(
        request,
        None,
        act,
        title=f"同意由{resource.organisation.label}列为授课人？",
        text="同意后，本机关各党组织可以按姓名找到您，向您所在的党组织申请授课。",
        verb="同意",
        cancel=reverse("home"),
    )


@login_required
@require_POST
def resource_use_agree(request: Request, pk: int) -> HttpResponse:
    use = use_for(request, pk)

    def act() -> str:
        uses.use_answer(by=request.user, use=use, agree=True)
        return f"已同意{use.organisation.label}使用{quoted(use.resource.name)}"

    return at_once(request, act, reverse("resource_detail", args=[use.resource_id]))


@login_required
@require_http_methods(["GET", "POST"])
def resource_use_decline(request: Request, pk: int) -> HttpResponse:
    use = use_for(request, pk)
    uses.require_waiting(request.user, use)

    def act(values: dict[str, Any]) -> str:
        uses.use_answer(by=request.user, use=use, agree=False, **values)
        return f"已谢绝{use.organisation.label}"

    return acted(
        request,
        ReasonForm(posted(request), label="谢绝原因", most=uses.REASON_MOST),
        act,
        title=f"谢绝{use.organisation.label}使用{quoted(use.resource.name)}？",
        text="原因会告诉申请人。",
        verb="谢绝",
        cancel=reverse("resource_detail", args=[use.resource_id]),
    )
