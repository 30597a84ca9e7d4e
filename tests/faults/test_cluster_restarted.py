"""PostgreSQL is stopped and started anew, twice, under people who write, worker and beat: "later", and nothing half (F07)."""

import threading
import time

import pytest
from django.conf import settings

from bench import load
from bench.production import KEYS, Production, environment, get
from branches.audit import seal
from branches.audit.verify import verify
from branches.jobs.models import Heartbeat
from branches.places import tree
from common import clock
from common.queues import QUEUES, sign_of
from members.activities.models import Attachment
from tests.faults import cluster, processes

pytestmark = [
    pytest.mark.whole("tests/faults/test_machine_at_its_end.py cuts one connection; bench/load.py is the load"),
    pytest.mark.skipif(not settings.IS_POSTGRES, reason="a cluster to restart"),
    pytest.mark.skipif(bool(cluster.why_not()), reason=cluster.why_not() or "-"),
]


@pytest.fixture
def server():
    found = cluster.Cluster()
    yield found
    found.remove()


@pytest.fixture
def production(tmp_path, live_world, server):
    """The installation of deploy/ on a copy of the test's database in a cluster of its own, with people for the load."""
    made = load.accounts(6, 6)
    # The numbers of transactions are those of the old cluster: what is not sealed yet would wait for them for ever.
    seal.seal()
    url = server.copy(processes.database_url())
    env = environment(tmp_path, {name: getattr(settings, name) for name in KEYS}, url, settings.REDIS_URL)
    with (tmp_path / "said.txt").open("ab") as said:
        production = Production(env, said)
        production.people = made
        production.start()
        try:
            production.wait()
            yield production
        finally:
            production.stop()


@pytest.fixture
def restarts(production, server, monkeypatch):
    """Restart the cluster twice once everybody has signed in; returns (thread, moments of the restarts, what the login said)."""
    moments, seen = [], []

    def restart():
        for how in ("fast", "immediate"):
            time.sleep(1.5)
            server.stop(how)
            seen.append(get(production.port, "/login/", production.env))
            time.sleep(1)
            server.start()
            moments.append(clock.real_now())

    behind = threading.Thread(target=restart, daemon=True)
    all_at_once = load._all_at_once

    def begin(people, what):
        if what is not load.Person.sign_in:
            behind.start()
        all_at_once(people, what)

    monkeypatch.setattr(load, "_all_at_once", begin)
    return behind, moments, seen


def nothing_half(told, media):
    """Look through the copy after the restarts: what was accepted is there once, and everything fits together."""
    found = load.count(told)
    assert (found.lost, found.doubled) == ([], []), load.table(told, found, 7)
    assert found.records >= 6
    verdict = verify()
    assert tree.check_tree() == [] and verdict.ok, verdict.message
    kept = {row.path for row in Attachment.objects.filter(activity__title__startswith="load")}
    on_disk = {path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file()}
    assert on_disk == kept, "no file without its row, no row without its file"


def test_a_restart_of_the_cluster_under_load_is_later_and_leaves_nothing_half(
    production, server, restarts, tmp_path, monkeypatch
):
    names, password = production.people
    behind, moments, seen = restarts
    told = load.live(production, names, password, seconds=7, pause=0.2)
    behind.join(60)
    assert len(moments) == 2 and production.ended() == []
    # While it was away: a page with its incident, not an error of the program.
    assert {status for status, _ in seen} == {503} and all("事件编号" in page for _, page in seen)
    monkeypatch.setattr(settings, "AUDIT_ANCHOR_FILE", production.env["AUDIT_ANCHOR_FILE"])
    with server.asked():
        # The worker and beat go on by themselves.
        beats = Heartbeat.objects.filter(at__gt=moments[-1])
        processes.wait_for(
            lambda: {*map(sign_of, QUEUES), "beat"} <= set(beats.values_list("name", flat=True)), 60, "no sign of life"
        )
        nothing_half(told, tmp_path / "var" / "media")
    assert told.total(503) > 0
    # 409: the answer to a commit was lost, and the same form came again.
    assert set(told.not_as_wished()) <= {409}, told.refusals
    words = (tmp_path / "said.txt").read_text()
    assert "answered with 503" in words and "answered with 500" not in words
