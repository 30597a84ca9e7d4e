"""What waits beyond requirements, on the workbench; and what a record does for stages and duties, in the panel of uses."""

from datetime import date, timedelta

import pytest
import time_machine

from assessments.home.selectors.tasks import tasks_of
from common import clock
from members.activities.models import Activity, ActivityKind, Resolution
from responsibilities.collects.models import Collect, FieldKind
from responsibilities.collects.services.collects import FieldData, collect_save, collect_send
from responsibilities.duties.models import Duty
from responsibilities.duties.progress import duty_slots
from responsibilities.supervision.services.notices import supervision_issue
from responsibilities.work.models import StageEvidence, SyncStage, SyncStageKind, WorkCarrier, WorkItem
from tests.matrix.collects import sent
from tests.records import counted
from tests.responsibilities.duties.world import issued
from tests.responsibilities.work.support import ago, happened, item_at


@pytest.fixture
def waiting(world):
    """Branch A has a missing stage, a list to note, a notice, a question and a resolution, each to be dealt with."""
    today = clock.today()
    item = WorkItem.objects.create(
        organisation=world.committee,
        name="能源保供",
        starts=today - timedelta(days=90),
        ends=today + timedelta(days=30),
    )
    WorkCarrier.objects.create(item=item, organisation=world.branch_a, leads=True)
    for kind in SyncStageKind:
        happened = today - timedelta(days=40) if kind == SyncStageKind.STUDY else None
        SyncStage.objects.create(item=item, stage=kind, happened_on=happened)
    issued(world)
    supervision_issue(
        by=world.staff, organisation=world.branch_a, title="核对考勤", expected="请说明", due=today + timedelta(days=5)
    )
    collect = collect_save(
        by=world.staff,
        title="窗口人次",
        purpose="汇总",
        due=today + timedelta(days=3),
        fields=[FieldData("人次", FieldKind.NUMBER)],
        targets=[world.branch_a],
    )
    collect_send(by=world.staff, collect=collect)
    meeting = Activity.objects.create(organisation=world.branch_a, day=today - timedelta(days=20), state="accepted")
    ActivityKind.objects.create(activity=meeting, kind="assembly")
    counted(meeting, meeting.valid)
    Resolution.objects.create(activity=meeting, order=1, text="更新公示栏", due=today - timedelta(days=2))
    return item


def test_everything_that_waits_stands_on_one_panel_with_its_address(world, as_, waiting):
    page = as_("secretary_a").get("/").content.decode()
    for words in ("能源保供：研究", "已下达", "核对考勤", "窗口人次", "更新公示栏"):
        assert words in page, words
    assert f'href="/sync/stages/{waiting.stages.get(stage="study").pk}/evidence/"' in page, "straight to the picker"
    total = sum(group.total for group in tasks_of(world.secretary_a, world.branch_a))
    assert total >= 5 and f"业务与责任有 {total} 项要办</h1>" in page


def test_each_stage_stands_under_what_is_to_be_done_about_it(world):
    """Missing first, then what the business side began, then what was planned and not yet said to have happened."""
    today = clock.today()
    item = item_at(world.committee, [world.branch_a], name="保供")
    for kind, columns in {
        "study": {"happened_on": today - timedelta(days=40), "planned_on": today - timedelta(days=41)},
        "arrangement": {"happened_on": today - timedelta(days=2)},
        "implementation": {"planned_on": today - timedelta(days=1)},
        "assessment": {"planned_on": today + timedelta(days=5)},
    }.items():
        item.stages.filter(stage=kind).update(**columns)
    (group,) = [row for row in tasks_of(world.secretary_a, world.branch_a) if row.name == "四同步"]
    assert [(task.state, task.word, task.title) for task in group.tasks] == [
        ("missing", "", "保供：研究"),
        ("due_soon", "待同步", "保供：安排"),
        ("not_due", "待登记", "保供：实施"),
        ("not_due", "", "保供：考核"),
    ]
    for days, number in ((14, 4), (15, 3)):
        item.stages.filter(stage="assessment").update(planned_on=today + timedelta(days=days))
        (group,) = [row for row in tasks_of(world.secretary_a, world.branch_a) if row.name == "四同步"]
        assert len(group.tasks) == number, days
    assert not [row for row in tasks_of(world.secretary_b, world.branch_b) if row.name == "四同步"]


def test_an_organisation_with_nothing_to_do_says_so(world, as_):
    page = as_("secretary_b").get("/").content.decode()
    assert "没有等您办的事" in page and "业务与责任有" not in page


def test_a_record_says_what_it_does_for_its_stage_and_its_duties(world, as_, waiting):
    stage = waiting.stages.get(stage=SyncStageKind.STUDY)
    record = Activity.objects.create(
        organisation=world.branch_a, day=stage.happened_on + timedelta(days=3), title="研究保供", state="accepted"
    )
    ActivityKind.objects.create(activity=record, kind="committee_meeting")
    counted(record, record.valid)
    StageEvidence.objects.create(stage=stage, activity=record, confirmed_at=clock.now())
    page = as_("secretary_a").get(f"/activities/{record.pk}/counts/").content.decode()
    assert "能源保供：研究环节" in page and "相差 3 天" in page
    assert "参与业务的四个环节同步" in page and "落实三会一课" in page


def test_the_panel_names_the_duties_a_new_record_will_prove(world, as_):
    issued(world)
    data = {"organisation": world.branch_a.pk, "kinds": "theme_day", "day": date.today().isoformat(), "title": "观摩"}
    page = as_("secretary_a").post("/uses/", data, headers={"HX-Request": "true"}).content.decode()
    assert "开展主题党日" in page and "未关联重点业务" in page


def test_a_question_is_overdue_from_the_day_after(world):
    collect = sent(world)
    for days, state in ((1, "open"), (0, "open"), (-1, "overdue")):
        Collect.objects.filter(pk=collect.pk).update(due=clock.today() + timedelta(days=days))
        (group,) = [row for row in tasks_of(world.secretary_a, world.branch_a) if row.name == "信息征集"]
        assert [(task.state, task.word) for task in group.tasks] == [(state, "待填报" if state == "open" else "")]


def test_the_workbench_says_of_talks_how_many_members_are_still_to_be_met(world, as_):
    with time_machine.travel("2026-12-10T10:00:00+08:00", tick=False):
        lines = as_("secretary_a").get("/").context["due"]
    (line,) = [line for line in lines if line.row.row.counts_members]
    assert (
        line.note == f"已谈 {line.row.done} 人，还差 {line.row.expected - line.row.done} 人" and line.row.expected > 0
    )
    assert "还差 6 人" in line.note or line.row.done


def test_of_what_is_missing_the_longest_comes_first(world):
    for name, days in (("甲事", 20), ("乙事", 40), ("丙事", 30)):
        happened(item_at(world.committee, [world.branch_a], name=name), "study", ago(days))
    (group,) = [row for row in tasks_of(world.secretary_a, world.branch_a) if row.name == "四同步"]
    assert [task.title for task in group.tasks] == ["乙事：研究", "丙事：研究", "甲事：研究"]


def test_what_is_late_longest_stands_first(world):
    today = clock.today()
    for days, name in ((20, "保供"), (60, "清欠"), (40, "营商")):
        item = item_at(world.committee, [world.branch_a], name=name)
        item.stages.filter(stage="study").update(happened_on=today - timedelta(days=days))
    (group,) = [row for row in tasks_of(world.secretary_a, world.branch_a) if row.name == "四同步"]
    assert [task.title for task in group.tasks if task.state == "missing"] == ["清欠：研究", "营商：研究", "保供：研究"]


@time_machine.travel("2026-11-24T10:00:00+08:00")
def test_the_duty_that_is_overdue_longest_stands_first_and_what_is_done_is_gone(world):
    issued(world)
    (group,) = [row for row in tasks_of(world.secretary_a, world.branch_a) if row.name == "责任清单"]
    late = [task.title for task in group.tasks if task.state == "overdue"]
    lists = duty_slots(Duty.objects.filter(list__organisation=world.branch_a, list__level="branch"))
    days = {
        Duty.objects.get(pk=pk).text: max(
            (slot.days(clock.today()) for slot in rows if slot.behind(clock.today())), default=0
        )
        for pk, rows in lists.items()
    }
    assert len(late) > 2 and late == sorted(late, key=lambda text: -days[text])
    assert len({days[text] for text in late}) > 1


def test_a_resolution_that_was_carried_out_waits_no_more(world, waiting):
    def open_ones():
        return [task.title for group in tasks_of(world.secretary_a, world.branch_a) for task in group.tasks]

    assert "更新公示栏" in open_ones()
    Resolution.objects.update(due=None, owner=world.people("branch_a")[0])
    groups = {group.name: group.tasks for group in tasks_of(world.secretary_a, world.branch_a)}
    assert [task.title for task in groups.get("决议落实", [])] == ["更新公示栏"], "without a date it waits all the same"
    Resolution.objects.update(done_on=clock.today())
    assert "更新公示栏" not in open_ones()
