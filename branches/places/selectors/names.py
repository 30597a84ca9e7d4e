"""Names of organisations for pages and exports."""

from collections.abc import Iterable
from datetime import date

from branches.places.models.organisations import Organisation


def full_names() -> dict[int, str]:
    """Return {id: full name} of all organisations."""
    return dict(Organisation.objects.order_by().values_list("pk", "name"))


def labels(ids: Iterable[int] | None = None) -> dict[int, str]:
    """Return {id: short label}; a small group carries its branch's name."""
    rows = Organisation.objects.select_related("parent").order_by()
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    return {row.pk: row.label for row in rows}


def label_with_end(label: str, archived_on: date | None) -> str:
    """Return the label of an organisation; an archived one says so, wherever it still stands for something open."""
    return f"{label}（已撤销）" if archived_on else label
