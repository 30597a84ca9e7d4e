"""Groups of comparable branches on a day."""

from collections.abc import Collection
from datetime import date

from branches.places.models.groups import ComparisonGroup, OrganisationGroup


def groups_on(day: date, organisations: Collection[int] | None = None) -> dict[int, str]:
    """Return {organisation id: group} of those that belong to one on `day`; organisations: ids, all when None."""
    rows = OrganisationGroup.objects.filter(starts__lte=day).order_by("starts", "pk")
    if organisations is not None:
        rows = rows.filter(organisation__in=organisations)
    return dict(rows.values_list("organisation", "group"))


def group_label(group: str) -> str:
    """Return 机关支部, or "" for none."""
    return str(ComparisonGroup(group).label) if group else ""
