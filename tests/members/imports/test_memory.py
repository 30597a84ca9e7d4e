"""Many rows take little more memory than few (ten thousand and a thousand with THOROUGH=1), and a small file is not slowed by what a big one needs."""

import csv
import io
import os
import threading
import time
from pathlib import Path

import pytest

from common.operator import OPERATOR
from members.imports.agency import plan_files
from tests.members.imports.rows import MEMBER_HEADS
from tests.world import identity

pytestmark = pytest.mark.django_db
FEW, MANY = (1_000, 10_000) if os.environ.get("THOROUGH") else (300, 3_000)
MOST_MB = 80 * MANY / 10_000  # measured: 33 for ten thousand people, 3 for a thousand


def _resident():
    """Megabytes that this process holds just now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


class Peak:
    """The most memory that the process held while the block ran, above what it held before."""

    def __enter__(self):
        self.before = self.most = _resident()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()
        return self

    def _look(self):
        while not self.over.wait(0.02):
            self.most = max(self.most, _resident())

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    @property
    def grown(self):
        return self.most - self.before


def _ledger(rows):
    # The numbers repeat: rows that are wrong cost at least as much as those that are right, and are made at once.
    numbers = [identity(number) for number in range(40, 90)]
    out = io.StringIO()
    lines = (
        [f"党员{n}", numbers[n % 50], "正式党员", "甲处党支部", "", "2018-03-01", "2019-03-01", "", "", "备注"]
        for n in range(rows)
    )
    csv.writer(out).writerows([MEMBER_HEADS, *lines])
    return out.getvalue().encode()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc")
def test_many_rows_are_flat_in_memory(world):
    grown, seconds = {}, {}
    for rows in (FEW, MANY):
        data, began = _ledger(rows), time.monotonic()
        with Peak() as peak:
            (plan,) = plan_files(OPERATOR, {"members": (data, "a.csv")}, mode="update")
        assert plan.rows == rows and plan.counts["new"] + plan.counts["wrong"] == rows
        grown[rows], seconds[rows] = peak.grown, time.monotonic() - began
        del plan, data
    assert grown[MANY] - grown[FEW] < MOST_MB, grown
    # Nothing in it grows with the square of the rows.
    assert seconds[MANY] < 30 * max(seconds[FEW], 0.2), seconds
