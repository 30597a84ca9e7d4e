"""The few statements that SQLite and PostgreSQL do not share."""

import fcntl
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from copy import copy
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, connection, models, transaction

from common import agencies

P = ParamSpec("P")
R = TypeVar("R")
# So often a service is begun; who loses again and again is told so.
TRIES = 3


def one_transaction(service: Callable[P, R]) -> Callable[P, R]:
    """Run a service whole or not at all; one that the database undid for another's sake is run again (fault F30).

    Of two that wait for each other's rows PostgreSQL undoes one; of two that write the same unique value at once it
    refuses the second, which then finds the row of the first and says its sentence. Nothing of the one undone is left, so
    it begins anew with its arguments as they were given, at most TRIES times; inside another transaction that one decides.
    """

    @wraps(service)
    def whole(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.vendor != "postgresql" or connection.in_atomic_block:
            with transaction.atomic():
                return service(*args, **kwargs)
        given = [(row, dict(vars(row)), copy(row._state)) for row in _rows([*args, *kwargs.values()])]
        for _ in range(TRIES - 1):
            try:
                with transaction.atomic():
                    return service(*args, **kwargs)
            except (OperationalError, IntegrityError) as error:
                if isinstance(error, OperationalError) and "deadlock" not in str(error).lower():
                    raise
                for row, values, state in given:
                    vars(row).clear()
                    vars(row).update(values, _state=state)
        with transaction.atomic():
            return service(*args, **kwargs)

    return whole


def _rows(arguments: list[Any]) -> Iterator[models.Model]:
    return (argument for argument in arguments if isinstance(argument, models.Model))


def why_away(error: Exception) -> str:
    """Return what an operator needs of the error of a database that does not answer: host, port, role, reason; no password."""
    if not isinstance(error, OperationalError):
        return type(error).__name__
    # libpq says the password nowhere; what follows the first line is advice.
    return (str(error).splitlines() or [""])[0].strip() or type(error).__name__


def limit_statements(seconds: int) -> None:
    """Let PostgreSQL break off each statement of this process after so many seconds (control C64).

    For connections that are still to be made; commands have no limit, a migration or a backup takes its time.
    """
    for row in agencies.database_rows():
        if "postgresql" in row["ENGINE"]:
            options = row.setdefault("OPTIONS", {})
            options["options"] = f"{options.get('options', '')} -c statement_timeout={seconds}s".strip()


@contextmanager
def unless_busy() -> Iterator[None]:
    """Leave out the block's write where it would have to wait: on SQLite a long import holds every other writer up.

    For what may be lost, outside a transaction. PostgreSQL's writers do not wait for each other here.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        patience = cursor.fetchone()[0]
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        except OperationalError as error:
            if "locked" not in str(error):
                raise
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {patience}")


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


def columns_of(row: models.Model) -> dict[str, Any]:
    """Return {column: value} of a row as it stands, for `write_changed`."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def write_changed(rows: Collection[tuple[models.Model, dict[str, Any]]], **alike: Any) -> None:
    """Write rows of one table: of each column those rows where it is otherwise than before, and `alike` in all of them.

    rows: [(instance, its `columns_of` before)]; instances hold what is to be written. alike: {field: value or expression}. Of each row
    and column that bulk_update writes an expression is put together: dearer than all else about it.
    """
    if not rows:
        return
    otherwise: dict[str, list[models.Model]] = {}
    for row, before in rows:
        for name, value in columns_of(row).items():
            if name not in alike and value != before[name]:
                otherwise.setdefault(name, []).append(row)
    manager = type(next(row for row, _ in rows))._default_manager
    for name, changed in otherwise.items():
        manager.bulk_update(changed, [name], batch_size=100)
    manager.filter(pk__in=[row.pk for row, _ in rows]).update(**alike)
