"""Writes of care and of commitments: marks, events, visits before and after their day, pledges made, judged, a member who is freed."""

from datetime import date

from common.operator import OPERATOR
from members.care.services.keeping import mark_end
from members.commitments.models import Pledge
from members.commitments.services.pledging import pledge_change
from members.commitments.services.saying import pledge_say
from members.roster.services.members import member_update
from tests.assessments.facts.writes.agency import TODAY, YEAR, record, write
from tests.members.care.made import happened, marked
from tests.members.commitments.made import published


def one(a, number=3):
    return a.world.people("branch_a")[number]


@write
def care_event(a):
    yield
    happened(one(a), day=date(YEAR, 9, 1))


@write
def care_mark_since_the_winter(a):
    yield
    marked(one(a), day=date(YEAR, 1, 10))


@write
def care_mark_ended(a):
    mark = marked(one(a), day=date(YEAR, 1, 10))
    yield
    mark_end(by=OPERATOR, mark=mark, day=date(YEAR, 2, 1))


@write
def care_answered_in_time(a):
    happened(one(a), day=date(YEAR, 9, 1))
    yield
    record(a.world.branch_a, "visit", date(YEAR, 9, 20), [one(a)])


@write
def care_answered_late(a):
    happened(one(a), day=date(YEAR, 8, 1))
    yield
    record(a.world.branch_a, "talk", TODAY, [one(a)])


@write
def care_answered_from_above(a):
    happened(one(a), day=date(YEAR, 9, 1))
    yield
    record(a.world.committee, "visit", date(YEAR, 9, 20), [one(a)])


@write
def pledge_said(a):
    row = published(one(a))
    yield
    pledge_say(by=OPERATOR, pledge=row.pledges.first(), own="partly", how="还差一次")


@write
def pledge_changed(a):
    row = published(one(a))
    pledge_say(by=OPERATOR, pledge=row.pledges.first(), own="fulfilled")
    yield
    pledge_change(by=OPERATOR, pledge=Pledge.objects.filter(commitment=row).first(), text="另一项", reason="岗位调整")


@write
def pledger_freed(a):
    row = published(one(a))
    pledge_say(by=OPERATOR, pledge=row.pledges.first(), own="fulfilled")
    yield
    member_update(by=OPERATOR, member=one(a), exempt_from=TODAY, exempt_reason="年老体弱")
