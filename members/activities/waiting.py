"""What waits of records to come: leave that members asked and nobody has answered."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from branches.frame.waiting import Task, Waiting
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.models import Appointment
from branches.reach.rights import MEMBERS
from common import clock
from common.operator import Actor
from members.activities.selectors.leave import waiting_for

# So many are read: four are shown.
MOST = 20
# So many days before a meeting whoever stands above the branch sees what it has let lie.
PRESSES = 1


def tasks(user: Actor, organisation: Organisation) -> list[Task]:
    """Return a line for each leave asked there that waits for `user`, the nearest meeting first."""
    if not access.has_right(user, MEMBERS, organisation):
        return []
    today = clock.today()
    rows = waiting_for(user)
    if organisation.kind != Kind.BRANCH:
        rows = rows.filter(_above(organisation, today))
    return [
        Task(
            "leave_asked",
            f"{row.member.name}请假：{row.about}",
            row.reason,
            reverse("leave_detail", args=[row.pk]),
            rank=(int(row.activity.day > today), row.activity.day.toordinal()),
        )
        for row in rows[:MOST]
    ]


def _above(organisation: Organisation, today: date) -> Q:
    """The condition on what concerns somebody above the branch: meetings held there, what a branch's own secretary asked, what presses."""
    power = Appointment.objects.giving_power(today).filter(
        user=OuterRef("member__account"), organisation=OuterRef("organisation")
    )
    presses = Q(activity__day__lte=today + timedelta(days=PRESSES))
    return Q(organisation=organisation) | presses | Q(Exists(power.order_by()))


WAITING = Waiting("请假", "activity_list", tasks)
