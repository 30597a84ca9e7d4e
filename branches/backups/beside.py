"""A second, empty database beside the one in use: filled and verified there, then put in its place in one step.

PostgreSQL: another schema of the same database; two renames in one transaction. SQLite: another file. So a restore that
fails has changed nothing, the append-only triggers of the trail are never set aside, and what stood there before stays.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection

from branches.backups.errors import BackupError
from common import clock


def _stamp() -> str:
    return clock.real_now().strftime("%Y%m%d_%H%M%S")


def held() -> str:
    """Return the name of the agency that the database in use holds, its own name where it has accounts but no tree, or ""."""
    there = set(connection.introspection.table_names())
    tables = ("branches_organisation", "branches_user", "branches_auditentry")
    with connection.cursor() as cursor:
        for table in tables:
            if table not in there:
                continue
            cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")  # nosec B608
            if cursor.fetchone():
                break
        else:
            return ""
        if "branches_organisation" in there:
            cursor.execute("SELECT name FROM branches_organisation WHERE parent_id IS NULL ORDER BY id LIMIT 1")
            if row := cursor.fetchone():
                return str(row[0])
    return Path(str(connection.settings_dict["NAME"])).name


class Beside:
    """The second database while it is being filled; `adopt` puts it in the place of the first and returns where that went."""

    def __init__(self) -> None:
        self.adopted = False

    def open(self) -> None:
        raise NotImplementedError

    def adopt(self) -> str:
        raise NotImplementedError

    def close(self) -> None:
        """Go back to the database in use; what was not adopted is thrown away."""
        raise NotImplementedError


class Schema(Beside):
    def __init__(self) -> None:
        super().__init__()
        self.options: dict[str, Any] = connection.settings_dict.setdefault("OPTIONS", {})
        self.before = self.options.get("options")
        self.stamp = _stamp()
        self.name = f"restoring_{self.stamp}"

    def _execute(self, *statements: str) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def _back(self) -> None:
        connection.close()
        if self.before is None:
            self.options.pop("options", None)
        else:
            self.options["options"] = self.before

    def open(self) -> None:
        try:
            self._execute(f"CREATE SCHEMA {self.name}")
        except DatabaseError:
            raise BackupError("数据库角色不能建立模式；恢复须以数据库的所有者进行。") from None
        connection.close()
        self.options["options"] = f"{self.before or ''} -c search_path={self.name}".strip()

    def adopt(self) -> str:
        self._back()
        kept = f"before_restore_{self.stamp}"
        there = bool(held())
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_schema()")
                current = connection.ops.quote_name(cursor.fetchone()[0])
                # One message is one transaction: nobody finds the database without its schema.
                cursor.execute(
                    f"ALTER SCHEMA {current} RENAME TO {kept}; ALTER SCHEMA {self.name} RENAME TO {current};"
                    f"GRANT USAGE ON SCHEMA {current} TO PUBLIC"
                )
        except DatabaseError as error:
            raise BackupError(
                f"恢复好的数据不能换上（{str(error).splitlines()[0]}）；须以数据库的所有者进行。"
            ) from None
        self.adopted = True
        if there:
            return f"模式 {kept}"
        self._execute(f"DROP SCHEMA {kept} CASCADE")
        return ""

    def close(self) -> None:
        self._back()
        if not self.adopted:
            self._execute(f"DROP SCHEMA IF EXISTS {self.name} CASCADE")


class File(Beside):
    def __init__(self) -> None:
        super().__init__()
        self.path = Path(str(connection.settings_dict["NAME"]))
        self.other = self.path.with_name(f"{self.path.name}.restoring")

    def _point_to(self, path: Path) -> None:
        connection.close()
        connection.settings_dict["NAME"] = str(path)

    def _remove_other(self) -> None:
        for ending in ("", "-wal", "-shm", "-journal"):
            self.other.with_name(self.other.name + ending).unlink(missing_ok=True)

    def open(self) -> None:
        self._remove_other()
        self._point_to(self.other)

    def _settle(self, path: Path) -> None:
        """Bring the log of a database into its file; raises BackupError while another process has it open."""
        self._point_to(path)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        wal = path.with_name(f"{path.name}-wal")
        if wal.exists() and wal.stat().st_size:
            raise BackupError(f"另有进程正在使用 {path}；请先停止 web、worker 和 beat。")

    def adopt(self) -> str:
        self._settle(self.other)
        self._settle(self.path)
        there = bool(held())
        connection.close()
        kept = self.path.with_name(f"{self.path.name}.before-restore-{_stamp()}")
        if there:
            # A second name first: at no moment is there no database.
            os.link(self.path, kept)
        os.replace(self.other, self.path)
        for ending in ("-wal", "-shm"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        self.adopted = True
        return str(kept) if there else ""

    def close(self) -> None:
        self._point_to(self.path)
        if not self.adopted:
            self._remove_other()


@contextmanager
def beside() -> Iterator[Beside]:
    """Let Django's connection point to an empty database beside the one in use, for this process alone, inside the block."""
    other: Beside = Schema() if connection.vendor == "postgresql" else File()
    other.open()
    try:
        yield other
    finally:
        other.close()
