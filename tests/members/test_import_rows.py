"""Single rows of ledgers, typed in the test and imported into the standing world."""

import resource
from datetime import date, timedelta

import pytest

from branches import access, clock
from branches.models import Appointment, AuditEntry, Organisation
from branches.scoping import OPERATOR
from members.imports.agency import import_files, plan_files
from members.models import Activity, Attendance, Member, Post
from members.services.members import member_create
from tests.members.import_support import row_counts, run, written
from tests.world import FOUNDED, identity

pytestmark = pytest.mark.django_db

MEMBER_HEADS = [
    "姓名",
    "公民身份号码",
    "人员类别",
    "所在党支部",
    "党小组",
    "加入党组织日期",
    "转为正式党员日期",
    "党内职务",
    "手机号码",
    "备注",
]
ACTIVITY_HEADS = ["日期", "党组织", "活动类型", "主题", "主持人", "记录人", "应到", "实到", "缺席人员及原因"]


def person(name="新党员", number=40, **other):
    row = {
        "姓名": name,
        "公民身份号码": identity(number),
        "人员类别": "正式党员",
        "所在党支部": "甲处党支部",
        "加入党组织日期": "2018-03-01",
        "转为正式党员日期": "2019-03-01",
    } | other
    return [row.get(head, "") for head in MEMBER_HEADS]


def meeting(**other):
    row = {
        "日期": "2026-09-10",
        "党组织": "乙处党支部",
        "活动类型": "主题党日",
        "主题": "学习",
        "主持人": "乙一",
        "记录人": "乙二",
        "应到": "3",
        "实到": "3",
    } | other
    return [row.get(head, "") for head in ACTIVITY_HEADS]


@pytest.fixture
def members(tmp_path):
    """Import rows of members; returns (exit code, stdout, stderr lines)."""
    return lambda *rows, **options: run(
        "import_members", written(tmp_path, "members", [MEMBER_HEADS, *rows]), verbosity=2, **options
    )


@pytest.fixture
def activities(tmp_path):
    return lambda *rows, **options: run(
        "import_activities", written(tmp_path, "activities", [ACTIVITY_HEADS, *rows]), verbosity=2, **options
    )


def refused(answer, line):
    """Assert that an import failed on exactly this start of a line."""
    code, _, errors = answer
    assert code == 1, answer
    rows = [text for text in errors if text.startswith("row ")]
    assert len(rows) == 1 and rows[0].startswith(line), errors
    return rows[0]


def test_a_member_comes_in_with_branch_group_post_and_later_start(world, members):
    assert members(person(党小组="第2小组", 党内职务="支部副书记兼组织委员", 手机号码="19900000001"))[0] == 0
    member = Member.objects.get(name="新党员")
    membership = member.memberships.get()
    assert (membership.organisation, membership.small_group) == (world.branch_a, world.group_a2)
    assert membership.starts == date(2018, 3, 1)
    assert set(member.posts.values_list("kind", flat=True)) == {"deputy", "organisation"}
    assert (member.sex, member.birth_date.year, member.home) in (
        ("男", 1985, world.branch_a),
        ("女", 1985, world.branch_a),
    )


def test_a_membership_never_starts_before_the_branch_was_founded(world, members):
    assert members(person(加入党组织日期="2001-07-01", 转为正式党员日期="2002-07-01", 党小组=""))[0] == 0
    assert Member.objects.get(name="新党员").memberships.get().starts == FOUNDED


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"所在党支部": "火星处党支部"}, "row 2: 所在党支部: 没有找到党组织“火星处党支部”"),
        ({"党小组": "第九党小组"}, "row 2: 党小组: "),
        ({"公民身份号码": "110105194912310021"}, "row 2: 公民身份号码: "),
        ({"人员类别": "团员"}, "row 2: 人员类别: "),
        ({"加入党组织日期": "2026年13月40日"}, "row 2: 加入党组织日期: "),
        ({"加入党组织日期": ""}, "row 2: 加入党组织日期: "),
        ({"转为正式党员日期": "2017-01-01"}, "row 2: 转为正式党员日期: "),
        ({"加入党组织日期": "2027-01-01", "转为正式党员日期": ""}, "row 2: 加入党组织日期: "),
        ({"姓名": "　"}, "row 2: 姓名: "),
        ({"所在党支部": "机关党委"}, "row 2: 所在党支部: "),
    ],
)
def test_one_wrong_cell_is_one_line_and_nothing_is_written(world, members, change, line):
    before = row_counts()
    refused(members(person(**change)), line)
    assert row_counts() == before


def test_one_wrong_row_keeps_the_right_ones_out(world, members):
    before = row_counts()
    refused(members(person("甲新", 41), person("乙新", 42, 人员类别="团员")), "row 3: 人员类别")
    assert row_counts() == before


def test_the_same_number_twice_or_under_another_name_is_an_error(world, members):
    line = refused(members(person("一", 43), person("二", 43)), "row 3: 公民身份号码: 与第 2 行")
    assert identity(43) not in line
    refused(members(person("别人", 1)), "row 2: 公民身份号码: 该身份证号已登记在另一姓名之下")


def test_a_remark_on_health_is_a_notice_only(world, members):
    code, out, _ = members(person(备注="长期病休"))
    assert code == 0 and "长期病休" in out
    member = Member.objects.get(name="新党员")
    assert member.remark == "长期病休" and member.exempt_from is None


def test_a_post_nobody_knows_is_a_notice(world, members):
    code, out, _ = members(person(党内职务="首席党务官"))
    assert code == 0 and "首席党务官" in out
    assert not Post.objects.filter(member__name="新党员").exists()


def test_a_member_moved_in_the_ledger_is_transferred_from_today(world, members):
    assert members(person())[0] == 0
    code, out, _ = members(person(所在党支部="乙处党支部"))
    assert code == 0 and "党员新增 0、更改 1" in out
    member = Member.objects.get(name="新党员")
    assert member.home == world.branch_b
    assert list(member.memberships.values_list("organisation", "ends")) == [
        (world.branch_a.pk, clock.today() - timedelta(days=1)),
        (world.branch_b.pk, None),
    ]
    before = row_counts()
    assert members(person(所在党支部="乙处党支部"))[0] == 0
    assert row_counts() == before


def test_a_corrected_date_of_joining_moves_the_start_of_an_imported_membership(world, members):
    assert members(person(加入党组织日期="2018-03-01"))[0] == 0
    assert members(person(加入党组织日期="2017-03-01"))[0] == 0
    member = Member.objects.get(name="新党员")
    assert member.joined_on == member.memberships.get().starts == date(2017, 3, 1)


def test_a_member_entered_by_hand_is_only_named(world, members):
    member_create(
        by=OPERATOR,
        branch=world.branch_a,
        name="手工登记",
        stage="full",
        joined_on=date(2018, 3, 1),
        full_on=date(2019, 3, 1),
        identity=identity(44),
    )
    before = row_counts()
    code, out, _ = members(person("手工登记", 44, 所在党支部="乙处党支部", 备注="别的"))
    assert code == 0 and "未按表更改：备注、党支部或党小组" in out
    assert row_counts() == before


def test_gb18030_and_headings_by_hand(world, tmp_path):
    heads = ["姓名", "公民身份号码", "甲列", "所在党支部", "加入党组织日期"]
    rows = [heads, ["𠮷丽", identity(45), "正式党员", "中共云川市测试局甲处支部委员会", "20180301"]]
    path = written(tmp_path, "members", rows, "gb18030")
    code, _, errors = run("import_members", path, column=["甲列=category"])
    assert (code, errors) == (0, [])
    assert Member.objects.get(name="𠮷丽").stage == "full"
    code, _, errors = run("import_members", path, column=["没有的列=category"])
    assert code == 1 and "没有的列" in errors[0]
    assert run("import_members", path, column=["甲列"])[0] == 1


def test_help_lists_the_fields(capsys):
    from members.management.commands.import_activities import Command

    text = Command().create_parser("manage.py", "import_activities").format_help()
    assert "absent_reason" in text and "--dry-run" in text and "--as" in text and "--column" in text


def test_attendance_is_made_for_the_roster_of_the_day(world, activities):
    assert activities(meeting(实到="2", 缺席人员及原因="乙三(病假)"))[0] == 0
    activity = Activity.objects.get(title="学习")
    states = {row.member.name: (row.state, row.reason) for row in activity.attendance.all()}
    assert states == {"乙一": ("present", ""), "乙二": ("present", ""), "乙三": ("leave", "病假")}
    assert (activity.chair.name, activity.recorder_name, activity.author) == ("乙一", "乙二", None)
    assert (activity.written_expected, activity.written_present) == (3, 2)


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


def staff_at(world, place):
    """An importer whose reach is one branch: no role of the product is that narrow, the grants can be."""
    row = Appointment.objects.create(
        user=world.outsider, role="committee_staff", organisation=world.places[place], starts=FOUNDED
    )
    access.sync_grants(row)
    return world.outsider


def test_a_row_naming_a_sister_branch_is_refused_under_the_importers_reach(world, members, activities):
    staff_at(world, "branch_a")
    before = row_counts()
    refused(
        members(person(所在党支部="乙处党支部"), username="outsider"), "row 2: 所在党支部: 没有找到党组织“乙处党支部”"
    )
    refused(activities(meeting(), username="outsider"), "row 2: 党组织: 没有找到党组织“乙处党支部”")
    assert row_counts() == before
    assert members(person(), username="outsider")[0] == 0
    assert AuditEntry.objects.get(verb="member.create", object_name="新党员").actor_id == world.outsider.pk


def test_a_sister_branch_is_answered_like_one_that_does_not_exist(world, activities):
    staff_at(world, "branch_a")
    there = refused(activities(meeting(党组织="乙处党支部"), username="outsider"), "row 2: 党组织")
    nowhere = refused(activities(meeting(党组织="丁处党支部"), username="outsider"), "row 2: 党组织")
    assert there.replace("乙处", "X").split("，是否为")[0] == nowhere.replace("丁处", "X").split("，是否为")[0]


def test_a_member_registered_outside_the_reach_is_not_pulled_in(world, members):
    staff_at(world, "branch_a")
    refused(members(person("乙一", 7), username="outsider"), "row 2: 公民身份号码: ")
    assert Member.objects.get(name="乙一").home == world.branch_b


def test_accounts_without_the_right_import_nothing(world, members):
    for username in ("secretary_a", "auditor", "nobody_at_all"):
        code, _, errors = members(person(), username=username)
        assert code == 1 and username in errors[0]


def test_rights_that_end_between_plan_and_write_stop_everything(world, tmp_path, monkeypatch):
    user = staff_at(world, "branch_a")
    path = written(tmp_path, "members", [MEMBER_HEADS, person()])
    from members.imports import agency

    planned = agency.plan_files

    def plan_then_lose(*args, **options):
        plans = planned(*args, **options)
        Appointment.objects.filter(user=user).update(ends=FOUNDED)
        access.sync_grants(Appointment.objects.get(user=user))
        return plans

    monkeypatch.setattr(agency, "plan_files", plan_then_lose)
    before = Member.objects.count()
    with pytest.raises(Exception) as refusal:
        import_files(user, {"members": (path, path.name)})
    assert type(refusal.value).__name__ in ("Http404", "Forbidden")
    assert Member.objects.count() == before


def test_somebody_elses_write_between_plan_and_write_makes_the_plan_anew(world, tmp_path, monkeypatch):
    path = written(tmp_path, "members", [MEMBER_HEADS, person("同时登记", 46)])
    from members.imports import agency

    planned, rounds = agency.plan_files, []

    def plan_then_meddle(*args, **options):
        plans = planned(*args, **options)
        rounds.append(1)
        if len(rounds) == 1:
            member_create(
                by=OPERATOR,
                branch=world.branch_a,
                name="同时登记",
                stage="full",
                joined_on=date(2018, 3, 1),
                identity=identity(46),
            )
        return plans

    monkeypatch.setattr(agency, "plan_files", plan_then_meddle)
    plans = import_files(OPERATOR, {"members": (path, path.name)})
    assert len(rounds) == 2 and plans[0].counts["unchanged"] == 1
    assert Member.objects.filter(name="同时登记").count() == 1


def test_a_unique_row_written_after_the_check_makes_the_plan_anew(world, tmp_path, monkeypatch):
    path = written(tmp_path, "members", [MEMBER_HEADS, person("抢先登记", 52)])
    from members.imports import agency

    write, rounds = agency.write_plans, []

    def collide_once(plans, by):
        rounds.append(1)
        if len(rounds) == 1:
            Member.objects.first().memberships.create(organisation=world.branch_a, starts=date(2026, 1, 1))
        return write(plans, by)

    monkeypatch.setattr(agency, "write_plans", collide_once)
    agency.import_files(OPERATOR, {"members": (path, path.name)})
    assert len(rounds) == 2 and Member.objects.filter(name="抢先登记").count() == 1


def test_known_names_come_from_any_row_also_from_a_wrong_one(world, tmp_path):
    files = {
        "members": written(tmp_path, "members", [MEMBER_HEADS, person("待改正", 47, 人员类别="团员")]),
        "activities": written(tmp_path, "activities", [ACTIVITY_HEADS, meeting(主持人="待改正")]),
    }
    plans = plan_files(OPERATOR, {ledger: (path, path.name) for ledger, path in files.items()})
    assert [(f.ledger, f.row, f.heading) for plan in plans for f in plan.faults] == [("members", 2, "人员类别")]


def test_other_sheets_of_the_same_form_are_named_and_can_be_chosen(world, tmp_path):
    from tests.branches.workbooks import workbook

    path = tmp_path / "members.xlsx"
    path.write_bytes(
        workbook(
            {
                "一支部": [MEMBER_HEADS, person("甲表", 48), person("甲表二", 49)],
                "二支部": [MEMBER_HEADS, person("乙表", 50)],
            }
        )
    )
    code, out, _ = run("import_members", path, verbosity=2)
    assert code == 0 and "同样格式的还有：二支部" in out
    assert run("import_members", path, sheet="二支部")[0] == 0
    assert set(Member.objects.filter(name__contains="表").values_list("name", flat=True)) == {"甲表", "甲表二", "乙表"}


def test_four_thousand_rows_come_in_with_flat_memory_and_few_statements(world, tmp_path, django_assert_max_num_queries):
    first = date(2015, 6, 1)
    rows = [
        meeting(日期=(first + timedelta(days=number)).isoformat(), 主题=f"第{number}次")
        for number in range(4000)
        if first + timedelta(days=number) <= clock.today()
    ]
    path = written(tmp_path, "activities", [ACTIVITY_HEADS, *rows])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with django_assert_max_num_queries(400):
        plans = import_files(OPERATOR, {"activities": (path, path.name)})
    assert plans[0].counts["new"] == len(rows) == Activity.objects.count()
    assert Attendance.objects.count() == 3 * len(rows)
    assert AuditEntry.objects.filter(verb="activity.import").count() == len(rows)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 150 * 1024, f"{grown} KB"


def test_organisations_are_untouched_by_a_members_import(world, members):
    before = list(Organisation.objects.order_by("pk").values_list("pk", "version", "lft", "rght"))
    assert members(person())[0] == 0
    assert before == list(Organisation.objects.order_by("pk").values_list("pk", "version", "lft", "rght"))
