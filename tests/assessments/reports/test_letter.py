"""The frozen report of chapters: its numbers hold together whatever the results, and every document says the same."""

import io
import json
import re
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import docx
import openpyxl
import pytest
from django.utils import timezone

from assessments.reports import annexes, builder, chapters, documents, reading, shape, steps
from assessments.reports.by_hand import entry_notes
from assessments.reports.moves import OTHER, SET, apportioned, change_of_means
from assessments.reports.paper import blocks_of, cell_text, paragraphs_of
from assessments.reports.wording import tight
from assessments.results.models import Assessment, AssessmentState, Result, Score
from assessments.results.selectors.scores import NOT_BUILT
from common import clock
from common.periods import Period
from responsibilities.duties.models import Level
from tests.assessments.reports.random_results import Maker, branches_of
from tests.responsibilities.duties.world import issue, make
from tests.responsibilities.work.random_work import build_work

pytestmark = pytest.mark.django_db
ANCHOR = "1:" + "a" * 64
TITLES = ["总体情况", "党建与业务融合", "责任落实", "支部建设", "主要问题", "下一步"]


def two_periods(world, seed, text="2026Q3", version=2, number=7):
    """The report of a period after another of the same version, with a branch that came and one that left."""
    branches, maker, period = branches_of(world, number), Maker(seed, version), Period.parse(text)
    with clock.at(timezone.make_aware(datetime(2026, 11, 20, 9))):
        maker.assessment(period.previous(), branches[1:])
        made = maker.assessment(period, branches[:-1], incomplete=seed % 2)
        return builder.build(made, anchor=ANCHOR)


def tables(report):
    return {block["key"]: block for block in blocks_of(report) if block["kind"] == "table"}


def column(table, place):
    return [cell_text(row[place]) for row in table["rows"]]


CASES = [(seed, text, version) for seed in range(4) for text, version in (("2026Q3", 2), ("2026Q3", 1))]
CASES += [(5, "2026H1", 2), (6, "2026H2", 1), (7, "2026", 2), (8, "2026", 1)]


@pytest.mark.parametrize("seed, text, version", CASES)
def test_no_mean_is_above_its_maximum_and_parts_add_up_to_their_whole(world, seed, text, version):
    build_work(world, seed, items=6)
    report = two_periods(world, seed, text, version)
    assert shape.check(json.loads(json.dumps(report))) == report
    moves = report["moves"]
    assert sum(Decimal(row["effect"]) for row in moves["indicators"]) == Decimal(moves["change"])
    assert Decimal(moves["now"]) - Decimal(moves["before"]) == Decimal(moves["change"])
    compared = [row for row in report["branches"] if row["change"] is not None]
    assert len(compared) == moves["compared"] == len(moves["branches"])
    came = sum(Decimal(row["effect"]) for row in moves["indicators"] if row["name"] == SET)
    assert sum(Decimal(row["effect"]) for row in moves["branches"]) + came == Decimal(moves["change"])
    assert cell_text(tables(report)["groups"]["rows"][-1][-1]) == reading.signed(moves["change"])
    assert all(rows[-1][-1] == reading.signed(moves["change"]) for _, rows, _ in annexes.moves_tables(report))
    for row in report["branches"]:
        parts = [(row["scores"][key], row.get("maxima", {}).get(key)) for key in row["scores"]]
        assert all(Decimal(points) <= Decimal(most) for points, most in parts if points and most)
        if row["score"] and row.get("points"):
            assert Decimal(row["points"]) <= Decimal(row["maximum"]) and Decimal(row["score"]) <= 100
    for chapter in report["chapters"]:
        for row in chapter["indicators"]:
            most = Decimal(100) if report["counting"] == "countable" else Decimal(row["maximum"])
            assert row["mean"] is None or Decimal(row["mean"]) <= most
            assert row["points"] is None or Decimal(row["points"]) <= Decimal(row["maximum"])
    _tables_add_up(report)


def _tables_add_up(report):
    found = tables(report)
    if "stages" in found:
        for place in range(1, 6):
            *parts, whole = column(found["stages"], place)
            assert sum(map(int, parts)) == int(whole)
        for row in found["stages"]["rows"]:
            due, same, late, missing, _ = map(int, row[1:])
            assert due == same + late + missing
    if "levels" in found:
        for place in range(1, 6):
            *parts, whole = column(found["levels"], place)
            assert sum(map(int, parts)) == int(whole)
    *groups, whole = column(found["groups"], 1)
    assert sum(map(int, groups)) == int(whole) == sum(row["score"] is not None for row in report["branches"])
    for place in range(2, 2 + len(report["dimensions"])):
        cells = [cell for cell in column(found["groups"], place) if "/" in cell]
        assert all(Decimal(cell.split("/")[0]) <= Decimal(cell.split("/")[1]) for cell in cells)
    for key in ("problems", "steps"):
        if key in found:
            assert column(found[key], 0) == [str(number) for number in range(1, len(found[key]["rows"]) + 1)]
    assert len(found["steps"]["rows"]) == len(report["actions"]) if "steps" in found else report["actions"] == []


def test_every_chapter_is_numbered_in_its_order_and_its_tables_through(world):
    report = two_periods(world, 1)
    assert [section["title"] for section in report["sections"]] == TITLES
    captions = [block["caption"] for block in blocks_of(report) if block["kind"] == "table"]
    assert [caption.partition("　")[0] for caption in captions] == [
        f"表{number}" for number in range(1, len(captions) + 1)
    ]
    said = " ".join(block["text"] for block in paragraphs_of(report).values())
    assert "〔表" not in said
    text = docx.Document(io.BytesIO(documents.render(report, "docx")))
    heads = [p.text for p in text.paragraphs if p.style.name == "Heading 1"]
    assert heads == [f"{number}、{title}" for number, title in zip("一二三四五六", TITLES, strict=True)]


def test_page_document_and_workbook_show_the_same_totals(world):
    build_work(world, 3, items=8)
    report = two_periods(world, 3, number=9)
    page = re.sub(r"<[^>]+>|\s", "", documents.render(report, "html").decode())
    word = docx.Document(io.BytesIO(documents.render(report, "docx")))
    paper = "".join(p.text for p in word.paragraphs)
    cells = {re.sub(r"\s", "", cell.text) for table in word.tables for row in table.rows for cell in row.cells}
    for block in paragraphs_of(report).values():
        text = re.sub(r"\s", "", tight(block["text"]))
        assert text in re.sub(r"\s", "", paper) and text in page
    for block in tables(report).values():
        for row in block["rows"]:
            assert {re.sub(r"\s", "", tight(cell_text(cell))) for cell in row} <= cells
    book = openpyxl.load_workbook(io.BytesIO(documents.render(report, "xlsx")))
    scores = {row[1]: row[2] for row in book["支部得分"].iter_rows(min_row=2, values_only=True)}
    assert {row["name"]: float(row["score"]) for row in report["branches"] if row["score"]} == {
        name: float(score) for name, score in scores.items() if not isinstance(score, str)
    }
    moved = list(book["平均变化"].iter_rows(min_row=2, values_only=True))
    assert sum(round(row[3] * 10) for row in moved) == round(float(report["moves"]["change"]) * 10)
    steps = [row[1] for row in book["下一步"].iter_rows(min_row=2, values_only=True)]
    assert steps == [row["text"] for row in report["actions"]]
    problems = [row[1] for row in book["主要问题"].iter_rows(min_row=2, values_only=True)]
    assert problems == [row["text"] for row in report["problems"]]


@pytest.mark.parametrize("text, since", [("2026Q3", "上季度"), ("2026H2", "上一个半年"), ("2026", "上年")])
def test_a_period_is_compared_with_the_one_before_of_its_kind(world, text, since):
    report = two_periods(world, 2, text)
    words = paragraphs_of(report)
    assert since in words["mean"]["text"]
    assert report["moves"] is not None and "影响" in words["cause"]["text"]
    assert report["title"] == f"关于{Period.parse(text).label()}机关党建考核情况的报告"


@pytest.mark.parametrize("text", ["2026Q3", "2026H2", "2026"])
def test_what_another_version_computed_is_not_compared_and_said_so(world, text):
    period, branches = Period.parse(text), branches_of(world, 5)
    Maker(1, version=1).assessment(period.previous(), branches)
    report = builder.build(Maker(2, version=2).assessment(period, branches), anchor=ANCHOR)
    assert report["moves"] is None and {row["change"] for row in report["branches"]} == {None}
    assert report["overall"]["trend"] is None and report["comparison"] is None
    assert paragraphs_of(report)["cause"]["text"] == "上期按方案第1版计算，两期的得分不作比较。"


def test_three_years_are_set_beside_one_another_only_as_far_as_one_version_reaches(world):
    branches = branches_of(world, 5)
    for year, version in ((2023, 1), (2024, 2), (2025, 2)):
        Maker(year, version).assessment(Period.parse(str(year)), branches)
    report = builder.build(Maker(9).assessment(Period.parse("2026"), branches), anchor=ANCHOR)
    trend = paragraphs_of(report)["trend"]["text"]
    assert trend.startswith("近 3 期平均得分率：2024年度 ") and "2023" not in trend


def test_a_first_report_says_that_there_is_nothing_to_compare(world):
    report = builder.build(Maker(4).assessment(Period.parse("2026Q1"), branches_of(world, 4)), anchor=ANCHOR)
    assert paragraphs_of(report)["cause"]["text"] == "没有已发布的上期结果，本期不作比较。"
    assert annexes.MOVES not in {annex.key for annex in annexes.annexes_of(report)}


def test_a_branch_that_came_or_left_is_named_as_a_source_of_the_change(world):
    effects = set()
    for seed in range(6):
        report = two_periods_at(world, seed)
        effects |= {row["name"] for row in report["moves"]["indicators"] if not row["key"]}
    assert SET in effects


def two_periods_at(world, seed):
    Score.objects.all()._raw_delete("default")
    Result.objects.all()._raw_delete("default")
    Assessment.objects.all()._raw_delete("default")
    return two_periods(world, seed, number=6)


@pytest.mark.parametrize(
    "parts, whole",
    [
        (["0.04", "0.04", "0.04"], "0.1"),
        (["-1.25", "-1.25", "2.5"], "0.0"),
        (["1/3", "1/3", "1/3"], "1.0"),
        (["-0.05", "-0.05"], "-0.1"),
        ([], "0.0"),
    ],
)
def test_parts_in_tenths_add_up_to_the_whole(parts, whole):
    found = apportioned([Fraction(part) for part in parts], Decimal(whole))
    assert sum(found, Decimal(0)) == Decimal(whole)
    assert all(
        abs(Fraction(part) - Fraction(shown)) <= Fraction(1, 10) for part, shown in zip(parts, found, strict=True)
    )


def test_a_report_whose_parts_do_not_add_up_is_refused(world):
    report = two_periods(world, 1)
    report["moves"]["indicators"][0]["effect"] = "9.9"
    with pytest.raises(shape.WrongShape, match="moves"):
        shape.check(report)
    broken = two_periods_at(world, 1)
    tables(broken)["groups"]["rows"][0].pop()
    with pytest.raises(shape.WrongShape, match="列数"):
        shape.check(broken)


def test_nothing_is_said_of_branches_that_is_worse_above_and_no_record_is_asked_to_be_made_up(world):
    build_work(world, 5, items=8)
    report = two_periods(world, 5, number=9)
    said = json.dumps([report["opening"], report["sections"]], ensure_ascii=False)
    for word in ("补齐", "补造", "后进", "落后", "未开展"):
        assert word not in said
    found = tables(report)
    if "levels" in found:
        shares = [(row[0], int(row[5]), int(row[2])) for row in found["levels"]["rows"][:-1]]
        most = max(Fraction(late, due) for _, late, due in shares)
        worst = [name for name, late, due in shares if Fraction(late, due) == most]
        assert not most or all(name in paragraphs_of(report)["levels"]["text"] for name in worst)


def indicators_told(report):
    return [text.partition("：")[0] for row in report["problems"] if "：应计" in (text := row["text"])]


def test_duties_of_branches_that_are_behind_are_a_problem_and_a_step_as_those_of_any_level(world):
    before = indicators_told(two_periods(world, 5, "2026Q1", number=9))
    make(levels=[Level.PARTY_GROUP, Level.COMMITTEE, Level.GENERAL_BRANCH, Level.BRANCH])
    issue()
    report = two_periods(world, 5, number=9)
    found = tables(report)["levels"]
    levels = dict(zip(column(found, 0)[:-1], map(int, column(found, 5)[:-1]), strict=True))
    assert levels["党支部"] > 0
    for rows, said in ((report["problems"], "{}到期责任"), (report["actions"], "办结{}逾期的责任")):
        texts = [row["text"] for row in rows]
        named = [name for name, late in levels.items() if any(text.startswith(said.format(name)) for text in texts)]
        assert named == [name for name, late in levels.items() if late], texts
    assert not any(row["text"].startswith("责任清单：") for row in report["problems"])
    # Once is enough: what the duties that are named rest on is no problem of its own beside them.
    twice = {"支部党员大会", "支委会", "党小组会", "主题党日", "党课"}
    assert twice & {*before} and not twice & {*indicators_told(report)}, (before, indicators_told(report))


def test_a_longer_text_than_a_special_document_is_warned_of(world):
    report = two_periods(world, 1)
    assert reading.length_warning(report) == "" and 1000 < reading.characters(report) < 4000
    paragraphs_of(report)["mean"]["text"] += "述" * 4000
    assert reading.length_warning(report).startswith("正文约")


def test_of_no_complete_result_the_chapters_still_stand(world):
    made = Maker(1).assessment(Period.parse("2026Q3"), branches_of(world, 3), incomplete=3, state=AssessmentState.TRIAL)
    report = builder.build(made)
    assert [section["title"] for section in report["sections"]] == TITLES
    assert documents.render(report, "docx") and documents.render(report, "html")
    assert OTHER not in json.dumps(report["sections"], ensure_ascii=False)


def test_a_change_of_means_is_the_difference_of_the_shown_means():
    # The mean of the changes is 0.0, but 80.0 follows 80.1.
    now, before = ("80.1", "80.0", "80.0"), ("80.1", "80.1", "80.0")
    assert change_of_means([(Decimal(one), Decimal(other)) for one, other in zip(now, before, strict=True)]) == Decimal(
        "-0.1"
    )
    assert change_of_means([]) is None


@pytest.mark.parametrize(
    "planned, due", [(date(2027, 1, 6), date(2027, 1, 6)), (date(2026, 11, 1), date(2026, 11, 27))]
)
def test_no_deadline_lies_before_the_day_of_what_is_asked(planned, due):
    gap = SimpleNamespace(
        ahead=SimpleNamespace(planned=planned, kind="assessment", name=""),
        worst=SimpleNamespace(stage=1),
        name="流程再造",
        leader="分管领导",
        who="甲处党支部",
        places=[1],
        url="/work/1/",
    )
    step = steps._gap_step(SimpleNamespace(day=date(2026, 11, 27)), gap, date(2026, 12, 11))
    assert step.due == due


def test_shares_are_rounded_half_up():
    assert chapters._share(9, 40) == "23%" and chapters._share(1, 3) == "33%" and chapters._share(0, 0) == "—"


def test_every_level_behind_is_told_the_upper_ones_first_the_rest_in_one_row_with_their_wholes(world):
    make()
    issue()
    report = two_periods(world, 5, "2026", number=9)
    places = [column(tables(report)["levels"], place)[:-1] for place in (0, 2, 5)]
    rows = [(name, int(due), int(late)) for name, due, late in zip(*places, strict=True)]
    behind = [row for row in rows if row[2]]
    assert len(behind) > steps.MOST_LEVELS
    own, others = behind[: steps.MOST_LEVELS - 1], behind[steps.MOST_LEVELS - 1 :]
    said = [row["text"] for row in report["problems"]]
    assert [text.partition("：")[0] for text in said[: len(own)]] == [
        f"{name}到期责任{due}项，逾期{late}项" for name, due, late in own
    ]
    total = sum(late for _, _, late in others)
    whole = "、".join(f"{name}{due}项中{late}项" for name, due, late in others)
    assert said[len(own)] == f"其余各级逾期{total}项：{whole}"
    step = report["actions"][len(own)]
    assert step["text"].startswith(f"办结其余各级逾期的责任{total}项：") and step["places"] and step["leader"]


def test_names_without_a_measure_are_as_many_as_the_number_says(world):
    maker = Maker(1)
    with clock.at(timezone.make_aware(datetime(2026, 11, 20, 9))):
        made = maker.assessment(Period.parse("2026Q3"), branches_of(world, 3), state=AssessmentState.TRIAL)
        for name in ("书记、支委培训", "党费收缴"):
            one = Score.objects.filter(result__assessment=made).exclude(note=NOT_BUILT).first()
            Score.objects.filter(result__assessment=made, indicator=one.indicator).update(name=name, note=NOT_BUILT)
        report = builder.build(made, anchor=ANCHOR)
    (note,) = [note for note in report["notes"] if "尚未计量" in note]
    number, names = re.match(r"(\d+)项指标尚未计量（(.+)），", note).groups()
    assert len(names.split("；")) == int(number) == 2 and "书记、支委培训" in names.split("；")
    assert f"{number}项指标尚未计量" in tight(paragraphs_of(report)["opening"]["text"])


def test_whom_one_quota_takes_a_grade_from_stand_in_one_note():
    said = "优秀名额 2 个（参评 6 个），按得分没有列入"
    rows = [Result(organisation_name=name, grade="良好", body={"quota": said}) for name in ("甲处", "乙处")]
    rows.append(Result(organisation_name="丙处", grade="合格", body={"quota": said}))
    assert entry_notes(rows) == [f"甲处、乙处：{said}，定为良好。", f"丙处：{said}，定为合格。"]
