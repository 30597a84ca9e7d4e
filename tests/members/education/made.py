"""What the tests of stated lengths share: records without times, and a list of them that was stated."""

from datetime import date
from decimal import Decimal

from common import clock
from common.operator import OPERATOR
from members.activities.models import Activity, ActivityKind, Attendance
from members.education.services.bringing import hours_bring
from members.education.services.mending import mend_state
from members.roster.services.members import member_create
from tests.records import counted


def without_times(world, day=None, kind="lecture", place="branch_a", people=None):
    record = Activity.objects.create(
        organisation=world.places[place], day=day or date(clock.today().year, 1, 5), title="学习", state="accepted"
    )
    ActivityKind.objects.create(activity=record, kind=kind)
    for member in world.people("branch_a")[:3] if people is None else people:
        Attendance.objects.create(activity=record, member=member, organisation=world.places[place], state="present")
    return counted(record)


def stated(world, hours="1.5", kind="lecture", by=OPERATOR):
    without_times(world)
    return mend_state(by=by, organisation=world.branch_a, kind=kind, year=clock.today().year, hours=Decimal(hours))


def arrived(world, on=None, name="新来"):
    """Somebody who came to branch A from outside this year, a Party member before."""
    on = on or date(clock.today().year, 2, 1)
    dates = {"joined_on": date(2012, 7, 1), "full_on": date(2013, 7, 1)}
    return member_create(by=OPERATOR, branch=world.branch_a, starts=on, name=name, stage="full", **dates)


def brought(world, hours="12", by=OPERATOR, proof="原单位机关党委学时证明"):
    member = arrived(world)
    return hours_bring(by=by, member=member, year=clock.today().year, hours=Decimal(hours), proof=proof)
