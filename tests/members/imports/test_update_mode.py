"""Only new rows, or old ones changed too: old and new cell by cell, what the file leaves out, equal errors together."""

import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from branches.audit.models import AuditEntry
from branches.imports.report import CellError, grouped
from branches.jobs.models import ChangeMark
from branches.places.models.organisations import Organisation
from common.fields import reveal
from common.numbers import masked
from common.operator import OPERATOR
from members.activities.models import Activity
from members.roster.models.members import Member
from members.roster.services.members import member_create, member_update
from tests.members.imports.rows import ACTIVITY_HEADS, MEMBER_HEADS, meeting, person
from tests.members.imports.support import applied, assigned, uploaded
from tests.world import identity

pytestmark = pytest.mark.django_db
OLD_PHONE, NEW_PHONE = "13812345678", "13812995678"
ORG_HEADS = ["党组织全称", "简称", "组织类别", "上级党组织", "成立日期"]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def held(world):
    """甲一 as a ledger names him: with a number, a phone, and entered by hand."""
    member = world.people("branch_a")[0]
    member_update(by=OPERATOR, member=member, identity=identity(40), phone=OLD_PHONE, education="大学本科")
    return Member.objects.get(pk=member.pk)


def table(heads, *rows):
    text = "\r\n".join(",".join(row) for row in (heads, *rows))
    return SimpleUploadedFile("台账.csv", text.encode("utf-8-sig"))


def page(client, batch, query=""):
    answer = client.get(reverse("import_preview", args=[batch.uid]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def exported(client, name, batch):
    answer = client.post(reverse(f"import_{name}", args=[batch.uid]))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    return [tuple("" if cell is None else cell for cell in row) for row in sheet.iter_rows(min_row=3, values_only=True)]


def row_of_a(**changes):
    values = {"加入党组织日期": "", "转为正式党员日期": "", "手机号码": NEW_PHONE, "备注": "老同志", **changes}
    return person("甲一", 40, **values)


HEADS = [*MEMBER_HEADS, "学历"]


def test_only_new_changes_nothing_recorded_and_says_what_differs(as_, world, held):
    client = as_("staff")
    rows = ([*row_of_a(加入党组织日期=str(held.joined_on)), "研究生"], [*person("新党员", 60), ""])
    _, batch = uploaded(client, members=table(HEADS, *rows), mode="add")
    text = page(client, batch)
    assert "新增 1 条，更改 0 条，可以导入" in text and "选择了只新增，不更改" in text and "手机号码" in text
    applied(client, batch)
    before = held.version
    held.refresh_from_db()
    assert (held.version, held.education) == (before, "大学本科") and Member.objects.filter(name="新党员").exists()


def test_update_shows_old_and_new_of_each_cell_masked_and_writes_exactly_that(as_, world, held):
    client = as_("staff")
    rows = [[*row_of_a(加入党组织日期=str(held.joined_on)), "研究生"], [*person("新党员", 60), ""]]
    _, batch = uploaded(client, members=table(HEADS, *rows), mode="update")
    text = page(client, batch)
    assert "新增 1 条，更改 1 条，可以导入" in text and "更改对照" in text and "有人工登记或修改的内容" in text
    assert exported(client, "changes", batch) == [
        ("党员", 2, "甲一", "学历", "大学本科", "研究生", "是"),
        ("党员", 2, "甲一", "备注", "", "老同志", "是"),
        ("党员", 2, "甲一", "手机号码", masked(OLD_PHONE), masked(NEW_PHONE), "是"),
    ]
    assert OLD_PHONE not in text and NEW_PHONE not in text and "（空）" in text
    kept = str([line.data for line in batch.lines.all()])
    assert OLD_PHONE not in kept and NEW_PHONE not in kept
    marks = ChangeMark.objects.count()
    _, batch = applied(client, batch)
    assert batch.state == "applied" and "已更改" in page(client, batch)
    held.refresh_from_db()
    assert (held.education, held.remark, reveal(held, "phone")) == ("研究生", "老同志", NEW_PHONE)
    # Cells that are empty in the file stay as they were.
    assert held.stage == "full" and held.full_on is not None
    entry = AuditEntry.objects.get(verb="member.update", actor_id=world.staff.pk)
    assert entry.object_id == held.pk and ChangeMark.objects.count() > marks
    _, again = uploaded(client, members=table(HEADS, *rows), mode="update")
    assert "台账与系统一致" in page(client, again) and again.preview["change_count"] == 0


def test_what_changed_since_the_preview_stops_the_import_and_names_its_rows(as_, world, held):
    client = as_("staff")
    rows = [[*person("新党员", 60), ""], [*row_of_a(加入党组织日期=str(held.joined_on)), "研究生"]]
    _, batch = uploaded(client, members=table(HEADS, *rows), mode="update")
    # Both look the same when masked.
    member_update(by=OPERATOR, member=held, phone="13812885678")
    assert masked("13812885678") == masked(OLD_PHONE)
    _, batch = applied(client, batch)
    assert batch.state == "ready" and "第 3 行所指的记录在核对之后被人改动，未写入任何内容" in page(client, batch)
    assert not Member.objects.filter(name="新党员").exists()
    _, batch = applied(client, batch)
    held.refresh_from_db()
    assert batch.state == "applied" and reveal(held, "phone") == NEW_PHONE


def test_somebody_registered_since_the_preview_is_not_changed_unseen(as_, world):
    client = as_("staff")
    _, batch = uploaded(client, members=table(MEMBER_HEADS, person("新党员", 60, 备注="转来")), mode="update")
    assert batch.preview["ledgers"][0]["counts"]["new"] == 1
    member_create(
        by=OPERATOR,
        branch=world.branch_a,
        name="新党员",
        stage="full",
        joined_on=date(2018, 3, 1),
        identity=identity(60),
    )
    _, batch = applied(client, batch)
    assert batch.state == "ready" and batch.preview["change_count"] == 1
    assert Member.objects.get(name="新党员").remark == ""


def test_without_a_number_name_and_branch_are_the_key(as_, world):
    applicant = member_create(by=OPERATOR, branch=world.branch_a, name="申请人", stage="applicant")
    client = as_("staff")
    row = person("申请人", 61, 人员类别="入党申请人", 加入党组织日期="", 转为正式党员日期="", 备注="转正材料齐")
    _, batch = uploaded(client, members=table(MEMBER_HEADS, row), mode="add")
    assert batch.preview["ledgers"][0]["counts"]["new"] == 0
    _, batch = uploaded(client, members=table(MEMBER_HEADS, row), mode="update")
    cells = exported(client, "changes", batch)
    assert [(cell[3], cell[4], cell[5]) for cell in cells] == [
        ("备注", "", "转正材料齐"),
        ("公民身份号码", "", masked(identity(61))),
    ]
    applied(client, batch)
    applicant.refresh_from_db()
    assert reveal(applicant, "identity") == identity(61) and Member.objects.filter(name="申请人").count() == 1


def test_people_of_the_files_branches_who_are_not_in_it_are_listed_and_stay(as_, world, held):
    client = as_("staff")
    others = Member.objects.filter(home=world.branch_a).exclude(pk=held.pk)
    row = [*row_of_a(加入党组织日期=str(held.joined_on)), ""]
    _, batch = uploaded(client, members=table(HEADS, row), mode="update")
    names = {row[1] for row in exported(client, "missing", batch)}
    assert names == set(others.values_list("name", flat=True)) and "只列出，不删除" in page(client, batch)
    before = Member.objects.count()
    applied(client, batch)
    assert Member.objects.count() == before


def test_an_empty_sheet_is_named_and_what_to_do_about_it(as_):
    client = as_("staff")
    _, batch = uploaded(client, organisations=table(ORG_HEADS))
    said = page(client, batch)
    assert "只有标题，没有数据，请从标题的下一行起填写" in said and "1 处有误" in said and not batch.preview["writes"]
    # Of a file without anything at all, too; on the phone each mistake is a card with its columns named.
    _, batch = uploaded(client, organisations=table([]))
    assert "没有内容，请在第一行写标题、从第二行起填写" in page(client, batch)
    assert "is-stacked" in said and 'data-label="原因"' in said


def test_organisations_are_updated_and_those_below_that_are_not_named_are_listed(as_, world):
    client = as_("staff")
    rows = [
        ["中共云川市测试局机关委员会", "机关党委", "机关党委", "局党组", ""],
        ["中共云川市测试局甲处支部委员会", "甲处新支部", "党支部", "机关党委", "2015-06-01"],
    ]
    sheet = lambda: table(ORG_HEADS, *rows)  # noqa: E731
    _, batch = uploaded(client, organisations=sheet(), mode="add")
    assert not batch.preview["writes"] and "没有可以新增的内容" in page(client, batch)
    # The other mode, on the same upload.
    _, batch = assigned(client, batch, {"mode": "update"})
    changes = [row[3:6] for row in exported(client, "changes", batch)]
    assert changes == [("简称", "甲处党支部", "甲处新支部"), ("成立日期", "2015-05-20", "2015-06-01")]
    missing = {row[1] for row in exported(client, "missing", batch)}
    assert {"乙处党支部", "直属单位党总支", "丙中心党支部"} <= missing and "甲处党支部" not in missing
    _, batch = applied(client, batch)
    branch = Organisation.objects.get(pk=world.branch_a.pk)
    assert (batch.state, branch.short_name, branch.founded) == ("applied", "甲处新支部", date(2015, 6, 1))
    assert AuditEntry.objects.filter(verb="organisation.update", object_id=branch.pk, actor_id=world.staff.pk).exists()


@pytest.mark.parametrize("mode", ["add", "update"])
def test_a_record_that_is_accepted_is_never_changed_and_known_again(as_, world, mode):
    client = as_("staff")
    _, first = uploaded(client, activities=table(ACTIVITY_HEADS, meeting()), mode=mode)
    applied(client, first)
    before = list(Activity.objects.values())
    rows = (meeting(主题="换了题目"), meeting(日期="2026-09-11"))
    _, batch = uploaded(client, activities=table(ACTIVITY_HEADS, *rows), mode=mode)
    assert "新增 1 条，更改 0 条" in page(client, batch) and "已登记的活动不由导入更改" in page(client, batch)
    applied(client, batch)
    assert Activity.objects.count() == 2 and [row for row in Activity.objects.values() if row in before] == before


def test_the_pages_of_changes_and_a_wrong_page_number(as_, world):
    people = world.people("branch_a") + world.people("branch_b") + world.people("branch_c")
    rows = []
    for number, member in enumerate(people, start=40):
        member_update(by=OPERATOR, member=member, identity=identity(number))
        home = Organisation.objects.get(pk=member.home_id)
        values = {
            "所在党支部": home.short_name,
            "人员类别": "预备党员" if member.stage == "probationary" else "正式党员",
        }
        rows.append(
            person(
                member.name, number, **values, 备注="第一批", 加入党组织日期=str(member.joined_on), 转为正式党员日期=""
            )
        )
    client = as_("staff")
    _, batch = uploaded(client, members=table(MEMBER_HEADS, *rows), mode="update")
    assert batch.preview["change_count"] == len(people)
    for query in ("", "?page=1", "?page=99", "?page=x"):
        assert "更改对照" in page(client, batch, query)


# --- equal errors together


def error(row, sentence="没有填写。", heading="姓名"):
    return CellError("members", row, "name", heading, sentence)


def test_equal_errors_are_one_line_with_their_rows():
    groups = grouped([error(15), error(12), error(3, "太长。"), error(15), error(0, "整份", "")])
    assert [(g.sentence, g.rows_text) for g in groups] == [
        ("整份", ""),
        ("太长。", "第 3 行"),
        ("没有填写。", "第 12、15 行"),
    ]
    (group,) = grouped(error(row) for row in range(2, 342))
    assert group.rows_text == "第 2、3、4、5、6、7、8、9、10、11 … 行（共 340 行）"


def test_many_errors_are_grouped_on_the_page_and_whole_in_the_file(as_):
    client = as_("staff")
    rows = [person(f"新{n}", 60 + n, 人员类别="团员") for n in range(30)]
    rows += [person(f"名{n}", 100 + n, 所在党支部=f"外地{n}支部") for n in range(205)]
    _, batch = uploaded(client, members=table(MEMBER_HEADS, *rows))
    text = page(client, batch)
    assert "235 处有误" in text and "… 行（共 30 行）" in text and "还有 6 条，见导出的错误清单" in text
    assert len(batch.preview["faults"]) == 200
    lines = exported(client, "errors", batch)
    assert len(lines) == 235 and [line[1] for line in lines] == list(range(2, 237))


def test_who_moves_leaves_his_seat_and_a_second_secretary_is_told_of(as_, world, held):
    client = as_("staff")
    day = str(held.joined_on)
    moved = row_of_a(所在党支部="乙处党支部", 党内职务="党支部书记", 加入党组织日期=day)
    _, batch = uploaded(client, members=table(MEMBER_HEADS, moved), mode="update")
    text = page(client, batch)
    assert "乙处党支部已有书记（乙一），导入后同时任职，请核对。" in text
    assert "甲处党支部书记" in text and "乙处党支部书记" in text
    applied(client, batch)
    ends = {post.organisation.pk: post.ends is None for post in held.posts.all()}
    assert ends == {world.branch_a.pk: False, world.branch_b.pk: True}
