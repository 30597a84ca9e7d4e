"""The way and the field of a record: kept as the system judged them, or as somebody chose."""

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError

from branches import audit
from branches.jobs.marks import mark_days
from branches.reach import access
from branches.reach.rights import RECORD, REVIEW
from common.database import one_transaction
from common.operator import Actor
from members.activities.models import UNSUBMITTED, Activity, BuildingField, NatureSource, Way
from members.activities.services.records import locked

# Subject of the change marks: the ways and fields of a place in a month are counted anew, nothing else.
NATURE = "nature"


@one_transaction
def natures_keep(records: Sequence[Activity], judged: Mapping[int, tuple[str, str]]) -> int:
    """Write what the system judged of records, {record: (way, field)}, beside what a person chose; return how many changed.

    Derived like the judgement of a quorum: it leaves no entry.
    """
    changed = []
    for record in records:
        before = (record.way, record.way_from, record.building, record.building_from)
        way, field = judged[record.pk]
        if record.way_from != NatureSource.PERSON:
            record.way, record.way_from = way, NatureSource.SYSTEM
        if record.building_from != NatureSource.PERSON:
            record.building, record.building_from = field, NatureSource.SYSTEM
        if before != (record.way, record.way_from, record.building, record.building_from):
            changed.append(record)
    Activity.objects.bulk_update(changed, ["way", "way_from", "building", "building_from"])
    days: dict[int, set] = {}
    for record in changed:
        days.setdefault(record.organisation_id, set()).add(record.day)
    for place, found in days.items():
        mark_days([place], found, NATURE)
    return len(changed)


def may_choose_nature(user: Actor, activity: Activity) -> bool:
    """Whether `user` may say the way and the field: who records there, or reviews it, once it was submitted."""
    able = access.has_right(user, RECORD, activity.organisation) or access.has_right(
        user, REVIEW, activity.organisation
    )
    return activity.state not in UNSUBMITTED and able


@one_transaction
def nature_set(*, by: Actor, activity: Activity, way: str, building: str) -> Activity:
    """Keep the way and the field that somebody chose: who records there, or reviews it. way: "" serves no business work.

    ValidationError on a field that names none; what was chosen is never judged again.
    """
    fresh = locked(activity)
    if not access.has_right(by, REVIEW, fresh.organisation):
        access.require(by, RECORD, fresh.organisation)
    if way and way not in Way.values:
        raise ValidationError({"way": "请在列出的方式中选择。"})
    if building not in BuildingField.values:
        raise ValidationError({"building": "请在列出的方面中选择。"})
    if fresh.state in UNSUBMITTED:
        raise ValidationError("提交以后才能更改方式和方面。")
    with audit.change(by=by, verb="activity.nature", obj=fresh, organisation=fresh.organisation):
        fresh.way, fresh.way_from = way, NatureSource.PERSON
        fresh.building, fresh.building_from = building, NatureSource.PERSON
        fresh.save(update_fields=["way", "way_from", "building", "building_from"])
    mark_days([fresh.organisation_id], [fresh.day], NATURE)
    return fresh
