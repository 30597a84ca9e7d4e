"""A trial asked for on a page is made by the worker: progress meanwhile, then the page that was asked for."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from assessments.hearing.services import assessment_freeze
from assessments.results.models import Assessment
from assessments.results.services import assessment_trial
from branches.audit.models import AuditEntry
from branches.jobs import services as jobs
from branches.jobs.models import JobRun
from branches.reach.models import Appointment
from common import clock, progress
from common.operator import OPERATOR
from common.periods import Period
from tests.assessments.hearing.support import heard
from tests.assessments.results.test_results import quarter  # noqa: F401
from tests.assessments.results.trial_pages import followed, tried
from tests.assessments.schemes.test_pages import text_of

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 20, 9))
Q3 = Period.parse("2026Q3")
URL = "/results/trial/"


@pytest.fixture(autouse=True)
def autumn():
    with clock.at(NOW):
        yield


def test_the_page_answers_at_once_shows_how_far_it_is_and_then_the_trial(quarter, as_):  # noqa: F811
    staff = as_("staff")
    answer = staff.post(URL, {"period": "2026Q3"})
    assert answer.status_code == 302 and not Assessment.objects.exists()
    page = staff.get(answer["Location"])
    assert "2026年第三季度正在试算" in text_of(page) and 'hx-trigger="every 1s"' in page.content.decode()
    assert "排队等候" in text_of(page) and "联系系统管理员" not in text_of(page)
    JobRun.objects.update(queued=NOW - timedelta(minutes=2))
    assert "超过 5 分钟仍未开始的，请联系系统管理员" in text_of(staff.get(answer["Location"]))
    JobRun.objects.update(state="running", step="正在试算", done=200, total=500)
    part = staff.get(answer["Location"], headers={"HX-Request": "true"}).content.decode()
    assert "共 500 个" in part and "200 / 500" in part and "<html" not in part
    assert "2026年第三季度正在试算。" in text_of(staff.get("/results/"))
    JobRun.objects.update(state="queued")
    assert tried().outcome == "试算 3 个党组织"
    result = Assessment.objects.get()
    done = staff.get(answer["Location"], headers={"HX-Request": "true"})
    assert (done.status_code, done["HX-Redirect"]) == (204, f"/results/{result.pk}/")
    assert "试算完成" in text_of(staff.get(done["HX-Redirect"]))
    assert "正在试算" not in text_of(staff.get("/results/"))
    (entry,) = AuditEntry.objects.filter(verb="assessment.trial")
    assert entry.actor_id == quarter.staff.pk and result.made_by == quarter.staff


def test_it_leads_back_to_where_it_was_asked_for_and_to_no_other_host(quarter, as_):  # noqa: F811
    staff = as_("staff")
    for asked, led in (("/objections/7/", "/objections/7/"), ("https://elsewhere.example/", "/")):
        answer = staff.post(URL, {"period": "2026Q3", "next": asked})
        assert followed(staff, answer)["Location"] == led
        # What was made by hand into the address of the page leads nowhere else either.
        there = answer["Location"].partition("?")[0]
        assert staff.get(f"{there}?next=//elsewhere.example/")["Location"] == "/"


def test_a_second_one_is_refused_while_one_runs_and_may_be_asked_for_afterwards(quarter, as_):  # noqa: F811
    staff = as_("staff")
    staff.post(URL, {"period": "2026Q3"})
    again = as_("committee_secretary").post(URL, {"period": "2026Q3"})
    assert again.status_code == 422 and "2026年第三季度正在试算，完成后才能再试算。" in text_of(again)
    # Another period is no second one; it waits until the first is done.
    assert staff.post(URL, {"period": "2026Q2"}).status_code == 302
    first, second = JobRun.objects.order_by("pk")
    jobs.run(first.pk)
    jobs.run(second.pk)
    assert sorted(Assessment.objects.values_list("period", flat=True)) == ["2026Q2", "2026Q3"]
    assert staff.post(URL, {"period": "2026Q3"}).status_code == 302
    assert tried().state == "done" and Assessment.objects.count() == 2


def test_what_ends_meanwhile_is_said_and_nothing_is_written(quarter, as_):  # noqa: F811
    staff = as_("staff")
    first = assessment_trial(by=quarter.staff, period=Q3)
    address = staff.post(URL, {"period": "2026Q3"})["Location"]
    assessment_freeze(by=OPERATOR, assessment=heard(first))
    assert (tried().state, JobRun.objects.latest("pk").outcome) == (
        "failed",
        "该考核期的结果已冻结，请先发布或解除冻结。",
    )
    page = text_of(staff.get(address))
    assert "2026年第三季度没有算成" in page and "请先发布或解除冻结" in page and "重新试算" in page
    part = staff.get(address, headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"]) == (204, address)
    staff.post(URL, {"period": "2026Q2"})
    Appointment.objects.filter(user=quarter.staff).update(ends=date(2026, 11, 1))
    assert (tried().outcome, JobRun.objects.latest("pk").state) == ("考核评分的权限已终止，没有试算。", "failed")
    assert Assessment.objects.get() == first


def test_what_can_be_said_at_once_needs_no_worker(quarter, as_):  # noqa: F811
    staff = as_("staff")
    assert staff.post(URL, {"period": "x"}).status_code == 422
    assessment_freeze(by=OPERATOR, assessment=heard(assessment_trial(by=quarter.staff, period=Q3)))
    assert staff.post(URL, {"period": "2026Q3"}).status_code == 409
    assert not JobRun.objects.exists()


def test_only_jobs_of_trials_are_shown(quarter, as_):  # noqa: F811
    other = JobRun.objects.create(kind="import", parameters={})
    assert as_("staff").get(f"{URL}{other.pk}/").status_code == 404
    assert as_("secretary_a").post(URL, {"period": "2026Q3"}).status_code == 404


def test_a_trial_that_is_called_off_writes_nothing(quarter):  # noqa: F811
    heard_of = progress.Progress()
    heard_of.stopped = True
    with progress.watched(heard_of), pytest.raises(progress.Stopped):
        assessment_trial(by=quarter.staff, period=Q3)
    assert not Assessment.objects.exists() and not AuditEntry.objects.filter(verb="assessment.trial").exists()


def test_parts_are_told_as_they_are_done(quarter, monkeypatch):  # noqa: F811
    monkeypatch.setattr("assessments.results.selectors.scores.PART", 1)
    heard_of = progress.Progress()
    with progress.watched(heard_of):
        assessment = assessment_trial(by=quarter.staff, period=Q3)
    assert (heard_of.step, heard_of.total) == ("正在试算", heard_of.done)
    assert heard_of.done >= assessment.results.count() == 3
