"""「还属于」: the slot of the record form, and the page of a saved record."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.reach import access
from branches.reach.rights import RECORD, REVIEW
from common.forms.fields import take_errors
from common.requests import Request
from members.activities.services.ties import branch_of, tie_confirm
from members.activities.typed import as_typed, draft_of, places_of, saved_record, typed_record
from responsibilities.belongs.selectors import key_of, offered, ties_to_confirm
from responsibilities.belongs.services import belongs_set, keys_of, subject_of
from responsibilities.supervision.forms import ReasonForm

PAGE = 30


@login_required
@require_http_methods(["GET", "POST"])
def record_belongs(request: Request) -> HttpResponse:
    """The slot: what the record may belong to, by what the form says now. Nothing is written."""
    access.require_anywhere(request.user, RECORD)
    said = request.POST if request.method == "POST" else request.GET
    record = said.get("record", "")
    activity = (
        as_typed(saved_record(request.user, record), said) if record else typed_record(said, places_of(request.user))
    )
    found = []
    if activity is not None:
        chosen = keys_of(said.getlist("belongs"))
        refused = [key for key in keys_of(said.getlist("system")) if key not in chosen]
        found = offered(draft_of(request.user, activity, said), chosen, refused)
    template = "slot.html" if request.htmx else "slot_page.html"
    context = {"offered": found, "activity": activity, "place": activity is not None}
    return render(request, f"responsibilities/belongs/{template}", context)


@login_required
@require_http_methods(["GET", "POST"])
def record_belongings(request: Request, pk: int) -> HttpResponse:
    """What a saved record belongs to: a panel of its page, a page of its own, and where the form sends what is ticked."""
    activity = saved_record(request.user, pk)
    may = access.has_right(request.user, RECORD, activity.organisation)
    if request.method == "GET":
        return _shown(request, activity, may)
    if not may:
        raise access.Forbidden(RECORD, activity.organisation)
    chosen = keys_of(request.POST.getlist("belongs"))
    try:
        made = belongs_set(
            by=request.user,
            activity=activity,
            chosen=chosen,
            shown=keys_of(request.POST.getlist("shown")),
            system=keys_of(request.POST.getlist("system")),
        )
    except ValidationError as error:
        return _shown(request, activity, may, faults=error.messages)
    if request.htmx:
        return HttpResponse(status=204)
    messages.success(request, f"已关联 {made} 项" if made else "没有选择要关联的")
    return redirect("record_belongings", pk=pk)


def _shown(request: Request, activity, may: bool, faults=()) -> HttpResponse:
    panel = bool(request.htmx) and not faults
    found = offered(draft_of(request.user, activity), every=not panel)
    tied = [(row.subject, chip) for row in found for chip in row.tied]
    reviews = bool(tied) and access.has_right(request.user, REVIEW, branch_of(activity))
    context = {
        "activity": activity,
        "offered": found,
        "tied": tied,
        "to_confirm": {key_of(*row) for row in ties_to_confirm(request.user, activity)} if reviews else set(),
        "may": may,
        "faults": faults,
        "title": "还属于",
    }
    template = "panel.html" if panel else "page.html"
    return render(request, f"responsibilities/belongs/{template}", context, status=422 if faults else 200)


@login_required
@require_http_methods(["GET", "POST"])
def record_belonging_remove(request: Request, pk: int, key: str) -> HttpResponse:
    """Take a tie back with a reason."""
    activity = saved_record(request.user, pk)
    access.require(request.user, RECORD, activity.organisation)
    found = subject_of(key)
    chip = next((one for one in found[0].tied(request.user, activity) if one.key == key), None) if found else None
    if found is None or chip is None:
        messages.info(request, "这条关联已经撤下。")
        return redirect("record_belongings", pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None, label="撤下原因")
    if request.method == "POST" and form.is_valid():
        try:
            found[0].untie(request.user, activity, found[1], form.cleaned_data["reason"])
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"已撤下：{chip.label}")
            return redirect("record_belongings", pk=pk)
    context = {
        "title": f"不再属于{found[0].name}：{chip.label}？",
        "text": "撤下后这条记录不再计入其中，其他用处不变；撤下的原因留在修改记录中。",
        "verb": "撤下",
        "cancel": reverse("record_belongings", args=[pk]),
        "form": form,
    }
    return render(request, "generic/confirm.html", context, status=422 if form.is_bound else 200)


@login_required
@require_GET
def belongings_waiting(request: Request) -> HttpResponse:
    """The later ties that wait for the reader, who reviews the branches."""
    access.require_anywhere(request.user, REVIEW)
    rows = [
        (subject, tie, getattr(tie, subject.table.field), key_of(subject, tie))
        for subject, tie in ties_to_confirm(request.user)
        if subject.table is not None
    ]
    context = {
        "title": f"{len(rows)} 条关联待确认" if rows else "没有待确认的关联",
        "sub": "记录提交以后再关联的，确认后才计入",
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "responsibilities/belongs/waiting.html", context)


@login_required
@require_POST
def record_belonging_confirm(request: Request, pk: int, key: str) -> HttpResponse:
    """Whoever reviews the branch says that a tie made after the record was submitted is true."""
    activity = saved_record(request.user, pk)
    access.require(request.user, REVIEW, branch_of(activity))
    found = subject_of(key)
    table = found[0].table if found is not None else None
    tie = table.rows.active().filter(activity=activity, **{table.field: found[1]}).first() if found and table else None
    if table is None or tie is None:
        messages.info(request, "这条关联已经撤下。")
    else:
        tie_confirm(by=request.user, table=table, tie=tie)
        messages.success(request, f"已确认关联：{getattr(tie, table.field)}")
    return redirect(
        "belongings_waiting" if request.POST.get("from") == "list" else reverse("record_belongings", args=[pk])
    )
