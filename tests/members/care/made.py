"""What the tests of care share: marks, events, visits through the services."""

from datetime import date
from decimal import Decimal

from common import clock
from common.operator import OPERATOR
from members.activities.services.records import RecordData, activity_create
from members.activities.services.states import activity_submit
from members.care.services.honours import honour_note
from members.care.services.keeping import event_note, help_note, mark_begin

NOTE = "家中有人长期住院"


def marked(member, kind="hardship", day=None, note=""):
    return mark_begin(by=OPERATOR, member=member, kind=kind, day=day or clock.today(), note=note)


def happened(member, kind="hospital", day=None, note=""):
    return event_note(by=OPERATOR, member=member, kind=kind, day=day or clock.today(), note=note)


def given(member, source="dues", day=None, amount="500", decided_in=None, kind="grant"):
    amount = Decimal(amount) if amount else None
    return help_note(
        by=OPERATOR,
        member=member,
        kind=kind,
        source=source,
        day=day or clock.today(),
        amount=amount,
        decided_in=decided_in,
    )


def visited(place, members, by=OPERATOR, day=None, kind="visit", title="走访"):
    """A record that names the persons, submitted."""
    attendance = {member.pk: ("present", "") for member in members}
    data = RecordData(kinds=[kind], day=day or clock.today(), title=title, attendance=attendance)
    return activity_submit(by=by, activity=activity_create(by=by, organisation=place, data=data))


def honoured(member=None, organisation=None, title="优秀共产党员", level="own", day=None):
    return honour_note(
        by=OPERATOR,
        member=member,
        organisation=organisation,
        title=title,
        level=level,
        granted_on=day or clock.today(),
        granted_by="局机关党委",
    )


FESTIVAL_LAST = date(2026, 2, 14)
