"""What waits of sharing: asks that an owner has to answer."""

from django.urls import reverse

from branches.frame.waiting import Task, Waiting
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import RECORD
from common import clock
from common.operator import Actor
from common.text import quoted
from members.resources.selectors import library, offers

# So many of each are read: four are shown.
MOST = 20


def tasks(user: Actor, organisation: Organisation) -> list[Task]:
    """Return a line for each ask that waits for the yes of `user`, the nearest day first."""
    if not access.has_right(user, RECORD, organisation):
        return []
    uses = library.asks_for(user)[:MOST]
    asks = offers.asks_for(user)[:MOST]
    found = [
        Task(
            "open",
            f"{row.organisation.label}申请使用{quoted(row.resource.name)}",
            f"{clock.in_words(row.activity.day)}，请答复",
            reverse("resource_detail", args=[row.resource_id]),
            word="待答复",
            rank=(row.activity.day.toordinal(),),
        )
        for row in uses
    ]
    return found + [
        Task(
            "open",
            f"{row.organisation.label}报名参加{quoted(row.offer)}",
            f"{clock.in_words(row.offer.activity.day)}，请答复",
            reverse("offer_list"),
            word="待答复",
            rank=(row.offer.activity.day.toordinal(),),
        )
        for row in asks
    ]


WAITING = Waiting("资源共享", "resource_list", tasks)
