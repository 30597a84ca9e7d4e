"""Half-years and years by the schemes as they are shipped: heard, frozen, published, and each beside the one before it; all
results are counted from records."""

import io
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import docx
import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from assessments.hearing.services import assessment_freeze, assessment_send
from assessments.reports import charts
from assessments.reports.services import assessment_publish, report_document
from assessments.results.models import Assessment, Result
from assessments.results.services import assessment_trial
from assessments.schemes.models import SchemeVersion
from assessments.schemes.services import BRANCH_SCHEME, install_defaults, scheme_for, scheme_install
from common import clock
from common.operator import OPERATOR
from common.periods import Period
from tests.assessments.results.test_made_up_after import made_up
from tests.assessments.results.test_results import hold
from tests.assessments.results.trial_pages import followed
from tests.assessments.schemes.test_pages import drafted, text_of, whole
from tests.assessments.schemes.test_versions import meeting  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore")]


def on(*day):
    return clock.at(timezone.make_aware(datetime(*day, 9)))


def lived(world, year, months, assemblies=(1,)):
    """Theme days of branch A in some months, assemblies of A and B in some others."""
    for month in months:
        hold(world.branch_a, "theme_day", date(year, month, 10))
    for month in assemblies:
        hold(world.branch_a, "assembly", date(year, month, 20))
        hold(world.branch_b, "assembly", date(year, month, 20))


def heard_and_published(world, as_, period, sent, over):
    """Return the Report: through the form of trials, sent, silence, frozen and published by somebody else."""
    with on(*sent):
        assert period in dict(as_("staff").get("/results/").context["form"].fields["period"].choices)
        answer = as_("staff").post("/results/trial/", {"period": period})
        followed(as_("staff"), answer)
        assessment = assessment_send(by=world.staff, assessment=Assessment.objects.get(period=period))
    with on(*over):
        assessment_freeze(by=world.committee_secretary, assessment=assessment)
        return assessment_publish(by=world.committee_secretary, assessment=Assessment.objects.get(pk=assessment.pk))


def read(as_, report):
    return text_of(as_("committee_secretary").get(f"/reports/{report.pk}/"))


def words_of(report):
    """All that the Word file says."""
    found = docx.Document(io.BytesIO(report_document(report, "docx")))
    cells = [cell.text for table in found.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(row.text for row in found.paragraphs), *cells])


def test_half_years_of_the_shipped_scheme_from_trial_to_word_the_second_beside_the_first(world, as_):
    lived(world, 2026, (1, 2, 3, 4, 5, 6))
    first = heard_and_published(world, as_, "2026H1", (2026, 7, 12), (2026, 8, 2))
    assert "关于2026年上半年机关党建考核情况的报告" in read(as_, first) and first.body["moves"] is None
    assert "2026年上半年机关党建考核情况" in words_of(first)
    lived(world, 2026, (7, 8, 9), (7,))
    second = heard_and_published(world, as_, "2026H2", (2027, 1, 12), (2027, 2, 2))
    page = read(as_, second)
    assert "关于2026年下半年机关党建考核情况的报告" in page and "上一个半年" in page
    assert second.body["moves"] is not None and "上一个半年" in words_of(second)
    assert {row.scheme.version for row in Assessment.objects.all()} == {6}
    # Both stand in the table of scores, each behind its last quarter, and neither is set beside a quarter.
    with on(2027, 2, 3):
        columns = as_("staff").get("/scores/?year=2026").context["matrix"].columns
    assert [column.period.short() for column in columns] == ["一季度", "二季度", "上半年", "三季度", "四季度", "下半年"]


def test_a_half_year_is_counted_from_its_own_records_and_not_from_two_quarters(world):
    """Of B, without committee and groups, count assembly (5), theme days (6) and lectures (3).

    The assembly that the first quarter lacks is made up in May: too late for the quarter, late within the half-year.
    """
    for month in (1, 2, 3, 5):
        hold(world.branch_b, "theme_day", date(2026, month, 10))
    hold(world.branch_b, "assembly", date(2026, 5, 12))
    made_up(world.branch_b, "assembly", date(2026, 5, 20), date(2026, 3, 10))
    with on(2026, 7, 12):
        found = {
            text: assessment_trial(by=world.staff, period=Period.parse(text)).results.get(organisation=world.branch_b)
            for text in ("2026Q1", "2026Q2", "2026H1")
        }
    got = {text: (row.so_far, row.out_of, row.total) for text, row in found.items()}
    assert got["2026Q1"] == (6, 14, Decimal("42.9")), "three theme days of three; nothing else was held by 7 April"
    assert got["2026Q2"] == (7, 14, Decimal("50.0")), "one theme day of three, the assembly"
    # 6 × 4/6 theme days, 5 × (1 + 1/2)/2 assemblies, no lecture: 4 + 3.75 of 14.
    assert got["2026H1"] == (Decimal("7.8"), 14, Decimal("55.4"))
    mean = (Fraction(6, 14) + Fraction(7, 14)) / 2 * 100
    assert mean < 47, "which the mean of the quarters is not"


def test_a_year_stands_beside_the_last_one_with_the_causes_of_the_change(world, as_):
    lived(world, 2026, range(1, 13), (1, 4, 7, 10))
    lived(world, 2027, range(1, 7), (1, 4, 7))
    # As an installation that had the second version when the first year was assessed: it counts alike.
    SchemeVersion.objects.filter(key=BRANCH_SCHEME, version__gt=2).delete()
    before = heard_and_published(world, as_, "2026", (2027, 2, 1), (2027, 3, 1))
    with on(2027, 3, 2):
        scheme_install(by=OPERATOR, key=BRANCH_SCHEME, number=3)
    assert before.assessment.scheme.version == 2 and before.body["moves"] is None
    report = heard_and_published(world, as_, "2027", (2028, 2, 1), (2028, 3, 1))
    body = report.body
    totals = [
        {row.organisation_id: row.total for row in Result.objects.filter(assessment=one.assessment, state="complete")}
        for one in (before, report)
    ]
    means = [sum(found.values()) / len(found) for found in totals]
    moved = body["moves"]
    assert Decimal(moved["before"]) == round(means[0], 1) and Decimal(moved["now"]) == round(means[1], 1)
    change = Decimal(moved["change"])
    assert change < 0 and moved["compared"] == len(totals[1])
    assert sum(Decimal(row["effect"]) for row in moved["indicators"]) == change
    assert {row["name"] for row in moved["indicators"] if row["key"]} == {"主题党日", "支部党员大会"}
    changes = {int(row["key"]): Decimal(row["change"]) for row in moved["branches"]}
    assert changes == {pk: totals[1][pk] - totals[0][pk] for pk in totals[1]}
    # Each year is named whole: never 全年 beside 全年.
    page, paper = read(as_, report), words_of(report)
    for words in (page, paper):
        assert "主题党日（" in words and "拉低平均" in words and "比上年" in words
    assert charts.trend(body)["labels"] == ["2026年度", "2027年度"]
    assert "空心点为2026年度，实心点为2027年度" in body["comparison"]["caption"]


def test_where_results_rest_on_the_second_version_the_next_whole_half_year_is_the_first(world, tmp_path):
    SchemeVersion.objects.filter(key=BRANCH_SCHEME, version__gt=2).delete()
    with on(2027, 2, 10):
        assessment_trial(by=world.staff, period=Period.parse("2026Q4"))
        install_defaults()
        versions = {text: scheme_for(Period.parse(text)).version for text in ("2027Q1", "2027H1", "2027", "2027Q2")}
        # In the middle of the half-year and of the year nothing changes.
        assert versions == {"2027Q1": 2, "2027H1": 2, "2027": 2, "2027Q2": 6}
        said = "第2版按季度、年度考核；第3版从2027年下半年起也按半年考核"
        with pytest.raises(ValidationError, match=said):
            assessment_trial(by=world.staff, period=Period.parse("2027H1"))
        with pytest.raises(CommandError, match=said):
            call_command("make_report", period="2027H1", format="docx", out=str(tmp_path / "report.docx"))
    with on(2027, 7, 2):
        assert assessment_trial(by=world.staff, period=Period.parse("2027H2")).scheme.version == 6


def test_an_agency_that_wants_no_half_years_says_so_on_the_page(world, as_, meeting):  # noqa: F811
    with on(2026, 11, 20):
        staff, secretary = as_("staff"), as_("committee_secretary")
        draft = drafted(staff)
        url = f"/schemes/{draft.pk}/"
        none = staff.post(f"{url}whole/", whole(draft, periods=[]))
        assert none.status_code == 422 and "请至少选择一种考核期" in text_of(none)
        assert staff.post(f"{url}whole/", whole(draft, periods=["quarter", "year"])).status_code == 302
        assert staff.post(f"{url}propose/", {"in_force_from": "2027-01-01"}).status_code == 302
        type(meeting).objects.filter(pk=meeting.pk).update(day=clock.today())
        assert secretary.post(f"{url}approve/", {"meeting": meeting.pk}).status_code == 302
    with on(2027, 7, 12):
        offered = dict(as_("staff").get("/results/").context["form"].fields["period"].choices)
        # What began before its version was in force may still be assessed by the one before.
        assert "2027H2" not in offered and "2027H1" not in offered and "2026H2" in offered and "2027Q3" in offered
        with pytest.raises(ValidationError, match="按季度、年度考核；要考核其他周期，先在考核方案中另立一版"):
            assessment_trial(by=world.staff, period=Period.parse("2027H1"))
