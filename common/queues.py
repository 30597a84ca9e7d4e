"""The queues of background work: how long a task of each may take, and how many processes serve it.

Three queues, because Redis knows no priorities: what a page or the seal waits for never stands behind a fill of the facts,
and neither behind an import. A worker serves one of them in service
(bin/worker.py), all three in an embedded installation. config/schedule.py says which task goes where.
"""

from dataclasses import dataclass

SHORT, FILLS, HEAVY = "short", "fills", "heavy"


@dataclass(frozen=True)
class Queue:
    """soft, hard: seconds after which a task of it is told to stop, and is stopped. processes: that serve it in service."""

    soft: int
    hard: int
    processes: int


QUEUES = {SHORT: Queue(50, 60, 2), FILLS: Queue(540, 600, 1), HEAVY: Queue(1740, 1800, 2)}


def sign_of(queue: str) -> str:
    """Return the name of the heartbeat of whoever serves a queue."""
    return f"worker:{queue}"
