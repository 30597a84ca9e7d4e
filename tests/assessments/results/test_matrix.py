"""The scores of a year as a matrix: who sees which rows, medians, changes, what is not there; the same in the workbook."""

import io
import re
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments import scoring
from assessments.home.selectors.agency import agency_figures
from assessments.results.models import Assessment, AssessmentState, Result, Score
from assessments.results.rates import Middle, change_words, middle_of, rate_of
from assessments.results.selectors.assessments import assessments_of
from assessments.results.selectors.matrix import score_matrix
from assessments.results.services import assessment_trial
from assessments.schemes.models import SchemeVersion
from branches.audit.models import AuditEntry
from branches.places import tree
from branches.places.models.groups import OrganisationGroup
from branches.places.models.organisations import Organisation
from common import clock
from common.operator import OPERATOR
from common.periods import Period
from tests.assessments.results.test_results import publish, quarter, run  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore")]


def text_of_page(answer):
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", answer.content.decode()))


@pytest.fixture
def at_work():
    with clock.at(timezone.make_aware(datetime(2026, 10, 20, 12))):
        yield


def earlier(world, number=2, totals=(90, 80, 70), version=None, state=AssessmentState.PUBLISHED):
    """A published quarter before the third, as if computed then."""
    scheme = version or Assessment.objects.first().scheme
    row = Assessment.objects.create(
        scheme=scheme, period=f"2026Q{number}", as_of=date(2026, 7, 15), state=AssessmentState.TRIAL
    )
    for place, total in zip((world.branch_a, world.branch_b, world.branch_c), totals, strict=True):
        part = {"key": "life", "name": "组织生活", "points": f"{total / 10}", "maximum": "10.0", "state": "known"}
        Result.objects.create(
            assessment=row,
            organisation=place,
            organisation_name=place.short_name,
            state="complete",
            total=total,
            so_far=Decimal(total) / 10,
            out_of=10,
            covered=70,
            body={"dimensions": [part | {"nominal": "30.0", "lost": "0"}]},
        )
    Assessment.objects.filter(pk=row.pk).update(state=state, published=clock.now())
    return row


def matrix_of(user, **options):
    return score_matrix(user, assessments_of(user), 2026, **options)


def test_a_supervision_takes_its_name_from_the_result_it_is_about(quarter, as_):  # noqa: F811
    publish(quarter, run(quarter))
    row = earlier(quarter)
    url = f"/supervision/new/?subject=result&about=result/{row.pk}&organisation={quarter.branch_a.pk}&name=另一个名称"
    answer = as_("staff").get(url)
    assert answer.context["form"].initial["title"] == "2026年第二季度考核结果整改"
    assert answer.context["about"].url == f"/results/{row.pk}/"
    assert as_("staff").get(url.replace(f"result/{row.pk}", "result/999999")).status_code == 404
    # Of one that is not published only whoever assesses there knows.
    Assessment.objects.filter(pk=row.pk).update(state=AssessmentState.TRIAL)
    assert as_("discipline").get(url).status_code == 404


def test_the_matrix_has_rates_changes_and_points_of_countable_points(quarter, at_work):  # noqa: F811
    publish(quarter, run(quarter))
    earlier(quarter)
    found = matrix_of(quarter.staff)
    lines = {line.place: line for line in found.lines}
    b = lines[quarter.branch_b.pk]
    assert [cell.rate for cell in b.cells] == [None, 80, Decimal("64.3"), None]
    assert b.cells[2].said == "▼ 15.7" and b.cells[3].words == "未到期" and b.cells[0].words == "未发布"
    assert (b.points, b.out_of) == (9, 14)
    assert [line.place for line in found.lines] == [
        row.pk for row in Organisation.objects.filter(pk__in=lines).in_tree_order()
    ]
    by_change = matrix_of(quarter.staff, order="change").lines
    assert [line.place for line in by_change][0] == quarter.branch_c.pk
    # Means of the points of the lines, and of their rates.
    total = found.total
    assert total.points == scoring.rounded(sum(line.figures.points for line in found.lines) / 3)
    assert total.cells[1].rate == 80
    for place in range(len(found.heads)):
        parts = [line.parts[place] for line in found.lines if line.parts[place].points is not None]
        mean = sum(part.figures.points for part in parts) / len(parts)
        assert total.parts[place].points == scoring.rounded(mean) <= total.parts[place].maximum


def test_one_dimension_shows_its_quarters_and_indicators(quarter, at_work):  # noqa: F811
    publish(quarter, run(quarter))
    earlier(quarter)
    found = matrix_of(quarter.staff, part="life")
    b = next(line for line in found.lines if line.place == quarter.branch_b.pk)
    result = Result.objects.get(organisation=quarter.branch_b, assessment__period="2026Q3")
    assert b.cells[2].rate == rate_of(result, "life") and b.cells[1].rate == 80
    scores = {row.name: row for row in result.scores.filter(dimension="life") if row.points is not None}
    shown = {part.name: part for part in b.parts if part.points is not None}
    assert set(shown) == set(scores)
    assert all((shown[name].points, shown[name].maximum) == (row.points, row.maximum) for name, row in scores.items())
    assert (b.points, b.out_of) == (9, 14)


def test_a_branch_sees_its_own_row_and_no_other(quarter, as_, at_work):  # noqa: F811
    publish(quarter, run(quarter))
    answer = as_("secretary_b").get("/scores/")
    page, matrix = answer.content.decode(), answer.context["matrix"]
    assert [line.place for line in matrix.lines] == [quarter.branch_b.pk] and matrix.total is None
    assert "甲处" not in page and "丙中心" not in page and "全局平均" not in page and "64.3" in page
    assert matrix.groups[0].number == 3


def test_medians_are_of_five_and_more_and_below_the_range_of_the_agency():
    rates = [Decimal(value) for value in (60, 70, 80, 90, 100)]
    assert middle_of(rates, rates).words == "中位 80.0" and middle_of(rates[:2], rates).words == "全部 60 至 100"
    # Fewer than five in all show nothing of single ones.
    assert middle_of(rates[:2], rates[:3]) == Middle() and middle_of([None], rates) == Middle()
    assert [change_words(Decimal(value)) for value in ("0.04", "-1.9", "2.1")] == ["持平", "▼ 1.9", "▲ 2.1"]
    assert change_words(None) == ""


def test_points_of_two_versions_are_no_change(quarter, at_work):  # noqa: F811
    publish(quarter, run(quarter))
    now = Assessment.objects.get().scheme
    other = SchemeVersion.objects.get(key=now.key, version=1)
    earlier(quarter, version=other)
    found = matrix_of(quarter.staff)
    assert found.columns[2].mark == f"第{now.version}版起" and not found.compared
    assert (
        all(cell.change is None for line in found.lines for cell in line.cells) and found.total.cells[2].change is None
    )
    assert all(len(line.trend) <= 1 for line in found.lines)


def test_what_was_not_counted_before_is_newly_due_and_no_change(quarter, at_work):  # noqa: F811
    publish(quarter, run(quarter))
    row = earlier(quarter)
    Assessment.objects.filter(pk=row.pk).update(state=AssessmentState.TRIAL)
    before = Result.objects.get(assessment=row, organisation=quarter.branch_b)
    before.assessment.refresh_from_db()
    before.total, before.state = None, "not_applicable"
    before.save()
    Assessment.objects.filter(pk=row.pk).update(state=AssessmentState.PUBLISHED)
    cells = next(line for line in matrix_of(quarter.staff).lines if line.place == quarter.branch_b.pk).cells
    assert (cells[1].rate, cells[1].words, cells[2].said) == (None, "不适用", "新到期")


def test_trial_figures_are_for_the_office_alone(quarter, as_, at_work):  # noqa: F811
    run(quarter)
    assert "（试算）" in text_of_page(as_("staff").get("/scores/"))
    for who in ("secretary_b", "leader", "discipline"):
        answer = as_(who).get("/scores/")
        assert answer.status_code == 200 and answer.context["matrix"].last is None, who
        assert "64.3" not in answer.content.decode()
    Assessment.objects.update(state=AssessmentState.SENT, heard_until=date(2026, 10, 27))
    page = text_of_page(as_("secretary_b").get("/scores/"))
    assert "10月27日前听取意见" in page and "64.3" not in page


def test_a_branch_that_is_gone_keeps_its_quarters_and_a_new_one_is_listed_without_figures(
    quarter,  # noqa: F811
    as_,
    at_work,
):
    publish(quarter, run(quarter))
    earlier(quarter)
    Organisation.objects.filter(pk=quarter.branch_c.pk).update(archived_on=date(2026, 10, 5))
    Organisation.objects.filter(pk=quarter.branch_b.pk).update(founded=date(2026, 1, 5))
    lines = {line.place: line for line in matrix_of(quarter.staff).lines}
    gone = lines[quarter.branch_c.pk]
    assert gone.cells[1].rate == 70 and gone.cells[3].words == "10月撤销"


def test_groups_come_in_their_order_and_are_folded_where_there_are_many(quarter, as_, at_work, monkeypatch):  # noqa: F811
    for place, group in ((quarter.branch_a, "service"), (quarter.branch_b, "agency")):
        OrganisationGroup.objects.create(organisation=place, group=group, starts=date(2026, 1, 1))
    publish(quarter, run(quarter))
    found = matrix_of(quarter.staff)
    assert [group.label for group in found.groups] == ["机关支部", "窗口和事业单位支部", "未设类别"]
    assert not any(group.folded for group in found.groups)
    monkeypatch.setattr("assessments.results.selectors.matrix.FOLD_FROM", 2)
    page = as_("staff").get("/scores/").content.decode()
    assert "?group=none" in page and "丙中心" not in page.split("scores-cards")[0].split("<tbody>", 1)[1]
    opened = as_("staff").get("/scores/?group=none")
    assert [line.place for line in opened.context["matrix"].lines] == [quarter.branch_c.pk]


def test_the_workbook_has_the_rows_and_totals_of_the_page(quarter, as_, at_work):  # noqa: F811
    publish(quarter, run(quarter))
    earlier(quarter)
    client = as_("staff")
    page = client.get("/scores/")
    matrix = page.context["matrix"]
    answer = client.post("/scores/export/")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    head = next(place for place, row in enumerate(rows) if row[0] == "类别")
    table = {row[1]: dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :] if row[1]}
    for line in [*matrix.lines, matrix.total]:
        row = table[line.name]
        assert row["三季度得分率（%）"] == float(line.cells[2].rate)
        assert row["合计得分"] == float(line.points) and row["合计应计分"] == float(line.out_of)
        for part in line.parts:
            expected = float(part.points) if part.points is not None else part.words
            assert row[f"{part.name}得分"] == expected
    assert f"{matrix.total.points.normalize():f} / {matrix.total.out_of.normalize():f}" in page.content.decode()
    assert AuditEntry.objects.filter(verb="score.export").count() == 1


def test_the_own_workbook_of_a_branch_holds_no_other_branch(quarter, as_, at_work):  # noqa: F811
    publish(quarter, run(quarter))
    answer = as_("secretary_b").post("/scores/export/")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    text = " ".join(str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row if cell)
    assert "乙处" in text and "甲处" not in text and "丙中心" not in text


def test_a_correction_in_work_leaves_what_is_published_on_the_page(quarter, at_work):  # noqa: F811
    publish(quarter, run(quarter))
    with clock.at(timezone.make_aware(datetime(2026, 10, 21, 9))):
        again = assessment_trial(by=quarter.staff, period=Period.parse("2026Q3"), reason="补记一次")
        assert [row.version for row in assessments_of(quarter.staff)] == [1] and again.version == 2


def test_no_page_of_scores_asks_more_when_there_are_more_branches(quarter, as_, at_work):  # noqa: F811
    publish(quarter, run(quarter))
    earlier(quarter)
    assessment = Assessment.objects.get(period="2026Q3")
    pages = {
        "staff": ["/scores/", "/scores/?part=life", f"/results/{assessment.pk}/branches/{quarter.branch_b.pk}/"],
        "leader": ["/"],
        "secretary_b": ["/scores/"],
    }

    def measured():
        found = {}
        for who, paths in pages.items():
            client = as_(who)
            for path in paths:
                client.get(path)
                with CaptureQueriesContext(connection) as queries:
                    assert client.get(path).status_code == 200
                found[who, path] = len(queries)
        return found

    def grow(numbers):
        Assessment.objects.update(state=AssessmentState.TRIAL)
        for number in numbers:
            name = f"第{number}处支部"
            place = tree.organisation_create(
                by=OPERATOR, parent=quarter.committee, kind="branch", name=f"{name}委员会", short_name=name
            )
            for row in Result.objects.filter(organisation=quarter.branch_a).select_related("assessment"):
                scores = list(row.scores.all())
                row.pk, row.organisation, row.organisation_name = None, place, place.short_name
                row.save()
                for score in scores:
                    score.pk, score.result = None, row
                    score.save()
        Assessment.objects.update(state=AssessmentState.PUBLISHED)

    # From five on a group has a median.
    grow(range(4))
    few = measured()
    grow(range(4, 12))
    assert measured() == few
    assert len(as_("staff").get("/scores/").context["matrix"].lines) == 15


def test_rates_medians_and_sums_are_of_exact_points_and_rounded_once(quarter, as_, at_work):  # noqa: F811
    made = run(quarter)
    row = made.results.get(organisation=quarter.branch_b)
    part = row.body["dimensions"][0]
    score = row.scores.filter(dimension=part["key"], points__isnull=False).order_by("pk").first()
    kept = row.body["exact"]
    assert scoring.rounded(Fraction(kept["whole"][0])) == row.so_far and kept["dimensions"][part["key"]]
    # A quarter of half a point lost is half of it, though it is shown as 0.3 of 0.5.
    part["points"], part["maximum"] = "0.3", "0.5"
    kept["dimensions"][part["key"]] = kept["indicators"][score.indicator] = ["1/4", "1/2"]
    Result.objects.filter(pk=row.pk).update(body=row.body)
    Score.objects.filter(pk=score.pk).update(points="0.3", maximum="0.5")
    row.refresh_from_db()
    assert rate_of(row, part["key"]) == 50
    publish(quarter, made)
    found = matrix_of(quarter.staff, part=part["key"])
    line = next(line for line in found.lines if line.place == quarter.branch_b.pk)
    shown = next(one for one in line.parts if one.name == score.name)
    assert line.cells[2].rate == 50 and (shown.points, shown.rate, shown.tone) == (Decimal("0.3"), 50, "late")
    page = as_("secretary_b").get(f"/results/{made.pk}/branches/{quarter.branch_b.pk}/")
    assert page.context["checkup"].parts[0].rate == 50
    # What was kept before goes by what it holds.
    del row.body["exact"]
    assert rate_of(row, part["key"]) == 60


def test_the_start_page_tells_the_same_change_of_the_mean(quarter, at_work):  # noqa: F811
    run(quarter)
    earlier(quarter, 1, totals=[Decimal(value) for value in ("80.1", "80.1", "80.0")])
    earlier(quarter, 2, totals=[Decimal(value) for value in ("80.1", "80.0", "80.0")])
    mean = agency_figures(quarter.leader, quarter.root)[3]
    assert (mean.value, mean.change) == (80.0, -0.1)


def test_the_line_of_all_is_a_mean_of_those_with_a_rate(quarter, as_, at_work):  # noqa: F811
    made = run(quarter)
    Result.objects.filter(organisation=quarter.branch_c).update(state="incomplete", total=None)
    publish_state(made)
    matrix = matrix_of(quarter.staff)
    rows = [line for line in matrix.lines if line.cells[2].rate is not None]
    total = matrix.total
    assert (len(rows), total.note) == (2, "2 个支部")
    assert total.points == scoring.rounded(sum(line.figures.points for line in rows) / 2)
    assert total.out_of == scoring.rounded(sum(line.figures.maximum for line in rows) / 2)
    for place, part in enumerate(total.parts):
        assert part.maximum <= max(line.parts[place].maximum or 0 for line in rows)
    book = openpyxl.load_workbook(io.BytesIO(as_("staff").post("/scores/export/").content)).worksheets[0]
    named = {row[1]: row for row in book.iter_rows(values_only=True)}
    assert float(total.points) in named["全局平均"] and "中位或范围" in named and "同类中位数" not in named


def publish_state(assessment):
    Assessment.objects.filter(pk=assessment.pk).update(state=AssessmentState.PUBLISHED, published=clock.now())
