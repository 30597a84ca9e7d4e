"""Publishing, and the documents of what was published."""

import io
import json
from datetime import date, datetime

import docx
import openpyxl
import pytest
from django.utils import timezone

from assessments.hearing.services import assessment_freeze
from assessments.reports.loaders import Extract
from assessments.reports.models import Report, ReportDocument
from assessments.reports.services import assessment_publish, printed_anchors, report_document
from assessments.results.services import assessment_trial
from branches.places import tree
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from members.activities.judgement import judgements_write
from members.activities.models import Activity, ActivityKind
from tests.assessments.hearing.support import heard
from tests.assessments.results.test_results import Q3, quarter  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def frozen(quarter):  # noqa: F811
    with clock.at(timezone.make_aware(datetime(2026, 10, 20, 9))):
        assessment = assessment_trial(by=quarter.committee_secretary, period=Q3)
        assessment_freeze(by=quarter.committee_secretary, assessment=heard(assessment))
        yield assessment


def of(place):
    return Extract(place.pk, (str(place.pk),), place.label)


def test_the_secretary_of_a_general_branch_reads_of_its_branches_and_of_no_other(world, as_, quarter):  # noqa: F811
    fourth = tree.organisation_create(
        by=OPERATOR, name="中共云川市测试局丁处支部委员会", short_name="丁处党支部", kind="branch", parent=world.general,
        founded=date(2015, 5, 20),
    )  # fmt: skip
    with clock.at(timezone.make_aware(datetime(2026, 10, 20, 9))):
        assessment = assessment_trial(by=quarter.committee_secretary, period=Q3)
        assessment_freeze(by=quarter.committee_secretary, assessment=heard(assessment))
        report = assessment_publish(by=OPERATOR, assessment=assessment)
    client = as_("general_secretary")
    page = client.get(f"/reports/{report.pk}/").content.decode()
    assert "所属党支部2026年第三季度考核结果" in page and "丙" in page and fourth.short_name in page
    assert "甲处" not in page and "乙处" not in page and "主要问题" not in page
    data = client.post(f"/reports/{report.pk}/docx/").content
    said = " ".join(
        cell.text for table in docx.Document(io.BytesIO(data)).tables for row in table.rows for cell in row.cells
    )
    assert "主题党日" in said and "甲处" not in said
    assert ReportDocument.objects.get().organisation_id == world.general.pk


def test_whoever_ran_the_trial_does_not_publish_and_another_does(world, frozen):
    with pytest.raises(Conflict, match="另一位"):
        assessment_publish(by=world.committee_secretary, assessment=frozen)
    assert not Report.objects.exists()
    report = assessment_publish(by=world.party_secretary, assessment=frozen)
    assert (report.assessment, report.organisation) == (frozen, world.root)
    frozen.refresh_from_db()
    assert frozen.published_by == world.party_secretary


def test_the_whole_and_each_extract_are_kept_apart(world, frozen):
    report = assessment_publish(by=OPERATOR, assessment=frozen)
    whole = report_document(report, "xlsx")
    extract = report_document(report, "xlsx", of(world.branch_a))
    other = report_document(report, "xlsx", of(world.branch_b))
    assert len({whole, extract, other}) == 3
    assert report_document(report, "xlsx") == whole and report_document(report, "xlsx", of(world.branch_a)) == extract
    assert ReportDocument.objects.count() == 3
    assert report_document(report, "docx") != whole and report_document(report, "xlsx") == whole
    with pytest.raises(KeyError):
        report_document(report, "xlsx", of(world.root))


def test_a_report_prints_the_head_of_the_trail_as_an_anchor(world, frozen):
    report = assessment_publish(by=OPERATOR, assessment=frozen)
    (anchor,) = printed_anchors()
    assert anchor.head == report.anchor and report.title in anchor.place


def test_what_was_found_and_does_not_count_is_told_in_score_report_and_workbook(world, quarter):  # noqa: F811
    """Below its quorum it is no meeting, and "no record" would not be true (judgement 1.6)."""
    held = Activity.objects.create(organisation=world.branch_a, day=date(2026, 8, 12), title="支委会", state="accepted")
    ActivityKind.objects.create(activity=held, kind="committee_meeting")
    judgements_write(held)
    held.judgements.update(valid=False, present=1, needed=2)
    Activity.objects.filter(organisation=world.branch_a, kinds__kind="committee_meeting", day__month=8).exclude(
        pk=held.pk
    ).delete()
    said = "有记录但不计入（到会 1 人，不足法定人数 2 人）"
    with clock.at(timezone.make_aware(datetime(2026, 10, 20, 9))):
        assessment = assessment_trial(by=quarter.committee_secretary, period=Q3)
        scores = assessment.results.get(organisation=world.branch_a).scores.all()
        assert any(said in reason["text"] for score in scores for reason in score.reasons)
        assessment_freeze(by=quarter.committee_secretary, assessment=heard(assessment))
        report = assessment_publish(by=OPERATOR, assessment=assessment)
    assert said in json.dumps(report.body, ensure_ascii=False)
    book = openpyxl.load_workbook(io.BytesIO(report_document(report, "xlsx")))
    assert any(said in str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
