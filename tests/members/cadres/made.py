"""What the tests of Party workers share: classes, topics, people, made through the services."""

from datetime import date
from decimal import Decimal

from common import clock
from common.operator import OPERATOR
from members.activities.judgement import judgements_write
from members.activities.services.records import mark_activity
from members.cadres.models import ClassRecord
from members.cadres.services.classes import class_hold, class_write, plan_write
from members.cadres.services.staff import work_note
from members.cadres.services.topics import topic_found, topic_review, topic_set

VALUES = {
    "title": "支部书记集中轮训",
    "purpose": "rotation",
    "posts": ["secretary"],
    "hours": Decimal(16),
    "place": "机关会议室",
    "organiser": "inside",
    "lecturer": None,
    "venue": None,
}


def planned(world, place="committee", first=None, last=None, **values):
    first = first or clock.today()
    return class_write(
        by=OPERATOR,
        organisation=world.places[place],
        values=VALUES | {"first": first, "last": last or first} | values,
    )


def held(world, place="committee", present=(), **values):
    """A class whose record counts, attended by these members alone."""
    row = planned(world, place, **values)
    record = class_hold(by=OPERATOR, training_class=row)
    record.attendance.update(state="absent")
    for member in present:
        record.attendance.update_or_create(
            member=member, defaults={"organisation": record.organisation, "state": "present"}
        )
    type(record).objects.filter(pk=record.pk).update(state="accepted", submitted_at=clock.now())
    record.refresh_from_db()
    judgements_write(record)
    mark_activity(record)
    return record


def plan(world, year=None, place="committee"):
    year = year or clock.today().year
    return plan_write(by=OPERATOR, organisation=world.places[place], year=year, title=f"{year}年培训计划")


def topic(world, place="branch_a", lead=3, **values):
    people = world.people("branch_a")
    first = values.pop("first", clock.today())
    return topic_set(
        by=OPERATOR,
        organisation=world.places[place],
        values={
            "lead": people[lead],
            "title": "窗口先锋岗怎样带动办件提速",
            "question": "先锋岗设在哪些窗口、怎样轮换",
            "first": first,
            "due": date(first.year, 12, 31),
        }
        | values,
        others=[people[4]],
    )


def found_topic(world, level="", **values):
    row = topic(world, **values)
    topic_found(by=OPERATOR, topic=row, finding="先锋岗设在办件最多的窗口，每季轮换。")
    if level:
        topic_review(by=OPERATOR, topic=row, level=level, reason="可以推广")
    row.refresh_from_db()
    return row


def worker(world, place="committee", member=None, share="full", starts=None):
    member = member or world.people("branch_a")[3]
    return work_note(
        by=OPERATOR,
        member=member,
        organisation=world.places[place],
        share=share,
        starts=starts or clock.today(),
    )


def tied(record):
    return ClassRecord.objects.active().get(activity=record)
