"""What waits of 「还属于」: ties made after a record was submitted, for whoever reviews its branch."""

from django.urls import reverse

from branches.frame.waiting import Task, Waiting
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import REVIEW
from common.operator import Actor
from responsibilities.belongs.selectors import ties_to_confirm


def tasks(user: Actor, organisation: Organisation) -> list[Task]:
    """Return a line for each later tie that waits for `user` at `organisation` and below, the oldest record first."""
    if not access.holds_anywhere(user, REVIEW):
        return []
    found = []
    for subject, tie in ties_to_confirm(user):
        record = tie.activity
        if subject.table is None or not organisation.contains(record.organisation):
            continue
        note = (
            f"{record.organisation.label} {record.day:%-m月%-d日}的{record.title or '记录'}，事后关联到{subject.name}"
        )
        url = reverse("record_belongings", args=[record.pk])
        rank = (record.day.toordinal(),)
        found.append(Task("open", str(getattr(tie, subject.table.field)), note, url, word="待确认关联", rank=rank))
    return found


BELONGS = Waiting("关联待确认", "belongings_waiting", tasks)
