"""佐证待确认: links made after the record was submitted, confirmed or returned by whoever reviews the branch."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.frame.confirm_with_reason import confirm_with_reason
from branches.reach import access
from branches.reach.rights import REVIEW
from common.errors import Conflict
from common.requests import Request
from common.text import clean_text, quoted, whole_number
from members.activities.likeness import marked
from members.activities.loaders import record_for
from members.activities.ties import why_not_confirm
from responsibilities.work.loaders import link_to_review
from responsibilities.work.models import StageEvidence
from responsibilities.work.selectors.alone import confirmed_alone
from responsibilities.work.selectors.stage_words import state_words
from responsibilities.work.selectors.waiting import (
    Waiting,
    decided,
    findings,
    links_for_review,
    queue,
    read,
    readable_link,
    seen,
    waiting_links,
    with_records,
)
from responsibilities.work.services.evidence import evidence_confirm, evidence_return

PER_PAGE = 30
AFTER = {"synchronised": ("synchronised", "同步"), "lagging": ("lagging", "滞后"), "too_early": ("too_early", "过早")}


def _detail(request: Request, row: Waiting) -> dict[str, Any]:
    """What stands beside one link: the business side, the Party side, the sentence, what the system has checked."""
    link, record, words = row.link, row.link.activity, row.like.words
    open_ = link.removed_at is None
    return {
        "row": row,
        "link": link,
        "before": state_words(row.point),
        "after": AFTER.get(row.outcome),
        "title": marked(record.title, words) if record else [],
        "paragraphs": [marked(text, words) for text in record.content[:2000].splitlines() if text.strip()]
        if record
        else [],
        "decisions": [marked(one.text, words) for one in record.resolutions.all()] if record else [],
        "findings": findings(row),
        "barred": why_not_confirm(request.user, link) if open_ else "这条佐证已经撤下或退回。",
        "open": open_ and (not link.is_confirmed or row.too_early),
    }


def _alone(rows: list[Waiting]) -> dict[int, str]:
    """Return {link id: why it is confirmed by itself}: what it says (selectors/alone.py), or that a correction brought its words in."""
    return {row.link.pk: row.added_words for row in rows if row.added} | confirmed_alone([row.link for row in rows])


def _segments(request: Request, shown: str, count: int) -> list[dict[str, Any]]:
    """The three parts of the queue. shown: the key of this page's, of which there are `count`."""
    url, user = reverse("confirmation_list"), request.user
    parts = (
        ("", "单独确认", waiting_links),
        ("with_record", "随记录审核", with_records),
        ("done", "已办", decided),
    )
    return [
        {
            "label": label,
            "url": f"{url}?show={key}" if key else url,
            "current": key == shown,
            "count": count if key == shown else rows(user).count(),
        }
        for key, label, rows in parts
    ]


_LISTED = {"with_record": "{} 条佐证随记录审核", "done": "本人已办 {} 条佐证"}
_NONE_LISTED = {"with_record": "没有随记录审核的佐证", "done": "本人还没有确认或退回过佐证"}


_UNDER = {
    "": "报送时就关联的，随记录一并审核；事后补的在这里单独确认。本人关联的不由本人确认",
    "with_record": "报送时就关联的，在审核记录时一并确认或退回",
    "done": "本人确认或退回的，最近的在前",
}


def _listed(request: Request, shown: str) -> HttpResponse:
    """The links of another segment: those that a record's own review confirms, and those decided already."""
    rows = read(with_records(request.user) if shown == "with_record" else decided(request.user))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    number = page.paginator.count
    context = {
        "title": _LISTED[shown].format(number) if number else _NONE_LISTED[shown],
        "sub": _UNDER[shown],
        "segments": _segments(request, shown, number),
        "shown": shown,
        "page": page,
        "lines": [{"row": row, "after": AFTER.get(row.outcome)} for row in seen(page.object_list)],
    }
    return render(request, "responsibilities/work/evidence_listed.html", context)


def _page(request: Request, chosen: StageEvidence | None, fault: str = "", status: int = 200) -> HttpResponse:
    rows = queue(request.user)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    waiting = seen(page.object_list)
    total, longest = page.paginator.count, waiting[0].days_waiting if waiting and page.number == 1 else 0
    title = f"{total} 条事后补的佐证待确认" if total else "没有待确认的佐证"
    if longest:
        title += f"，最早的等了 {longest} 天"
    if chosen is None and waiting:
        chosen = link_to_review(request.user, waiting[0].link.pk)
    alone = _alone(waiting)
    context = {
        "title": title,
        "page": page,
        "sub": _UNDER[""],
        "segments": _segments(request, "", total),
        "waiting": [
            {
                "row": row,
                "current": chosen is not None and row.link.pk == chosen.pk,
                "after": AFTER.get(row.outcome),
                "alone": alone.get(row.link.pk, ""),
            }
            for row in waiting
        ],
        "detail": _detail(request, seen([chosen])[0]) if chosen is not None else None,
        "fault": fault,
    }
    return render(request, "responsibilities/work/evidence_review.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def evidence_queue(request: Request) -> HttpResponse:
    """The queue, the oldest first; a post confirms those that are ticked, each by itself."""
    access.require_anywhere(request.user, REVIEW)
    if request.method == "GET":
        shown = request.GET.get("show", "")
        return _listed(request, shown) if shown in _LISTED else _page(request, None)
    numbers = [number for number in map(whole_number, request.POST.getlist("link")) if number]
    if not numbers:
        messages.error(request, "请先勾选佐证。")
        return redirect("confirmation_list")
    done, failed = 0, []
    links = list(readable_link(waiting_links(request.user).filter(pk__in=numbers[:PER_PAGE])))
    alone = _alone(seen(links))
    for link in links:
        if link.pk in alone:
            failed.append(f"{link.stage.item.name}：{alone[link.pk]}，请单独确认")
            continue
        try:
            evidence_confirm(by=request.user, evidence=link)
            done += 1
        except Conflict as conflict:
            failed.append(f"{link.stage.item.name}：{conflict.message}")
    if done:
        messages.success(request, f"已确认 {done} 条佐证")
    if failed:
        messages.warning(request, f"{len(failed)} 条没有确认：{'；'.join(failed[:5])}")
    return redirect("confirmation_list")


@login_required
@require_GET
def evidence_detail(request: Request, pk: int) -> HttpResponse:
    return _page(request, link_to_review(request.user, pk))


def _next(request: Request, words: str) -> HttpResponse:
    following = waiting_links(request.user).first()
    messages.success(request, words + ("，下面是下一条" if following else "，没有其他待确认的佐证"))
    return redirect("confirmation_detail", pk=following.pk) if following else redirect("confirmation_list")


@login_required
@require_POST
def evidence_confirm_page(request: Request, pk: int) -> HttpResponse:
    link = link_to_review(request.user, pk)
    reason = clean_text(request.POST.get("early_reason", ""))
    if request.POST.get("early") and not reason:
        return _page(request, link, "请写明过早仍计入的原因。", 422)
    evidence_confirm(by=request.user, evidence=link, early_reason=reason if request.POST.get("early") else "")
    return _next(request, f"{link}已确认")


@login_required
@require_http_methods(["GET", "POST"])
def evidence_return_page(request: Request, pk: int) -> HttpResponse:
    link = link_to_review(request.user, pk)
    barred = why_not_confirm(request.user, link)
    if barred or link.removed_at is not None:
        raise Conflict(barred or "这条佐证已经撤下或退回。")

    def act(reason: str) -> None:
        evidence_return(by=request.user, evidence=link, reason=reason)
        messages.success(request, "佐证已退回")

    return confirm_with_reason(
        request,
        act,
        label="退回的原因",
        title=f"退回{quoted(link.stage.item.name)}{link.stage.get_stage_display()}的佐证{quoted(link)}",
        text="退回后，这条佐证不再计入，记录本身不受影响；支部可以换一条记录或另写一句。",
        verb="退回",
        back=reverse("confirmation_list"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def record_link_review(request: Request, pk: int) -> HttpResponse:
    """The stages that a record under review is linked to: what is not ticked is returned, the record passes by itself."""
    activity = record_for(request, pk, REVIEW)
    links = links_for_review(request.user, activity)
    fault, status = "", 200
    if request.method == "POST":
        ticked = set(map(whole_number, request.POST.getlist("link")))
        reason = clean_text(request.POST.get("reason", ""))
        try:
            for row in links:
                if row.link.pk not in ticked:
                    evidence_return(by=request.user, evidence=row.link, reason=reason)
        except (ValidationError, Conflict) as error:
            fault = error.message if isinstance(error, Conflict) else "；".join(error.messages)
            status = 422
        else:
            messages.success(request, "没有勾选的关联已退回，其余随记录一并确认")
            return redirect("review_detail", pk=pk)
    context = {
        "activity": activity,
        "links": [{"row": row, "after": AFTER.get(row.outcome)} for row in links],
        "fault": fault,
        "title": "本记录关联的业务环节",
    }
    name = "record_review.html" if request.htmx else "record_review_page.html"
    return render(request, f"responsibilities/work/{name}", context, status=status)
