"""Ids of content types: Django keeps them for a process, so the agencies that a process serves must have the same ones.

A backup that comes from another installation may have others; what it restores is renumbered before it is adopted.
"""

from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

Types = dict[tuple[str, str], int]
_ASIDE = 1_000_000


def present() -> Types:
    """Return {(app, model): id} of this database."""
    return {(app, model): pk for pk, app, model in ContentType.objects.values_list("pk", "app_label", "model")}


def renumber(wanted: Types) -> int:
    """Give the content types these ids, with everything that names them; others get ids above. Returns how many changed."""
    mine, free = present(), max([*wanted.values(), *present().values(), 0]) + 1
    others = {name: free + number for number, name in enumerate(sorted(set(mine) - set(wanted)))}
    # One that keeps an id that nobody else wants stays as it is.
    others |= {name: mine[name] for name in others if mine[name] not in wanted.values()}
    moved = {mine[name]: (wanted | others)[name] for name in mine if mine[name] != (wanted | others)[name]}
    if not moved:
        return 0
    places = [(ContentType._meta.db_table, "id"), *_named_in()]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        # First out of the way of each other, then to where they belong.
        for table, column in places:
            cursor.executemany(
                f'UPDATE "{table}" SET "{column}" = %s WHERE "{column}" = %s',  # nosec B608
                [(_ASIDE + old, old) for old in moved],
            )
            cursor.executemany(
                f'UPDATE "{table}" SET "{column}" = %s WHERE "{column}" = %s',  # nosec B608
                [(new, _ASIDE + old) for old, new in moved.items()],
            )
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('django_content_type', 'id'), max(id)) FROM django_content_type"
        )
    ContentType.objects.clear_cache()
    return len(moved)


def _named_in() -> list[tuple[str, str]]:
    """Return (table, column) of every key that leads to a content type."""
    models: list[Any] = [*apps.get_models(include_auto_created=True)]
    return [
        (model._meta.db_table, field.column)
        for model in models
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is ContentType and model._meta.managed and not model._meta.proxy
    ]
