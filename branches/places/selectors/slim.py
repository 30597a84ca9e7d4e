"""As much of an organisation as lists of thousands go by."""

from dataclasses import dataclass
from operator import attrgetter

from django.db.models import QuerySet

from branches.places.models.organisations import Organisation


@dataclass(eq=False, slots=True)
class Place:
    """Of an organisation what the tree goes by: of thousands whose rows are not shown no more is read."""

    pk: int
    kind: str
    name: str
    short_name: str
    initials: str
    parent_id: int | None
    tree_id: int
    lft: int
    rght: int
    parent: "Place | None" = None

    __str__ = Organisation.__str__
    contains = Organisation.contains
    label = Organisation.label


PLACE = ("pk", "kind", "name", "short_name", "initials", "parent_id", "tree_id", "lft", "rght")


def places_in_order(rows: QuerySet[Organisation]) -> list[Place]:
    """Return the Places of many organisations in the order of the tree, without those above them.

    Put in order here: the database compares whole rows, which for thousands costs more than reading them.
    """
    places = [Place(*row) for row in rows.order_by().values_list(*PLACE)]
    places.sort(key=attrgetter("lft"))
    places.sort(key=attrgetter("tree_id"))
    return places
