"""Acting on transfers: asking, sending out, taking in, receiving, returning, withdrawing; placing within one's own reach."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from branches.frame.acting import acted, posted
from branches.reach.doors import needs
from branches.reach.rights import MEMBERS
from common import clock
from common.errors import Conflict
from common.requests import Request
from members.roster.forms import TransferForm
from members.roster.loaders import member_for
from members.roster.models.members import Member, MemberStage
from members.transfers import rules
from members.transfers.forms import ArrivalForm, LetterForm, ReasonForm, ReceiveForm, TransferAskForm, TransferOutForm
from members.transfers.loaders import at_end, open_of
from members.transfers.models import Transfer, TransferKind
from members.transfers.selectors.listing import only_branch, takers
from members.transfers.selectors.meetings import MOST as MOST_MEETINGS
from members.transfers.selectors.meetings import meetings_since
from members.transfers.services import arrivals
from members.transfers.services import transfers as services

_FORM = "generic/form.html"


def _page(transfer: Transfer) -> str:
    return reverse("transfer_detail", args=[transfer.pk])


def _open_already(request: Request, member: Member) -> HttpResponse | None:
    """Lead whoever opens a form for a second transfer to the one that is open, None where none is; a post is refused by the service."""
    row = open_of(member) if request.method == "GET" else None
    if row is None:
        return None
    messages.info(request, rules.open_words(member.name))
    return redirect(_page(row))


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def transfer_ask(request: Request, pk: int) -> HttpResponse:
    """Ask another branch of the agency to take a member."""
    member = member_for(request, pk)
    if known := _open_already(request, member):
        return known

    def act(values: dict[str, Any]) -> tuple[str, str]:
        transfer = services.transfer_ask(by=request.user, member=member, **values)
        return f"已转往{transfer.to_words}，待对方接收", _page(transfer)

    return acted(
        request,
        TransferAskForm(posted(request), takers=takers(request.user, member.home_id)),
        act,
        template="members/transfers/ask.html",
        title=f"转接{member.name}的组织关系",
        sub=f"现在{member.home.label}，对方接收之前仍由本支部负责",
        verb="转出",
        cancel=reverse("member_detail", args=[pk]),
        member=member,
    )


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def transfer_out(request: Request, pk: int) -> HttpResponse:
    """Send a member to an organisation outside the agency."""
    member = member_for(request, pk)
    if known := _open_already(request, member):
        return known

    def act(values: dict[str, Any]) -> tuple[str, str]:
        transfer = services.transfer_out(by=request.user, member=member, **values)
        said = "已开介绍信，收到回执后登记接收日期" if transfer.letter else "已登记，开出介绍信后填写编号"
        return said, _page(transfer)

    return acted(
        request,
        TransferOutForm(posted(request)),
        act,
        template=_FORM,
        title=f"{member.name}转出本机关",
        sub=f"现在{member.home.label}，对方接收之前仍由本支部负责",
        verb="登记",
        cancel=reverse("member_detail", args=[pk]),
    )


@sensitive_post_parameters("identity")
@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def transfer_in(request: Request) -> HttpResponse:
    """Take somebody from outside the agency, with his letter."""
    branch = request.GET.get("branch") or only_branch(request.user)
    form = ArrivalForm(posted(request), user=request.user, initial={"branch": branch, "stage": "full"})

    def act(values: dict[str, Any]) -> tuple[str, str]:
        said = {name: values.pop(name) for name in ("branch", "small_group", "received_on")}
        said["known"] = values.pop("known", not form.meetings)
        letter = arrivals.Letter(values.pop("outside"), values.pop("letter"), values.pop("issued_on"))
        transfer = arrivals.transfer_in(by=request.user, letter=letter, values=values, **said)
        if transfer.member.stage == MemberStage.PROBATIONARY:
            # His probation goes on here: what was done of it on paper is gone on with (第三十五条).
            taking = reverse("development_take_over", args=[transfer.member_id])
            return f"已接收{transfer.member.name}；预备期还没有满或还没有转正的，请在这里接续办理", taking
        if transfer.member.full_on is None:
            # A letter does not always say it.
            words = f"没有填写{transfer.member.name}转为正式党员的日期，有表决权的起算日期不明；请在档案中补填。"
            messages.warning(request, words)
        return f"已接收{transfer.member.name}", _page(transfer)

    return acted(
        request,
        form,
        act,
        template=_FORM,
        title="转入党员",
        sub="凭介绍信登记一次；从接收日期起编入党支部",
        verb="接收",
        cancel=reverse("transfer_list"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def transfer_receive(request: Request, pk: int) -> HttpResponse:
    """Receive: one click for today; an earlier day shows which recorded meetings it concerns."""
    transfer = at_end(request, pk, giver=False)
    services.require_open(transfer)
    # The button of a list sends nothing but itself: today, no group.
    at_once = request.method == "POST" and "on" not in request.POST
    on = _day_sent(request)
    meetings = meetings_since(transfer, on) if on else []
    form = None if at_once else ReceiveForm(posted(request), transfer=transfer, meetings=meetings)

    def act(values: dict[str, Any]) -> tuple[str, str]:
        services.transfer_receive(by=request.user, transfer=transfer, **values)
        return f"已登记{transfer.member.name}的接收回执" if slip else f"已接收{transfer.member.name}", _page(transfer)

    slip = transfer.kind == TransferKind.OUT
    return acted(
        request,
        form,
        act,
        template="members/transfers/receive.html",
        title=f"登记{transfer.member.name}的接收回执" if slip else f"接收{transfer.member.name}的组织关系？",
        text=_receive_words(transfer),
        verb="登记回执" if slip else "接收",
        cancel=_page(transfer),
        meetings=meetings[:MOST_MEETINGS],
        number=len(meetings),
    )


def _day_sent(request: Request) -> date | None:
    """Return the day of a post as the form reads it, None where it cannot be read: the form then says so."""
    field = ReceiveForm.base_fields["on"]
    try:
        found: date | None = field.clean(request.POST.get("on", "")) if request.method == "POST" else None
    except Exception:  # noqa: BLE001  # the form says what is wrong with it
        return None
    return found


def _receive_words(transfer: Transfer) -> str:
    if transfer.kind == TransferKind.OUT:
        return f"{transfer.outside}的接收回执上写明的日期；前一天是在{transfer.from_words}的最后一天，名册、党内职务到那天为止。"
    return f"从接收日期起编入{transfer.to_words}；在{transfer.from_words}的组织关系和党内职务到前一天为止，已召开的会议不变。"


def _return_words(transfer: Transfer) -> str:
    if transfer.kind == TransferKind.OUT:
        return f"{transfer.outside}不接收、退回介绍信的，照写对方说明的原因；组织关系仍在{transfer.from_words}。"
    return f"原因会告诉{transfer.from_words}，组织关系仍在{transfer.from_words}。"


@login_required
@require_http_methods(["GET", "POST"])
def transfer_return(request: Request, pk: int) -> HttpResponse:
    transfer = at_end(request, pk, giver=False)
    services.require_open(transfer)

    def act(values: dict[str, Any]) -> str:
        services.transfer_return(by=request.user, transfer=transfer, **values)
        return "已退回"

    return acted(
        request,
        ReasonForm(posted(request), label="退回原因", required=True),
        act,
        title=f"退回{transfer.member.name}的组织关系接转？",
        text=_return_words(transfer),
        verb="退回",
        cancel=_page(transfer),
    )


@login_required
@require_http_methods(["GET", "POST"])
def transfer_withdraw(request: Request, pk: int) -> HttpResponse:
    transfer = at_end(request, pk, giver=True)
    services.require_open(transfer)

    def act(values: dict[str, Any]) -> str:
        services.transfer_withdraw(by=request.user, transfer=transfer, **values)
        return "已撤回"

    return acted(
        request,
        ReasonForm(posted(request), label="撤回原因", required=False),
        act,
        title=f"撤回{transfer.member.name}的组织关系接转？",
        text=f"组织关系仍在{transfer.from_words}，需要时可以再次办理。",
        verb="撤回",
        cancel=_page(transfer),
    )


@login_required
@require_http_methods(["GET", "POST"])
def transfer_issue(request: Request, pk: int) -> HttpResponse:
    """Note the letter, or a new one where the old ran out."""
    transfer = at_end(request, pk, giver=True)
    services.require_open(transfer)
    if transfer.kind != TransferKind.OUT:
        raise Conflict("机关内转接不用介绍信。", record=transfer)

    def act(values: dict[str, Any]) -> str:
        services.letter_issue(by=request.user, transfer=transfer, **values)
        return "已登记介绍信"

    return acted(
        request,
        LetterForm(posted(request), initial={"letter": transfer.letter, "issued_on": clock.today()}),
        act,
        template=_FORM,
        title=f"{transfer.member.name}的介绍信",
        sub=f"转往{transfer.outside}",
        verb="登记",
        cancel=_page(transfer),
    )


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def member_transfer(request: Request, pk: int) -> HttpResponse:
    """Another group of the same branch; or another branch, for who keeps the rosters of both."""
    member = member_for(request, pk)

    def act(values: dict[str, Any]) -> str:
        services.member_placed(by=request.user, member=member, **values)
        return "组织关系已调整"

    return acted(
        request,
        TransferForm(posted(request), user=request.user, initial={"branch": member.home_id, "on": clock.today()}),
        act,
        template=_FORM,
        title=f"调整{member.name}的编组",
        sub=f"现在{member.home.label}；两边名册都由您管理的，可以直接转到另一个支部，原来的党内职务到前一天为止",
        verb="调整",
        cancel=reverse("member_detail", args=[pk]),
    )
