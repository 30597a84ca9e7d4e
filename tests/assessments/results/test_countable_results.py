"""The second version of the branch's scheme in the service: one fault once, points with their maximum, what is covered."""

import io
from collections import Counter
from datetime import date, datetime
from decimal import Decimal

import docx as docx_files
import openpyxl
import pytest
from django.utils import timezone

from assessments.reports import builder, documents, reading
from assessments.reports.docx import render as docx
from assessments.reports.extract import for_branches
from assessments.reports.xlsx import render as xlsx
from assessments.results.models import Result
from assessments.results.services import assessment_trial
from assessments.schemes.models import SchemeVersion
from common import clock
from common.periods import Period
from responsibilities.duties.models import Level
from tests.assessments.results.test_results import Q3, publish, quarter, run  # noqa: F401
from tests.responsibilities.duties.world import issue, make

pytestmark = pytest.mark.django_db


def reasons(score):
    return [(reason["kind"], Decimal(reason["points"])) for reason in score.reasons]


def test_a_duty_that_rests_on_a_requirement_is_scored_there_and_only_said_here(quarter):  # noqa: F811
    make(levels=[Level.BRANCH])
    issue()
    assessment = run(quarter)
    scores = {row.indicator: row for row in assessment.results.get(organisation=quarter.branch_b).scores.all()}
    duties = scores["duty-done"]
    elsewhere = [reason for reason in duties.reasons if reason["kind"] == "elsewhere"]
    # The lecture and September's theme day are missing: each costs in its own indicator and nothing here.
    assert sorted(reason["text"].partition("（已在")[2] for reason in elsewhere) == [
        "“主题党日”计分，这里不再扣）",
        "“党课”计分，这里不再扣）",
    ]
    assert {reason["points"] for reason in elsewhere} == {"0.00"}
    own = [reason["text"] for reason in duties.reasons if reason["kind"] != "elsewhere"]
    assert own and all("党费" in text for text in own), "the dues have no measure yet: their duty is scored by the list"
    targets = [
        tuple(reason["target"]) for row in scores.values() for reason in row.reasons if Decimal(reason["points"])
    ]
    assert max(Counter(targets).values()) == 1
    lost = sum(Decimal(reason["points"]) for row in scores.values() for reason in row.reasons)
    assert abs(lost - sum(row.maximum - row.points for row in scores.values() if row.points is not None)) <= Decimal(
        "0.1"
    )


def test_the_debriefing_is_scored_by_whether_it_was_held_in_time(quarter):  # noqa: F811
    with clock.at(timezone.make_aware(datetime(2027, 1, 20, 9))):
        scores = assessment_trial(by=quarter.staff, period=Period.parse("2026Q4")).results.get(
            organisation=quarter.branch_a
        )
    row = scores.scores.get(indicator="duty-debrief")
    # One due thing of the four from which the dimension weighs in full.
    assert (row.state, row.points, row.maximum) == ("known", 0, Decimal("0.5"))
    assert row.reasons[0]["target"][:3] == ["requirement", quarter.branch_a.pk, "oa-debrief"]
    # Hours of the year are judged once it is over.
    assert scores.scores.get(indicator="edu-hours").state == "known"


def test_pages_show_points_with_their_maximum_and_what_is_covered(quarter, as_):  # noqa: F811
    report = publish(quarter, run(quarter))
    result = Result.objects.get(organisation=quarter.branch_b)
    staff, own = as_("staff"), as_("secretary_b")
    page = own.get(f"/scores/{result.pk}/").content.decode()
    for text in ("得分率 64.3%", "得分 9.0 / 应计 14.0", "按已有数据覆盖 100 / 100 分", "暂不定等次"):
        assert text in page, text
    assert "不适用：党员教育管理 20 分" in page and "分摊到同一方面" not in page
    text = staff.get(f"/results/{result.assessment_id}/").content.decode()
    assert "64.3%" in text and "9.0 / 14.0" in text and "100 / 100" in text
    with clock.at(timezone.make_aware(datetime(2026, 10, 20, 12))):
        text = own.get("/scores/").content.decode()
    assert "64.3" in text and "9 / 14" in text and "100/100 分" in text
    text = staff.get(f"/reports/{report.pk}/").content.decode()
    assert "得分率" in text and "9.0/14.0" in text


def test_the_report_adds_up_and_no_mean_is_above_its_maximum(quarter):  # noqa: F811
    body = builder.build(run(quarter))
    assert reading.is_countable(body) and sum(Decimal(part["points"]) for part in body["dimensions"]) <= 100
    for row in body["branches"]:
        assert Decimal(row["points"]) <= Decimal(row["maximum"]) <= Decimal(row["covered"]) <= 100
        won = sum(Decimal(points) for points in row["scores"].values() if points)
        assert abs(won - Decimal(row["points"])) <= Decimal("0.3")
        assert row["score"] == str((Decimal(row["points"]) * 100 / Decimal(row["maximum"])).quantize(Decimal("0.1")))
    means = [row["mean"] for chapter in body["chapters"] for row in chapter["indicators"] if row["mean"]]
    assert means and all(0 <= Decimal(mean) <= 100 for mean in means)
    assert Decimal(body["summary"][0]["figure"]) == Decimal("54.8"), "the mean of 100.0, 64.3 and 0.0"
    assert docx(body) and xlsx(body)
    changed = builder.build(run(quarter))
    assert {row["rank"] for row in changed["branches"]} == {None}
    assert [row["name"] for row in changed["branches"]] == [row["name"] for row in body["branches"]]
    for one in (body, for_branches(body, [body["branches"][1]["key"]])):
        sheets = openpyxl.load_workbook(io.BytesIO(xlsx(one)))
        assert "名次" not in [cell.value for cell in sheets["支部得分"][1]]
        means = "平均得分率（%）" in [cell.value for cell in sheets["失分明细"][1]]
        page = documents.render(one, "html").decode()
        assert means == ("平均<br>得分率%" in page) == (one is body) and "名次" not in page
        read = docx_files.Document(io.BytesIO(docx(one)))
        assert means == any("得分率%" in cell.text for table in read.tables for cell in table.rows[0].cells)


def test_the_page_and_the_draft_of_a_report_rank_nobody(quarter, as_):  # noqa: F811
    made = run(quarter)
    draft = as_("committee_secretary").get(f"/results/{made.pk}/report/").content.decode()
    assert "支部得分表" in draft and "名次" not in draft
    report = publish(quarter, made)
    page = as_("committee_secretary").get(f"/reports/{report.pk}/").content.decode()
    assert "支部得分表" in page and "名次" not in page


def test_what_the_first_version_published_stays_as_it_was_and_is_not_compared(quarter, as_):  # noqa: F811
    newer = SchemeVersion.objects.get(key="tongbu-branch", version=2)
    SchemeVersion.objects.filter(key="tongbu-branch", version__gt=1).delete()
    report = publish(quarter, run(quarter))
    newer.in_force_from, newer.pk, newer._state.adding = date(2026, 10, 1), None, True
    newer.save()
    result = Result.objects.get(organisation=quarter.branch_b)
    assert (result.total, result.covered, report.body["counting"]) == (Decimal("64.3"), None, "spread")
    page = as_("secretary_b").get(f"/scores/{result.pk}/").content.decode()
    assert "分值按比例分摊" in page and "得分率" not in page and "覆盖" not in page
    text = as_("secretary_b").get("/scores/").content.decode()
    assert "<b>64.3</b>" in text and "64.3%" not in text
    with clock.at(timezone.make_aware(datetime(2027, 1, 20, 9))):
        later = builder.build(assessment_trial(by=quarter.staff, period=Period.parse("2026Q4")))
    assert later["counting"] == "countable" and later["comparison"] is None
    assert {row["change"] for row in later["branches"]} == {None} and later["overall"]["trend"] is None
    assert any("上期按方案第1版计算，两期的得分不作比较" in note for note in later["notes"])


def test_medians_and_places_stay_within_comparable_groups(quarter, as_):  # noqa: F811
    client = as_("committee_secretary")
    for place, group, day in (
        ("branch_a", "agency", "2026-01-01"),
        ("branch_b", "agency", "2026-09-30"),
        ("branch_c", "service", "2026-01-01"),
        # What holds later does not count for the quarter.
        ("branch_a", "retired", "2026-10-01"),
    ):
        url = f"/organisations/{getattr(quarter, place).pk}/group/"
        assert client.post(url, {"group": group, "starts": day}).status_code == 302
    assert client.post(url, {"group": "nothing", "starts": "2026-10-01"}).status_code == 422
    assert client.get(f"/organisations/{quarter.general.pk}/group/").status_code == 404
    assert "离退休支部" in client.get(f"/organisations/{quarter.branch_a.pk}/").content.decode()
    assessment = run(quarter)
    body = builder.build(assessment)
    rows = [(row["name"], row["group"]) for row in body["branches"]]
    assert rows == [
        ("甲处党支部", "机关支部"),
        ("乙处党支部", "机关支部"),
        ("丙中心党支部", "窗口和事业单位支部"),
    ]
    page = client.get(f"/results/{assessment.pk}/").content.decode()
    assert "机关支部" in page and "不足 5 个，不计中位数；全部 0.0 至 100.0" in page
    assert docx(body) and xlsx(body)
