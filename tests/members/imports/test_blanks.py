"""Empty workbooks go back in as they come; a ledger in the wrong place is recognised and nothing of it is read."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from branches.imports.recognise import recognise
from branches.places.models.organisations import Organisation
from members.activities.models import Activity
from members.imports.agency import LEDGERS
from members.roster.models.members import Member
from responsibilities.policies.imports.ledger import POLICY_LEDGER
from responsibilities.work.ledger import WORK_LEDGER
from tests.members.imports.rows import ACTIVITY_HEADS, MEMBER_HEADS, meeting, person
from tests.members.imports.support import applied, uploaded
from tests.members.imports.test_pages import page, table
from tests.paths import ROOT

pytestmark = pytest.mark.django_db
ORGANISATION = {"党组织全称": "中共云川市测试局丁处支部委员会", "简称": "丁处党支部", "组织类别": "党支部"} | {
    "上级党组织": "机关党委",
    "成立日期": "2020-05-06",
    "所在处室": "丁处",
}
FILLED = {
    "organisations": ORGANISATION,
    "members": dict(zip(MEMBER_HEADS, person())),
    "activities": dict(zip(ACTIVITY_HEADS, meeting())),
}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def blank(client, ledger):
    answer = client.get(f"/imports/blank/{ledger}/")
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def taken(client, start="/imports/", **files):
    return uploaded(client, start, **files)[1]


@pytest.mark.parametrize("ledger", LEDGERS)
def test_an_empty_workbook_holds_every_column_and_no_row(ledger, world, as_):
    client = as_("staff")
    book = blank(client, ledger)
    heads = [cell.value for cell in book.worksheets[0][1]]
    assert heads == [field.label for field in LEDGERS[ledger].fields] and book.worksheets[0].max_row == 1
    if ledger == "members":
        needs = {row[0].value: row[1].value for row in book["填写说明"].iter_rows() if row[0].value}
        assert (needs["姓名"], needs["加入党组织日期"], needs["备注"]) == ("必填", "党员必填", "可空")
    out = io.BytesIO()
    book.save(out)
    batch = taken(client, **{ledger: SimpleUploadedFile("空表.xlsx", out.getvalue())})
    assert batch.preview["rows"] == 0 and not batch.preview["writes"]
    # The sheet's name, and what to do: nobody is told that all is well.
    said = batch.preview["faults"][0][3]
    assert batch.preview["fault_count"] == 1 and "只有标题，没有数据" in said and book.worksheets[0].title in said


def test_three_workbooks_filled_in_go_back_in_unchanged(world, as_):
    client, files = as_("staff"), {}
    for ledger, values in FILLED.items():
        book = blank(client, ledger)
        sheet = book.worksheets[0]
        for cell in sheet[1]:
            if values.get(cell.value):
                sheet.cell(2, cell.column, values[cell.value])
        out = io.BytesIO()
        book.save(out)
        files[ledger] = SimpleUploadedFile(f"{ledger}.xlsx", out.getvalue())
    batch = taken(client, **files)
    assert "新增 3 条" in page(client, batch)
    assert applied(client, batch)[0].status_code == 302
    assert Organisation.objects.get(short_name="丁处党支部").parent == world.committee
    assert Member.objects.filter(name="新党员").count() == 1
    assert Activity.objects.filter(organisation=world.branch_b, title="学习").count() == 1


def offered(book, label):
    """Return the words of the drop-down of a column, wherever they stand."""
    sheet = book.worksheets[0]
    letter = next(cell.column_letter for cell in sheet[1] if cell.value == label)
    rules = sheet.data_validations.dataValidation
    rule = next(one for one in rules if str(one.sqref).startswith(f"{letter}2:") and one.type == "list")
    if rule.formula1.startswith('"'):
        return rule.formula1.strip('"').split(",")
    where, _, area = rule.formula1.partition("!")
    return [cell.value for row in book[where.strip("'")][area.replace("$", "")] for cell in row]


def test_drop_downs_hold_the_vocabularies_and_the_organisations_within_reach(world, as_):
    client = as_("staff")
    members = blank(client, "members")
    assert offered(members, "性别") == ["男", "女"]
    assert offered(members, "所在党支部") == ["甲处党支部", "乙处党支部", "丙中心党支部"]
    assert offered(members, "党小组") == ["第一党小组", "第二党小组"]
    organisations = blank(client, "organisations")
    assert "党总支" in offered(organisations, "组织类别") and "机关党委" in offered(organisations, "上级党组织")
    assert "主题党日" in offered(blank(client, "activities"), "活动类型")
    identity = next(cell for cell in members.worksheets[0][1] if cell.value == "公民身份号码")
    assert members.worksheets[0].column_dimensions[identity.column_letter].number_format == "@"


MEMBERS = [MEMBER_HEADS, person()]
ACTIVITIES = [ACTIVITY_HEADS, meeting()]
ORGANISATIONS = [list(ORGANISATION), list(ORGANISATION.values())]
WORK = [["名称", "类别", "牵头处室", "开始", "完成"], ["数据共享", "本单位重点", "综合处", "2026-01-05", "2026-12-20"]]


@pytest.mark.parametrize(
    ("given", "rows", "title", "url"),
    [
        ("organisations", MEMBERS, "党员台账", "/imports/#id_members"),
        ("organisations", ACTIVITIES, "活动台账", "/imports/#id_activities"),
        ("members", ORGANISATIONS, "党组织台账", "/imports/#id_organisations"),
        ("activities", MEMBERS, "党员台账", "/imports/#id_members"),
        ("members", WORK, "年度重点业务计划", "/sync/import/#id_work"),
        ("activities", WORK, "年度重点业务计划", "/sync/import/#id_work"),
    ],
)
def test_a_ledger_in_the_wrong_place_is_led_to_the_right_one(given, rows, title, url, world, as_):
    client = as_("staff")
    before = Organisation.objects.count(), Member.objects.count()
    batch = taken(client, **{given: table("台账.csv", *rows)})
    shown = page(client, batch)
    assert f"这份文件像是{title}" in shown and f'href="{url}"' in shown
    assert "未识别的标题" not in shown and "/apply/" not in shown and "核对结果" not in shown
    assert batch.preview["faults"] == [] and batch.preview["fault_count"] == 1 and not batch.preview["writes"]
    client.post(f"/imports/{batch.uid}/apply/")
    assert before == (Organisation.objects.count(), Member.objects.count())


def test_a_ledger_of_members_is_no_year_plan(world, as_):
    client = as_("staff")
    batch = taken(client, "/sync/import/", work=table("台账.csv", *MEMBERS))
    assert "这份文件像是党员台账" in client.get(f"/sync/import/{batch.uid}/").content.decode()


@pytest.mark.parametrize("command", ["import_organisations", "import_activities", "import_work"])
def test_commands_say_it_in_one_line(command, world, tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text("\n".join(",".join(row) for row in MEMBERS), encoding="utf-8-sig")
    with pytest.raises(CommandError):
        call_command(command, str(path))
    assert capsys.readouterr().err.strip() == "这份文件像是党员台账，没有按这里的台账读取。"


@pytest.mark.parametrize("folder", ["agency", "agency-restyled"])
def test_each_ledger_of_offices_is_recognised_as_itself(folder):
    from common.tabular import read_table

    for path in sorted((ROOT / "tests/data" / folder).iterdir()):
        ledger = LEDGERS.get(path.stem)
        if ledger is not None:
            found = recognise(read_table(path, path.name, ledger.fields, strict=False).words)
            assert found is not None and found.key == ledger.key, path


def test_the_headings_of_each_empty_workbook_are_recognised():
    for ledger in (*LEDGERS.values(), WORK_LEDGER, POLICY_LEDGER):
        found = recognise(field.label for field in ledger.fields)
        assert found is not None and found.key == ledger.key
