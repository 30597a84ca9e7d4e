"""Proof by circulars: what the committee itself issued for the quarter, never what the branches did (judgement 4.1)."""

from datetime import date

from django.db.models import Min
from django.urls import reverse, reverse_lazy
from django.utils.functional import lazy

from common.periods import QUARTER, YEAR, Period
from responsibilities.circulars.models import Circular, CircularState
from responsibilities.duties.models import Duty
from responsibilities.duties.proofs.context import ProofContext
from responsibilities.duties.slot import GONE, DutySlot, Slots, period_slot, periods_of, was_gone


def _make_url(organisation: int, period: str) -> str:
    return f"{reverse('circular_make')}?organisation={organisation}&period={period}"


_lazy_make_url = lazy(_make_url, str)


def circulars(context: ProofContext, duties: list[Duty]) -> Slots:
    """One slot for each period: the circulars of its quarters; late where the first version was issued after the due date."""
    first: dict[int, dict[str, date]] = {}
    rows = Circular.objects.filter(
        state=CircularState.ISSUED,
        issued_on__lte=context.until,
        period__startswith=str(context.span.year),
        organisation__in={duty.list.organisation_id for duty in duties},
    )
    for place, period, day in rows.order_by().values_list("organisation", "period").annotate(day=Min("issued_on")):
        first.setdefault(place, {})[period] = day
    return {
        duty.pk: [
            _slot(context, duty, period, due, first.get(duty.list.organisation_id, {}))
            for period, due in periods_of(duty)
        ]
        for duty in duties
    }


def _slot(context: ProofContext, duty: Duty, period: Period, due: date, issued: dict[str, date]) -> DutySlot:
    quarters = [
        quarter
        for quarter in Period(YEAR, period.year).parts(QUARTER)
        if quarter.first <= period.last and period.first <= quarter.last
    ]
    # One circular a quarter is all there can be.
    slot = period_slot(duty, period, due, expected=min(duty.times, len(quarters)), url=reverse_lazy("circular_list"))
    place = context.places[duty.list.organisation_id]
    if was_gone(place, period, due):
        slot.expected, slot.text = 0, GONE
        return slot
    days = [issued[str(quarter)] for quarter in quarters if str(quarter) in issued]
    slot.done = len(days)
    slot.late = max(0, min(slot.done, slot.expected) - sum(day <= due for day in days))
    slot.text = "、".join(f"{day:%-m月%-d日}印发通报" for day in days) or "未见印发的通报"
    missing = next((quarter for quarter in quarters if str(quarter) not in issued), quarters[-1])
    slot.mend = ("生成通报", _lazy_make_url(duty.list.organisation_id, str(missing)))
    return slot
