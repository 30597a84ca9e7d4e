"""What the tests of corrections share."""

from datetime import date

from common import clock
from members.activities.models import Activity, ActivityKind, Attendance
from members.corrections.services import correction_ask
from members.roster.models.members import Member


def mine(world):
    """The member whose account is `member` of the cast; he belongs to branch A."""
    return Member.objects.get(account=world.member)


def held(member, day=None, state="absent", title="学习制度", record="accepted"):
    """A record of the member's branch with his attendance."""
    day = day or date(clock.today().year, 1, 5)
    activity = Activity.objects.create(organisation=member.home, day=day, state=record, title=title)
    ActivityKind.objects.create(activity=activity, kind="assembly")
    Attendance.objects.create(activity=activity, member=member, organisation=member.home, state=state)
    return activity


def asked(world, **said):
    """A correction that `member` asked for."""
    said = {"text": "当天公假，已请假", "item": "education"} | said
    return correction_ask(by=world.member, member=mine(world), **said)
