"""Many agencies on the production set-up under mixed load: nobody reads a word of another's, and what it costs.

    AGENCIES_ADMIN_URL=postgres://… REDIS_URL=redis://… bin/agencies-load [--agencies 50] [--minutes 10] [--writers 1]
        [--readers 3] [--pause 20] [--size S]

A template with an agency of fifty branches is made and cloned; each clone is marked in the names of all its organisations, and
every answer is searched for the marks of others (canaries). Four web processes, five of the worker, one beat, as deploy/
describes them. All databases and roles are dropped again. Exit 1 where a goal is missed.
"""

import argparse
import contextlib
import logging
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.load import _all_at_once, accounts
from bench.people import Answer, Person, Reader, Told, Writer
from bench.production import SERVICES, Production, environment, headers_of, line_of

# bytes, connections, seconds at the 95th percentile
MEMORY, CONNECTIONS, LAG = 2.5 * 2**30, 60, 90.0
WEB_PROCESSES = 4
PREFIX = "load"
_MARK = re.compile(r"〔(k\d{2,3})〕")


@dataclass
class Seen:
    """What was found in answers and measured beside them; lag: seconds from a change to its facts, each at most 10 too many."""

    canaries: list[str] = field(default_factory=list)
    own: int = 0
    memory: list[tuple[float, float]] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)
    lag: list[float] = field(default_factory=list)
    waiting: int = 0


class _Watched(Person):
    """Looks for the marks of other agencies in whatever comes back."""

    mark, seen = "", Seen()

    def _ask(self, method: str, path: str, body: bytes | None, content: str) -> Answer:
        answer = super()._ask(method, path, body, content)
        found = set(_MARK.findall(answer.text + answer.location))
        self.seen.own += self.mark in found
        self.seen.canaries += [f"{self.mark} {path}: {mark}" for mark in sorted(found - {self.mark})]
        return answer


class _Writer(_Watched, Writer):
    pass


class _Reader(_Watched, Reader):
    pass


class _Many(Production):
    def start(self) -> None:
        self.manage("collectstatic", "--noinput", "-v0")
        for name in SERVICES:
            line = line_of(name, self.port)
            if name == "web":
                line[line.index("--workers") + 1] = str(WEB_PROCESSES)
            self.processes[name] = subprocess.Popen(
                line, cwd=Path(__file__).resolve().parent.parent, env=self.env, stdin=subprocess.DEVNULL,
                stdout=self.said, stderr=self.said, start_new_session=True,
            )  # fmt: skip


def _children(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from _children(int(child))


def _bytes_of(pid: int, word: str) -> int:
    """Return a sum of /proc/PID/smaps_rollup in bytes; what is shared is divided among those who share it."""
    with contextlib.suppress(OSError):
        found = re.search(rf"^{word}:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
        return int(found[1]) * 1024 if found else 0
    return 0


def _watch(production: Production, admin: str, names: list[str], seen: Seen, over: threading.Event) -> None:
    """Measure every ten seconds: memory of processes and backends, connections of the services, marks that wait."""
    import psycopg2

    waiting: dict[tuple[str, int], datetime] = {}
    with closing(psycopg2.connect(admin)) as raw:
        raw.autocommit = True
        while not over.wait(10):
            with raw.cursor() as cursor:
                cursor.execute(
                    "SELECT pid FROM pg_stat_activity WHERE datname = ANY(%s) AND usename = datname", [names]
                )
                backends = [pid for (pid,) in cursor.fetchall()]
            processes = [pid for process in production.processes.values() for pid in _children(process.pid)]
            ours = sum(_bytes_of(pid, "Pss") for pid in processes)
            seen.memory.append((ours, sum(_bytes_of(pid, "Pss_Anon") for pid in backends)))
            seen.connections.append(len(backends))
            for name in names:
                with closing(psycopg2.connect(admin, dbname=name)) as one, one.cursor() as cursor:
                    cursor.execute("SELECT id, made FROM branches_changemark")
                    found = {(name, pk): made for pk, made in cursor.fetchall()}
                moment = datetime.now(UTC)
                for key in [key for key in waiting if key[0] == name and key not in found]:
                    seen.lag.append((moment - waiting.pop(key)).total_seconds())
                waiting |= found
    seen.waiting = len(waiting)


def _make(folder: Path, asked: argparse.Namespace) -> str:
    """Make the template with its agency and clone it so many times; returns the one password of all accounts."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from bench.data import SIZES, build
    from branches.agencies import adding
    from common import agencies

    adding.template_make()
    with agencies.entered(adding.of_template()):
        build(SIZES[asked.size])
        _, password = accounts(asked.writers, asked.readers)
        call_command("roll_up", verbosity=0)
    agencies.close_all()
    file = Path(settings.AGENCIES_FILE)
    for number in range(asked.agencies):
        key = f"{PREFIX}{number:03d}"
        adding.agency_add(
            file=file, key=key, name=f"机关{number}", hosts=[_host(number)], folder=folder / key, state=folder / key / "state"
        )  # fmt: skip
    _read_again(file)
    for number in range(asked.agencies):
        with agencies.entered(f"{PREFIX}{number:03d}"), connection.cursor() as cursor:
            for table in ("branches_organisation", "branches_organisationversion"):
                cursor.execute(
                    f"UPDATE {table} SET name = name || %s, short_name = short_name || %s", [_mark(number)] * 2
                )  # nosec B608
    agencies.close_all()
    return password


def _read_again(file: Path) -> None:
    from django.conf import settings

    from common import agencies_file

    found = agencies_file.read(file)
    settings.AGENCIES, settings.AGENCY_HOSTS = found.agencies, found.hosts


def _host(number: int) -> str:
    return f"k{number:02d}.example.cn"


def _mark(number: int) -> str:
    return f"〔k{number:02d}〕"


def _people(production: Production, password: str, asked: argparse.Namespace, told: Told, seen: Seen) -> list[Person]:
    made: list[Person] = []
    for number in range(asked.agencies):
        for person in range(asked.writers + asked.readers):
            headers = headers_of(production.env, f"10.{number}.0.{1 + person}") | {"Host": _host(number)}
            kind = _Writer if person < asked.writers else _Reader
            one = kind(f"load{person:03d}", password, production.port, headers, told)
            one.mark, one.seen = f"k{number:02d}", seen
            made.append(one)
    return made


def _live(production: Production, password: str, asked: argparse.Namespace, seen: Seen) -> Told:
    signing_in, told = Told(), Told()
    people = _people(production, password, asked, signing_in, seen)
    for first in range(0, len(people), 8):
        _all_at_once(people[first : first + 8], Person.sign_in)
    for person in people[: asked.writers + asked.readers]:
        if isinstance(person, Reader):
            person.learn()
            for other in people:
                if isinstance(other, Reader) and other.name == person.name:
                    other.pages = dict(person.pages)
    for person in people:
        person.told = told
    names = [f"tongbu_{PREFIX}{number:03d}" for number in range(asked.agencies)]
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(production, os.environ["AGENCIES_ADMIN_URL"], names, seen, over))
    watcher.start()
    try:
        until = time.monotonic() + asked.minutes * 60
        _all_at_once(people, lambda person: person.live(until, asked.pause))
        # What was written last becomes facts too.
        time.sleep(75)
    finally:
        over.set()
        watcher.join()
    return told


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else (values or [0.0])[0]


def _report(asked: argparse.Namespace, told: Told, seen: Seen) -> bool:
    """Print the figures; returns whether all goals were met."""
    times = [value for values in told.times.values() for value in values]
    whole = [ours + backends for ours, backends in seen.memory] or [0.0]
    half = max(1, len(whole) // 2)
    goals = {
        f"foreign words 0: {len(seen.canaries)} (own mark in {seen.own} answers)": not seen.canaries and seen.own > 0,
        f"memory ≤ 2.5 GB: {max(whole) / 2**30:.2f} (processes {max(ours for ours, _ in seen.memory) / 2**30:.2f}, first half"
        f" {max(whole[:half]) / 2**30:.2f})": max(whole) <= MEMORY,
        f"connections ≤ {CONNECTIONS}: {max(seen.connections or [0])}": max(seen.connections or [0]) <= CONNECTIONS,
        f"lag of fills p95 < {LAG:.0f} s: {_p95(seen.lag):.0f} (median {statistics.median(seen.lag or [0]):.0f}, most"
        f" {max(seen.lag or [0]):.0f}, {len(seen.lag)} marks, {seen.waiting} left)": _p95(seen.lag) < LAG and bool(seen.lag),
        f"errors 0: {told.not_as_wished()}": not told.not_as_wished(),
    }  # fmt: skip
    print(f"{asked.agencies} agencies of size {asked.size}, {asked.minutes:g} minutes, {len(times)} requests, p95 {_p95(times):.2f} s,"
          f" median {statistics.median(times):.2f} s, {told.total(503)} × 503")  # fmt: skip
    for words, met in goals.items():
        print(f"  {'ok  ' if met else 'MISS'} {words}")
    for line in [*seen.canaries[:10], *told.refusals[:10]]:
        print(f"  {line}")
    return all(goals.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agencies", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--writers", type=int, default=1, help="of each agency")
    parser.add_argument("--readers", type=int, default=3, help="of each agency")
    parser.add_argument("--pause", type=float, default=20, help="mean seconds between a page and the next step")
    parser.add_argument("--size", default="S")
    asked = parser.parse_args()
    admin, redis = os.environ.get("AGENCIES_ADMIN_URL", ""), os.environ.get("REDIS_URL", "")
    if not admin.startswith("postgres") or not redis:
        sys.exit("bin/agencies-load works on PostgreSQL and Redis: set AGENCIES_ADMIN_URL and REDIS_URL.")
    with tempfile.TemporaryDirectory() as folder:
        try:
            sys.exit(0 if _measure(Path(folder), admin, redis, asked) else 1)
        finally:
            _drop(admin, [f"tongbu_{PREFIX}{number:03d}" for number in range(asked.agencies)])


def _drop(admin: str, names: list[str]) -> None:
    import psycopg2

    with closing(psycopg2.connect(admin)) as raw, raw.cursor() as cursor:
        raw.autocommit = True
        for name in [*names, f"tongbu_{PREFIX}_template"]:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'DROP ROLE IF EXISTS "{name}"')


def _environment(folder: Path, admin: str, redis: str) -> dict[str, str]:
    server = admin.rpartition("/")[0].rpartition("@")[2]
    name = f"tongbu_{PREFIX}_template"
    file = folder / "agencies.toml"
    file.write_text(f'template = "postgres://{name}:{secrets.token_hex(12)}@{server}/{name}"\n')
    file.chmod(0o600)
    keys = {key: secrets.token_urlsafe(48) for key in ("SECRET_KEY", "AUDIT_KEY", "FIELD_KEYS")}
    env: dict[str, Any] = environment(folder, keys, "", redis)
    unwanted = ("DATABASE_URL", "AUDIT_KEY_FILE", "FIELD_KEYS_FILE", "AUDIT_ANCHOR_FILE", "SITE_URL")
    return {key: value for key, value in env.items() if key not in unwanted} | {"AGENCIES": str(file)}


def _measure(folder: Path, admin: str, redis: str, asked: argparse.Namespace) -> bool:
    env = _environment(folder, admin, redis)
    for name in ("DEMO", "DEBUG", "DATABASE_URL", "AUDIT_KEY_FILE", "FIELD_KEYS_FILE", "SITE_URL"):
        os.environ.pop(name, None)
    os.environ |= env | {"DJANGO_SETTINGS_MODULE": "config.settings", "AGENCIES_ADMIN_URL": admin}
    import django

    django.setup()
    logging.getLogger("tongbu.audit").setLevel(logging.WARNING)
    began = time.monotonic()
    _drop(admin, [f"tongbu_{PREFIX}{number:03d}" for number in range(asked.agencies)])
    password = _make(folder, asked)
    print(f"made in {time.monotonic() - began:.0f} s", flush=True)
    seen = Seen()
    with (folder / "said.txt").open("ab") as said:
        production = _Many(env, said)
        production.start()
        try:
            production.wait(60)
            told = _live(production, password, asked, seen)
            ended = production.ended()
        finally:
            production.stop()
    met = _report(asked, told, seen)
    words = (folder / "said.txt").read_text(errors="replace")
    if ended or "Traceback" in words:
        print(f"ended: {ended}\n{words[words.find('Traceback') - 500 :][:4000]}")
        return False
    return met


if __name__ == "__main__":
    main()
