"""A report whose process is killed while it is drawn or written: no file, nothing published, and the next try works (F17)."""

import io
import signal

import docx
import pytest

from assessments.hearing.services import assessment_freeze
from assessments.reports.models import Report, ReportDocument
from assessments.reports.services import assessment_publish
from assessments.results.models import Assessment, AssessmentState
from assessments.results.services import assessment_trial
from common import clock
from common.operator import OPERATOR
from tests.assessments.hearing.support import heard
from tests.assessments.results.test_results import Q3, hold
from tests.faults import processes

PERIOD = str(Q3)


@pytest.fixture
def quarter(live_world):
    hold(live_world.branch_a, "theme_day", clock.today().replace(year=2026, month=7, day=10))
    return live_world


def command(folder, kind="docx"):
    return ["manage.py", "make_report", "--period", PERIOD, "--format", kind, "--out", str(folder / f"报告.{kind}")]


def killed_at(place, folder, tmp_path):
    """Start the command, kill it where it waits, and say what it left in the folder."""
    env = processes.environment(tmp_path, FAULT_POINT=place)
    process = processes.start(command(folder), env)
    try:
        marker = tmp_path / f"fault-{place}"
        processes.wait_for(lambda: marker.exists() or process.poll() is not None, 60, "the report did not begin")
        assert process.poll() is None, processes.output(env)
    finally:
        processes.end(process, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def made(folder, tmp_path):
    env = processes.environment(tmp_path)
    process = processes.start(command(folder), env)
    assert process.wait(60) == 0, processes.output(env)
    return docx.Document(io.BytesIO((folder / "报告.docx").read_bytes()))


@pytest.mark.parametrize("place", ["report.render", "report.write"])
def test_a_draft_that_is_killed_leaves_no_file_and_publishes_nothing(quarter, tmp_path, place):
    folder = tmp_path / "out"
    folder.mkdir()
    assert killed_at(place, folder, tmp_path) == []
    assert not Report.objects.exists() and not ReportDocument.objects.exists()
    assert set(Assessment.objects.values_list("state", flat=True)) <= {AssessmentState.TRIAL}
    assert made(folder, tmp_path).paragraphs


def test_a_published_report_whose_document_is_killed_is_drawn_anew_and_says_the_same(quarter, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    assessment = assessment_trial(by=OPERATOR, period=Q3)
    assessment_freeze(by=OPERATOR, assessment=heard(assessment))
    report = assessment_publish(by=OPERATOR, assessment=assessment)
    before = report.body
    # While it is drawn nothing of it is kept; once it is drawn and kept, the file follows.
    assert killed_at("report.render", folder, tmp_path) == []
    assert not ReportDocument.objects.exists()
    assert killed_at("report.write", folder, tmp_path) == []
    kept = bytes(ReportDocument.objects.get().data)
    made(folder, tmp_path)
    assert (folder / "报告.docx").read_bytes() == kept and ReportDocument.objects.count() == 1
    report.refresh_from_db()
    assert report.body == before
