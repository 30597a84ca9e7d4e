"""Publishing, and the documents of what was published."""

from datetime import datetime

import pytest
from django.utils import timezone

from assessments.hearing.services import assessment_freeze
from assessments.reports.models import Report, ReportDocument
from assessments.reports.services import assessment_publish, printed_anchors, report_document
from assessments.results.services import assessment_trial
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from tests.assessments.hearing.support import heard
from tests.assessments.results.test_results import Q3, quarter  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def frozen(quarter):  # noqa: F811
    with clock.at(timezone.make_aware(datetime(2026, 10, 20, 9))):
        assessment = assessment_trial(by=quarter.committee_secretary, period=Q3)
        assessment_freeze(by=quarter.committee_secretary, assessment=heard(assessment))
        yield assessment


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
    extract = report_document(report, "xlsx", world.branch_a.pk)
    other = report_document(report, "xlsx", world.branch_b.pk)
    assert len({whole, extract, other}) == 3
    assert report_document(report, "xlsx") == whole and report_document(report, "xlsx", world.branch_a.pk) == extract
    assert ReportDocument.objects.count() == 3
    assert report_document(report, "docx") != whole and report_document(report, "xlsx") == whole
    with pytest.raises(KeyError):
        report_document(report, "xlsx", world.root.pk)


def test_a_report_prints_the_head_of_the_trail_as_an_anchor(world, frozen):
    report = assessment_publish(by=OPERATOR, assessment=frozen)
    (anchor,) = printed_anchors()
    assert anchor.head == report.anchor and report.title in anchor.place
