"""Single rows of the ledger of activities, typed in the test and imported into the standing world."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse

from assessments.results.services import _evidence
from branches.settings.models import Setting
from branches.settings.start import KEY
from common import clock
from members.activities.judgement import judgements_write
from members.activities.models import Activity, Attendance
from members.activities.services.corrections import correction_begin, correction_submit
from members.activities.services.records import record_data
from tests.members.imports.rows import ACTIVITY_HEADS, meeting, refused
from tests.members.imports.support import row_counts

pytestmark = pytest.mark.django_db


def test_attendance_is_made_for_the_roster_of_the_day(world, activities):
    assert activities(meeting(实到="2", 缺席人员及原因="乙三(病假)"))[0] == 0
    activity = Activity.objects.get(title="学习")
    states = {row.member.name: (row.state, row.reason) for row in activity.attendance.all()}
    assert states == {"乙一": ("present", ""), "乙二": ("present", ""), "乙三": ("leave", "病假")}
    assert (activity.chair.name, activity.recorder_name, activity.author) == ("乙一", "乙二", None)
    assert (activity.written_expected, activity.written_present) == (3, 2)


def test_a_training_brings_its_last_day_and_hours_and_nothing_else_may(world, activities):
    row = {"活动类型": "集中培训", "结束日期": "2026-09-12", "培训学时": "20.5"}
    heads = [*ACTIVITY_HEADS, "结束日期", "培训学时"]
    assert activities(meeting(**row) + [row["结束日期"], row["培训学时"]], heads=heads)[0] == 0
    activity = Activity.objects.get(title="学习")
    assert (activity.last_day, str(activity.hours_stated)) == (date(2026, 9, 12), "20.5")
    code, out, errors = activities(meeting(主题="别的") + ["2026-09-12", ""], heads=heads)
    assert code == 1 and "只有集中培训可以填写结束日期" in str((out, errors))


def test_figures_that_do_not_account_for_everybody_leave_the_others_unrecorded(world, activities):
    code, out, _ = activities(meeting(应到="5", 实到="4", 缺席人员及原因="乙三（旷会）"))
    assert code == 0 and "应到 5 人，当日名册 3 人" in out
    states = set(Attendance.objects.filter(activity__title="学习").values_list("member__name", "state"))
    assert states == {("乙一", "not_recorded"), ("乙二", "not_recorded"), ("乙三", "absent")}


def test_an_unknown_absentee_or_recorder_stays_text(world, activities):
    code, out, _ = activities(meeting(实到="2", 记录人="外来人", 缺席人员及原因="查无人(事假)"))
    assert code == 0 and "没有找到缺席人员“查无人”" in out and "记录人“外来人”不在党员名册中" in out
    activity = Activity.objects.get(title="学习")
    assert [(row.name, row.reason) for row in activity.unknown_absentees.all()] == [("查无人", "事假")]
    assert set(activity.attendance.values_list("state", flat=True)) == {"not_recorded"}


def test_a_host_among_the_absentees_is_a_notice(world, activities):
    code, out, _ = activities(meeting(实到="2", 缺席人员及原因="乙一(公假)"))
    assert code == 0 and "主持人“乙一”又列在缺席人员中" in out


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"主持人": "查无此人"}, "row 2: 主持人: "),
        ({"党组织": "丁处党支部"}, "row 2: 党组织: "),
        ({"党组织": "第一党小组"}, None),
        ({"活动类型": "团建聚餐"}, "row 2: 活动类型: "),
        ({"实到": "4"}, "row 2: 实到: "),
        ({"应到": "三四个"}, "row 2: 应到: "),
        ({"日期": "2026-02-30"}, "row 2: 日期: "),
        ({"日期": "2031-01-01"}, "row 2: 日期: "),
        ({"日期": ""}, "row 2: 日期: "),
    ],
)
def test_what_an_activity_may_not_be(world, activities, change, line):
    before = row_counts()
    if line is None:  # one group of that short name in the whole agency: the name is clear
        assert activities(meeting(**change))[0] == 0
        assert Activity.objects.get(title="学习").organisation == world.group_a1
        return
    refused(activities(meeting(**change)), line)
    assert row_counts() == before


def test_a_day_after_today_is_an_error(world, activities):
    tomorrow = clock.today() + timedelta(days=1)
    refused(activities(meeting(日期=tomorrow.isoformat())), "row 2: 日期: ")
    assert activities(meeting(日期=clock.today().isoformat()))[0] == 0


def test_figures_left_out_are_unknown_and_never_zero(world, activities):
    assert activities(meeting(应到="", 实到=""))[0] == 0
    activity = Activity.objects.get(title="学习")
    assert (activity.written_expected, activity.written_present, activity.voters_expected) == (None, None, None)
    assert set(activity.attendance.values_list("state", flat=True)) == {"not_recorded"}


def test_a_meeting_without_figures_counts_as_the_ledger_has_it_and_says_so_everywhere(world, activities, as_):
    row = {"党组织": "甲处党支部", "活动类型": "支部党员大会", "主持人": "甲一", "应到": "", "实到": ""}
    Setting.objects.filter(key=KEY).update(value="2026-07-15")
    code, out, _ = activities(meeting(**row), meeting(**row | {"日期": "2026-07-10", "主题": "此前"}))
    assert code == 0 and out.count("未载人数，按台账认定并计入，请核对") == 1
    record = Activity.objects.get(title="学习")
    said = "台账未载人数，按台账认定"
    owed = reverse("requirement_detail", args=[world.branch_a.pk, "life-assembly-q", "2026Q3"])
    for address in (owed, reverse("activity_detail", args=[record.pk])):
        assert said in as_("staff").get(address).content.decode()
    assert [row["text"].partition("（")[2] for row in _evidence({(1, "x"): [record.pk]})[(1, "x")]] == [f"{said}）"]
    # Judged anew, as after a change of the roster, it stands as it was taken; with everybody entered people decide.
    judgements_write(record)
    assert record.judgements.get().valid
    whole = correction_begin(by=world.secretary_a, activity=record, reason="补登考勤").data["attendance"]
    states = {one["member"]: ("absent", "") for one in whole}
    correction_submit(by=world.secretary_a, activity=record, data=replace(record_data(record), attendance=states))
    assert not record.judgements.get().valid
    assert said not in as_("staff").get(reverse("activity_detail", args=[record.pk])).content.decode()


def test_the_quorum_leaves_probationers_out(world, activities):
    assert activities(meeting(党组织="甲处党支部", 活动类型="支部党员大会", 主持人="甲一", 应到="6", 实到="3"))[0] == 0
    activity = Activity.objects.get(title="学习")
    assert (activity.voters_expected, activity.voters_present, activity.valid) == (5, 2, False)


def test_equal_meetings_of_one_day_are_told_apart_by_their_order(world, activities):
    rows = [meeting(活动类型="谈心谈话", 主题="第一次"), meeting(活动类型="谈心谈话", 主题="第二次")]
    assert activities(*rows)[0] == 0
    assert list(Activity.objects.order_by("ordinal").values_list("title", "ordinal")) == [("第一次", 1), ("第二次", 2)]
    before = row_counts()
    assert activities(*rows)[0] == 0 and row_counts() == before
    code, out, _ = activities(rows[0], meeting(活动类型="谈心谈话", 主题="第二次，改题"))
    assert code == 0 and "更改 1、不变 1" in out
    assert Activity.objects.filter(title="第二次，改题", ordinal=2).count() == 1


def test_a_record_made_by_hand_takes_the_place_of_its_row(world, activities):
    by_hand = Activity.objects.create(
        organisation=world.branch_b, day=date(2026, 9, 10), title="手工", state="accepted"
    )
    by_hand.kinds.create(kind="theme_day")
    code, out, _ = activities(meeting(), meeting(主题="另一次"))
    assert code == 0 and out.count("已登记，且经人工登记或修改") == 1 and "新增 1" in out
    by_hand.refresh_from_db()
    assert by_hand.title == "手工" and Activity.objects.get(title="另一次").ordinal == 2
    before = row_counts()
    assert activities(meeting(), meeting(主题="另一次"))[0] == 0 and row_counts() == before


def test_kinds_make_the_key_and_a_planned_meeting_does_not(world, activities):
    planned = Activity.objects.create(organisation=world.branch_b, day=date(2026, 9, 10), title="计划", state="planned")
    planned.kinds.create(kind="theme_day")
    assert activities(meeting(活动类型="主题党日"), meeting(活动类型="主题党日+党课"))[0] == 0
    assert Activity.objects.filter(origin="import").count() == 2


def test_a_line_whose_record_was_corrected_to_another_day_is_recorded_already(world, activities):
    assert activities(meeting())[0] == 0
    record = Activity.objects.get(title="学习")
    correction_begin(by=world.secretary_b, activity=record, reason="日期登记有误")
    earlier = replace(record_data(record), day=record.day - timedelta(days=3))
    correction_submit(by=world.secretary_b, activity=record, data=earlier)
    code, out, _ = activities(meeting())
    assert code == 0 and Activity.objects.filter(title="学习").count() == 1
    assert Activity.objects.get(title="学习").day == earlier.day
    assert activities(meeting(日期=earlier.day.isoformat()))[0] == 0
    assert Activity.objects.filter(title="学习").count() == 1
