"""Write what came: a month of a branch at once, one payment of its own, a wrong entry cancelled. No money moves here (fee-no-advance)."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from branches import audit
from branches.places.models.organisations import Organisation
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.periods import Period
from members.dues import rules
from members.dues.marks import mark_members
from members.dues.models import DuesPayment
from members.dues.rights import require_keeper
from members.dues.selectors.lives import Reckoning, reckoned
from members.roster.models.members import Member

ELSEWHERE = "{name}这个月的党费不由本支部收缴。"


def _told(row: DuesPayment) -> dict[str, Any]:
    """What the trail keeps of a payment: amounts are for the branch and the payer alone."""
    return audit.snapshot(row, hide=("amount", "extra"))


def _open_month(month: Period) -> None:
    if month.first > clock.today():
        raise ValidationError(f"{month.label()}还没有到。")


def _standing(members: Collection[int], month: Period) -> dict[int, DuesPayment]:
    rows = DuesPayment.objects.standing().filter(member__in=members, month=month.first).select_related("organisation")
    return {row.member_id: row for row in rows}


@one_transaction
def month_collect(*, by: Actor, branch: Organisation, month: Period, members: Collection[int], paid_on: date) -> int:
    """Note that these members (ids) paid a month in full at a branch; return how many are new. Who is noted already stays so.

    Raises ValidationError: somebody's month belongs elsewhere or was collected there, he has no rate, the day is to come or more than
    six months late (such a payment is noted singly, with its reason).
    """
    _open_month(month)
    list(Member.objects.select_for_update(of=("self",)).filter(pk__in=members).order_by("pk").values_list("pk"))
    facts = reckoned(members, month.first, month.last)
    had = _standing(members, month)
    rows = []
    for pk in sorted(members):
        amount = _owed(facts, pk, month, branch, had)
        if amount is not None:
            if wrong := rules.payment_problems(month, amount, Decimal(0), paid_on, ""):
                raise ValidationError([*wrong.values()])
            rows.append(
                DuesPayment(
                    member_id=pk,
                    organisation=branch,
                    month=month.first,
                    amount=amount,
                    paid_on=paid_on,
                    noted_by=account_of(by),
                )
            )
    DuesPayment.objects.bulk_create(rows)
    require_keeper(by, branch)
    if rows:
        entries = [audit.Row(row, branch.pk, f"{facts.names[row.member_id]} {month}", _told(row), None) for row in rows]
        audit.record_many(by=by, verb="dues.pay", rows=entries)
        mark_members([row.member_id for row in rows], month.first, [branch.pk])
    return len(rows)


def _owed(
    facts: Reckoning, pk: int, month: Period, branch: Organisation, had: dict[int, DuesPayment]
) -> Decimal | None:
    """Return what a chosen member owes of a month, None where nothing is to be noted."""
    name = facts.names.get(pk, "")
    if pk in had:
        if had[pk].organisation_id != branch.pk:
            raise ValidationError(rules.collected_words(month, had[pk].organisation.label))
        return None
    if not name or facts.branch(pk, month) != branch.pk or not rules.pays(facts.lives[pk], month):
        raise ValidationError(ELSEWHERE.format(name=name or "名单中有人"))
    rate = rules.rate_of(facts.lives[pk], month)
    if rate is None:
        raise ValidationError(rules.no_rate_words(name, month.year))
    return rate.amount or None


@one_transaction
def payment_note(
    *,
    by: Actor,
    member: Member,
    branch: Organisation,
    month: Period,
    amount: Decimal,
    paid_on: date,
    extra: Decimal = Decimal(0),
    late_reason: str = "",
    completes: int | None = None,
) -> tuple[DuesPayment, str]:
    """Note one payment; returns it and what is short of it in words ("" where nothing is).

    completes: id of a payment of too little, with which this one is noted: it is the sum, on its own day, and takes the other's place.
    Raises ValidationError by field; of a month that was collected already it names the branch.
    """
    _open_month(month)
    member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    before = _standing([member.pk], month).get(member.pk)
    facts = reckoned([member.pk], month.first, month.last)
    life = facts.lives[member.pk]
    if facts.branch(member.pk, month) != branch.pk or not rules.pays(life, month):
        raise ValidationError(ELSEWHERE.format(name=member.name))
    rate = rules.rate_of(life, month)
    if rate is None:
        raise ValidationError(rules.no_rate_words(member.name, month.year))
    if before is not None and (before.pk != completes or before.amount >= rate.amount):
        raise ValidationError(rules.collected_words(month, before.organisation.label))
    wrong = rules.payment_problems(month, amount, extra, paid_on, late_reason)
    if more := rules.beyond_rate(rate.amount, amount, before.amount if before is not None else Decimal(0)):
        wrong.setdefault("amount", more)
    if wrong:
        raise ValidationError(wrong)
    if before is not None:
        amount, extra = amount + before.amount, extra + before.extra
        _cancel(by, before, f"补足，并入 {paid_on:%Y-%m-%d} 的登记")
    row = DuesPayment(member=member, organisation=branch, month=month.first, amount=amount, paid_on=paid_on)
    row.extra, row.late_reason, row.noted_by = extra, late_reason, account_of(by)
    with audit.change(by=by, verb="dues.pay", obj=row, organisation=branch, view=_told):
        row.full_clean()
        row.save()
        require_keeper(by, branch)
    mark_members([member.pk], month.first, [branch.pk])
    return row, rules.short_words(member.name, rate.amount, amount) if amount < rate.amount else ""


def require_standing(payment: DuesPayment) -> None:
    """Raise Conflict once a payment is cancelled."""
    if payment.cancelled_at is not None:
        raise Conflict("这笔登记已经作废。")


@one_transaction
def payment_cancel(*, by: Actor, payment: DuesPayment, reason: str) -> DuesPayment:
    """Cancel a payment that was entered wrongly; it stays to be read. Raises Conflict where it is cancelled already."""
    row = (
        DuesPayment.objects.select_for_update(of=("self",)).select_related("organisation", "member").get(pk=payment.pk)
    )
    require_standing(row)
    if not reason:
        raise ValidationError({"reason": "请填写作废原因。"})
    _cancel(by, row, reason)
    require_keeper(by, row.organisation)
    mark_members([row.member_id], row.month, [row.organisation_id])
    return row


def _cancel(by: Actor, row: DuesPayment, reason: str) -> None:
    with audit.change(by=by, verb="dues.cancel", obj=row, organisation=row.organisation, view=_told):
        row.cancelled_at, row.cancel_reason = clock.now(), reason
        row.save(update_fields=["cancelled_at", "cancel_reason"])
