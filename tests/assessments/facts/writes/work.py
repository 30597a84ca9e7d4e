"""Writes of records, evidence, stages and items of business work."""

from dataclasses import replace
from datetime import date, timedelta

from common.operator import OPERATOR
from members.activities.services.corrections import correction_begin, correction_submit
from members.activities.services.records import record_data
from members.activities.services.states import activity_accept, activity_return, activity_submit
from responsibilities.work.models import SyncStageKind, WorkKind
from responsibilities.work.services.evidence import (
    evidence_confirm,
    evidence_link,
    evidence_remove,
    evidence_return,
    evidence_withdraw,
)
from responsibilities.work.services.items import work_create, work_stop, work_update
from responsibilities.work.services.stages import StageData, stage_unwaive, stage_update, stage_waive
from responsibilities.work.services.uptake import work_decline, work_take_in
from tests.assessments.facts.writes.agency import SENTENCE, YEAR, note, proved, record, submitted, work, write
from tests.members.activities.records import draft


@write
def record_of_an_earlier_half(a):
    yield
    record(a.world.branch_a, "theme_day", date(YEAR, 2, 9), people=a.people["branch_a"])


@write
def return_of_a_linked_record(a):
    submitted(a.meeting[SyncStageKind.ARRANGEMENT])
    yield
    activity_return(by=a.world.staff, activity=a.meeting[SyncStageKind.ARRANGEMENT], reason="不全")


@write
def return_of_a_linked_record_above(a):
    """The record of the committee proves a stage of branches below it."""
    proved(a.item.stages.get(stage=SyncStageKind.STUDY), a.upper)
    submitted(a.upper)
    yield
    activity_return(by=a.world.committee_secretary, activity=a.upper, reason="不全")


def _corrected(record, **changes):
    correction_begin(by=OPERATOR, activity=record, reason="登记有误")
    data = replace(record_data(record), content="一、传达文件。", **changes)
    correction_submit(by=OPERATOR, activity=record, data=data)


@write
def correction_of_a_linked_record_to_another_month(a):
    yield
    row = a.meeting[SyncStageKind.ARRANGEMENT]
    _corrected(row, day=row.day + timedelta(days=40), title="日期更正")


@write
def return_of_a_correction_that_changed_the_kind(a):
    row = a.meeting[SyncStageKind.ARRANGEMENT]
    _corrected(row, kinds=["lecture"], title="类型更正")
    yield
    row.refresh_from_db()
    submitted(row)
    activity_return(by=a.world.staff, activity=row, reason="类型无误")


@write
def lecture_given_elsewhere(a):
    yield
    record(a.world.branch_c, "lecture", date(YEAR, 2, 9), people=a.people["branch_c"], lecturer_name="leader 用户")


@write
def debriefing_above(a):
    yield
    record(a.world.committee, "debrief", date(YEAR, 2, 9), people=[a.people["branch_a"][0]])


def _linked(a):
    stage = a.item.stages.get(stage=SyncStageKind.STUDY)
    return evidence_link(by=OPERATOR, stage=stage, activity=a.upper, sentence=SENTENCE)


@write
def link(a):
    yield
    _linked(a)


@write
def link_confirmed(a):
    row = _linked(a)
    yield
    evidence_confirm(by=OPERATOR, evidence=row)


@write
def link_returned(a):
    row = _linked(a)
    yield
    evidence_return(by=OPERATOR, evidence=row, reason="没有写到")


@write
def link_withdrawn(a):
    row = _linked(a)
    yield
    evidence_withdraw(by=OPERATOR, evidence=row)


@write
def link_confirmed_with_the_record(a):
    stage = a.item.stages.get(stage=SyncStageKind.STUDY)
    record = draft(a.world.branch_a, a.world.secretary_a, day=date(YEAR, 3, 12))
    evidence_link(by=a.world.secretary_a, stage=stage, activity=record, sentence=SENTENCE, recording=True)
    activity_submit(by=a.world.secretary_a, activity=record)
    yield
    activity_accept(by=a.world.staff, activity=record)


@write
def unlink(a):
    row = proved(a.item.stages.get(stage=SyncStageKind.STUDY), a.upper)
    yield
    evidence_remove(by=OPERATOR, evidence=row, reason="选错")


@write
def waive(a):
    yield
    stage_waive(by=OPERATOR, stage=a.item.stages.get(stage=SyncStageKind.STUDY), reason="与上年合并")


@write
def unwaive(a):
    stage = a.item.stages.get(stage=SyncStageKind.STUDY)
    stage_waive(by=OPERATOR, stage=stage, reason="与上年合并")
    yield
    stage_unwaive(by=OPERATOR, stage=stage)


@write
def stage_date(a):
    yield
    note(a.item, SyncStageKind.STUDY, date(YEAR, 2, 1))


@write
def stage_date_gone(a):
    yield
    note(a.item, SyncStageKind.STUDY, None)


@write
def milestones_set(a):
    yield
    note(
        a.item,
        SyncStageKind.STUDY,
        None,
        [(None, "第一批", None, date(YEAR, 2, 3)), (None, "第二批", None, date(YEAR, 4, 7))],
    )


@write
def milestones_gone(a):
    note(
        a.item,
        SyncStageKind.STUDY,
        None,
        [(None, "第一批", None, date(YEAR, 2, 3)), (None, "第二批", None, date(YEAR, 4, 7))],
    )
    yield
    note(a.item, SyncStageKind.STUDY, date(YEAR, 3, 10))


@write
def item_new(a):
    yield
    item = work_create(
        by=OPERATOR, organisation=a.world.committee, data=work(a.world, name="另一项", carriers=[a.world.branch_c])
    )
    note(item, SyncStageKind.STUDY, date(YEAR, 6, 1))


def own_item(a):
    """Work that a branch registered itself, with a stage that is missing."""
    branch = a.world.branch_c
    item = work_create(
        by=a.world.secretary_c,
        organisation=branch,
        data=work(a.world, name="自己的", kind=WorkKind.BRANCH, carriers=[branch]),
    )
    note(item, SyncStageKind.STUDY, date(YEAR, 6, 1))
    return item


@write
def own_item_taken_in(a):
    item = own_item(a)
    yield
    work_take_in(by=a.world.staff, item=item)


@write
def own_item_declined(a):
    item = work_take_in(by=a.world.staff, item=own_item(a))
    yield
    work_decline(by=a.world.staff, item=item, reason="是日常工作")


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
    stage = a.item.stages.get(stage=SyncStageKind.ASSESSMENT)
    stage_update(by=OPERATOR, stage=stage, data=StageData(date(YEAR, 9, 10), None, ""))
    yield
    work_stop(by=OPERATOR, item=a.item, reason="任务调整", day=date(YEAR, 8, 1))
