"""Ledgers of three offices, and of the next ones: other headings, orders, sheets and levels."""

import datetime
import json
import random

import pytest

from branches.places.ledger import ORGANISATIONS
from common.tabular import Field, UnreadableFile, read_table
from members.activities.ledger import ACTIVITIES
from members.imports.agency import LEDGERS
from members.roster.ledger import MEMBERS
from tests.common.tabular.workbooks import workbook
from tests.paths import DATA

PEOPLE = [
    ["张三", "99533119960520204X", "正式党员", "办公室党支部", "2020-01-02", "男"],
    ["李四", "991850196706262315", "预备党员", "人事处党支部", "2021.3.4", "女"],
    ["王五", "99514519900506869X", "正式党员", "办公室党支部", "20190506", "男"],
]
HEADS = ["姓名", "公民身份号码", "人员类别", "所在党支部", "入党时间", "性别"]


def read(rows, fields=MEMBERS, **options):
    sheets = rows if isinstance(rows, dict) else {"Sheet1": rows}
    return read_table(workbook(sheets), "a.xlsx", fields, **options)


@pytest.mark.parametrize("office", ["agency", "agency-restyled"])
def test_each_office_is_read_whole(office):
    expected = json.loads((DATA / office / "expected_counts.json").read_text())
    for ledger, fields in [(key, found.fields) for key, found in LEDGERS.items()]:
        path = next((DATA / office).glob(f"{ledger}.*"))
        table = read_table(path, path.name, fields)
        assert len(table.rows) == expected[ledger]
        assert set(table.how.values()) == {"exact"}
        assert set(table.unknown) <= {"序号"}
        assert table.others == []


def test_the_broken_office_keeps_its_wrong_rows_under_their_numbers():
    counts = {"organisations": 48, "members": 189, "activities": 665}
    for ledger, number, heading in json.loads((DATA / "agency-broken" / "expected_errors.json").read_text()):
        table = read_table(DATA / "agency-broken" / f"{ledger}.xlsx", f"{ledger}.xlsx", LEDGERS[ledger].fields)
        assert len(table.rows) == counts[ledger]
        assert number in {row.number for row in table.rows}
        assert heading in table.matched.values()


def test_the_columns_of_any_order_give_the_same_rows():
    rng = random.Random(7)
    for _ in range(8):
        order = rng.sample(range(6), 6)
        table = read([[row[i] for i in order] for row in [HEADS, *PEOPLE]])
        assert [r.values["name"] for r in table.rows] == ["张三", "李四", "王五"]
        assert [r.values["joined_on"] for r in table.rows] == ["2020-01-02", "2021.3.4", "20190506"]


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        (["名 字", "证件号码", "政治面貌", "组织关系所在党支部", "入党年月", "男女", "出生年月"],
         ["name", "identity", "category", "branch", "joined_on", "sex", "birth_date"]),
        (["*姓名", "身份证号（18位）", "党员类型", "支部名称：", "加入党\n组织时间",
          "性 别", "生日"],
         ["name", "identity", "category", "branch", "joined_on", "sex", "birth_date"]),
        (["1.党员姓名", "居民身份证号码", "人员类型", "所属党组织", "加入中国共产党日期(年/月/日)",
          "性别", "出生年月日"],
         ["name", "identity", "category", "branch", "joined_on", "sex", "birth_date"]),
    ],
)  # fmt: skip
def test_members_under_other_headings(headings, fields):
    table = read([["名册"], headings, *[[*row, "1990-01-01"] for row in PEOPLE]])
    for heading, name in zip(headings, fields, strict=True):
        assert table.matched[name].replace("\n", "") == heading.replace("\n", "")
    assert len(table.rows) == 3


def test_organisations_and_activities_under_other_headings():
    table = read(
        [
            ["单位名称", "隶属关系", "党组织类型", "组建时间", "换届到期时间", "对应处室"],
            ["甲党支部", "机关党委", "党支部", "2020-1-1", "2027-1-1", "甲处"],
        ],
        ORGANISATIONS,
    )
    assert set(table.matched) == {"name", "parent", "kind", "founded", "term_ends", "department"}
    table = read(
        [
            [
                "开展时间",
                "主办支部",
                "组织生活类别",
                "会议主题",
                "召开地点",
                "会议主持人",
                "记录员",
                "应参加人数",
                "实际参加人数",
                "请假人员",
                "请假原因",
                "会议记录",
            ],
            ["2026-1-1", "甲党支部", "党课", "学习", "三楼", "张三", "李四", 5, 4, "王五", "病假", "……"],
        ],
        ACTIVITIES,
    )
    # The state, the month that is made up for, and what a training says stand in the export alone.
    assert set(table.matched) == {f.name for f in ACTIVITIES} - {"state", "makes_up", "last_day", "hours"}
    assert table.matched["absent_reason"] == "请假原因"


def test_two_levels_of_headings_with_and_without_merged_cells():
    rows = [
        ["活动台账", *[None] * 7],
        ["活动", None, "支部", "会议类型", "参会人数", None, "缺席", None],
        ["日期", "主题", None, None, "应到", "实到", "人员", "原因"],
        ["2026-1-1", "学习", "甲党支部", "党课", 5, 4, "王五", "病假"],
    ]
    merges = ["A1:H1", "A2:B2", "C2:C3", "D2:D3", "E2:F2", "G2:H2"]
    for sheet in ((rows, merges), rows):
        table = read({"台账": sheet}, ACTIVITIES)
        assert table.matched == {
            "date": "日期",
            "topic": "主题",
            "organisation": "支部",
            "kind": "会议类型",
            "expected": "应到",
            "present": "实到",
            "absent": "人员",
            "absent_reason": "原因",
        }
        assert [r.number for r in table.rows] == [4]
        assert table.rows[0].values["expected"] == 5


def test_equal_leaves_under_different_parents_are_told_apart():
    table = read(
        [
            ["姓名", "身份证号", "类别", "支部", "入党", None, "转正", None],
            [None] * 4 + ["日期", "介绍人", "日期", "备注情况"],
            ["张三", "99533119960520204X", "正式党员", "甲", "2020-1-1", "李四", "2021-1-1", None],
        ]
    )
    assert table.matched["joined_on"] == "入党日期"
    assert table.matched["full_on"] == "转正日期"
    assert table.rows[0].values["full_on"] == "2021-1-1"
    assert "介绍人" in table.unknown


def test_dates_of_different_meaning_are_not_confused():
    heads = [
        "姓名",
        "身份证号",
        "类别",
        "支部",
        "申请入党日期",
        "出生日期",
        "入职日期",
        "党内职务",
        "行政级别",
        "入团时间",
    ]
    with pytest.raises(UnreadableFile) as caught:
        read([heads, ["张三"] * 10])
    assert "“加入党组织日期”（加入党组织日期=joined_on）" in str(caught.value)
    assert "申请入党日期" in str(caught.value)
    assert "--column" in str(caught.value)
    with pytest.raises(UnreadableFile, match="“日期”"):
        read([["出生日期", "党组织", "活动类型", "应到", "实到"], ["1990-1-1", "甲", "党课", 1, 1]], ACTIVITIES)
    table = read(
        [
            ["日期", "党组织", "活动类型", "应到", "实到", "缺席人数", "主题", "上级党组织", "填报日期"],
            ["2026-1-1", "甲", "党课", 1, 1, 0, "a", "b", "c"],
        ],
        ACTIVITIES,
    )
    assert table.unknown == ["缺席人数", "上级党组织", "填报日期"]


def test_a_misspelt_heading_is_taken_as_alike():
    table = read([["姓名", "公民身份正号码", "人员类别", "所在党支部", "加入党组只日期"], *[r[:5] for r in PEOPLE]])
    assert table.how["identity"] == table.how["joined_on"] == "alike"


def test_a_column_without_a_telling_heading_is_known_by_its_values():
    table = read([["姓名", "代码", "人员情况说明项", "所在党支部", "入党时间"], *[r[:5] for r in PEOPLE]])
    assert table.matched["identity"] == "代码"
    assert table.how["identity"] == table.how["category"] == "by content"


def test_a_heading_named_by_hand_goes_before_all_others():
    rows = [
        ["姓名", "本名", "身份证号", "类别", "支部", "入伍时间"],
        ["三哥", "张三", "99533119960520204X", "正式党员", "甲", "2020-1-1"],
    ]
    table = read(rows, columns={"本 名": "name", "入伍时间": "joined_on"})
    assert table.rows[0].values["name"] == "张三"
    assert table.how["name"] == "by hand"
    assert table.unknown == ["姓名"]
    with pytest.raises(UnreadableFile, match="没有标题“曾用名”"):
        read(rows, columns={"曾用名": "name"})
    with pytest.raises(UnreadableFile, match="没有名为“nom”的字段"):
        read(rows, columns={"姓名": "nom"})


def test_rows_that_are_no_records_are_left_out_and_reported():
    rows = [
        ["名册"], ["截至2026年11月"], HEADS, [1, 2, 3, 4, 5, 6],
        ["（示例）", "99", "正式党员", "甲", "2020", "男"],
        PEOPLE[0], [None] * 6, ["小计", "办公室党支部 1人"], HEADS, PEOPLE[1], ["合计：2人"],
        [" ", None, "\u3000"], PEOPLE[2],
        ["总 计", 3], ["填报人：赵六", None, "审核人：钱七"], ["注：本表一式两份。"],
        ["备注说明", None], ["一、按实填写"],
    ]  # fmt: skip
    table = read(rows)
    assert [r.number for r in table.rows] == [6, 10, 13]
    assert len(table.dropped) == 10
    assert dict(table.dropped)[9] == "重复的标题"


def test_a_row_with_one_value_missing_or_only_a_name_is_still_a_record():
    table = read([HEADS, [None, *PEOPLE[0][1:]], ["张三"], ["注生", *PEOPLE[1][1:]]])
    assert [r.number for r in table.rows] == [2, 3, 4]
    assert table.rows[0].values["name"] is None


def test_the_ledger_is_found_among_guides_examples_and_hidden_sheets():
    table = read(
        {
            "填表说明": [["一、姓名如实填写"], ["姓名", "必填"], ["身份证号", "18位"]],
            "填写示例": [HEADS, PEOPLE[0]],
            "旧~": [HEADS, *PEOPLE, *PEOPLE],
            "党员": [["册"], HEADS, *PEOPLE],
            "统计": [["支部", "人数"], ["甲", 3]],
        }
    )
    assert table.sheet == "党员"
    assert len(table.rows) == 3


def test_a_second_sheet_of_the_same_form_is_named_and_can_be_chosen():
    sheets = {"2026": [HEADS, *PEOPLE], "2025": [HEADS, *PEOPLE[:2]]}
    table = read(sheets)
    assert (table.sheet, table.others) == ("2026", ["2025"])
    assert len(read(sheets, sheet="2025").rows) == 2
    with pytest.raises(UnreadableFile, match="没有名为"):
        read(sheets, sheet="2024")


def test_a_cell_merged_over_several_rows_holds_for_each_of_them():
    rows = [HEADS, PEOPLE[0], [*PEOPLE[1][:3], None, *PEOPLE[1][4:]], PEOPLE[2]]
    table = read({"a": (rows, ["D2:D3"])})
    assert [r.values["branch"] for r in table.rows] == ["办公室党支部"] * 3


def test_a_section_line_merged_across_the_table_is_no_record():
    rows = [HEADS, ["办公室党支部（2人）", *[None] * 5], PEOPLE[0], PEOPLE[1]]
    table = read({"a": (rows, ["A2:F2"])})
    assert [r.number for r in table.rows] == [3, 4]


def test_a_heading_twice_is_refused_when_both_columns_are_filled():
    with pytest.raises(UnreadableFile, match="“姓名”出现了 2 次"):
        read([[*HEADS, "姓名"], [*PEOPLE[0], "别名"]])
    assert read([["姓名", *HEADS], [None, *PEOPLE[0]]]).rows[0].values["name"] == "张三"


def test_without_strict_a_missing_column_is_listed():
    table = read([["姓名", "性别"], ["张三", "男"]], strict=False)
    assert table.missing == ["identity", "category", "branch", "joined_on"]
    assert len(table.rows) == 1


@pytest.mark.parametrize("rows", [[[None]], [["只有标题"]], [["甲", "乙"], ["1", "2"]]])
def test_a_sheet_without_the_table_is_refused_with_what_was_seen(rows):
    with pytest.raises(UnreadableFile, match="。$"):
        read(rows)


def test_values_keep_their_types():
    day = datetime.datetime(2026, 1, 8)
    table = read([["甲", "乙"], [day, 19900005664]], [Field("a", "甲", required=True), Field("b", "乙")])
    assert table.rows[0].values == {"a": day, "b": 19900005664}


def test_fields_of_one_ledger_share_no_heading():
    for fields in [ledger.fields for ledger in LEDGERS.values()]:
        headings = [h for f in fields for h in f.headings]
        assert len(headings) == len(set(headings))


def test_a_row_that_only_completes_two_headings_is_no_record():
    heads = ["姓名", "身份证号", "类别", "支部", "入党", "转正"]
    table = read([heads, [None] * 4 + ["时间", "时间"], [*PEOPLE[0][:5], "2021-1-2"]])
    assert [r.number for r in table.rows] == [3]
    assert (table.matched["joined_on"], table.matched["full_on"]) == ("入党时间", "转正时间")


def test_two_levels_and_notes_in_a_text_file():
    text = (
        "组织生活台账,,,,\n会议,,支部,出席情况,\n时间,类型,,应到,实到\n"
        "2026-1-1,党课,甲党支部,5,4\n合计,,,5,4\n填报人：张三,,审核人：李四,,\n"
    )
    table = read_table(text.encode("gb18030"), "台账.csv", ACTIVITIES)
    assert list(table.matched) == ["date", "organisation", "kind", "expected", "present"]
    assert [(r.number, r.values["present"]) for r in table.rows] == [(4, "4")]
    assert table.dropped == [(5, "合计"), (6, "说明")]
