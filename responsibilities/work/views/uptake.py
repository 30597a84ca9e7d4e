"""自行登记的业务: whether the own work of branches weighs, said by who arranges work above them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from branches.reach import access
from branches.reach.rights import ASSIGN, VIEW
from common.errors import Conflict
from common.forms.confirm_with_reason import ReasonForm
from common.requests import Request
from common.text import quoted, whole_number
from responsibilities.work.loaders import item_to_decide
from responsibilities.work.models import WorkItem
from responsibilities.work.rights import arranges_anywhere
from responsibilities.work.selectors.uptake import decided_own_work, links_of_item, seen_own_work, to_take_in
from responsibilities.work.services.uptake import work_decline, work_take_in

PER_PAGE = 30


def _segments(request: Request, shown: str) -> list[dict[str, Any]]:
    url = reverse("own_work")
    parts = (("", "待决定", to_take_in), ("done", "已决定", decided_own_work))
    return [
        {
            "label": label,
            "url": f"{url}?show={key}" if key else url,
            "current": key == shown,
            "count": rows(request.user).count(),
        }
        for key, label, rows in parts
    ]


@login_required
@require_http_methods(["GET", "POST"])
def own_work(request: Request) -> HttpResponse:
    """The list, the oldest first; a post takes in those that are ticked, each by itself."""
    if not arranges_anywhere(request.user):
        if access.holds_anywhere(request.user, VIEW):
            raise access.Forbidden(ASSIGN)
        raise Http404
    if request.method == "POST":
        return _take_in_ticked(request)
    shown = "done" if request.GET.get("show") == "done" else ""
    rows = decided_own_work(request.user) if shown else to_take_in(request.user)
    rows = rows.select_related("organisation__parent", "uptake_by", "author")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    number = page.paginator.count
    title = f"{number} 项自行登记的业务待决定是否纳入" if number else "没有待决定的自行登记业务"
    context = {
        "title": title if not shown else f"已决定 {number} 项自行登记的业务",
        "segments": _segments(request, shown),
        "shown": shown,
        "page": page,
        "rows": seen_own_work(list(page.object_list)),
    }
    return render(request, "responsibilities/work/own_work.html", context)


def _take_in_ticked(request: Request) -> HttpResponse:
    marks = {
        number: mark for text in request.POST.getlist("item") for number, mark in [_number_and_mark(text)] if number
    }
    rows = list(to_take_in(request.user).filter(pk__in=list(marks)[:PER_PAGE]).select_related("organisation"))
    if not rows:
        messages.error(request, "请先勾选业务。")
        return redirect("own_work")
    done, left = 0, []
    for row in seen_own_work(rows):
        if row.alone:
            left.append(f"{row.item.name}：{row.alone}，请打开单独决定")
            continue
        try:
            work_take_in(by=request.user, item=row.item, seen=marks[row.item.pk])
            done += 1
        except Conflict as conflict:
            left.append(f"{row.item.name}：{conflict.message}")
    if done:
        messages.success(request, f"已纳入 {done} 项")
    if left:
        messages.warning(request, f"{len(left)} 项没有纳入：{'；'.join(left[:5])}")
    return redirect("own_work")


def _number_and_mark(text: str) -> tuple[int, str]:
    """Return (id, mark) of a ticked line «17:3f…»; (0, "") of anything else."""
    number, _, mark = text.partition(":")
    return whole_number(number) or 0, mark


def _page(
    request: Request, item: WorkItem, form: ReasonForm | None, words: dict[str, str], status: int = 200
) -> HttpResponse:
    (row,) = seen_own_work([item])
    context = words | {
        "row": row,
        "links": links_of_item(item),
        "form": form,
        "cancel": reverse("work_detail", args=[item.pk]),
    }
    return render(request, "responsibilities/work/take_in.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def work_take_in_page(request: Request, pk: int) -> HttpResponse:
    item = item_to_decide(request.user, pk)
    if request.method == "POST":
        work_take_in(by=request.user, item=item, seen=request.POST.get("seen", ""))
        messages.success(request, f"{quoted(item.name)}已纳入四同步考核")
        return redirect("work_detail", pk=pk)
    text = "纳入后，四个环节同样计分、同样催办；名称、承办支部、节点和终止不再由支部自己改。"
    return _page(request, item, None, {"title": f"把{quoted(item.name)}纳入四同步考核", "text": text, "verb": "纳入"})


@login_required
@require_http_methods(["GET", "POST"])
def work_decline_page(request: Request, pk: int) -> HttpResponse:
    item = item_to_decide(request.user, pk)
    form = ReasonForm(request.POST or None, label="原因")
    if request.method == "POST" and form.is_valid():
        work_decline(by=request.user, item=item, reason=form.cleaned_data["text"], seen=request.POST.get("seen", ""))
        messages.success(request, f"{quoted(item.name)}不纳入四同步考核")
        return redirect("work_detail", pk=pk)
    words = {
        "title": f"{quoted(item.name)}不纳入四同步考核",
        "text": "不纳入的业务不计分，也不催办；业务、记录和关联都保留，原因会告诉支部。以后可以改为纳入。",
        "verb": "不纳入",
    }
    return _page(request, item, form, words, 422 if request.method == "POST" else 200)
