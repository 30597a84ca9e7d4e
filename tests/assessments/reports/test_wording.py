from decimal import Decimal as D

import pytest

from assessments.reports import wording


@pytest.mark.parametrize(
    "rows, sentence",
    [
        ([], "没有逾期事项。"),
        ([("能源处", 0)], "没有逾期事项。"),
        ([("能源处", 2), ("社会处", 0)], "能源处逾期 2 项。"),
        ([("社会处", 1), ("能源处", 4), ("a", 1), ("b", 1), ("c", 1)], "5 个支部逾期 8 项，能源处最多。"),
        ([("社会处", 3), ("能源处", 3), ("a", 1)], "3 个支部逾期 7 项，社会处、能源处最多。"),
        ([("社会处", 2), ("能源处", 2)], "2 个支部逾期 4 项。"),
    ],
)
def test_overdue_findings_name_who_has_most(rows, sentence):
    assert wording.overdue(rows) == sentence


def test_missing_records_are_not_called_undone():
    rows = [("社会处", 2), ("能源处", 3), ("信息中心", 1)]
    assert wording.missing("支委会", rows) == "支委会 3 个支部共 6 次未见记录，能源处最多。"
    assert wording.missing("支委会", [("社会处", 2)]) == "社会处支委会 2 次未见记录。"
    assert wording.missing("支委会", []) == "支委会均有记录。"


def test_the_mean_tells_its_change_and_its_streak():
    means = [D("85.1"), D("84.6"), D("85.2"), D("86.3"), D("86.8")]
    changes = [D(1)] * 11 + [D(-1)] * 6
    assert wording.mean_score("quarter", means, changes) == (
        "各党支部平均 86.8 分，比上季度提高 0.5 分，连续三个季度上升；11 个支部上升，6 个下降。"
    )
    assert wording.mean_score("year", [D("86.8")], []) == "各党支部平均 86.8 分。"
    assert wording.mean_score("month", [D("86.8"), D("86.8")], [D(0)]) == "各党支部平均 86.8 分，与上月持平。"
    assert wording.mean_score("quarter", [D(90), D(88)], [D(-2)]) == (
        "各党支部平均 88 分，比上季度下降 2 分；1 个支部下降。"
    )


def test_holders_of_a_grade_are_compared_with_the_last_period():
    assert wording.grade_holders("优秀", ["人事处", "法规处"], ["人事处", "投资处", "综合处"]) == (
        "人事处、法规处 2 个支部评为优秀，比上季度少 1 个；投资处、综合处本期未达到优秀。"
    )
    assert wording.grade_holders("优秀", []) == "没有支部评为优秀。"
    many = [str(n) for n in range(9)]
    assert wording.grade_holders("优秀", many, many) == "0、1、2等 9 个支部评为优秀，与上季度数量相同。"


def test_low_scores_are_said_as_a_fact_without_a_label():
    assert wording.below(80, [("能源处", D(-5)), ("社会处", D(-2))]) == "能源处、社会处得分低于 80 分，均比上季度下降。"
    assert wording.below(80, [("能源处", None)]) == "能源处得分低于 80 分。"
    assert wording.below(80, []) == "各支部得分均在 80 分以上。"


def test_closure_names_the_stage_where_the_gaps_are():
    gaps = {"同步研究": (1, 0), "同步实施": (3, 1), "同步考核": (0, 1)}
    assert wording.sync_closure(19, 31, gaps, 16) == (
        "重点业务四同步闭环 19 项（共 31 项），比上季度多 3 项；缺口集中在同步实施环节，滞后 3 项、缺失 1 项。"
    )
    assert wording.sync_closure(31, 31, {"同步研究": (0, 0)}) == "重点业务四同步闭环 31 项（共 31 项）。"
    assert wording.sync_closure(0, 0, {}) == "期内没有重点业务。"


def test_unknown_is_said_to_be_unknown():
    assert wording.unknown([("信息中心", ["党费收缴"]), ("社会处", [])]) == (
        "信息中心的党费收缴没有数据，按未知处理，不计零分，总分暂不完整。"
    )
    assert wording.unknown([]) == ""


def test_titles_of_charts_are_findings():
    bands = [(70, 75, 2), (75, 80, 1), (80, 85, 3), (85, 90, 5), (90, 95, 3), (95, 100, 3)]
    assert wording.distribution_title(bands) == "8 个支部在 80 至 90 分之间"
    assert wording.distribution_title([(0, 100, 3)]) == "3 个支部在 0 至 100 分之间"
    assert wording.distribution_title([]) == "还没有得分"
    rows = [("投资评审中心", D("3.5")), ("能源处", D("-5.5")), ("法规处", D(0))]
    assert wording.comparison_title(rows) == "投资评审中心上升 3.5 分，能源处下降 5.5 分"
    assert wording.comparison_title([("法规处", D(0))]) == "各支部得分与上期持平"


def test_the_chapter_of_a_branch_says_where_its_points_went():
    lost = [("组织生活", D("3.0")), ("四同步", D("4.5")), ("责任落实", D("4.4"))]
    assert wording.branch_chapter(D("88.0"), "良好", lost, D("-2.5")) == (
        "得分 88.0 分，等次良好，比上季度下降 2.5 分。失分集中在四同步，占全部失分的 38%。"
    )
    assert wording.branch_chapter(D("100.0"), "优秀", [("组织生活", D(0))]).endswith("没有失分。")
    assert wording.branch_chapter(None, None, []) == "有指标没有数据，总分暂不完整。"


def test_the_heaviest_losses_come_first():
    rows = [("支委会缺1次", D("0.5")), ("缺同步研究", D("3.5")), ("加分", D(-1)), ("党课补办", D("0.8"))]
    assert wording.main_losses(rows) == ["缺同步研究", "党课补办"]


@pytest.mark.parametrize(
    "text, shown",
    [
        ("5 个支部逾期 8 项，能源处最多。", "5个支部逾期8项，能源处最多。"),
        ("占 38% 以上，比上期 −5.5 分", "占38%以上，比上期−5.5分"),
        ("a b GB/T 9704", "a b GB/T 9704"),
    ],
)
def test_print_sets_figures_without_spaces(text, shown):
    assert wording.tight(text) == shown


@pytest.mark.parametrize(
    "number, text", [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (45, "四十五"), (100, "100")]
)
def test_numerals_of_headings(number, text):
    assert wording.numeral(number) == text
