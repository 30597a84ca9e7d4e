"""A step of a report becomes a supervision in one click; the second click shows the first."""

from datetime import date, datetime

import pytest
from django.http import Http404
from django.utils import timezone

from assessments.reports.services import assessment_publish
from assessments.reports.taking_over import step_take_over, taken
from branches.audit.models import AuditEntry
from branches.reach.access import Forbidden
from common import clock
from responsibilities.supervision.models import Supervision, SupervisionState
from responsibilities.supervision.services.notices import supervision_close
from tests.assessments.reports.test_drafts import frozen  # noqa: F401
from tests.assessments.results.test_results import quarter  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(world, frozen):  # noqa: F811
    return assessment_publish(by=world.party_secretary, assessment=frozen)


def test_one_click_issues_it_to_those_who_are_to_do_it(world, report, as_):
    step = report.body["actions"][0]
    answer = as_("staff").post(f"/reports/{report.pk}/steps/1/")
    notices = Supervision.objects.filter(about=step["about"])
    assert {row.organisation_id for row in notices} == set(step["places"])
    row = notices.first()
    assert (row.title, row.due.isoformat(), row.state) == (step["text"], step["due"], SupervisionState.OPEN)
    assert row.issued_by == world.staff and row.about_url == f"/reports/{report.pk}/#steps"
    assert answer.status_code == 302
    assert AuditEntry.objects.filter(verb="supervision.issue").count() == notices.count()


def test_a_second_click_shows_the_open_one_and_after_it_is_closed_a_new_one_may_be_issued(world, report):
    first, made = step_take_over(by=world.staff, report=report, number=1)
    assert made
    again, made = step_take_over(by=world.party_secretary, report=report, number=1)
    assert not made and {row.pk for row in again} == {row.pk for row in first}
    for row in first:
        supervision_close(by=world.staff, supervision=row, reason="已办结")
    later, made = step_take_over(by=world.staff, report=report, number=1)
    assert made and {row.pk for row in later}.isdisjoint(row.pk for row in first)


def test_the_page_offers_it_to_whoever_supervises_and_shows_what_is_open(world, report, as_):
    assert "转为督查" in as_("staff").get(f"/reports/{report.pk}/").content.decode()
    assert "转为督查" not in as_("leader").get(f"/reports/{report.pk}/").content.decode()
    (row, *_), _ = step_take_over(by=world.staff, report=report, number=1)
    page = as_("staff").get(f"/reports/{report.pk}/").content.decode()
    assert row.label in page and f"/supervision/{row.pk}/" in page
    assert not taken(world.staff, report)[0].may


def test_who_supervises_none_of_them_is_refused_and_a_branch_finds_nothing(world, report, as_):
    with pytest.raises(Forbidden):
        step_take_over(by=world.leader, report=report, number=1)
    assert as_("secretary_b").post(f"/reports/{report.pk}/steps/1/").status_code == 404
    assert not Supervision.objects.exists()


@pytest.mark.parametrize("number", [0, 99, 2**63])
def test_a_step_that_is_none_is_not_found(world, report, as_, number):
    with pytest.raises(Http404):
        step_take_over(by=world.staff, report=report, number=number)
    assert as_("staff").post(f"/reports/{report.pk}/steps/{number}/").status_code == 404


def test_a_deadline_that_has_passed_is_set_anew(world, report):
    with clock.at(timezone.make_aware(datetime(2027, 2, 1, 9))):
        (row, *_), _ = step_take_over(by=world.staff, report=report, number=1)
        assert row.due > date(2027, 2, 1) > date.fromisoformat(report.body["actions"][0]["due"])
