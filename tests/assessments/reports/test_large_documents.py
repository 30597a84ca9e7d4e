"""Documents of a report on many branches are drawn by the worker, once; whoever asks meanwhile follows it."""

import pytest

from assessments.reports import services
from assessments.reports.models import ReportDocument
from assessments.reports.services import assessment_publish, documents_ask, report_document
from branches.audit.models import AuditEntry
from branches.jobs import services as jobs
from branches.jobs.models import JobRun
from branches.reach.models import Appointment
from common import clock
from common.operator import OPERATOR
from tests.assessments.reports.test_published import frozen  # noqa: F401
from tests.assessments.results.test_results import quarter  # noqa: F401
from tests.assessments.schemes.test_pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def large(frozen, monkeypatch):  # noqa: F811
    monkeypatch.setattr(services, "LARGE", 2)
    return assessment_publish(by=OPERATOR, assessment=frozen)


def work():
    run = JobRun.objects.latest("pk")
    jobs.run(run.pk)
    run.refresh_from_db()
    return run


def test_publishing_has_them_drawn_and_the_download_is_what_is_kept(large, as_):
    assert not ReportDocument.objects.exists()
    run = work()
    assert (run.kind, run.state) == ("report_documents", "done")
    kept = {row.kind: bytes(row.data) for row in ReportDocument.objects.all()}
    for kind in ("docx", "xlsx"):
        answer = as_("staff").post(f"/reports/{large.pk}/{kind}/")
        assert answer.status_code == 200 and answer.content == kept[kind] == report_document(large, kind)
    assert AuditEntry.objects.filter(verb="report.export").count() == 2


def test_who_asks_before_follows_the_worker_and_asks_for_no_second_one(large, as_):
    staff, address = as_("staff"), f"/reports/{large.pk}/docx/made/"
    answer = staff.post(f"/reports/{large.pk}/docx/")
    assert (answer.status_code, answer["Location"], JobRun.objects.count()) == (302, address, 1)
    assert not AuditEntry.objects.filter(verb="report.export").exists()
    page = staff.get(address)
    assert "正在生成文件" in text_of(page) and 'hx-trigger="every 1s"' in page.content.decode()
    assert "<html" not in staff.get(address, headers={"HX-Request": "true"}).content.decode()
    work()
    done = staff.get(address, headers={"HX-Request": "true"})
    assert (done.status_code, done["HX-Redirect"]) == (204, address)
    page = staff.get(address)
    assert "文件已生成" in text_of(page) and f'action="/reports/{large.pk}/docx/"' in page.content.decode()


def test_one_that_failed_is_said_and_may_be_asked_for_again(large, as_):
    JobRun.objects.update(state="failed", outcome="30 分钟仍未完成，已停止")
    staff, address = as_("staff"), f"/reports/{large.pk}/xlsx/made/"
    assert "文件没有生成" in text_of(staff.get(address)) and "重新生成" in text_of(staff.get(address))
    assert staff.post(f"/reports/{large.pk}/xlsx/")["Location"] == address
    assert JobRun.objects.filter(state="queued").count() == 1 and work().state == "done"
    assert staff.post(f"/reports/{large.pk}/xlsx/").status_code == 200


def test_whose_right_has_ended_has_none_drawn(large, world):
    JobRun.objects.all().delete()
    documents_ask(by=world.staff, report=large)
    Appointment.objects.filter(user=world.staff).update(ends=clock.today().replace(day=1, month=1))
    run = work()
    assert (run.state, run.outcome) == ("failed", "查阅报告的权限已终止，没有生成文件。")
    assert not ReportDocument.objects.exists()


def test_an_extract_and_a_small_report_need_no_worker(frozen, as_, monkeypatch):  # noqa: F811
    report = assessment_publish(by=OPERATOR, assessment=frozen)
    assert not JobRun.objects.exists()
    assert as_("staff").post(f"/reports/{report.pk}/docx/").status_code == 200
    monkeypatch.setattr(services, "LARGE", 2)
    assert as_("secretary_a").post(f"/reports/{report.pk}/docx/").status_code == 200
    assert as_("staff").get(f"/reports/{report.pk}/pdf/made/").status_code == 404
    assert not JobRun.objects.exists()
