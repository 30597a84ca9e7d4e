"""Names of organisations for pages and exports."""

from branches.places.models.organisations import Organisation


def full_names():
    """Return {id: full name} of all organisations."""
    return dict(Organisation.objects.order_by().values_list("pk", "name"))


def labels(ids=None):
    """Return {id: short label}; a small group carries its branch's name."""
    rows = Organisation.objects.select_related("parent").order_by()
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    return {row.pk: row.label for row in rows}
