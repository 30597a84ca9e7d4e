"""The rows of the standing world, kept beside them: a test that commits leaves them as it found them.

The copies stand in tables of their own; to put them back is twenty times cheaper than to make the world anew.
"""

from collections.abc import Iterator

from django.db import connection, transaction

from branches.audit import guards

# Made by the migrations and the same for every test.
_UNTOUCHED = {"django_migrations", "django_content_type", "auth_permission"}
_kept: list[str] = []


def _tables() -> list[str]:
    return sorted(set(connection.introspection.django_table_names(only_existing=True)) - _UNTOUCHED)


def keep() -> None:
    """Copy what stands in the database now."""
    _kept.clear()
    with connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")
            if cursor.fetchone():
                cursor.execute(f"DROP TABLE IF EXISTS {_copy(table)}")
                cursor.execute(f"CREATE TABLE {_copy(table)} AS SELECT * FROM {table}")
                _kept.append(table)


def restore() -> None:
    """Delete every row and put back what was kept. The append-only triggers refuse that, also here: only tests may."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica; " + "; ".join(_statements()))
        else:
            guards.remove_audit_guards()
            for statement in _statements():
                cursor.execute(statement)
            guards.install_audit_guards()
    # Tests of migrations take tables, and their triggers with them, and bring back the tables.
    if guards.broken_audit_guards():
        guards.install_audit_guards()


def _statements() -> Iterator[str]:
    for table in _tables():
        yield f"DELETE FROM {table}"
    for table in _kept:
        yield f"INSERT INTO {table} SELECT * FROM {_copy(table)}"


def _copy(table: str) -> str:
    return f"standing_{table}"
