"""Proof by runs of a policy's procedure that the list's own organisation began and finished, never those of others (judgement 4.1)."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.functional import lazy

from common.text import quoted
from responsibilities.duties.models import Duty
from responsibilities.duties.proofs.context import ProofContext
from responsibilities.duties.slot import GONE, DutySlot, Slots, page_of, period_slot, periods_of, was_gone
from responsibilities.policies.measured import ON_TIME
from responsibilities.policies.models import Policy
from responsibilities.policies.selectors.procedures import Finish, finishes


def _begin_url(policy: int) -> str:
    return reverse("policy_begin", args=[policy])


_lazy_begin_url = lazy(_begin_url, str)


def policies(context: ProofContext, duties: list[Duty]) -> Slots:
    """One slot for each period: the runs begun in it that are finished; late those finished after the due date."""
    ids = {duty.policy_id for duty in duties if duty.policy_id is not None}
    titles = dict(Policy.objects.filter(pk__in=ids).order_by().values_list("pk", "title"))
    places = {duty.list.organisation_id for duty in duties}
    runs: dict[tuple[int, int], list[Finish]] = {}
    for row in finishes(ids, places, context.span.first, context.span.last, context.until):
        runs.setdefault((row.policy, row.organisation), []).append(row)
    found: Slots = {}
    for duty in duties:
        policy = duty.policy_id or 0
        mine = runs.get((policy, duty.list.organisation_id), [])
        place = context.places[duty.list.organisation_id]
        found[duty.pk] = []
        for period, due in periods_of(duty):
            slot = period_slot(
                duty, period, due, expected=duty.times, late_word="逾期办结", url=page_of("policy_detail", policy)
            )
            if was_gone(place, period, due):
                slot.expected, slot.text = 0, GONE
            else:
                _count(slot, [row for row in mine if row.opened in period], policy, titles.get(policy, ""))
            found[duty.pk].append(slot)
    return found


def _count(slot: DutySlot, runs: Sequence[Finish], policy: int, title: str) -> None:
    """Count the runs of one period into its slot."""
    days = [row.closed for row in runs if row.closed is not None]
    going = [row for row in runs if row.closed is None]
    slot.done = len(days)
    slot.records = list(dict.fromkeys(record for row in runs if row.closed is not None for record in row.records))
    slot.late = max(0, min(slot.done, slot.expected) - sum(day <= slot.due for day in days))
    words = [f"走完 {len(days)} 次"] if days else []
    words += [f"在走 {len(going)} 次"] if going else []
    slot.text = f"{quoted(title)}{'，'.join(words)}" if words else f"未见按{quoted(title)}走过程序"
    if going:
        slot.mend = ("办程序", page_of("policy_run_detail", going[0].run))
    else:
        slot.mend = ("走程序", _lazy_begin_url(policy))
    if runs:
        # What is late of these runs is late among the steps of procedures already; without a run nothing else says it.
        slot.rests_on = (ON_TIME,)
