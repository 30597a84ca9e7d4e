"""Writes of records: of small groups, together with others, by upper organisations, with resolutions, of a leader at home."""

from dataclasses import replace
from datetime import date

from common.operator import OPERATOR
from members.activities.models import Activity, Resolution
from members.activities.services.corrections import correction_begin, correction_submit
from members.activities.services.hosts import host_confirm
from members.activities.services.records import mark_activity, record_data
from members.activities.services.resolutions import resolution_done
from members.activities.services.states import activity_submit, activity_withdraw
from tests.assessments.facts.writes.agency import YEAR, record, write
from tests.members.activities.records import draft

DAY = date(YEAR, 11, 20)


def joint(a):
    """Submitted by a branch, with another as host, who has not confirmed yet."""
    made = draft(a.world.branch_a, OPERATOR, kinds=("theme_day",), day=DAY, hosts=[a.world.branch_b])
    return activity_submit(by=OPERATOR, activity=made)


def confirmed(a, made):
    people = {member.pk: ("present", "") for member in a.people["branch_b"]}
    return host_confirm(by=OPERATOR, host=made.hosts.get(), attendance=people)


@write
def joint_record(a):
    yield
    joint(a)


@write
def joint_record_confirmed(a):
    made = joint(a)
    yield
    confirmed(a, made)


@write
def joint_record_withdrawn(a):
    made = joint(a)
    confirmed(a, made)
    yield
    activity_withdraw(by=OPERATOR, activity=Activity.objects.get(pk=made.pk))


@write
def held_by_a_small_group(a):
    yield
    record(a.world.group_a1, "group_meeting", date(YEAR, 2, 9), people=a.people["branch_a"][:2])


@write
def training_by_the_committee(a):
    """It proves a duty of the committee itself, and of nobody below."""
    yield
    record(a.world.committee, "training", date(YEAR, 2, 9), people=[])


@write
def leader_in_the_life_of_his_branch(a):
    """He belongs to the second branch: what it holds is his own organisation life."""
    yield
    record(a.world.branch_b, "theme_day", date(YEAR, 2, 9), people=a.people["branch_b"])


def decided(a, due):
    made = draft(a.world.branch_a, OPERATOR, kinds=("theme_day",), day=DAY)
    made = activity_submit(by=OPERATOR, activity=made)
    Resolution.objects.create(activity=made, order=1, text="完成整改", due=due)
    return Activity.objects.get(pk=made.pk)


@write
def resolution_carried_out(a):
    made = decided(a, date(YEAR, 11, 22))
    mark_activity(made)
    yield
    resolution_done(by=OPERATOR, resolution=made.resolutions.get(), done_on=date(YEAR, 11, 21))


@write
def resolution_put_off_by_a_correction(a):
    made = decided(a, date(YEAR, 11, 22))
    mark_activity(made)
    Activity.objects.filter(pk=made.pk).update(state="accepted")
    made.refresh_from_db()
    yield
    correction_begin(by=OPERATOR, activity=made, reason="期限有误")
    later = [("完成整改", None, date(YEAR, 12, 22))]
    correction_submit(by=OPERATOR, activity=made, data=replace(record_data(made), resolutions=later))
