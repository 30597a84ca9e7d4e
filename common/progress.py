"""How far a long piece of work is, and whether it shall go on: said deep inside without passing it through every call.

Whoever does the work calls `begin`, `tick` and `check`; where nobody watches (commands, requests) they do nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

WRITING = "正在写入"


class Stopped(Exception):
    """The work was called off, or somebody else has taken it over: give it up and write nothing more."""


@dataclass
class Progress:
    """step: what is done just now, in a few Chinese words; done of total: rows (total 0: nobody knows).

    writing: a write transaction is open. stopped: set by whoever watches, from another thread. publish: notes the present
    step at once.
    """

    step: str = ""
    done: int = 0
    total: int = 0
    writing: bool = False
    stopped: bool = False
    publish: Callable[[], object] = lambda: None


_watched: ContextVar[Progress | None] = ContextVar("progress", default=None)


@contextmanager
def watched(progress: Progress) -> Iterator[None]:
    """Let what runs in the block report to `progress`."""
    token = _watched.set(progress)
    try:
        yield
    finally:
        _watched.reset(token)


def begin(step: str, total: int = 0) -> None:
    """Say which step begins and how many rows it has. Raises Stopped."""
    if (progress := _watched.get()) is not None:
        progress.step, progress.done, progress.total = step, 0, total
    check()


def tick(rows: int = 1) -> None:
    """Say that so many further rows are done. Raises Stopped."""
    if (progress := _watched.get()) is not None:
        progress.done += rows
    check()


def check() -> None:
    """Raise Stopped where the work was called off."""
    if (progress := _watched.get()) is not None and progress.stopped:
        raise Stopped


@contextmanager
def writing(step: str = WRITING) -> Iterator[None]:
    """Say that writing begins; the block is to hold the write transaction, in which not every database lets others note it.

    step: what is done in it, in a few Chinese words.
    """
    progress = _watched.get()
    if progress is None:
        yield
        return
    begin(step)
    progress.publish()
    progress.writing = True
    try:
        yield
    finally:
        progress.writing = False
