"""What the tests of records share: a filled form, posted as a browser would."""

import uuid
from datetime import date, timedelta

from common import clock
from common.operator import OPERATOR
from members.activities.models import Activity
from members.activities.selectors.rosters import expected
from members.activities.services.leave import leave_ask
from members.activities.services.records import RecordData, activity_create
from members.activities.services.states import activity_submit
from members.roster.models.members import Member


def filled(place, kinds=("assembly",), day=None, states=None, **changes):
    """Return the POST of a complete record at `place`: everybody present unless `states` {member: state} says else."""
    day = day or clock.today()
    members = expected(place, kinds, day)
    data = {
        "organisation": place.pk,
        "form_key": str(uuid.uuid4()),
        "kinds": list(kinds),
        "title": "学习讨论",
        "day": day.isoformat(),
        "starts_at": "14:30",
        "ends_at": "16:30",
        "place": "三楼会议室",
        "content": "一、传达文件。二、讨论。",
        "recorder_name": "记录人",
        "res-TOTAL_FORMS": "0",
        "res-INITIAL_FORMS": "0",
    }
    data |= {f"att-{member.pk}": "present" for member in members}
    data |= {f"att-{member.pk}": state for member, state in (states or {}).items()}
    return {key: value for key, value in (data | changes).items() if value is not None}


def draft(
    place, by, kinds=("assembly",), day=None, *, title="学习讨论", content="传达文件并讨论", hosts=(), states=None
):
    """Return a complete draft made through the service."""
    day = day or clock.today()
    attendance = {member.pk: ("present", "") for member in expected(place, kinds, day)}
    attendance |= {member.pk: (state, "") for member, state in (states or {}).items()}
    data = RecordData(
        kinds=list(kinds), day=day, title=title, content=content, attendance=attendance, hosts=list(hosts)
    )
    return activity_create(by=by, organisation=place, data=data)


def submitted(place, by, **options):
    """Return a submitted record made through the services."""
    return activity_submit(by=by, activity=draft(place, by, **options))


def ahead_of(place, *, kind="assembly", day=None, title="学习讨论", named=()):
    """Return a record planned at `place` in a week, nobody's attendance known; named: whom a talk names."""
    day = day or clock.today() + timedelta(days=7)
    attendance = {member.pk: ("not_recorded", "") for member in expected(place, (kind,), day)}
    attendance |= {member.pk: ("present", "") for member in named}
    data = RecordData(kinds=[kind], day=day, title=title, attendance=attendance)
    return activity_create(by=OPERATOR, organisation=place, data=data)


def on_leave(world, reason="公差", **said):
    """Return the leave that `member` of the cast asked of a meeting of his branch to come."""
    member = Member.objects.get(account=world.member)
    return leave_ask(by=world.member, member=member, activity=ahead_of(world.branch_a, **said), reason=reason)


def only():
    """Return the one record there is."""
    (activity,) = Activity.objects.all()
    return activity


def long_ago(days=30):
    return clock.today() - timedelta(days=days)


SOME_DAY = date(2026, 9, 15)
