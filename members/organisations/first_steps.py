"""What a new branch still has to do before it can work (and which steps are done)."""

from typing import Any

from django.urls import reverse

from branches.places.models.organisations import Kind, Organisation
from branches.reach.models import Appointment
from branches.reach.rights import APPOINT, MEMBERS, RECORD


def first_steps(organisation: Organisation) -> list[dict[str, Any]] | None:
    """Return the steps of setting a branch up, or None once it has members.

    Each step is a dict for the component `c-steps`: title, note, state ("done", "now", ""), action and url; right: what
    one must hold there to take it.
    """
    if organisation.kind != Kind.BRANCH or organisation.memberships.exists():
        return None
    secretary = Appointment.objects.filter(
        organisation=organisation, role="branch_secretary", ends__isnull=True
    ).exists()
    return [
        {
            "title": "建立党支部",
            "state": "done",
            "note": f"{organisation.founded:%Y年%-m月%-d日}成立" if organisation.founded else "已登记",
        },
        {
            "title": "任命书记",
            "state": "done" if secretary else "now",
            "note": "书记用自己的账号登记记录",
            "right": APPOINT,
        },
        {
            "title": "登记党员",
            "state": "now" if secretary else "",
            "note": "逐个登记，或由机关党委导入名册",
            "action": "登记党员",
            "url": f"{reverse('member_new')}?branch={organisation.pk}",
            "right": MEMBERS,
        },
        {
            "title": "记第一次活动",
            "state": "",
            "note": "有了名册，考勤会自动列出应到人员",
            "right": RECORD,
        },
    ]
