"""The triggers that let the audit tables only grow, on both databases (controls C50, C55)."""

from typing import Any

from django.db import connection

# Each table with its key.
KEYS = {"branches_auditentry": "id", "branches_auditseal": "pos", "branches_auditanchor": "id"}
AUDIT_TABLES = tuple(KEYS)
_REFUSE = "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
_SQLITE_TRIGGERS = {
    "{t}_no_update": "CREATE TRIGGER {t}_no_update BEFORE UPDATE ON {t} " + _REFUSE,
    "{t}_no_delete": "CREATE TRIGGER {t}_no_delete BEFORE DELETE ON {t} " + _REFUSE,
    # INSERT OR REPLACE walks past a delete trigger.
    "{t}_no_replace": "CREATE TRIGGER {t}_no_replace BEFORE INSERT ON {t} "
    "WHEN EXISTS (SELECT 1 FROM {t} WHERE {k} = NEW.{k}) " + _REFUSE,  # nosec B608
}
_FUNCTION = "tongbu_append_only"
_BODY = "BEGIN RAISE EXCEPTION 'audit is append-only'; END"
_POSTGRES_TRIGGERS = {
    "{t}_rows": "BEFORE UPDATE OR DELETE ON {t} FOR EACH ROW",
    "{t}_truncate": "BEFORE TRUNCATE ON {t} FOR EACH STATEMENT",
}
# As pg_trigger.tgtype adds them up: 1 for each row, 2 before, 8 delete, 16 update, 32 truncate.
_POSTGRES_KINDS = {"{t}_rows": 1 + 2 + 8 + 16, "{t}_truncate": 2 + 32}


def _there() -> list[str]:
    tables = set(connection.introspection.table_names())
    return [table for table in AUDIT_TABLES if table in tables]


def install_audit_guards(**_: Any) -> None:
    """Make the append-only triggers (and PostgreSQL's transaction column); safe to run again.

    Runs after every migrate: on SQLite a migration that rebuilds a table drops its triggers silently.
    """
    tables = _there()
    if not tables:
        return
    remove_audit_guards()
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            for table in tables:
                for statement in _SQLITE_TRIGGERS.values():
                    cursor.execute(statement.format(t=table, k=KEYS[table]))
            return
        cursor.execute("ALTER TABLE branches_auditentry ADD COLUMN IF NOT EXISTS xid xid8 DEFAULT pg_current_xact_id()")
        cursor.execute(f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ {_BODY} $$")
        for table in tables:
            for name, statement in _POSTGRES_TRIGGERS.items():
                cursor.execute(
                    f"CREATE TRIGGER {name.format(t=table)} {statement.format(t=table)} EXECUTE FUNCTION {_FUNCTION}()"
                )


def remove_audit_guards() -> None:
    """Drop the triggers: before they are made anew, and for test teardown. verify() reports their absence."""
    names = _POSTGRES_TRIGGERS if connection.vendor == "postgresql" else _SQLITE_TRIGGERS
    with connection.cursor() as cursor:
        for table in _there():
            for name in names:
                where = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name.format(t=table)}{where}")


def broken_audit_guards() -> list[str]:
    """Return the names of what is not as it should be on the audit tables, [] when all is well.

    A trigger that is missing, switched off or says something else than ours; a trigger or rule that is none of ours.
    """
    return _broken_on_postgres() if connection.vendor == "postgresql" else _broken_on_sqlite()


def _broken_on_sqlite() -> list[str]:
    wanted = {
        name.format(t=table): statement.format(t=table, k=key)
        for table, key in KEYS.items()
        for name, statement in _SQLITE_TRIGGERS.items()
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) IN (%s, %s, %s)",
            AUDIT_TABLES,
        )
        found = dict(cursor.fetchall())
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def _broken_on_postgres() -> list[str]:
    wanted = {(table, name.format(t=table)): kind for table in AUDIT_TABLES for name, kind in _POSTGRES_KINDS.items()}
    tables = list(AUDIT_TABLES)
    with connection.cursor() as cursor:
        # tgqual: a condition; tgattr: certain columns only. Either would let other writes pass.
        cursor.execute(
            "SELECT c.relname, t.tgname, t.tgtype, t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL"
            "   AND t.tgattr::text = '' AND p.proname = %s AND btrim(p.prosrc) = %s AND l.lanname = 'plpgsql'"
            " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
            " JOIN pg_language l ON l.oid = p.prolang"
            " WHERE NOT t.tgisinternal AND c.oid = ANY(SELECT to_regclass(n) FROM unnest(%s) AS n)",
            [_FUNCTION, _BODY, tables],
        )
        found = {(table, name): kind if ours else None for table, name, kind, ours in cursor.fetchall()}
        cursor.execute(
            "SELECT r.rulename FROM pg_rewrite r WHERE r.ev_class = ANY(SELECT to_regclass(n) FROM unnest(%s) AS n)",
            [tables],
        )
        foreign = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT current_setting('session_replication_role')")
        if cursor.fetchone()[0] == "replica":
            foreign.append("session_replication_role")
    return sorted([pair[1] for pair in wanted.keys() | found.keys() if wanted.get(pair) != found.get(pair)] + foreign)
