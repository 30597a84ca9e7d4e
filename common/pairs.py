"""Find a word inside a column of many rows: an index over pairs of characters, on PostgreSQL.

Made of what every PostgreSQL has: an extension for trigrams must be created in each database by whoever owns it, knows no letters
in Chinese under some locales, and does not help a word of two characters, as most are. SQLite reads its few rows as they are.
"""

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, TextField, Value

_FUNCTION = "tongbu_pairs"
# Every two characters that stand side by side, as icontains compares them.
_BODY = """
DECLARE whole text := upper(value); pairs text[] := '{}';
BEGIN
    FOR place IN 1 .. length(whole) - 1 LOOP pairs := pairs || substr(whole, place, 2); END LOOP;
    RETURN pairs;
END
"""


def install_pairs(*columns: tuple[str, str]) -> None:
    """Make the index over pairs of each (table, column), where it is missing; safe to run again, nothing on SQLite.

    Runs after every migrate, so that a table which is not there yet has it later. Rewriting _BODY asks for a migration that drops the
    indexes first: PostgreSQL does not build them anew for a changed function.
    """
    if connection.vendor != "postgresql":
        return
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()")
        indexes = {name for (name,) in cursor.fetchall()}
        for table, column in columns:
            name = f"{table}_{column}_pairs"
            if table not in tables or name in indexes:
                continue
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {_FUNCTION}(value text) RETURNS text[] "
                f"LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $${_BODY}$$"
            )
            cursor.execute(f"CREATE INDEX {name} ON {table} USING gin ({_FUNCTION}({column}))")


class _Pairs(Func):
    function = _FUNCTION
    output_field = TextField()


class _Hold(Func):
    template, arg_joiner = "%(expressions)s", " @> "
    output_field = BooleanField()


def said_in(column: str, text: str) -> Q:
    """Return the condition «the column holds the text, in any case». A text without cases is compared as it is: several times as quick."""
    return Q(**{f"{column}__{'contains' if text.lower() == text.upper() else 'icontains'}": text})


def holds(column: str, text: str) -> Q:
    """Return the condition of `said_in`, found by pairs: for a column that has an index of `install_pairs`.

    One of a single character has no pairs; every row is read.
    """
    said = said_in(column, text)
    if connection.vendor != "postgresql" or len(text) < 2:
        return said
    return said & Q(_Hold(_Pairs(F(column)), _Pairs(Value(text))))
