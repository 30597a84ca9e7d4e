"""Targets as a sheet: in with every fault by row or not at all, out and in again the same; the letter of each organisation."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document

from assessments.targets.models import Target
from common import clock
from common.tabular.writer import write_xlsx
from tests.assessments.targets.support import plan_at, stages_of, target_of

pytestmark = pytest.mark.django_db
HEADS = [
    "序号",
    "目标",
    "类型",
    "方面",
    "计量项",
    "应达",
    "单位",
    "权重",
    "责任组织",
    "责任领导",
    "阶段",
    "时限",
    "标准",
]


def book(*rows, heads=HEADS):
    file = io.BytesIO()
    write_xlsx(rows, heads, file)
    return SimpleUploadedFile("目标.xlsx", file.getvalue())


def rows_of(answer):
    sheet = openpyxl.load_workbook(
        io.BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    )
    return [[cell.value for cell in row] for row in sheet.active.iter_rows()]


def test_a_sheet_comes_in_with_stages_and_aims_above_aims(world, as_):
    plan = plan_at(world.committee)
    year = plan.year
    file = book(
        ["1", "思想建设", "定量", "思想建设", "", "", "", "60", "本组织", "", "", "", ""],
        [
            "1.1",
            "党课",
            "定量",
            "思想建设",
            "activities.lecture",
            "不低于 40",
            "次",
            "100",
            "党支部（分解）",
            "",
            "",
            "",
            "",
        ],
        [
            "2",
            "联学机制",
            "定性",
            "制度建设",
            "",
            "",
            "",
            "40",
            "党支部、党总支",
            "",
            "40%",
            f"{year}-06-30",
            "形成方案",
        ],
        ["", "", "", "", "", "", "", "", "", "", "60%", f"{year}-12-20", "形成制度"],
    )
    answer = as_("staff").post(reverse("target_import", args=[plan.pk]), {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    first, lecture, mechanism = Target.objects.order_by("code")
    assert (first.measure, first.split, lecture.parent, lecture.split, lecture.planned) == (
        "",
        "own",
        first,
        "divided",
        40,
    )
    assert mechanism.applies == ["branch", "general_branch"] and mechanism.kind == "qualitative"
    assert list(mechanism.stages.values_list("part", "criterion")) == [(40, "形成方案"), (60, "形成制度")]


def test_every_fault_stands_with_its_row_and_nothing_is_written(world, as_):
    plan = plan_at(world.committee)
    target_of(plan, code="7")
    file = book(
        ["1", "学习", "定量", "思想建设", "不存在的计量", "40", "次", "60", "党支部", "", "", "", ""],
        ["2", "到会", "定量", "思想建设", "requirement.life-theme-day", "140", "%", "40", "党支部", "", "", "", ""],
        ["3", "机制", "定性", "制度建设", "", "", "", "十", "党支部", "", "", f"{plan.year}-06-30", "形成方案"],
        ["7", "党课", "定量", "思想建设", "activities.lecture", "4", "次", "10", "党支部", "无此人", "", "", ""],
    )
    url = reverse("target_import", args=[plan.pk])
    page = as_("staff").post(url, {"file": file})
    text = page.content.decode()
    assert page.status_code == 422
    for said in (
        "第 2 行“计量项”：没有“不存在的计量”这个计量项",
        "第 4 行“权重”",
        "第 5 行“责任领导”：领导分工中没有“无此人”",
    ):
        assert said in text, said
    right = book(
        ["2", "到会", "定量", "思想建设", "requirement.life-theme-day", "140", "%", "40", "党支部", "", "", "", ""],
        ["3", "机制", "定性", "制度建设", "", "", "", "10", "党支部", "", "", f"{plan.year}-06-30", "形成方案"],
        ["7", "党课", "定量", "思想建设", "activities.lecture", "4", "次", "10", "党支部", "", "", "", ""],
        ["9.1", "党课", "定量", "思想建设", "activities.lecture", "4", "次", "10", "党支部", "", "", "", ""],
    )
    text = as_("staff").post(url, {"file": right}).content.decode()
    for said in (
        "第 2 行“应达”：应达比例在 0 至 100 之间。",
        "第 3 行“标准”：定性目标至少分两个阶段。",
        "第 4 行“序号”：序号“7”已有。",
        "第 5 行“序号”：没有序号为“9”的上级目标",
    ):
        assert said in text, said
    assert Target.objects.count() == 1
    assert as_("staff").post(url, {"file": SimpleUploadedFile("目标.pdf", b"%PDF-1.4")}).status_code == 422


def test_what_goes_out_comes_in_again_the_same(world, as_):
    plan = plan_at(world.committee)
    target_of(plan, planned=Decimal(4), direction="at_most", weight=Decimal(50))
    days = [clock.today().replace(month=12, day=day) for day in (5, 20)]
    target_of(
        plan, name="联学", kind="qualitative", measure="", planned=None, weight=Decimal(50), stages=stages_of(*days)
    )
    out = rows_of(as_("staff").post(reverse("target_export")))
    head = next(number for number, row in enumerate(out) if "序号" in row)
    file = book(*out[head + 1 :], heads=out[head])

    def told():
        fields = ("code", "name", "kind", "field", "measure", "direction", "planned", "weight", "split", "applies")
        stages = ("stages__part", "stages__due", "stages__criterion")
        return list(Target.objects.order_by("code", "stages__order").values_list(*fields, *stages))

    before = told()
    Target.objects.all().delete()
    answer = as_("staff").post(reverse("target_import", args=[plan.pk]), {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    assert told() == before
    empty = as_("staff").get(reverse("target_sheet", args=[plan.pk]))
    assert rows_of(empty)[0] == HEADS


def test_each_organisation_has_its_letter_on_screen_and_as_a_file(world, as_):
    plan = plan_at(world.committee)
    target_of(plan)
    target_of(plan, name="闭环", split="own", applies=[], measure="sync.closure", planned=Decimal(80), code="2")
    type(plan).objects.filter(pk=plan.pk).update(state="issued", issued_on=clock.today())
    url = reverse("target_plan_print", args=[plan.pk])
    page = as_("staff").get(url, {"organisation": world.branch_a.pk}).content.decode()
    assert world.branch_a.name in page and "党课不少于 40 次" in page and "闭环" not in page
    letter = reverse("target_letter", args=[plan.pk]) + f"?organisation={world.branch_a.pk}"
    answer = as_("staff").post(letter)
    document = Document(io.BytesIO(answer.content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert any("党课不少于 40 次" in text for text in cells) and not any("闭环" in text for text in cells)
    # A sister's letter is not found: the address shows one's own.
    sister = as_("secretary_b").post(letter)
    assert world.branch_b.name in "".join(row.text for row in Document(io.BytesIO(sister.content)).paragraphs)


def test_units_and_percentages_of_a_workbook_are_read_as_its_cells_show_them(world, as_):
    plan = plan_at(world.committee)
    rate = "requirement.life-theme-day"
    file = book(
        ["1", "到会", "定量", "思想建设", rate, 0.9, "%", 0.4, "党支部", "", "", "", ""],
        ["2", "按期", "定量", "思想建设", rate, "不低于 95%", "%", 0.3, "党支部", "", "", "", ""],
        ["3", "党课", "定量", "思想建设", "activities.lecture", "40次", "次", 0.3, "党支部", "", "", "", ""],
    )
    answer = as_("staff").post(reverse("target_import", args=[plan.pk]), {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    assert list(Target.objects.order_by("code").values_list("planned", "weight")) == [(90, 40), (95, 30), (40, 30)]


def test_a_row_that_lost_its_name_is_named_so_and_what_is_below_a_wrong_one_is_not_blamed(world, as_):
    plan = plan_at(world.committee)
    divided = ["3", "到会", "定量", "思想建设", "requirement.life-theme-day", "90", "%", "1", "党支部（分解）"]
    divided += [""] * 4
    file = book(
        ["1", "学习", "定量", "思想建设", "activities.lecture", "-3", "次", "100", "党支部", "", "", "", ""],
        ["1.1", "党课", "定量", "思想建设", "activities.lecture", "4", "次", "100", "党支部", "", "", "", ""],
    )
    url = reverse("target_import", args=[plan.pk])
    page = as_("staff").post(url, {"file": file}).content.decode()
    assert "1 处有误，没有导入" in page and "上级目标" not in page
    file = book(
        ["1", "学习", "定量", "思想建设", "activities.lecture", "3", "次", "60", "党支部", "", "", "", ""],
        ["2", "", "定量", "思想建设", "activities.lecture", "4", "次", "40", "党支部", "", "", "", ""],
        divided,
    )
    page = as_("staff").post(url, {"file": file}).content.decode()
    assert "第 3 行“目标”：目标没有填写。" in page and "标准没有填写" not in page
    file = book(divided)
    assert "第 2 行“责任组织”：比例不能分解为总量" in as_("staff").post(url, {"file": file}).content.decode()
    assert not Target.objects.exists()
