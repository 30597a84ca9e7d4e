"""Records of classes: the table of ties, and what is checked before a record is tied to a class."""

from typing import Any

from django.core.exceptions import ValidationError

from common.database import one_transaction
from common.operator import Actor
from common.text import quoted
from members.activities.models import Activity, ActivityKindCode
from members.activities.services.records import mark_activity
from members.activities.services.ties import branch_of, tie_add, tie_remove
from members.activities.ties import TieSource, TieTable
from members.cadres.models import ClassRecord, TrainingClass


def _marked(tie: Any) -> None:
    # What a class fulfils is found through its record: duties of the organisation that held it.
    mark_activity(tie.activity)


TABLE = TieTable(
    model=ClassRecord,
    field="training_class",
    verb="training_class",
    name="培训班次",
    mark=_marked,
    read=("training_class",),
)


@one_transaction
def record_tie(*, by: Actor, activity: Activity, training_class: TrainingClass, system: bool = False) -> ClassRecord:
    """Say that a record of training is a class of the plan. ValidationError where it does not fit."""
    held = TrainingClass.objects.select_related("organisation").get(pk=training_class.pk)
    if held.cancelled_on is not None:
        raise ValidationError(f"班次{quoted(held.title)}已取消，不能再关联记录。")
    kinds = {row.kind for row in activity.kinds.all()}
    if ActivityKindCode.TRAINING not in kinds:
        raise ValidationError("只有集中培训的记录可以属于培训班次。")
    places = {activity.organisation_id, branch_of(activity).pk}
    if held.organisation_id not in places and not held.organisation.contains(activity.organisation):
        raise ValidationError(f"班次{quoted(held.title)}不面向这个组织。")
    source = TieSource.SYSTEM if system else TieSource.PERSON
    tie = tie_add(by=by, table=TABLE, activity=activity, subject=held, source=source)
    assert isinstance(tie, ClassRecord)
    return tie


def record_untie(*, by: Actor, tie: ClassRecord, reason: str) -> None:
    """Take a tie back with a reason."""
    tie_remove(by=by, table=TABLE, tie=tie, reason=reason)
