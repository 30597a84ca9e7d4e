"""What is frozen adds up, on random agencies: no mean above its maximum, parts of a whole sum to it, the same totals everywhere."""

import copy
import io
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import openpyxl
import pytest
from django.utils import timezone

from assessments import scoring
from assessments.hearing.services import assessment_freeze
from assessments.reports.services import assessment_publish
from assessments.reports.xlsx import render
from assessments.results.models import Result
from assessments.results.selectors.assessments import assessments_of
from assessments.results.selectors.matrix import score_matrix
from assessments.results.services import assessment_trial
from assessments.scoring.totals import COMPLETE
from common import clock
from common.operator import OPERATOR
from common.periods import Period
from tests.assessments.facts.random_agency import build
from tests.assessments.hearing.support import heard
from tests.examples import part
from tests.responsibilities.work.random_work import build_work
from tests.shared import made_once

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore")]
TENTH = Decimal("0.1")


def publish(world, seed):
    """The published report of the second quarter of a random agency with business work."""
    build(world, seed, branches=6, records=50)
    build_work(world, seed, items=12, waiting=0)
    with clock.at(timezone.make_aware(datetime(2026, 7, 20, 9))):
        assessment = assessment_trial(by=world.staff, period=Period.parse("2026Q2"))
        assessment_freeze(by=OPERATOR, assessment=heard(assessment))
        return assessment_publish(by=world.committee_secretary, assessment=assessment)


kept_report = made_once(publish, part([71, 72, 73, 74]))


@pytest.fixture
def published(kept_report, world):
    return copy.deepcopy(kept_report)


def number(text):
    return None if text is None else Decimal(str(text))


def test_nothing_is_above_its_maximum_and_the_parts_sum_to_the_whole(published):
    results = list(Result.objects.filter(assessment=published.assessment).prefetch_related("scores"))
    assert len(results) >= 6 and any(row.state == COMPLETE for row in results)
    for row in results:
        parts = [one for one in row.body["dimensions"] if one["points"] is not None]
        points, maxima = (sum((Decimal(one[key]) for one in parts), Decimal(0)) for key in ("points", "maximum"))
        # Each is rounded once, for itself.
        assert abs(points - row.so_far) <= TENTH * len(parts) and abs(maxima - row.out_of) <= TENTH * len(parts)
        assert 0 <= row.so_far <= row.out_of <= 100 and (row.total is None or 0 <= row.total <= 100)
        scores = [score for score in row.scores.all() if score.points is not None]
        assert all(0 <= score.points <= score.maximum for score in scores)
        for one in parts:
            own = [score for score in scores if score.dimension == one["key"]]
            assert abs(sum(score.points for score in own) - Decimal(one["points"])) <= TENTH * len(own)
            lost = sum(Decimal(reason["points"]) for score in own for reason in score.reasons)
            assert abs(Decimal(one["maximum"]) - Decimal(one["points"]) - lost) <= TENTH * (len(own) + 1)
        nominal = sum(Decimal(one["nominal"]) for one in row.body["dimensions"])
        assert nominal == 100 and row.covered <= nominal


def test_means_of_the_frozen_report_stand_within_what_they_are_means_of(published):
    body = published.body
    rates = [number(row["score"]) for row in body["branches"] if row["score"] is not None]
    for point in (body["overall"]["trend"] or {"points": []})["points"]:
        low, mean, high = (number(point[key]) for key in ("lowest", "mean", "highest"))
        assert mean is None or low <= mean <= high <= 100
    for chapter in body["chapters"]:
        for row in chapter["indicators"]:
            mean, maximum = number(row["mean"]), number(row["maximum"])
            if body["counting"] == "countable":
                assert mean is None or 0 <= mean <= 100, "of countable points means are of rates"
            else:
                assert mean is None or maximum is None or mean <= maximum
            assert row["points"] is None or number(row["points"]) <= maximum
    if body["overall"]["distribution"]:
        counted = sum(bar["count"] for bar in body["overall"]["distribution"]["bars"])
        assert counted in (len(rates), sum(row["grade"] is not None for row in body["branches"]))
    for row in (body["work"] or {"stages": []})["stages"]:
        assert row["synchronised"] + row["lagging"] + row["missing"] == row["due"]
    for row in (body["work"] or {"levels": []})["levels"]:
        assert row["done"] + row["overdue"] <= row["owed"] and row["done"] >= 0


def test_page_export_report_and_its_workbook_say_the_same(published, world, as_):
    with clock.at(timezone.make_aware(datetime(2026, 7, 21, 9))):
        matrix = score_matrix(world.staff, assessments_of(world.staff), 2026)
        page = as_("staff").get("/scores/?year=2026")
        answer = as_("staff").post("/scores/export/?year=2026")
    quarter = matrix.columns.index(matrix.last)
    shown = {line.name: line for line in matrix.lines if line.cells[quarter].rate is not None}
    reported = {row["name"]: row for row in published.body["branches"] if row["score"] is not None}
    assert set(shown) == set(reported)
    for name, line in shown.items():
        row = reported[name]
        assert (line.cells[quarter].rate, line.points, line.out_of) == tuple(
            number(row[key]) for key in ("score", "points", "maximum")
        )
        by_name = {column["name"]: column["key"] for column in published.body["dimensions"]}
        for one in line.parts:
            assert one.points == number(row["scores"][by_name[one.name]])
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))
    heads = next(row for row in rows if row[0] == "类别")
    table = {row[1]: dict(zip(heads, row, strict=True)) for row in rows if row[1]}
    for line in [*shown.values(), matrix.total]:
        assert table[line.name]["合计得分"] == float(line.points)
        assert table[line.name]["合计应计分"] == float(line.out_of)
    for side in ("points", "maximum"):
        exact = sum((getattr(line.figures, side) for line in shown.values()), Fraction(0)) / len(shown)
        assert getattr(matrix.total.figures, side) == exact
    assert matrix.total.points == scoring.rounded(matrix.total.figures.points)
    assert f"{matrix.total.cells[quarter].rate}" in page.content.decode()
    book = openpyxl.load_workbook(io.BytesIO(render(published.body)))
    sheet = list(book["支部得分"].iter_rows(values_only=True))
    place = next(index for index, head in enumerate(sheet[0]) if head and "党支部" in str(head))
    figures = {row[place]: row for row in sheet[1:]}
    assert all(float(number(row["score"])) in figures[name] for name, row in reported.items())
