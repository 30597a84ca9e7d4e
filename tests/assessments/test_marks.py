"""Every kind of write leaves the facts as a rebuild would make them: none forgets its change mark, or marks too little."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.db import transaction

from assessments import rollups
from assessments.models import Fact
from branches import tree
from branches.models import Appointment, ChangeMark, Department
from branches.periods import Period
from branches.scoping import OPERATOR
from branches.services.appointments import appointment_end, appointment_make
from branches.services.departments import coverage_set
from branches.services.terms import term_close, term_set
from members.models import Activity, ActivityKind, Attendance
from members.services.accounts import account_link
from members.services.members import member_transfer, post_end
from members.services.reviews import activity_return, mark_activity
from responsibilities.models import DutyList, Stage, WorkKind
from responsibilities.selectors.requirements import requirements
from responsibilities.services.charges import charge_end, charge_make
from responsibilities.services.duties import duty_add, duty_change, duty_drop
from responsibilities.services.duty_lists import duty_lists_issue
from responsibilities.services.duty_reports import duty_report, duty_report_return
from responsibilities.services.evidence import evidence_link, evidence_remove
from responsibilities.services.requirements import exemption_revoke, requirement_exempt
from responsibilities.services.stages import StageData, stage_unwaive, stage_update, stage_waive
from responsibilities.services.supervision import (
    supervision_accept,
    supervision_close,
    supervision_issue,
    supervision_prolong,
    supervision_reply,
)
from responsibilities.services.work import WorkData, work_create, work_stop, work_update
from tests.assessments.test_rollups import picture
from tests.responsibilities.duty_world import DOCUMENT, ISSUED, duty, issue, line, make

YEAR = 2026
TODAY = date(YEAR, 11, 24)


def record(place, kind, day, people=(), **columns):
    """A record that counts, written into the tables and marked as the services mark it."""
    activity = Activity.objects.create(organisation=place, day=day, title="一次活动", state="accepted", **columns)
    ActivityKind.objects.create(activity=activity, kind=kind)
    Attendance.objects.bulk_create(
        Attendance(activity=activity, member=member, organisation=place, state="present") for member in people
    )
    mark_activity(activity)
    return activity


def work(world, **changes):
    values = {
        "name": "能源保供",
        "kind": WorkKind.CITY,
        "starts": date(YEAR, 1, 5),
        "ends": date(YEAR, 12, 20),
        "carriers": [world.branch_a, world.branch_b],
        "leader": world.leader,
        "planned": {},
    }
    return WorkData(**values | changes)


def note(item, stage, day, milestones=()):
    row = item.stages.get(stage=stage)
    return stage_update(by=OPERATOR, stage=row, data=StageData(row.planned_on, day, "", list(milestones)))


@pytest.fixture
def agency(world):
    """The standing world in November with lists, work and records of earlier quarters."""
    with time_machine.travel(f"{TODAY}T10:00:00+08:00", tick=False):
        yield furnished(world)


def furnished(world):
    people = {key: world.people(key) for key in ("branch_a", "branch_b", "branch_c")}
    account_link(by=OPERATOR, member=people["branch_a"][0], username="secretary_a")
    account_link(by=OPERATOR, member=people["branch_b"][0], username="leader")
    make()
    issue(level="branch")
    issue(level="committee")
    issue(level="leader")
    item = work_create(by=OPERATOR, organisation=world.committee, data=work(world))
    days = {Stage.STUDY: 3, Stage.ARRANGEMENT: 5, Stage.IMPLEMENTATION: 7, Stage.ASSESSMENT: 9}
    for stage, month in days.items():
        note(item, stage, date(YEAR, month, 10))
    meeting = {
        stage: record(world.branch_a, "assembly", date(YEAR, month, 12), people=people["branch_a"])
        for stage, month in days.items()
        if stage != Stage.STUDY
    }
    for stage, activity in meeting.items():
        evidence_link(by=OPERATOR, stage=item.stages.get(stage=stage), activity=activity)
    upper = record(world.committee, "committee_meeting", date(YEAR, 3, 11), people=[])
    return SimpleNamespace(world=world, people=people, item=item, meeting=meeting, upper=upper)


def row_of(place, rule, period):
    (found,) = [
        row
        for row in requirements(Period.parse(period), organisations=[place.pk])
        if row.rule == rule and row.organisation == place.pk and str(row.period) == period
    ]
    return found


WRITES = []


def _submitted(activity):
    Activity.objects.filter(pk=activity.pk).update(state="submitted", reviewer=None)
    activity.refresh_from_db()


def write(function):
    """A function of the agency that may prepare something and yields once before the write that must be marked."""
    WRITES.append(function)
    return function


@write
def record_of_an_earlier_half(a):
    yield
    record(a.world.branch_a, "theme_day", date(YEAR, 2, 9), people=a.people["branch_a"])


@write
def return_of_a_linked_record(a):
    _submitted(a.meeting[Stage.ARRANGEMENT])
    yield
    activity_return(by=a.world.staff, activity=a.meeting[Stage.ARRANGEMENT], reason="不全")


@write
def return_of_a_linked_record_above(a):
    """The record of the committee proves a stage of branches below it."""
    evidence_link(by=OPERATOR, stage=a.item.stages.get(stage=Stage.STUDY), activity=a.upper)
    _submitted(a.upper)
    yield
    activity_return(by=a.world.committee_secretary, activity=a.upper, reason="不全")


@write
def lecture_given_elsewhere(a):
    yield
    record(a.world.branch_c, "lecture", date(YEAR, 2, 9), people=a.people["branch_c"], lecturer_name="leader 用户")


@write
def debriefing_above(a):
    yield
    record(a.world.committee, "debrief", date(YEAR, 2, 9), people=[a.people["branch_a"][0]])


@write
def link(a):
    yield
    evidence_link(by=OPERATOR, stage=a.item.stages.get(stage=Stage.STUDY), activity=a.upper)


@write
def unlink(a):
    row = evidence_link(by=OPERATOR, stage=a.item.stages.get(stage=Stage.STUDY), activity=a.upper)
    yield
    evidence_remove(by=OPERATOR, evidence=row, reason="选错")


@write
def waive(a):
    yield
    stage_waive(by=OPERATOR, stage=a.item.stages.get(stage=Stage.STUDY), reason="与上年合并")


@write
def unwaive(a):
    stage = a.item.stages.get(stage=Stage.STUDY)
    stage_waive(by=OPERATOR, stage=stage, reason="与上年合并")
    yield
    stage_unwaive(by=OPERATOR, stage=stage)


@write
def stage_date(a):
    yield
    note(a.item, Stage.STUDY, date(YEAR, 2, 1))


@write
def stage_date_gone(a):
    yield
    note(a.item, Stage.STUDY, None)


@write
def milestones_set(a):
    yield
    note(
        a.item, Stage.STUDY, None, [(None, "第一批", None, date(YEAR, 2, 3)), (None, "第二批", None, date(YEAR, 4, 7))]
    )


@write
def milestones_gone(a):
    note(
        a.item, Stage.STUDY, None, [(None, "第一批", None, date(YEAR, 2, 3)), (None, "第二批", None, date(YEAR, 4, 7))]
    )
    yield
    note(a.item, Stage.STUDY, date(YEAR, 3, 10))


@write
def item_new(a):
    yield
    item = work_create(
        by=OPERATOR, organisation=a.world.committee, data=work(a.world, name="另一项", carriers=[a.world.branch_c])
    )
    note(item, Stage.STUDY, date(YEAR, 6, 1))


@write
def carriers_changed(a):
    yield
    work_update(by=OPERATOR, item=a.item, data=work(a.world, carriers=[a.world.branch_c]))


@write
def leader_changed(a):
    yield
    work_update(by=OPERATOR, item=a.item, data=work(a.world, leader=None))


@write
def item_stopped(a):
    stage = a.item.stages.get(stage=Stage.ASSESSMENT)
    stage_update(by=OPERATOR, stage=stage, data=StageData(date(YEAR, 9, 10), None, ""))
    yield
    work_stop(by=OPERATOR, item=a.item, reason="任务调整", day=date(YEAR, 8, 1))


@write
def list_issued(a):
    yield
    drafts = list(DutyList.objects.filter(level="party_group"))
    duty_lists_issue(by=OPERATOR, lists=drafts, document=DOCUMENT, issued_on=ISSUED)


@write
def duty_added(a):
    yield
    duty_add(
        by=OPERATOR,
        duty_list=DutyList.objects.get(level="branch", organisation=a.world.branch_a),
        data=line(),
        reason="补",
    )


@write
def duty_changed(a):
    yield
    one = duty("br-promise", organisation=a.world.branch_a)
    duty_change(by=OPERATOR, duty=one, data={"due": "06-30"}, reason="提前")


@write
def duty_dropped(a):
    yield
    duty_drop(by=OPERATOR, duty=duty("br-promise", organisation=a.world.branch_a), reason="合并")


@write
def reported(a):
    yield
    one = duty("br-fee", organisation=a.world.branch_a)
    duty_report(by=a.world.secretary_a, duty=one, slot=f"{YEAR}Q1", text="已收缴")


@write
def report_returned(a):
    one = duty("br-fee", organisation=a.world.branch_a)
    report = duty_report(by=a.world.secretary_a, duty=one, slot=f"{YEAR}Q1", text="已收缴")
    yield
    duty_report_return(by=a.world.staff, report=report, reason="不全")


def _notice(a, **changes):
    values = {"title": "补记录", "expected": "补齐", "due": TODAY + timedelta(days=5)} | changes
    return supervision_issue(by=a.world.staff, organisation=a.world.branch_a, **values)


@write
def issued(a):
    yield
    _notice(a)


@write
def prolonged(a):
    row = _notice(a)
    yield
    supervision_prolong(by=a.world.staff, supervision=row, due=TODAY + timedelta(days=20), reason="等场地")


@write
def replied(a):
    row = _notice(a)
    yield
    supervision_reply(by=a.world.secretary_a, supervision=row, text="已补")


@write
def accepted(a):
    row = _notice(a)
    supervision_reply(by=a.world.secretary_a, supervision=row, text="已补")
    yield
    supervision_accept(by=a.world.staff, supervision=row)


@write
def closed(a):
    row = _notice(a)
    yield
    supervision_close(by=a.world.staff, supervision=row, reason="查清")


@write
def personal_notice_closed(a):
    row = supervision_issue(
        by=a.world.staff,
        organisation=a.world.root,
        holder=a.world.leader,
        title="联系支部",
        expected="去一次",
        due=TODAY + timedelta(days=5),
    )
    yield
    supervision_close(by=a.world.staff, supervision=row, reason="查清")


@write
def exempted(a):
    yield
    row = row_of(a.world.branch_a, "life-theme-day", f"{YEAR}-02")
    requirement_exempt(by=a.world.staff, organisation=a.world.branch_a, row=row, reason="疫情")


@write
def exemption_of_a_month_to_come_revoked(a):
    row = row_of(a.world.branch_a, "life-theme-day", f"{YEAR}-12")
    exemption = requirement_exempt(by=a.world.staff, organisation=a.world.branch_a, row=row, reason="疫情")
    yield
    exemption_revoke(by=a.world.staff, exemption=exemption)


@write
def exemption_revoked(a):
    row = row_of(a.world.branch_a, "life-theme-day", f"{YEAR}-02")
    exemption = requirement_exempt(by=a.world.staff, organisation=a.world.branch_a, row=row, reason="疫情")
    yield
    exemption_revoke(by=a.world.staff, exemption=exemption)


@write
def charged(a):
    record(a.world.branch_a, "visit_branch", date(YEAR, 2, 3), people=[])
    record(a.world.branch_a, "visit_branch", date(YEAR, 9, 3), people=[])
    yield
    charge_make(
        by=OPERATOR,
        organisation=a.world.root,
        leader=a.world.leader,
        contact=a.world.branch_a,
        starts=date(YEAR, 1, 1),
    )


@write
def charge_ended(a):
    record(a.world.branch_a, "visit_branch", date(YEAR, 9, 3), people=[])
    row = charge_make(
        by=OPERATOR,
        organisation=a.world.root,
        leader=a.world.leader,
        contact=a.world.branch_a,
        starts=date(YEAR, 1, 1),
    )
    yield
    charge_end(by=OPERATOR, charge=row, ends=date(YEAR, 6, 1))


@write
def covered_by_another(a):
    office = Department.objects.create(name="综合处")
    coverage_set(by=OPERATOR, department=office, organisation=a.world.branch_a, starts=date(YEAR, 1, 1))
    charge_make(by=OPERATOR, organisation=a.world.root, leader=a.world.leader, department=office)
    record(a.world.branch_b, "talk", date(YEAR, 9, 3), people=[a.people["branch_b"][0], a.people["branch_a"][0]])
    yield
    coverage_set(by=OPERATOR, department=office, organisation=a.world.branch_c, starts=TODAY)


@write
def post_ended(a):
    office = Department.objects.create(name="综合处")
    coverage_set(by=OPERATOR, department=office, organisation=a.world.branch_a, starts=date(YEAR, 1, 1))
    charge_make(by=OPERATOR, organisation=a.world.root, leader=a.world.leader, department=office)
    yield
    post_end(by=OPERATOR, post=a.world.branch_a.posts.get(kind="secretary"))


@write
def appointment_changed(a):
    """Who answers for the branch decides which debriefing meeting counts for it."""
    record(a.world.committee, "debrief", date(YEAR, 2, 9), people=[a.people["branch_a"][0]])
    yield
    row = Appointment.objects.get(user=a.world.secretary_a, role="branch_secretary")
    appointment_end(by=OPERATOR, appointment=row, ends=TODAY - timedelta(days=1), reason="调离")


@write
def appointment_made(a):
    record(a.world.committee, "debrief", date(YEAR, 2, 9), people=[a.people["branch_c"][0]])
    account_link(by=OPERATOR, member=a.people["branch_c"][0], username="outsider")
    yield
    appointment_make(
        by=OPERATOR, user=a.world.outsider, role="branch_secretary", organisation=a.world.branch_c, starts=TODAY
    )


@write
def account_linked(a):
    record(a.world.committee, "debrief", date(YEAR, 2, 9), people=[a.people["branch_c"][0]])
    yield
    account_link(by=OPERATOR, member=a.people["branch_c"][0], username="secretary_c")


@write
def term_ended(a):
    term_set(by=OPERATOR, organisation=a.world.branch_a, starts=date(2023, 5, 1), expires=date(YEAR, 5, 1))
    yield
    term_close(by=OPERATOR, organisation=a.world.branch_a, on=date(YEAR, 4, 30), next_expires=date(YEAR + 3, 4, 30))


@write
def term_to_come(a):
    yield
    term_set(by=OPERATOR, organisation=a.world.branch_a, starts=date(2023, 5, 1), expires=date(YEAR, 12, 20))


@write
def transferred(a):
    yield
    member_transfer(
        by=OPERATOR, member=a.people["branch_a"][2], branch=a.world.branch_b, on=date(YEAR, 8, 1), reason="调动"
    )


@write
def moved(a):
    yield
    tree.organisation_move(by=OPERATOR, organisation=a.world.branch_a, parent=a.world.general)


@write
def archived(a):
    yield
    tree.organisation_archive(by=OPERATOR, organisation=a.world.branch_c, on=TODAY)


def test_facts_after_each_kind_of_write_equal_a_rebuild(agency, monkeypatch):
    # Counts of records have a test of their own (test_rollups.py).
    families = [family for family in rollups.FAMILIES if not family.counts]
    monkeypatch.setattr(rollups, "FAMILIES", families)
    rollups.fill()
    wrong = {}
    for write in WRITES:
        with transaction.atomic():
            found = fault_of(write(agency))
            if found:
                wrong[write.__name__] = found
            transaction.set_rollback(True)
    assert wrong == {}


def fault_of(steps):
    """Return what is wrong with the facts after the write that `steps` stops before, or ""."""
    next(steps)
    rollups.fill()
    before = picture()
    next(steps, None)
    rollups.fill()
    mended = picture()
    rollups.fill(rebuild=True)
    rebuilt = picture()
    if before == rebuilt:
        return "the write changes no fact, so that the case shows nothing"
    return f"stale: {sorted(map(str, mended - rebuilt))}" if mended != rebuilt else ""


def test_an_exemption_of_last_year_that_is_revoked_is_owed_in_last_year_again(agency):
    branch, period = agency.world.branch_a, f"{YEAR - 1}-02"
    record(branch, "theme_day", date(YEAR - 1, 12, 9))
    row = row_of(branch, "life-theme-day", period)
    exemption = requirement_exempt(by=agency.world.staff, organisation=branch, row=row, reason="疫情")
    rollups.fill(span=Period.parse(period))
    facts = Fact.objects.filter(measure="requirement.life-theme-day", period=period, organisation=branch)
    assert not facts.filter(denominator=1).exists()
    ChangeMark.objects.all().delete()
    exemption_revoke(by=agency.world.staff, exemption=exemption)
    rollups.fill(span=Period.parse(period))
    assert facts.get().denominator == 1
