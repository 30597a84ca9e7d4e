"""The draft of a report on many organisations is written by the worker; no page waits for it, and nothing is published unread."""

import pytest

from assessments.reports import drafting, drafts
from assessments.reports.drafting import draft_ask
from assessments.reports.drafts import draft_head, draft_words, drafted
from assessments.reports.models import Report, ReportDraft
from branches.audit.models import AuditEntry
from branches.jobs import services as jobs
from branches.jobs.models import JobRun
from branches.reach.models import Appointment
from common import clock
from tests.assessments.reports.test_published import frozen  # noqa: F401
from tests.assessments.results.test_results import quarter  # noqa: F401
from tests.assessments.schemes.test_pages import text_of

pytestmark = pytest.mark.django_db
HEAD = {"kind": "report", "number": "", "signer": "机关党委书记", "recipient": "党组"}
CIRCULAR = {"kind": "circular", "number": "机关党委〔2026〕3号", "signer": "", "recipient": "各党支部"}


@pytest.fixture
def many(frozen, monkeypatch):  # noqa: F811
    monkeypatch.setattr(drafts, "LARGE", 2)
    assert frozen.results.count() > 2
    return frozen


@pytest.fixture
def reckonings(monkeypatch):
    """How often a report was reckoned."""
    found = []
    build = drafts.builder.build
    monkeypatch.setattr(drafts.builder, "build", lambda *args, **more: found.append(1) or build(*args, **more))
    return found


def work():
    run = JobRun.objects.latest("pk")
    jobs.run(run.pk)
    run.refresh_from_db()
    return run


def address(assessment, what=""):
    return f"/results/{assessment.pk}/report/{what}"


def test_a_large_draft_is_asked_for_followed_and_read(many, as_, reckonings):
    staff = as_("staff")
    page = staff.get(address(many))
    assert "报告还没有起草" in text_of(page) and not JobRun.objects.exists(), "to look asks for nothing"
    assert staff.post(address(many, "refresh/"))["Location"] == address(many)
    assert staff.post(address(many, "refresh/")).status_code == 302 and JobRun.objects.count() == 1
    page = staff.get(address(many))
    assert "正在起草报告" in text_of(page) and 'hx-trigger="every 1s"' in page.content.decode()
    follow = address(many) + "?follow=1"
    assert "<html" not in staff.get(follow, headers={"HX-Request": "true"}).content.decode()
    assert reckonings == [], "no page reckons it"
    assert work().state == "done" and reckonings == [1]
    done = staff.get(follow, headers={"HX-Request": "true"})
    assert (done.status_code, done["HX-Redirect"]) == (204, address(many))
    page = staff.get(address(many))
    assert "草稿，未发布" in text_of(page) and "报告草稿已起草" in text_of(page)
    assert reckonings == [1], "it is kept, and read as often as anybody likes"
    entry = AuditEntry.objects.get(verb="report.draft_refresh")
    assert "body" not in str(entry.changes if hasattr(entry, "changes") else ""), "the trail keeps no report"


def test_another_signer_needs_no_new_text_and_another_kind_is_written_by_the_worker(many, world, as_, reckonings):
    draft_ask(by=world.staff, assessment=many)
    work()
    staff = as_("staff")
    staff.post(address(many), HEAD | {"signer": "另一位书记", "seen": drafted(many).mark})
    assert (drafted(many).body["signer"], reckonings, JobRun.objects.count()) == ("另一位书记", [1], 1)
    staff.post(address(many), CIRCULAR | {"seen": drafted(many).mark})
    assert JobRun.objects.count() == 2 and drafted(many).body["kind"] == "report"
    assert work().state == "done" and len(reckonings) == 2
    stands = drafted(many)
    assert (stands.body["kind"], stands.row.number) == ("circular", CIRCULAR["number"])
    assert stands.body["title"].endswith("通报")


def test_words_stay_where_their_numbers_did(many, world):
    draft_ask(by=world.staff, assessment=many)
    work()
    key, before = next(
        (key, block["text"]) for key, block in drafts.paragraphs_of(drafted(many).body).items() if "。" in block["text"]
    )
    draft_words(by=world.staff, assessment=many, key=key, text=f"总的看，{before}")
    draft_ask(by=world.staff, assessment=many)
    assert work().state == "done"
    assert drafts.paragraphs_of(drafted(many).body)[key]["text"] == f"总的看，{before}"


def test_whatever_moves_meanwhile_is_not_written_over(many, world, monkeypatch):
    draft_ask(by=world.staff, assessment=many)
    work()
    draft_ask(by=world.staff, assessment=many)
    build = drafting.builder.build

    def slowly(*args, **more):
        body = build(*args, **more)
        draft_head(by=world.staff, assessment=many, data=HEAD | {"signer": "改过的人"})
        return body

    monkeypatch.setattr(drafting.builder, "build", slowly)
    run = work()
    assert (run.state, run.outcome) == ("failed", drafting.MOVED)
    assert ReportDraft.objects.get().signer == "改过的人"


def test_nothing_is_published_that_was_not_written(many, world, as_):
    publisher, url = as_("party_secretary"), f"/results/{many.pk}/publish/"
    assert publisher.get(url)["Location"] == address(many)
    refused = publisher.post(url, HEAD)
    assert refused.status_code in (302, 409) and not Report.objects.exists()
    assert as_("staff").post(address(many, "docx/")).status_code == 409
    assert as_("staff").post(address(many, "words/"), {"key": "opening", "text": "改"}).status_code == 409
    draft_ask(by=world.staff, assessment=many)
    work()
    assert publisher.post(url, HEAD | {"seen": drafted(many).mark}).status_code == 302
    assert Report.objects.get().body["signer"] == HEAD["signer"]


def test_whose_right_has_ended_has_none_written_and_it_is_said(many, world, as_):
    draft_ask(by=world.staff, assessment=many)
    Appointment.objects.filter(user=world.staff).update(ends=clock.today().replace(day=1, month=1))
    run = work()
    assert (run.state, run.outcome) == ("failed", "考核评分和发布的权限已终止，没有起草。")
    page = as_("committee_secretary").get(address(many))
    assert "报告没有起草成" in text_of(page) and "重新起草" in text_of(page) and not ReportDraft.objects.exists()


def test_a_small_draft_comes_at_once(frozen, as_):  # noqa: F811
    assert "草稿，未发布" in text_of(as_("staff").get(address(frozen)))
    assert not JobRun.objects.exists()
