"""Single rows of the ledger of members, typed in the test and imported into the standing world."""

import resource
from datetime import date, timedelta

import pytest

from branches.audit.models import AuditEntry
from branches.places.models.organisations import Organisation
from common import clock
from common.operator import OPERATOR
from members.activities.models import Activity, Attendance
from members.imports.agency import import_files
from members.roster.models.members import Member
from members.roster.models.posts import Post
from members.roster.services.members import member_create
from tests.members.imports.rows import ACTIVITY_HEADS, meeting, person, refused
from tests.members.imports.support import row_counts, run, written
from tests.world import FOUNDED, identity

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("number", ["123", "88886666", "1990000000"])
def test_a_phone_that_reaches_nobody_is_an_error_of_its_cell(number, world, members):
    before = row_counts()
    code, _, lines = members(person(手机号码=number))
    assert code == 1 and any("row 2" in line and "11 位手机号码" in line for line in lines), lines
    assert number not in lines[0] and row_counts() == before


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


@pytest.mark.parametrize(
    "cell, place, kind",
    [
        ("党组书记", "root", "secretary"),
        ("党组成员", "root", "commissioner"),
        ("机关党委专职副书记", "committee", "full_deputy"),
        ("机关党委副书记", "committee", "deputy"),
        ("机关党委委员", "committee", "commissioner"),
    ],
)
def test_a_seat_above_the_branch_comes_in_and_goes_out_as_the_cell_names_it(world, members, cell, place, kind):
    assert members(person(党内职务=cell))[0] == 0
    (post,) = Post.objects.filter(member__name="新党员")
    assert (post.organisation, post.kind, post.label) == (world.places[place], kind, cell)
    before = row_counts()
    assert members(person(党内职务=post.label))[0] == 0
    assert row_counts() == before


def test_an_officer_of_the_party_group_is_a_notice(world, members):
    code, out, _ = members(person(党内职务="党组组织委员"))
    assert code == 0 and "党组只设书记、副书记和成员。未保存为党内职务。" in out
    assert not Post.objects.filter(member__name="新党员").exists()


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


def test_four_thousand_rows_come_in_with_flat_memory_and_few_statements(world, tmp_path, django_assert_max_num_queries):
    first = date(2015, 6, 1)
    rows = [
        meeting(日期=(first + timedelta(days=number)).isoformat(), 主题=f"第{number}次")
        for number in range(4000)
        if first + timedelta(days=number) <= clock.today()
    ]
    path = written(tmp_path, "activities", [ACTIVITY_HEADS, *rows])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with django_assert_max_num_queries(430):
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
