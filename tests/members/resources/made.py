"""What the tests of sharing share: a room, a planned record, an offer, through the services."""

from datetime import time, timedelta

from common import clock
from members.activities.models import Activity
from members.activities.selectors.rosters import expected
from members.activities.services.records import RecordData, activity_create
from members.resources.services.library import ResourceData, resource_save
from members.resources.services.offers import offer_open


def room(place, by, name="三楼会议室", **changes):
    """A room of `place`, open to the whole committee."""
    data = ResourceData(**{"kind": "venue", "name": name, "capacity": 40} | changes)
    return resource_save(by=by, organisation=place, data=data)


def soon(days=10):
    return clock.today() + timedelta(days=days)


def planned(place, by, title="读书交流会", *, day=None, start=time(14), end=time(16), kinds=("theme_day",), **columns):
    """A record that is still planned."""
    day = day or soon()
    data = RecordData(kinds=list(kinds), day=day, title=title, starts_at=start, ends_at=end, **columns)
    activity = activity_create(by=by, organisation=place, data=data)
    if activity.state != "planned":
        Activity.objects.filter(pk=activity.pk).update(state="planned")
        activity.refresh_from_db()
    return activity


def held(at, by, day, **columns):
    """A draft of a record with everybody there."""
    attendance = {member.pk: ("present", "") for member in expected(at, ("theme_day",), day)}
    columns = {"title": "读书交流会", "content": "交流。", "starts_at": time(14), "ends_at": time(16)} | columns
    data = RecordData(kinds=["theme_day"], day=day, attendance=attendance, **columns)
    return activity_create(by=by, organisation=at, data=data)


def offered(world, places=1, **options):
    """An offer of branch A."""
    activity = planned(world.branch_a, world.secretary_a, **options)
    return offer_open(by=world.secretary_a, activity=activity, places=places, until=activity.day)
