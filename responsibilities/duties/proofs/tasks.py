"""Proof that a member did what his organisation gave him to do: the resolutions that name him and a day, each carried out."""

from collections import defaultdict

from members.activities.selectors.resolutions import MET, MET_LATE, ResolutionItem, items_of
from responsibilities.duties.models import Duty
from responsibilities.duties.proofs.context import ProofContext
from responsibilities.duties.slot import DutySlot, Slots, nothing_owed, page_of

NONE = "没有决议写明由本人在本年办结的事项"
_LONGEST = 30


def tasks(context: ProofContext, duties: list[Duty]) -> Slots:
    """One slot for each resolution that names the member and falls due in the year, wherever it was made."""
    given: dict[int, list[ResolutionItem]] = defaultdict(list)
    for item in items_of(context.asked_of_members("tasks"), context.as_of, context.until):
        given[item.owner or 0].append(item)
    return {
        duty.pk: [_slot(duty, item) for item in given.get(duty.list.member_id or 0, ())] or nothing_owed(duty, NONE)
        for duty in duties
    }


def _slot(duty: Duty, item: ResolutionItem) -> DutySlot:
    done = item.state in (MET, MET_LATE)
    name = item.name if len(item.name) <= _LONGEST else f"{item.name[:_LONGEST]}…"
    return DutySlot(
        duty.pk,
        f"task/{item.pk}",
        name,
        item.due,
        done=int(done),
        late=int(item.state == MET_LATE),
        late_word="逾期办结",
        records=[item.activity] if done else [],
        text="已由党组织登记办结" if done else "办结后由党组织在决议落实中登记",
        url=page_of("activity_detail", item.activity),
    )
