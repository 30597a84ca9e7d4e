"""Proof that an organisation held classes: its own records of training that are classes of its plan (members/cadres)."""

from members.activities.selectors.counting import Uncounted
from members.cadres.models import ClassRecord
from responsibilities.duties.models import Duty
from responsibilities.duties.proofs.asks import kinds_of
from responsibilities.duties.proofs.context import ProofContext
from responsibilities.duties.proofs.records import slots_of
from responsibilities.duties.slot import Slots

MISSING = "未见培训班次的记录"
NO_CLASS = "记录没有关联培训班次"


def classes(context: ProofContext, duties: list[Duty]) -> Slots:
    """Slots of the classes that the list's organisation held: an upper level's duty is fulfilled by its own act alone.

    One statement more than for records.
    """
    places = {duty.list.organisation_id for duty in duties}
    # What an upper level records of itself counts from submission on, and so does its tie.
    ties = ClassRecord.objects.active().filter(activity__organisation__in=places)
    tied = set(ties.order_by().values_list("activity", flat=True))
    found: Slots = {}
    for duty in duties:
        kinds, place = kinds_of(duty), duty.list.organisation_id
        every = context.records_of([place], kinds)
        records = [row for row in every if row.activity in tied]
        others = [Uncounted(row.activity, row.day, NO_CLASS) for row in every if row.activity not in tied]
        left = [*context.uncounted_of(kinds, [place]), *others]
        found[duty.pk] = slots_of(context, duty, records, kinds, MISSING, lambda left=left: left)  # type: ignore[misc]
    return found
