"""Who opened a note about a member, when and why, as the trail has it: for the member himself."""

import json
from dataclasses import dataclass
from datetime import datetime

from branches.audit.selectors import entries_about
from members.care.models import CareEvent, CareMark
from members.roster.models.members import Member

# So many stand on the page, the latest first.
MOST = 50


@dataclass(frozen=True)
class Opened:
    """One look at a note. what: the kind of what it belongs to; own: he looked himself."""

    at: datetime
    who: str
    what: str
    why: str
    own: bool


def notes_opened(member: Member) -> list[Opened]:
    """Return the looks at the notes about a member, the latest first; three statements."""
    marks, events = CareMark.objects.filter(member=member), CareEvent.objects.filter(member=member)
    kinds: dict[tuple[str, int | None], str] = {("caremark", row.pk): row.get_kind_display() for row in marks}
    kinds |= {("careevent", row.pk): row.get_kind_display() for row in events}
    things = {"caremark": [row.pk for row in marks], "careevent": [row.pk for row in events]}
    rows = entries_about(things, None).filter(verb="care.note")[:MOST]
    return [
        Opened(
            row.at,
            row.actor_name,
            kinds[row.object_type, row.object_id],
            json.loads(row.payload or "{}").get("note", ""),
            row.actor_id == member.account_id,
        )
        for row in rows
    ]
