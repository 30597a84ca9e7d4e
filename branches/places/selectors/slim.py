"""As much of an organisation as lists of thousands go by."""

from dataclasses import dataclass

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
