"""What is measured of one filled database: seconds of processor, of the clock, statements, rows, bytes, memory; each without leaving
a trace. Imports and reports: bench/heavy.py.
"""

import ctypes
import gc
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import Client

from assessments.facts import fill as rollups
from assessments.facts.families import FAMILIES
from assessments.facts.slots import fill_slot
from assessments.facts.tree_on import Tree
from assessments.results.services import assessment_trial
from bench.data import YEAR
from bench.floor import floor_filled, floor_prepared
from branches.access.models import User
from branches.access.services.appointments import appointment_make
from branches.places.models.organisations import Organisation
from common.operator import OPERATOR
from common.periods import HALF, MONTH, QUARTER, Period
from common.periods import YEAR as YEAR_KIND
from members.activities.models import Activity
from members.activities.services.states import mark_activity
from responsibilities.work.models import StageEvidence

AS_OF = date(YEAR, 11, 24)


@dataclass
class Figure:
    """cpu: seconds of processor, of Python, its children and of the database's own process together. wall: of the clock.
    statements, rows: asked of the database and fetched, None where they are not counted. bytes: of a page. memory: the most that
    this process held meanwhile, in bytes. speed: rows written a second of processor; each: bytes of memory for each further row.
    """

    cpu: float
    wall: float
    statements: int | None = None
    bytes: int | None = None
    rows: int | None = None
    memory: int = 0
    speed: float | None = None
    each: float | None = None


def _backend_seconds() -> float:
    """Processor time of this connection's process on the server, 0 where it runs on another machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    try:
        with open(f"/proc/{pid}/stat") as stat:
            ticks = stat.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    """Processor time of this process and of the children that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def _forget_peak() -> None:
    """Give back what is free, and let the highest memory count from here."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def peak() -> int:
    """Return the most memory that this process has held since it was last forgotten, in bytes."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


class _Counted:
    """Statements and fetched rows of a block. Texts are not kept: those of a large agency would be most of what is measured."""

    def __init__(self) -> None:
        self.statements = self.rows = 0

    def execute(self, execute: Callable, *rest: object) -> object:
        self.statements += 1
        return execute(*rest)

    @contextmanager
    def counting(self) -> Iterator[None]:
        def fetching(name: str) -> Callable:
            def fetch(cursor: Any, *arguments: int) -> Any:
                found = getattr(cursor.cursor, name)(*arguments)
                self.rows += len(found) if name != "fetchone" else found is not None
                return found

            return fetch

        # Django hands these on to the driver's cursor by name, so there is nothing to be put back.
        names = ("fetchone", "fetchmany", "fetchall")
        for name in names:
            setattr(CursorWrapper, name, fetching(name))
        try:
            with connection.execute_wrapper(self.execute):
                yield
        finally:
            for name in names:
                delattr(CursorWrapper, name)


def measured(work: Callable[[], object], *, counted: bool = False) -> Figure:
    """Run `work` once and return its Figure; counted: its statements and rows too, which makes it a little slower."""
    _forget_peak()
    count = _Counted()
    before, clock, backend = _own_seconds(), time.perf_counter(), _backend_seconds()
    with count.counting() if counted else nullcontext():
        result = work()
    cpu, wall = _own_seconds() - before, time.perf_counter() - clock
    size = len(result.content) if hasattr(result, "content") else None
    figure = Figure(cpu + _backend_seconds() - backend, wall, bytes=size, memory=peak())
    return replace(figure, statements=count.statements, rows=count.rows) if counted else figure


def least(figures: list[Figure]) -> Figure:
    """Return the figure with the least processor time: what the work costs without what happened beside it."""
    return min(figures, key=lambda one: one.cpu)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def yardstick() -> Figure:
    """Return what work costs that is the same at every size, some in Python and some in the database: how quick the machine is now."""
    return least([measured(_same_at_every_size) for _ in range(7)])


def _same_at_every_size() -> None:
    counted: dict[int, int] = {}
    for number in range(200_000):
        counted[number % 997] = counted.get(number % 997, 0) + number
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(number % 997) FROM generate_series(1, 500000) AS number")
        cursor.fetchall()


def by_hand() -> None:
    floor_filled(YEAR, Period.containing(MONTH, AS_OF))


def by_engine() -> None:
    tree = Tree()
    for family in FAMILIES[:2]:
        for month in Period(YEAR_KIND, YEAR).parts(MONTH):
            if month.first <= AS_OF:
                fill_slot(family, month, AS_OF, tree.on(min(month.last, AS_OF)))


def first_facts() -> None:
    rollups.fill(as_of=AS_OF)
    # What autovacuum does within minutes of such a fill: without it every plan reckons with an empty table, and no index says
    # by itself that its rows are there for everybody.
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def fills() -> Iterator[tuple[str, Figure]]:
    """Yield the roll-up beside the statement by hand, and the first fills of two days."""
    floor_prepared()
    with connection.cursor() as cursor:
        # What parallel workers of the database use is not in the figures: without them both sides are whole.
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    hand, engine = [], []
    # Of a large agency one run takes so long that what happens beside it evens out.
    for _ in range(3 if Organisation.objects.count() < 1000 else 1):
        hand.append(measured(by_hand))
        with undone():
            engine.append(measured(by_engine))
    with connection.cursor() as cursor:
        cursor.execute("RESET max_parallel_workers_per_gather")
    yield "counts of the year by hand", least(hand)
    yield "counts of the year by the engine", least(engine)
    yield "first fill of the next day", _new_day(AS_OF + timedelta(days=1))
    # What most duty lists wait for is due by the end of November: nine of ten turn on this day.
    yield "first fill of December", _new_day(date(YEAR, 12, 1))


def families() -> Iterator[tuple[str, Figure]]:
    """Yield what each family of facts costs filled anew, and all of them together."""
    for family in FAMILIES:
        run = rollups._Run(AS_OF, None, True, [])
        yield f"family {family.key}", measured(lambda run=run, family=family: run.fill_family(family))
    yield "full fill", measured(lambda: rollups.fill(as_of=AS_OF, rebuild=True))


def _new_day(day: date) -> Figure:
    """Return what the first fill of a day takes of a process that does nothing else: what a worker holds is asked."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    command = [sys.executable, Path(__file__).with_name("first_fill.py"), day.isoformat()]
    environment = os.environ | {"DATABASE_URL": urlunsplit(address)}
    return Figure(
        **json.loads(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)
    )


def changes() -> Iterator[tuple[str, Figure]]:
    """Yield the fill after one changed record, and after one that is evidence of a stage."""
    linked = StageEvidence.objects.filter(activity__isnull=False).values("activity")
    every = Activity.objects.filter(day__year=YEAR, state="accepted").select_related("organisation")
    plain = every.exclude(pk__in=linked).order_by("pk")
    yield "fill after one record", least([_mended([row]) for row in plain[: 5 * 97 : 97]])
    proofs = every.filter(pk__in=linked).order_by("pk")
    yield "fill after one record that is evidence", least([_mended([row]) for row in proofs[: 5 * 7 : 7]])


def many_changes() -> Iterator[tuple[str, Figure]]:
    """Yield the fill after a hundredth of all records, the newest."""
    every = Activity.objects.filter(day__year=YEAR, state="accepted").select_related("organisation")
    number = every.count() // 100
    yield "fill after a hundredth of the records", _mended(every.filter(day__lte=AS_OF).order_by("-day")[:number])


def _mended(records) -> Figure:
    with undone():
        for record in records:
            mark_activity(record)
        return measured(lambda: rollups.fill(as_of=AS_OF), counted=True)


NAMED = {QUARTER: "a quarter", HALF: "a half-year", YEAR_KIND: "the year"}


def trials() -> Iterator[tuple[str, Figure]]:
    """Yield a trial of a quarter, a half-year and the year by the branches' scheme."""
    for period in (Period.parse(f"{YEAR}Q3"), Period.parse(f"{YEAR}H1"), Period(YEAR_KIND, YEAR)):
        with undone():
            figure = measured(
                lambda period=period: assessment_trial(by=OPERATOR, period=period, as_of=AS_OF), counted=True
            )
        yield f"trial of {NAMED[period.kind]}", figure


def _signed_in(name: str, role: str, place: Organisation) -> Client:
    user = User.objects.create(username=name, name=name)
    appointment_make(by=OPERATOR, user=user, role=role, organisation=place)
    client = Client()
    client.force_login(user, backend="branches.backends.AppointmentBackend")
    return client


def pages() -> Iterator[tuple[str, Figure]]:
    """Yield the pages of a branch's secretary and of the committee's office, each the second time it is asked for."""
    root = Organisation.objects.root()
    branch = Organisation.objects.filter(kind="branch").order_by("pk")[7]
    secretary = _signed_in("bench-secretary", "branch_secretary", branch)
    office = _signed_in("bench-office", "committee_staff", root)
    word = branch.short_name
    for name, client, url in (
        # The frame round every page and nothing in it: goals of lists are counted beside its statements.
        ("empty view", office, "/menu/"),
        ("workbench", secretary, "/"),
        ("record form", secretary, f"/activities/new/?organisation={branch.pk}"),
        ("dashboard", office, "/dashboard/"),
        ("records", office, "/activities/"),
        ("requirements", office, "/requirements/"),
        ("members", office, "/members/"),
        ("organisations", office, "/organisations/"),
        ("search", office, f"/search/?q={word}"),
        ("review queue", office, "/reviews/"),
        ("sync board", office, "/sync/"),
        ("sync rates", office, "/sync/rates/?by=tree"),
        ("duty board", office, "/duties/"),
        ("supervision", office, "/supervision/"),
    ):
        answer = client.get(url)
        if answer.status_code != 200:
            raise SystemExit(f"{url} answers {answer.status_code}")
        yield (
            f"page: {name}",
            least([measured(lambda client=client, url=url: client.get(url), counted=True) for _ in range(3)]),
        )
