"""Fifty writers and two hundred readers for a minute on the production set-up; then the database is counted.

    DATABASE_URL=postgres://… REDIS_URL=redis://… python bench/load.py [--writers 50] [--readers 200] [--seconds 60] [--pause 5]
        [--size M]

A scratch database beside the one of DATABASE_URL is made and dropped. It holds the demo agency's organisations, people
and records, or an agency of a size (bench/data.py: M has 500 branches) with its facts; what makes it a demo (the mark and
the passwords that everybody knows) is taken away before the start, or production would refuse it.
"""

import argparse
import base64
import logging
import os
import secrets
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.people import Person, Reader, Record, Told, Writer
from bench.production import Production, environment, headers_of


@dataclass
class Count:
    """What the database says of what was accepted; every list should be empty."""

    records: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    # Answers that never came; what became of these writes is not counted as lost.
    unknown: int = 0


def accounts(writers: int, readers: int) -> tuple[dict[str, list[str]], str]:
    """Make accounts with appointments for the load; returns ({"write", "office", "branch": names}, their one password)."""
    from branches.access.models import User
    from branches.access.services.accounts import account_add
    from branches.access.services.appointments import appointment_make
    from branches.places.models.organisations import Organisation
    from common.hashers import BoundedArgon2PasswordHasher
    from common.operator import OPERATOR

    branches = list(
        Organisation.objects.filter(
            kind="branch", archived_on=None, memberships__ends=None, memberships__isnull=False
        ).distinct()
    )
    committee = Organisation.objects.get(kind="committee")
    password = secrets.token_urlsafe(24)
    # One slow hash for all, by the hasher of service: a test has another.
    hasher = BoundedArgon2PasswordHasher()
    hashed = hasher.encode(password, hasher.salt())
    names: dict[str, list[str]] = {"write": [], "office": [], "branch": []}
    for number in range(writers + readers):
        # Of four readers three belong to branches, one to the committee's office.
        does = "write" if number < writers else "branch" if number % 4 else "office"
        name = f"load{number:03d}"
        user = account_add(by=OPERATOR, username=name, name=f"用户{number}")
        User.objects.filter(pk=user.pk).update(password=hashed, must_change_password=False)
        role = {"write": "branch_officer", "office": "committee_staff", "branch": "branch_secretary"}[does]
        place = committee if does == "office" else branches[number % len(branches)]
        appointment_make(by=OPERATOR, user=user, role=role, organisation=place)
        names[does].append(name)
    return names, password


def _all_at_once(people: list[Person], what: Callable[[Person], None]) -> None:
    failed: list[BaseException] = []

    def do(person: Person) -> None:
        try:
            what(person)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=do, args=(person,), daemon=True) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def live(
    production: Production,
    names: Mapping[str, list[str]],
    password: str,
    *,
    seconds: float,
    pause: float,
) -> Told:
    """Let everybody sign in, then live for so many seconds; whoever is in the middle of a record ends it."""
    signing_in, told = Told(), Told()
    people: list[Person] = []
    for number, (does, name) in enumerate((does, name) for does, group in names.items() for name in group):
        headers = headers_of(production.env, f"10.1.{number // 200}.{1 + number % 200}")
        person = Writer if does == "write" else Reader
        people.append(person(name, password, production.port, headers, signing_in))
    # Eight at a time, as people come in the morning: what is measured is the minute afterwards.
    for first in range(0, len(people), 8):
        _all_at_once(people[first : first + 8], Person.sign_in)
    for does in ("office", "branch"):
        same = [person for person in people if isinstance(person, Reader) and person.name in names[does]]
        for person in same[:1]:
            person.learn()
        for person in same[1:]:
            person.pages = dict(same[0].pages)
    for person in people:
        person.told = told
    until = time.monotonic() + seconds
    _all_at_once(people, lambda person: person.live(until, pause))
    return told


def count(told: Told) -> Count:
    """Compare what was accepted with what the database holds: each write once, and nothing that was not accepted."""
    from branches.audit.models import AuditEntry
    from members.activities.models import Activity

    titles = [record.title for record in told.records]
    rows: dict[str, list[Activity]] = {title: [] for title in titles}
    for row in Activity.objects.filter(title__in=titles).prefetch_related("attachments"):
        rows[row.title].append(row)
    verbs: dict[int, Counter[str]] = {}
    keys = [row.pk for same in rows.values() for row in same]
    for verb, pk in AuditEntry.objects.filter(object_type="activity", object_id__in=keys).values_list(
        "verb", "object_id"
    ):
        verbs.setdefault(pk, Counter())[verb] += 1
    found = Count(records=len(keys), unknown=sum(record.unknown for record in told.records))
    for record in told.records:
        _compare(record, rows[record.title], verbs, found)
    return found


def _compare(record: Record, rows: list, verbs: Mapping[int, Counter[str]], found: Count) -> None:
    wanted = 1 if record.pk else 0
    if len(rows) > 1 or (len(rows) > wanted and not record.unknown):
        found.doubled.append(f"{record.title}: {len(rows)} records")
    if len(rows) < wanted:
        found.lost.append(f"{record.title}: no record")
    if not rows or not wanted:
        return
    row, entries = rows[0], verbs.get(rows[0].pk, Counter())
    files = len(row.attachments.all())
    for verb, number in (("create", 1), ("submit", int(record.submitted)), ("attach", record.files)):
        entered = entries[f"activity.{verb}"]
        if entered < number:
            found.lost.append(f"{record.title}: {verb} {entered} of {number}")
        elif entered > number and not record.unknown:
            found.doubled.append(f"{record.title}: {verb} {entered} instead of {number}")
    if record.unknown:
        return
    if row.content.replace("\r\n", "\n") != record.content:
        found.lost.append(f"{record.title}: the text of the last save")
    if record.submitted != (row.state in ("submitted", "accepted")):
        found.lost.append(f"{record.title}: state {row.state}")
    if files != record.files:
        found.lost.append(f"{record.title}: {files} of {record.files} files")


def table(told: Told, found: Count, seconds: float) -> str:
    """Return what happened as a table for a terminal or a page of docs."""
    lines = ["| page | requests | median | p95 | 429, 503 | other |", "|---|---|---|---|---|---|"]
    for what, times in sorted(told.times.items()):
        statuses = told.statuses[what]
        later = statuses[429] + statuses[503]
        other = {status: number for status, number in statuses.items() if status not in (200, 302, 429, 503)}
        p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        lines.append(
            f"| {what} | {len(times)} | {1000 * statistics.median(times):.0f} ms | {1000 * p95:.0f} ms | {later or '–'} | {other or '–'} |"
        )
    asked = sum(len(times) for times in told.times.values())
    accepted = sum(counts[302] for what, counts in told.statuses.items() if "record" in what or "file" in what)
    lines += [
        "",
        f"{asked} requests, {asked / seconds:.1f} a second; {accepted} writes accepted, {found.records} records: "
        f"{len(found.lost)} lost, {len(found.doubled)} doubled, {told.total(500)} × 500, {told.total(429) + told.total(503)} × later, "
        f"{found.unknown} without an answer.",
    ]
    return "\n".join([*lines, *found.lost[:20], *found.doubled[:20], *told.refusals[:20]])


def _scratch(url: str, name: str, drop: bool = False) -> str:
    """Make an empty database beside that of `url`, or drop it; returns its url."""
    import psycopg2

    server, _, _ = url.rpartition("/")
    connection = psycopg2.connect(f"{server}/postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if not drop:
            cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()
    return f"{server}/{name}"


def _take_the_demo_away() -> None:
    """Nobody may enter with the passwords that everybody knows; then the database is no demo any more."""
    from branches.access.demo import MARK
    from branches.access.models import User
    from branches.settings.models import Setting

    User.objects.update(password="!")
    Setting.objects.filter(key=MARK).delete()


def _fill(size: str) -> None:
    """Make an agency of a size, with its facts as of today."""
    from django.db import connection

    from assessments.facts import fill as rollups
    from bench.data import SIZES, build

    build(SIZES[size])
    rollups.fill()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", type=int, default=50)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=5, help="mean seconds between a page and the next step")
    parser.add_argument("--size", choices=["S", "M", "L"], help="an agency of this size in place of the demo's")
    asked = parser.parse_args()
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        sys.exit("bench/load.py works on PostgreSQL: set DATABASE_URL.")
    keys = {"SECRET_KEY": secrets.token_urlsafe(48), "AUDIT_KEY": secrets.token_urlsafe(48)}
    keys["FIELD_KEYS"] = "1:" + base64.b64encode(secrets.token_bytes(32)).decode()
    with tempfile.TemporaryDirectory() as folder:
        url = _scratch(given, "tongbu_load")
        try:
            _measure(Path(folder), environment(Path(folder), keys, url, os.environ.get("REDIS_URL", "")), asked)
        finally:
            _scratch(given, "tongbu_load", drop=True)


def _measure(folder: Path, env: dict[str, str], asked: argparse.Namespace) -> None:
    for name in ("DEMO", "DEBUG"):
        os.environ.pop(name, None)
    os.environ |= env | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    with (folder / "said.txt").open("ab") as said:
        production = Production(env, said)
        production.manage("migrate", "-v0")
        if not asked.size:
            production.manage("seed_demo", DEMO="1")
        import django

        django.setup()
        if asked.size:
            _fill(asked.size)
        # The processes write their trail to their log as in service; this one has nobody to read it.
        logging.getLogger("tongbu.audit").setLevel(logging.WARNING)
        from django.db import connection

        _take_the_demo_away()
        names, password = accounts(asked.writers, asked.readers)
        production.start()
        try:
            production.wait()
            told = live(production, names, password, seconds=asked.seconds, pause=asked.pause)
            ended = production.ended()
        finally:
            production.stop()
        found = count(told)
        connection.close()
    print(table(told, found, asked.seconds))
    words = (folder / "said.txt").read_text(errors="replace")
    if ended or "Traceback" in words:
        sys.exit(f"ended: {ended}\n{words[-4000:]}")
    sys.exit(1 if found.lost or found.doubled or told.not_as_wished() else 0)


if __name__ == "__main__":
    main()
