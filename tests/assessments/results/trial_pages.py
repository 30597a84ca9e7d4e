"""A trial asked for on a page: what the worker does with it."""

from branches.jobs import services as jobs
from branches.jobs.models import JobRun


def tried():
    """Let the worker make the newest trial that was asked for, and return its job."""
    run = JobRun.objects.filter(kind="assessment_trial").latest("pk")
    jobs.run(run.pk)
    run.refresh_from_db()
    return run


def followed(client, answer):
    """Return the answer that the browser is led to once the worker has made the trial that `answer` leads to."""
    assert answer.status_code == 302 and answer["Location"].startswith("/results/trial/"), answer.get("Location")
    run = tried()
    assert run.state == "done", run.outcome
    return client.get(answer["Location"])
