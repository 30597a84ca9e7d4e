"""The few statements that SQLite and PostgreSQL do not share."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction


def advisory_lock(number: int) -> None:
    """Take a lock that ends with the transaction; SQLite needs none, its write transactions stand in one line."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("the lock must be taken inside a transaction")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def lock_against_writes(table: str) -> None:
    """Let nobody write to a table, and wait for those who do, until the transaction ends; SQLite's writers wait anyway."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("the lock must be taken inside a transaction")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {connection.ops.quote_name(table)} IN SHARE ROW EXCLUSIVE MODE")


@contextmanager
def exclusive(number: int) -> Iterator[bool]:
    """Hold a lock for the whole process, not for a transaction; yields whether it was free.

    It ends with the process, however that dies: PostgreSQL's session lock, a locked file beside SQLite.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
            free = cursor.fetchone()[0]
        try:
            yield free
        finally:
            if free:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
        return
    with Path(f"{connection.settings_dict['NAME']}.lock-{number}").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def stop_mark(number: int) -> Path | None:
    """Return the file that tells a job beside SQLite to stop, or None where a row can tell it.

    SQLite lets one transaction write at a time: while an import holds it, no row can say that it was called off.
    """
    if connection.vendor != "sqlite" or in_memory():
        return None
    return Path(f"{connection.settings_dict['NAME']}.stop-{number}")


def in_memory() -> bool:
    """Whether the database lives in this process alone (tests on SQLite)."""
    return connection.vendor == "sqlite" and ("mode=memory" in str(connection.settings_dict["NAME"]))
