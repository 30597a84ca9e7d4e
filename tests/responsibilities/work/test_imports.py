"""The year plan: read, previewed, written all or nothing; a second time nothing changes."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from common import clock
from members.imports.models import ImportBatch
from responsibilities.work.models import WorkItem
from tests.members.imports.support import applied, assigned, run, uploaded, written
from tests.responsibilities.work.support import department, form_of, stage_form

pytestmark = pytest.mark.django_db
START = "/sync/import/"
HEADS = [
    "序号", "重点业务名称", "类别", "牵头单位", "配合处室", "分管领导", "承办支部", "开始时间", "完成时限", "来源文件",
    "研究计划日期", "安排计划日期", "实施计划日期", "考核计划日期",
]  # fmt: skip
YEAR = clock.today().year


def row(name="能源保供", **changes):
    values = {
        "序号": "1",
        "重点业务名称": name,
        "类别": "市重点",
        "牵头单位": "能源处",
        "配合处室": "价格处",
        "分管领导": "leader 用户",
        "承办支部": "甲处党支部、乙处党支部",
        "开始时间": f"{YEAR}.1.5",
        "完成时限": f"{YEAR}年12月20日",
        "来源文件": "市政府工作报告",
        "研究计划日期": f"{YEAR}-01-10",
        "安排计划日期": f"{YEAR}-01-20",
        "实施计划日期": f"{YEAR}-03-01",
        "考核计划日期": "—",
    }
    return [(values | changes)[head] for head in HEADS]


@pytest.fixture(autouse=True)
def ground(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    department("能源处", world.branch_a)
    department("价格处", world.branch_b)


def upload(client, *rows):
    text = "\r\n".join(",".join(cells) for cells in [HEADS, *rows])
    answer, batch = uploaded(client, START, work=SimpleUploadedFile("年度计划.csv", text.encode("utf-8-sig")))
    assert answer.status_code == 302, answer.content.decode()
    return batch


def page(client, batch):
    answer = client.get(f"/sync/import/{batch.uid}/")
    assert answer.status_code == 200
    return answer


def test_a_plan_is_previewed_and_then_written(world, as_):
    client = as_("staff")
    batch = upload(client, row(), row("价格监测", 承办支部="", 牵头单位="价格处", 配合处室="", 分管领导="李某"))
    preview = page(client, batch)
    text = preview.content.decode()
    assert "新增 2 条" in text and not WorkItem.objects.exists()
    assert "没有这个名字的领导账号，按姓名保存" in text and "按牵头处室取“乙处党支部”" in text
    assert applied(client, batch, START)[0].status_code == 302
    first, second = WorkItem.objects.order_by("pk")
    assert (first.organisation, first.kind, first.lead.name, first.leader) == (
        world.root,
        "city",
        "能源处",
        world.leader,
    )
    assert [str(one) for one in first.helpers.all()] == ["价格处"]
    carriers = first.carriers.values_list("organisation", "leads")
    assert list(carriers) == [(world.branch_a.pk, True), (world.branch_b.pk, False)]
    planned = [str(stage.planned_on) for stage in first.stages.all()]
    assert planned == [f"{YEAR}-01-10", f"{YEAR}-01-20", f"{YEAR}-03-01", "None"]
    assert (second.leader, second.leader_name) == (None, "李某")
    assert second.carriers.get().organisation == world.branch_b
    assert "台账已导入" in page(client, batch).content.decode()
    assert ChangeMark.objects.filter(subject="work", organisation=world.branch_a).exists()


def test_the_same_plan_a_second_time_changes_nothing(as_):
    client = as_("staff")
    rows = row(), row("价格监测", 承办支部="", 牵头单位="价格处", 分管领导="")
    applied(client, upload(client, *rows), START)
    before = list(WorkItem.objects.values())
    entries = AuditEntry.objects.filter(verb__startswith="work.").count()
    again = upload(client, *rows)
    assert "台账与系统一致" in page(client, again).content.decode()
    applied(client, again, START)
    assert list(WorkItem.objects.values()) == before
    assert AuditEntry.objects.filter(verb__startswith="work.").count() == entries
    changed = upload(client, row(完成时限=f"{YEAR}-11-30"))
    assert "更改 1 条" in page(client, changed).content.decode()
    applied(client, changed, START)
    assert WorkItem.objects.count() == 2
    assert str(WorkItem.objects.get(name="能源保供").ends) == f"{YEAR}-11-30"


WRONG = [
    ({"牵头单位": "能源外"}, "牵头单位: 没有找到处室“能源外”。是否为“能源处”？"),
    ({"承办支部": "甲处支部"}, "是否为“甲处党支部”？"),
    ({"承办支部": "机关党委"}, "承办支部: “机关党委”不是党支部，不能承办。"),
    ({"类别": "县重点"}, "类别: 没有“县重点”这个类别"),
    ({"完成时限": f"{YEAR}-01-01"}, "完成时限: 完成日期不能早于开始日期。"),
    ({"开始时间": "1920-01-01"}, "开始时间: 日期 1920-01-01 超出合理范围"),
    ({"开始时间": "明年"}, "开始时间: “明年”不是日期"),
    ({"安排计划日期": f"{YEAR}-01-01"}, "计划日期应按研究、安排、实施、考核的先后"),
    ({"重点业务名称": ""}, "名称没有填写。"),
    ({"牵头单位": "/"}, "牵头单位: 牵头处室没有填写。"),
]


@pytest.mark.parametrize(("changes", "sentence"), WRONG)
def test_one_wrong_cell_is_one_line_and_nothing_is_written(tmp_path, changes, sentence):
    path = written(tmp_path, "plan", [HEADS, row("价格监测"), row(**changes)])
    code, _, lines = run("import_work", path)
    assert code == 1
    assert lines[0].startswith("row 3: ") and sentence in lines[0], lines
    assert lines[1] == "共 1 处有误，未写入任何内容。"
    assert not WorkItem.objects.exists()


def test_the_same_name_twice_in_one_file_is_a_fault(tmp_path):
    code, _, lines = run("import_work", written(tmp_path, "plan", [HEADS, row(), row()]))
    assert code == 1 and "与第 2 行重名" in lines[0]


def test_the_command_plans_writes_and_keeps_to_the_reach_of_an_account(world, tmp_path):
    path = written(tmp_path, "plan", [HEADS, row()])
    code, out, _ = run("import_work", path, "--dry-run")
    assert (code, WorkItem.objects.count()) == (0, 0) and "新增 1" in out
    for who in ("secretary_a", "discipline", "leader", "nobody"):
        assert run("import_work", path, "--as", who)[0] == 1
    assert run("import_work", path, "--as", "staff")[0] == 0
    assert WorkItem.objects.get().author == world.staff
    code, out, _ = run("import_work", path)
    assert code == 0 and "不变 1" in out


def test_headings_are_assigned_by_hand_and_a_batch_can_be_given_up(as_):
    client = as_("staff")
    heads = ["标的" if head == "重点业务名称" else head for head in HEADS]
    text = "\r\n".join(",".join(cells) for cells in [heads, row()])
    uploaded(client, START, work=SimpleUploadedFile("计划.csv", text.encode("utf-8-sig")))
    batch = ImportBatch.objects.get()
    form = page(client, batch).context["columns"]
    key = next(key for key, (_, heading) in form.headings.items() if heading == "标的")
    assert assigned(client, batch, {key: "name"}, START)[0].status_code == 302
    assert "新增 1 条" in page(client, batch).content.decode()
    assert client.post(f"/sync/import/{batch.uid}/discard/").status_code == 302
    batch.refresh_from_db()
    assert batch.state == "discarded"


def test_a_batch_of_a_plan_is_no_batch_of_ledgers_and_belongs_to_its_author(as_):
    client = as_("staff")
    batch = upload(client, row())
    assert client.get(f"/imports/{batch.uid}/").status_code == 404
    assert "年度计划.csv" not in client.get("/imports/").content.decode()
    assert "年度计划.csv" in client.get("/sync/import/").content.decode()
    assert as_("committee_secretary").get(f"/sync/import/{batch.uid}/").status_code == 404
    assert as_("secretary_a").get("/sync/import/").status_code == 404
    assert client.post("/sync/import/", {}).status_code == 200
    errors = client.post(f"/sync/import/{upload(client, row(类别='县重点')).uid}/errors/")
    assert io.BytesIO(errors.content).read(2) == b"PK"


def test_a_plan_names_what_it_would_overwrite_of_changes_made_by_hand(world, as_):
    client = as_("staff")
    applied(client, upload(client, row()), START)
    item = WorkItem.objects.get()
    earlier = upload(client, row(来源文件="市委文件"))
    assert "改过" not in page(client, earlier).content.decode(), "what the plan wrote itself is no change by hand"
    client.post(f"/sync/{item.pk}/edit/", form_of(item, name=item.name, ends=f"{YEAR}-12-28"))
    stage = item.stages.get(stage="arrangement")
    client.post(f"/sync/stages/{stage.pk}/", stage_form(planned_on=f"{YEAR}-02-02"))
    text = page(client, upload(client, row())).content.decode()
    assert "“能源保供”的这一项由staff 用户改过（12月28日），导入后改为12月20日。" in text
    assert "改过（2月2日），导入后改为1月20日。" in text
    applied(client, upload(client, row()), START)
    again = page(client, upload(client, row(完成时限=f"{YEAR}-12-01"))).content.decode()
    assert "更改 1 条" in again and "改过" not in again


def test_an_unknown_department_gets_the_nearest_name_or_no_column_of_suggestions(as_):
    client = as_("staff")
    near = page(client, upload(client, row(牵头单位="能源中心"))).content.decode()
    assert "是否为“能源处”？" in near and ">建议</th>" in near
    far = page(client, upload(client, row(牵头单位="督查室"))).content.decode()
    assert "没有找到处室“督查室”。" in far and ">建议</th>" not in far


def test_the_empty_sheet_filled_in_is_a_plan_that_the_import_reads(world, as_):
    client = as_("staff")
    answer = client.get("/sync/import/sheet/")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    heads = [cell.value for cell in book.active[1]]
    values = {"名称": "能源保供", "类别": "市重点", "牵头处室": "能源处", "承办支部": "甲处党支部"}
    values |= {"开始": f"{YEAR}-01-05", "完成": f"{YEAR}-12-20"}
    assert set(values) <= set(heads)
    book.active.append([values.get(head) for head in heads])
    out = io.BytesIO()
    book.save(out)
    answer, batch = uploaded(client, START, work=SimpleUploadedFile("计划.xlsx", out.getvalue()))
    assert answer.status_code == 302 and "新增 1 条，更改 0 条，可以导入" in page(client, batch).content.decode()
