"""What waits of transfers: members to be received, and letters that ran out."""

from datetime import timedelta

from django.urls import reverse

from branches.frame.waiting import Task, Waiting
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.operator import Actor
from members.roster.namesakes import called
from members.transfers.models import TransferState
from members.transfers.selectors.listing import expired_among, waiting_or_given

# So many are read: four are shown.
MOST = 20
# After so many days whoever stands above the branch sees it too.
LET_LIE = 10


def tasks(user: Actor, organisation: Organisation) -> list[Task]:
    """Return a line for each member whom `user` has to receive, and for each letter of his that ran out, the oldest first."""
    if not access.has_right(user, MEMBERS, organisation):
        return []
    waits = list(waiting_or_given(user)[: 2 * MOST])
    if organisation.kind != Kind.BRANCH:
        # Above the branch it is the branch's own to receive, until it has let it lie.
        latest = clock.today() - timedelta(days=LET_LIE)
        waits = [row for row in waits if row.state == TransferState.ISSUED or row.asked_on <= latest]
    names = called(row.member for row in waits)
    found = [
        Task(
            "open",
            f"{names[row.member_id]}由{row.from_words}转来",
            f"{clock.in_words(row.asked_on)}提出，请接收",
            reverse("transfer_detail", args=[row.pk]),
            word="待接收",
            rank=(1, row.asked_on.toordinal()),
        )
        for row in waits
        if row.state == TransferState.ASKED
    ]
    return found + [
        Task(
            "transfer_expired",
            f"{names[row.member_id]}转往{row.outside}的介绍信已过有效期",
            "没有接收回执，请联系对方或重开",
            reverse("transfer_detail", args=[row.pk]),
            rank=(0, (row.issued_on or row.asked_on).toordinal()),
        )
        for row in expired_among(waits)
    ]


WAITING = Waiting("组织关系接转", "transfer_list", tasks)
