"""What somebody who acts for a leader finds on his start page: what that leader has to report, to answer and to issue."""

from typing import Any

from branches.access.models import User
from branches.reach.models import Appointment
from common import clock
from responsibilities.duties.models import Duty, Level
from responsibilities.duties.progress import duty_slots
from responsibilities.duties.selectors.own import own_lists
from responsibilities.duties.services.reports import reportable
from responsibilities.portfolios.rights import supervises_anywhere
from responsibilities.supervision.models import AWAITING, Supervision, SupervisionDraft, SupervisionReplyDraft

_PERSONS = (Level.LEADER, Level.PARTY_GROUP_SECRETARY)


def assisting_page(user: User, appointment: Appointment) -> dict[str, Any]:
    """Return the context of the page. appointment: of `user` as assistant, in force."""
    assert appointment.principal is not None
    leader = appointment.principal.user
    lists = [row for row in own_lists(leader) if row.level in _PERSONS]
    duties = list(
        Duty.objects.filter(list__in=[row.pk for row in lists])
        .select_related("list__organisation", "list__holder", "list__member__account")
        .order_by("order", "pk")
    )
    slots = duty_slots(duties)
    owed = [(duty, slot) for duty in duties for slot in slots[duty.pk] if reportable(slot)]
    owed.sort(key=lambda pair: (pair[1].due, pair[0].order))
    notices = list(
        Supervision.objects.readable(user).filter(holder=leader, state__in=AWAITING).order_by("due", "pk")[:20]
    )
    begun = set(
        SupervisionReplyDraft.objects.visible_to(user)
        .filter(supervision__in=[row.pk for row in notices])
        .values_list("supervision", flat=True)
    )
    drafts = list(SupervisionDraft.objects.visible_to(user).filter(leader=leader).select_related("organisation")[:20])
    waits = [f"{len(owed)} 项责任待报告"] if owed else []
    waits += [f"{len(notices)} 件督查待回复"] if notices else []
    return {
        "title": f"您代{leader.name}办理：{'，'.join(waits)}" if waits else f"您代{leader.name}办理，现在没有待办",
        "leader": leader,
        "appointment": appointment,
        "lists": lists,
        "owed": owed[:20],
        "more": max(0, len(owed) - 20),
        "notices": notices,
        "begun": begun,
        "drafts": drafts,
        "may_draft": supervises_anywhere(leader),
        "today": clock.today(),
    }
