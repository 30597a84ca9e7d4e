"""The triggers that let the audit tables only grow, on both databases (control C50)."""

from typing import Any

from django.db import connection

AUDIT_TABLES = ("branches_auditentry", "branches_auditseal")
_REFUSE = "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
_SQLITE_TRIGGERS = {
    "{t}_no_update": "CREATE TRIGGER {t}_no_update BEFORE UPDATE ON {t} " + _REFUSE,
    "{t}_no_delete": "CREATE TRIGGER {t}_no_delete BEFORE DELETE ON {t} " + _REFUSE,
    # INSERT OR REPLACE walks past a delete trigger.
    "{t}_no_replace": "CREATE TRIGGER {t}_no_replace BEFORE INSERT ON {t} "
    "WHEN EXISTS (SELECT 1 FROM {t} WHERE {k} = NEW.{k}) " + _REFUSE,
}


def _keys():
    return zip(AUDIT_TABLES, ("id", "pos"))


def install_audit_guards(**_: Any) -> None:
    """Make the append-only triggers (and PostgreSQL's transaction column); safe to run again.

    Runs after every migrate: on SQLite a migration that rebuilds a table drops its triggers silently.
    """
    if not set(AUDIT_TABLES) <= set(connection.introspection.table_names()):
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "ALTER TABLE branches_auditentry ADD COLUMN IF NOT EXISTS xid xid8 DEFAULT pg_current_xact_id()"
            )
            cursor.execute(
                "CREATE OR REPLACE FUNCTION tongbu_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$"
            )
            for table in AUDIT_TABLES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_rows ON {table}")
                cursor.execute(
                    f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION tongbu_append_only()"
                )
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_truncate ON {table}")
                cursor.execute(
                    f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} "
                    "FOR EACH STATEMENT EXECUTE FUNCTION tongbu_append_only()"
                )
        else:
            for table, key in _keys():
                for name, statement in _SQLITE_TRIGGERS.items():
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name.format(t=table)}")
                    cursor.execute(statement.format(t=table, k=key))


def remove_audit_guards() -> None:
    """Drop the triggers. For test teardown only; verify() reports their absence."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in AUDIT_TABLES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_rows ON {table}")
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_truncate ON {table}")
        else:
            for table, _ in _keys():
                for name in _SQLITE_TRIGGERS:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name.format(t=table)}")


def missing_audit_guards() -> list[str]:
    """Return the names of triggers that should stand on the audit tables and do not (or are switched off)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            wanted = {f"{table}_{part}" for table in AUDIT_TABLES for part in ("rows", "truncate")}
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')")
        else:
            wanted = {name.format(t=table) for table in AUDIT_TABLES for name in _SQLITE_TRIGGERS}
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return sorted(wanted - {row[0] for row in cursor.fetchall()})
