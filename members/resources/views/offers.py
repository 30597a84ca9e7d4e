"""What may be joined: list, calendar, inviting, joining, answering."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.frame.acting import acted, posted
from branches.reach import access
from branches.reach.rights import RECORD, VIEW
from common import clock
from common.errors import Conflict
from common.requests import Request
from common.text import quoted
from members.activities.models import ActivityState
from members.resources import feed
from members.resources.forms import JoinForm, OfferForm, ReasonForm
from members.resources.loaders import ask_for, offer_for, own_ask, planned_record
from members.resources.selectors import offers as reads
from members.resources.services import offers as services
from members.resources.services.uses import REASON_MOST

PAGE, ASKS, IN_CALENDAR = 30, 20, 100


def _finding(counts: dict[str, int], waiting: int) -> str:
    left = counts["left"]
    if waiting:
        return f"{waiting} 个党组织报名待您答复，可参加的活动 {left} 项"
    words = [f"可参加的活动 {left} 项" if left else "没有可参加的活动"]
    words += [f"已报名 {counts['asked']} 项"] if counts["asked"] else []
    words += [f"另有 {counts['full']} 项名额已满"] if counts["full"] else []
    return "，".join(words)


@login_required
@require_GET
def offer_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    page = Paginator(reads.joinable(request.user), PAGE).get_page(request.GET.get("page"))
    records = access.holds_anywhere(request.user, RECORD)
    asks = list(reads.asks_for(request.user)[:ASKS]) if records else []
    context = {
        "title": _finding(reads.counts(request.user), len(asks)),
        "page": page,
        "asks": asks,
        "asked": list(reads.own_asks(request.user)[:ASKS]) if records else [],
        "plans": reads.plans(request.user) if records else [],
        "records": records,
        # Who records for several organisations may ask for another one.
        "several": records and reads.records_for_several(request.user),
        "today": clock.today(),
        "calendar": request.build_absolute_uri(reverse("offer_calendar", args=[feed.address_of(request.user)])),
    }
    return render(request, "members/resources/offers.html", context)


@require_GET
def offer_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of what the account of a signed address may join; whoever has the address reads it without signing in."""
    user = feed.account_at(token)
    if user is None or not access.holds_anywhere(user, VIEW):
        raise Http404
    return feed.calendar(reads.joinable(user)[:IN_CALENDAR])


@login_required
@require_http_methods(["GET", "POST"])
def offer_new(request: Request, pk: int) -> HttpResponse:
    """Invite others to a planned record: how many, until when."""
    activity = planned_record(request, pk)
    if activity.state != ActivityState.PLANNED:
        raise Conflict("只有还没有开展的计划活动可以邀请联办。", record=activity)
    offer = reads.offer_of(activity)
    initial = {"places": offer.places, "until": offer.until} if offer else {"places": 1, "until": activity.day}

    def act(values: dict[str, Any]) -> str:
        services.offer_open(by=request.user, activity=activity, **values)
        return "已邀请本机关其他党组织参加"

    return acted(
        request,
        OfferForm(posted(request), initial=initial),
        act,
        template="generic/form.html",
        title=f"邀请其他党组织参加{quoted(activity.title or activity.kinds_label)}",
        sub=f"{activity.organisation.label}　{clock.in_words(activity.day)}",
        verb="保存" if offer else "邀请",
        cancel=reverse("offer_list"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def offer_close(request: Request, pk: int) -> HttpResponse:
    offer = offer_for(request, pk, RECORD)
    services.require_open(offer)

    def act(_: dict[str, Any]) -> str:
        services.offer_close(by=request.user, offer=offer)
        return "已结束报名"

    return acted(
        request,
        None,
        act,
        title=f"结束{quoted(offer)}的报名？",
        text="其他党组织不能再报名；已经同意的照常参加，没有答复的报名随之结束。",
        verb="结束报名",
        cancel=reverse("offer_list"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def offer_ask(request: Request, pk: int) -> HttpResponse:
    """Join: one click for who records at one organisation; who records for several chooses."""
    access.require_anywhere(request.user, RECORD)
    offer = offer_for(request, pk)
    guests = reads.guests(request.user)
    form = JoinForm(request.POST if request.method == "POST" else None, guests=guests)
    if request.method == "POST":
        few = list(guests[:2])
        place = few[0] if len(few) == 1 else form.cleaned_data["organisation"] if form.is_valid() else None
        if place is not None:
            try:
                services.offer_ask(by=request.user, offer=offer, organisation=place)
            except ValidationError as error:
                if len(few) == 1:
                    messages.warning(request, error.messages[0])
                    return redirect("offer_list")
                form.add_error(None, error)
            else:
                messages.success(request, f"已为{place.label}报名，待{offer.activity.organisation.label}答复")
                return redirect("offer_list")
    context = {
        "title": f"报名参加{quoted(offer)}",
        "sub": f"{offer.activity.organisation.label}　{clock.in_words(offer.activity.day)}",
        "form": form,
        "verb": "报名",
        "cancel": reverse("offer_list"),
    }
    return render(request, "generic/form.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def offer_ask_withdraw(request: Request, pk: int) -> HttpResponse:
    services.offer_ask_withdraw(by=request.user, ask=own_ask(request, pk))
    messages.success(request, "已撤回报名")
    return redirect("offer_list")


@login_required
@require_POST
def offer_ask_agree(request: Request, pk: int) -> HttpResponse:
    ask = services.offer_answer(by=request.user, ask=ask_for(request, pk), agree=True)
    messages.success(request, f"已同意{ask.organisation.label}参加，活动开展后由对方确认")
    return redirect("offer_list")


@login_required
@require_http_methods(["GET", "POST"])
def offer_ask_decline(request: Request, pk: int) -> HttpResponse:
    ask = ask_for(request, pk)
    services.require_asked(ask)

    def act(values: dict[str, Any]) -> str:
        services.offer_answer(by=request.user, ask=ask, agree=False, **values)
        return f"已谢绝{ask.organisation.label}"

    return acted(
        request,
        ReasonForm(posted(request), label="谢绝原因", most=REASON_MOST),
        act,
        title=f"谢绝{ask.organisation.label}参加{quoted(ask.offer)}？",
        text="原因会告诉报名的党组织。",
        verb="谢绝",
        cancel=reverse("offer_list"),
    )
