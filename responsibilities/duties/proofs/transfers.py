"""Proof of timely transfers: of whoever lives elsewhere at one place for six months, that his membership went there or he is registered there."""

from collections import defaultdict
from datetime import date

from django.db.models import Q

from common import clock
from common.periods import add_months
from members.roster.models.standing import Away
from members.transfers.faults import MONTHS
from members.transfers.models import Transfer
from responsibilities.duties.models import Duty
from responsibilities.duties.proofs.context import ProofContext
from responsibilities.duties.slot import DutySlot, Slots, period_slot, periods_of

NOTHING = "没有应当转接组织关系的情况"


def transfers(context: ProofContext, duties: list[Duty]) -> Slots:
    """One slot for each period: the stays elsewhere that reach six months in it, each met by a transfer asked or a registration.

    Two statements, whatever the number of duties. Nothing is owed by whoever stayed; so it closes by itself.
    """
    members = {duty.list.member_id for duty in duties if duty.list.member_id is not None}
    aways: dict[int, list[Away]] = defaultdict(list)
    for row in Away.objects.filter(member__in=members, fixed=True, starts__lte=context.until).order_by("starts", "pk"):
        aways[row.member_id].append(row)
    asked: dict[int, list[date]] = defaultdict(list)
    known = Transfer.objects.filter(member__in=aways, asked_on__lte=context.until)
    known = known.exclude(Q(state="withdrawn") | Q(state="returned")).order_by()
    for member, day in known.values_list("member", "asked_on"):
        asked[member].append(day)
    found: Slots = {}
    for duty in duties:
        member = duty.list.member_id or 0
        found[duty.pk] = []
        for period, due in periods_of(duty):
            slot = period_slot(duty, period, due, expected=0, late_word="逾期转接")
            for away in aways.get(member, ()):
                owed = add_months(away.starts, MONTHS)
                if owed in period and (away.ends is None or away.ends >= owed):
                    _count(slot, away, owed, asked.get(member, []), context.until)
            slot.text = slot.text or NOTHING
            found[duty.pk].append(slot)
    return found


def _count(slot: DutySlot, away: Away, owed: date, asked: list[date], until: date) -> None:
    """Count one stay into its slot: met by what was asked or registered since it began."""
    days = [day for day in asked if day >= away.starts]
    if away.registered_on is not None and away.registered_on <= until:
        days.append(away.registered_on)
    slot.expected += 1
    if days:
        slot.done += 1
        slot.late += min(days) > owed
    words = "已转接或登记" if days else f"{clock.in_words(owed)}前应转接组织关系或在当地登记"
    slot.text = "；".join(filter(None, [slot.text, f"在{away.place}{clock.in_words(away.starts)}起，{words}"]))
