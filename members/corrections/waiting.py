"""What waits of corrections: members' requests that nobody has looked at yet."""

from datetime import timedelta

from django.urls import reverse

from branches.frame.waiting import Task, Waiting
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.operator import Actor
from members.corrections.selectors import waiting_for

# So many are read: four are shown.
MOST = 20
# After so many days whoever stands above the branch sees it too.
LET_LIE = 10


def tasks(user: Actor, organisation: Organisation) -> list[Task]:
    """Return a line for each correction that waits for `user`, the oldest first."""
    if not access.has_right(user, MEMBERS, organisation):
        return []
    rows = waiting_for(user)
    if organisation.kind != Kind.BRANCH:
        # Above the branch it is the branch's own to look at, until it has let it lie.
        rows = rows.filter(asked_on__lte=clock.today() - timedelta(days=LET_LIE))
    return [
        Task(
            "correction_asked",
            f"{row.member.name}请求更正{row.about}",
            f"{clock.in_words(row.asked_on)}提出：{row.text}",
            reverse("correction_detail", args=[row.pk]),
            rank=(0, row.asked_on.toordinal()),
        )
        for row in rows[:MOST]
    ]


WAITING = Waiting("更正请求", "correction_list", tasks)
