"""A month of a branch: who paid, noted in one go; one payment of its own; a wrong entry cancelled."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from branches.frame.acting import acted, posted
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.doors import needs
from branches.reach.rights import MEMBERS
from common import clock
from common.forms.fields import take_errors
from common.periods import Period
from common.requests import Request
from members.dues import rules
from members.dues.forms import CancelForm, CollectForm, PaymentForm
from members.dues.loaders import branch_asked, kept_branch, member_at, month_of, payment_for
from members.dues.rights import reads_amounts
from members.dues.selectors.month import MonthLine, month_lines, standing_counts, taken
from members.dues.services import payments as services


def month_url(month: Period, branch: Organisation) -> str:
    return f"{reverse('dues_month', args=[month])}?organisation={branch.pk}"


def _title(month: Period, lines: list[MonthLine]) -> str:
    paid = sum(line.state in (rules.PAID, rules.PAID_LATE) for line in lines)
    owed, coming, unknown = (
        sum(line.state == state for line in lines) for state in (rules.OWED, rules.NOT_DUE, rules.UNKNOWN)
    )
    # What is not due yet is not held against anybody.
    open_ = f"未交 {owed + coming} 人" + ("（未到期）" if coming and not owed else "")
    words = [f"已交 {paid} 人", open_, *([f"待核定 {unknown} 人"] if unknown else [])]
    return f"{month.short()}党费：{'，'.join(words)}" if lines else f"{month.short()}没有应交党费的党员"


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def dues_month(request: Request, month: str) -> HttpResponse:
    """The month of one branch. Whoever stands above reads how many stand how; the branch itself notes who paid."""
    period = month_of(month)
    if period.first > clock.today():
        raise Http404
    branch = branch_asked(request)
    if branch is None:
        return redirect("dues_list")
    reads = reads_amounts(request.user, branch)
    if request.method == "POST":
        branch = kept_branch(request)
    lines = month_lines(branch, period, clock.today())
    form = CollectForm(posted(request), choices=[(line.member, line.name) for line in lines if line.open])
    if request.method == "POST" and form.is_valid():
        try:
            number = services.month_collect(by=request.user, branch=branch, month=period, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            said = f"已登记 {number} 人交纳{period.label()}党费" if number else "这些党员的交纳情况已经登记"
            messages.success(request, said)
            return redirect(month_url(period, branch))
    context = _context(request, period, branch, lines, reads) | {"form": form}
    return render(request, "members/dues/month.html", context, status=422 if form.is_bound else 200)


def _context(
    request: Request, period: Period, branch: Organisation, lines: list[MonthLine], reads: bool
) -> dict[str, Any]:
    """reads: the branch itself looks, with names and amounts; above it the month is told in numbers (rules.FEWEST)."""
    keeps = reads and branch.archived_on is None
    following = period.next()
    chosen = set(request.POST.getlist("members")) if request.method == "POST" else None
    return {
        "title": _title(period, lines),
        "month": period,
        "branch": branch,
        "lines": [(line, line.open and (chosen is None or str(line.member) in chosen)) for line in lines]
        if reads
        else [],
        "counts": standing_counts(lines) if not reads else [],
        "keeps": keeps,
        "open": sum(line.open for line in lines),
        "warned": [line.name for line in lines if line.warns] if reads else [],
        "unknown": [line.name for line in lines if line.state == rules.UNKNOWN] if reads else [],
        "total": rules.yuan(taken(branch, period)) if reads else "",
        "before": month_url(period.previous(), branch),
        "after": month_url(following, branch) if following.first <= clock.today() else "",
        "many": access.has_right(request.user, MEMBERS, branch.parent_id),
    }


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def dues_payment(request: Request, month: str, pk: int) -> HttpResponse:
    """One member's payment with another amount, something freely given, or more than six months late."""
    period = month_of(month)
    member, branch = member_at(request, pk, period)

    def act(values: dict[str, Any]) -> str:
        _, short = services.payment_note(by=request.user, member=member, branch=branch, month=period, **values)
        if short:
            messages.warning(request, short)
        return f"已登记{member.name}{period.label()}的党费"

    line = next((one for one in month_lines(branch, period, clock.today()) if one.member == member.pk), None)
    owed = line.rate if line is not None else None
    rest = line.rest if line is not None else 0
    initial = {"amount": rest or owed, "completes": line.paid.pk if line and line.paid and rest else None}
    return acted(
        request,
        PaymentForm(posted(request), initial=initial),
        act,
        template="generic/form.html",
        title=f"{'补足' if rest else '登记'}{member.name}{period.label()}的党费",
        sub=_owed_words(line)
        if line is not None and owed is not None
        else rules.no_rate_words(member.name, period.year),
        verb="登记",
        cancel=month_url(period, branch),
    )


def _owed_words(line: MonthLine) -> str:
    owed = f"应交 {rules.yuan(line.rate or Decimal(0))} 元"
    if not line.rest or line.paid is None:
        return owed
    return (
        f"{owed}，已交 {rules.yuan(line.paid.amount)} 元，尚差 {rules.yuan(line.rest)} 元；补交的与已交的合为一笔登记"
    )


@login_required
@require_http_methods(["GET", "POST"])
def dues_payment_cancel(request: Request, pk: int) -> HttpResponse:
    payment = payment_for(request, pk)
    month = Period("month", payment.month.year, payment.month.month)
    services.require_standing(payment)

    def act(values: dict[str, Any]) -> str:
        services.payment_cancel(by=request.user, payment=payment, **values)
        return "已作废"

    return acted(
        request,
        CancelForm(posted(request)),
        act,
        title=f"作废{payment.member.name}{month.label()}的交纳登记？",
        text="登记有误时作废，记录和原因保留；作废以后可以重新登记。",
        verb="作废",
        cancel=month_url(month, payment.organisation),
    )
