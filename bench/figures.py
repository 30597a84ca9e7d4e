"""What work costs: seconds of processor, of the clock, statements, rows, bytes, memory.

It loads nothing of the application, whose memory is measured.
"""

import ctypes
import gc
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper


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


def measured(work: Callable[[], object], *, counted: bool = False, times: int = 1) -> Figure:
    """Run `work` and return its Figure; counted: its statements and rows too, which makes it a little slower.

    times: so often, the figure being that of one among them. The database tells its processor time in hundredths of a second, which
    is a tenth of what a page takes.
    """
    _forget_peak()
    count = _Counted()
    before, clock, backend = _own_seconds(), time.perf_counter(), _backend_seconds()
    with count.counting() if counted else nullcontext():
        for _ in range(times):
            result = work()
    cpu, wall = _own_seconds() - before, time.perf_counter() - clock
    size = len(result.content) if hasattr(result, "content") else None
    cpu += _backend_seconds() - backend
    figure = Figure(cpu / times, wall / times, bytes=size, memory=peak())
    return replace(figure, statements=count.statements // times, rows=count.rows // times) if counted else figure


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
    return least([measured(_same_at_every_size, times=5) for _ in range(5)])


def _same_at_every_size() -> None:
    counted: dict[int, int] = {}
    for number in range(200_000):
        counted[number % 997] = counted.get(number % 997, 0) + number
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(number % 997) FROM generate_series(1, 500000) AS number")
        cursor.fetchall()
