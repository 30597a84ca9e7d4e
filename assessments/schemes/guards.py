"""The triggers that keep a version in force as it is, on both databases; results rest on it.

A row that is used cannot go either: its results point to it. Triggers look at their own row alone, for on SQLite a trigger
that names another table stops the migrations of that one.
"""

from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "assessments_schemeversion"
_FUNCTION = "tongbu_scheme_in_force"
_SAID = "a scheme version in force cannot change"
_SQLITE = {
    "scheme_no_update": f"BEFORE UPDATE ON {TABLE} WHEN OLD.state = 'in_force'",
    # INSERT OR REPLACE walks past an update trigger.
    "scheme_no_replace": f"BEFORE INSERT ON {TABLE} "
    f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id AND state = 'in_force')",  # nosec B608
}
# The condition stands in the function: a trigger that names a column keeps migrations from changing it.
_POSTGRES = {"scheme_no_update": f"BEFORE UPDATE ON {TABLE} FOR EACH ROW"}


def install_scheme_guards(*, database: BaseDatabaseWrapper = connection, **_: Any) -> None:
    """Make the triggers; safe to run again. After every migrate: on SQLite a rebuilt table has lost its own."""
    columns = _columns(database)
    if "state" not in columns:
        return
    remove_scheme_guards(database)
    with database.cursor() as cursor:
        if database.vendor != "postgresql":
            for name, when in _SQLITE.items():
                cursor.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{_SAID}'); END")
            return
        body = f"BEGIN IF OLD.state = 'in_force' THEN RAISE EXCEPTION '{_SAID}'; END IF; RETURN NEW; END"
        cursor.execute(f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
        for name, when in _POSTGRES.items():
            cursor.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {_FUNCTION}()")


def remove_scheme_guards(database: BaseDatabaseWrapper = connection) -> None:
    """Drop the triggers: before they are made anew, and before a migration goes back."""
    with database.cursor() as cursor:
        for name in _POSTGRES if database.vendor == "postgresql" else _SQLITE:
            cursor.execute(
                f"DROP TRIGGER IF EXISTS {name}" + (f" ON {TABLE}" if database.vendor == "postgresql" else "")
            )


def _columns(database: BaseDatabaseWrapper) -> set[str]:
    with database.cursor() as cursor:
        if TABLE not in database.introspection.table_names(cursor):
            return set()
        return {column.name for column in database.introspection.get_table_description(cursor, TABLE)}
