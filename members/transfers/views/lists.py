"""Reading transfers: list, page, letter; the roster of a branch on any day."""

from datetime import date

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from branches.audit import exports
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.doors import recent_login
from branches.reach.rights import MEMBERS, VIEW
from branches.settings import dated
from common import clock
from common.documents.sheet import Sheet
from common.requests import Request
from members.transfers.forms import DayFilter, TransferFilter
from members.transfers.loaders import at_end, branch_for, transfer_for
from members.transfers.models import LETTER_DAYS, Transfer, TransferKind, TransferState
from members.transfers.rules import may_receive
from members.transfers.selectors import listing as reads
from members.transfers.selectors.roll import roll_of
from members.transfers.services.telling import powers_at, seats_left
from members.transfers.sheets import letter_of, roll_sheet

PAGE = 30


def _finding(waiting: int, total: int, expired: int, state: str) -> str:
    if waiting:
        return f"{waiting} 件组织关系待您接收"
    if expired:
        return f"{expired} 封介绍信过了有效期，没有接收回执"
    if state == "":
        return f"{total} 件接转未办结" if total else "没有未办结的接转"
    return f"组织关系接转 {total} 件"


@login_required
@require_GET
def transfer_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, MEMBERS)
    form = TransferFilter(request.GET, user=request.user)
    data = form.chosen()
    pages = Paginator(reads.transfers_listed(request.user, data), PAGE)
    page = pages.get_page(request.GET.get("page"))
    waiting = reads.named(reads.waiting_for(request.user)[: reads.MOST])
    page.object_list = reads.drawn(request.user, page.object_list)
    expired = reads.expired_of(request.user)
    context = {
        "title": _finding(len(waiting), pages.count, len(expired), data.get("state") or ""),
        "sub": "接收之前，由转出党支部负责管理；接收当天起编入新的党支部",
        "form": form,
        "page": page,
        "waiting": waiting,
        "narrowed": form.narrows(),
    }
    return render(request, "members/transfers/list.html", context)


@login_required
@require_POST
@recent_login
def transfer_export(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, MEMBERS)
    form = TransferFilter(request.GET, user=request.user)
    rows = reads.transfers_listed(request.user, form.chosen())
    return exports.send(
        request,
        rows=map(reads.export_row, rows.iterator(500)),
        columns=reads.COLUMNS,
        name="组织关系接转",
        verb="transfer.export",
        filters=form,
    )


def _title(transfer: Transfer) -> str:
    name = transfer.member.name
    words = {
        TransferState.ASKED: f"{name}的组织关系待{transfer.to_words}接收"
        if transfer.kind == TransferKind.INSIDE
        else f"{name}转往{transfer.outside}，还没有开介绍信",
        TransferState.ISSUED: f"{name}的介绍信已开出，待接收回执",
        TransferState.RECEIVED: f"{name}的组织关系已由{transfer.to_words}接收",
        TransferState.RETURNED: f"{name}的组织关系接转已退回",
        TransferState.WITHDRAWN: f"{name}的组织关系接转已撤回",
    }
    return words[TransferState(transfer.state)]


@login_required
@require_GET
def transfer_detail(request: Request, pk: int) -> HttpResponse:
    transfer = transfer_for(request, pk)
    reads.drawn(request.user, [transfer])
    gives = transfer.giver is not None and access.has_right(request.user, MEMBERS, transfer.giver)
    takes = transfer.taker is not None and access.has_right(request.user, MEMBERS, transfer.taker)
    acts_at_end = takes if transfer.taker is not None else gives
    context = {
        "transfer": transfer,
        "title": _title(transfer),
        "reads_file": access.has_right(request.user, VIEW, transfer.member.home),
        "receives": transfer.open and acts_at_end and may_receive(transfer),
        "returns": transfer.open and acts_at_end and may_receive(transfer),
        "withdraws": transfer.open and gives,
        "issues": transfer.open and gives and transfer.kind == TransferKind.OUT,
        "letter": gives and transfer.kind == TransferKind.OUT and bool(transfer.letter),
        # What whoever gives has to see to: his seats end by themselves, his powers do not.
        "seats": seats_left(transfer.member, transfer.giver) if gives and transfer.open else [],
        "powers": powers_at(transfer.member, transfer.giver) if gives and transfer.giver else [],
        "ended_by": reads.ended_by(transfer),
        "today": clock.today(),
    }
    return render(request, "members/transfers/detail.html", context)


def _letter(request: Request, pk: int) -> tuple[Transfer, Sheet]:
    transfer = at_end(request, pk, giver=True)
    until = transfer.issued_on and dated.whole(LETTER_DAYS, transfer.issued_on)
    if transfer.kind != TransferKind.OUT or not transfer.letter or not until or transfer.issued_on is None:
        raise Http404
    last = date.fromordinal(transfer.issued_on.toordinal() + until)
    return transfer, letter_of(transfer, clock.in_full(last))


@login_required
@require_GET
def transfer_letter(request: Request, pk: int) -> HttpResponse:
    """The letter on one page to print."""
    transfer, sheet = _letter(request, pk)
    context = {
        "sheet": sheet,
        "crumbs": [
            ("组织关系接转", reverse("transfer_list")),
            (transfer.member.name, reverse("transfer_detail", args=[pk])),
            ("介绍信", ""),
        ],
        "download": reverse("transfer_letter_download", args=[pk]),
    }
    return render(request, "generic/sheet.html", context)


@login_required
@require_POST
def transfer_letter_download(request: Request, pk: int) -> HttpResponse:
    transfer, sheet = _letter(request, pk)
    return exports.send_sheet(request, sheet, verb="transfer_letter.export", obj=transfer)


def _day(request: Request) -> date:
    """Return the day that is asked for, today at the latest."""
    today = clock.today()
    day: date = DayFilter(request.GET).chosen().get("day") or today
    return min(day, today)


def _roll(branch: Organisation, day: date) -> Sheet:
    return roll_sheet(branch, roll_of(branch, day), day)


@login_required
@require_GET
def member_roll(request: Request, pk: int) -> HttpResponse:
    """The roster of a branch as it was on a day; whoever comes or goes later changes nothing of it."""
    branch, day = branch_for(request, pk), _day(request)
    keeps = access.has_right(request.user, MEMBERS, branch)
    context = {
        "sheet": _roll(branch, day),
        "form": DayFilter(request.GET if "day" in request.GET else None, initial={"day": day}),
        "crumbs": [
            ("组织", reverse("organisation_list")),
            (branch.label, reverse("organisation_detail", args=[pk])),
            ("名册", ""),
        ],
        "download": f"{reverse('member_roll_download', args=[pk])}?day={day}" if keeps else "",
    }
    return render(request, "members/transfers/roll.html", context)


@login_required
@require_POST
def member_roll_download(request: Request, pk: int) -> HttpResponse:
    branch, day = branch_for(request, pk, MEMBERS), _day(request)
    return exports.send_sheet(request, _roll(branch, day), verb="roster.export", obj=branch)
