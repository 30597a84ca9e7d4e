"""A task works for the agency whose message it is, and for nobody without one."""

import pytest
from django.db import connection, transaction

from branches.jobs import services as jobs
from branches.jobs.models import JobRun
from common import agencies
from common.agencies import OutsideAgency
from common.operator import OPERATOR
from config.agency_tasks import AgencyTask


def database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        return cursor.fetchone()


class Sent(list):
    """What was published: (task, headers)."""


@pytest.fixture
def sent(monkeypatch):
    found = Sent()

    def note(self, args=None, kwargs=None, **options):
        found.append((self.name, args, options.get("headers")))

    monkeypatch.setattr("celery.app.task.Task.apply_async", note)
    return found


def arrives(task, *args, **headers):
    """Run a task as its message would, with these headers."""
    task.push_request(headers=headers or None, args=args)
    try:
        return task(*args)
    finally:
        task.pop_request()


def test_a_message_carries_the_agency_it_was_registered_in_and_is_refused_without_one(two, sent):
    with agencies.entered(two.a):
        with transaction.atomic():
            run = jobs.enqueue(by=OPERATOR, kind="isolation")
            assert sent == []
        assert sent == [("branches.tasks.run_job", (run.pk,), {"agency": two.a.key})]
    with agencies.entered(two.b):
        assert not JobRun.objects.filter(kind="isolation").exists()
    with pytest.raises(OutsideAgency):
        jobs.run_job.delay(run.pk)


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    """A kind of job that says for whom it works."""
    monkeypatch.setitem(jobs._KINDS, "isolation", lambda by: f"{database()[0]} {agencies.current().key}")


def test_a_job_id_of_one_in_a_message_of_the_other_is_the_others_row_or_none(two, sent):
    pks = {}
    for agency in (two.a, two.b):
        with agencies.entered(agency):
            JobRun.objects.filter(kind="isolation").delete()
            pks[agency.key] = JobRun.objects.create(pk=90_001, kind="isolation").pk
    with agencies.entered(two.a):
        only_a = JobRun.objects.create(pk=90_002, kind="isolation").pk
    arrives(jobs.run_job, pks[two.a.key], agency=two.b.key)
    arrives(jobs.run_job, only_a, agency=two.b.key)
    with agencies.entered(two.a):
        assert set(JobRun.objects.filter(kind="isolation").values_list("state", flat=True)) == {"queued"}
    with agencies.entered(two.b):
        done = JobRun.objects.get(pk=90_001)
        assert (done.state, done.outcome) == ("done", f"{two.b.database['NAME']} {two.b.key}")


@pytest.mark.parametrize("headers", [{}, {"agency": "nobody"}, {"agency": 7}, {"agency": ["a"]}])
def test_a_message_without_or_with_a_wrong_agency_does_nothing(two, headers):
    with agencies.entered(two.a):
        JobRun.objects.update_or_create(pk=90_003, defaults={"kind": "isolation", "state": "queued"})
    arrives(jobs.run_job, 90_003, **headers)
    with agencies.entered(two.a):
        assert JobRun.objects.get(pk=90_003).state == "queued"


def test_a_closed_agency_is_worked_for_no_more_and_one_only_read_is_sealed(two):
    from branches.agencies import file_edits
    from branches.tasks import requeue_jobs, seal_audit
    from tests.branches.agencies.installation import use

    lines = two.file.read_text()
    reached = []
    for task in (requeue_jobs, seal_audit):
        assert isinstance(task._get_current_object() if hasattr(task, "_get_current_object") else task, AgencyTask)
    try:
        for state, expected in (("closed", []), ("read-only", [("branches.tasks.seal_audit", two.a.key)])):
            file_edits.set_state(two.file, two.a.key, state)
            use(two.file)
            reached.clear()
            for task in (requeue_jobs, seal_audit):
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(task, "run", lambda task=task: reached.append((task.name, agencies.current().key)))
                    arrives(task)
            assert [row for row in reached if row[1] == two.a.key] == expected
            assert {row for row in reached if row[1] == two.b.key} == {
                (task.name, two.b.key) for task in (requeue_jobs, seal_audit)
            }
    finally:
        two.file.write_text(lines)
        use(two.file)


def test_a_round_goes_on_where_one_agency_fails(two):
    from branches.tasks import requeue_jobs

    reached = []

    def run():
        if agencies.current().key == two.a.key:
            raise KeyError
        reached.append(agencies.current().key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requeue_jobs, "run", run)
        with pytest.raises(RuntimeError, match=two.a.key):
            arrives(requeue_jobs)
    assert reached == [two.b.key]


def test_a_task_that_fails_says_in_the_log_whose_it_was(two, caplog):
    from branches.tasks import nightly_checks

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("branches.tasks.tree.check_tree", lambda: ["组织树有误"])
        with pytest.raises(RuntimeError, match="组织树有误"):
            arrives(nightly_checks, agency=two.a.key)
    assert f"branches.tasks.nightly_checks failed for {two.a.key}: 组织树有误" in caplog.messages


def test_a_worker_that_begins_asks_for_the_anchors_of_all_agencies(two, sent):
    """A new agency has no file of anchors, without which /readyz is red; beat would ask for it in ten minutes."""
    from types import SimpleNamespace

    from config.celery import worker_started

    for queues, wanted in ((("short", "fills"), ["branches.tasks.anchor_audit"]), (("heavy",), [])):
        sent.clear()
        app = SimpleNamespace(amqp=SimpleNamespace(queues=SimpleNamespace(consume_from=dict.fromkeys(queues))))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(jobs, "beat", lambda name: None)
            worker_started(sender=SimpleNamespace(app=app))
        assert [name for name, _, _ in sent] == wanted
