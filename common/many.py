"""Many ids in one condition: PostgreSQL is given one array instead of a mark and a value for each.

Django puts `id IN (…)` together value by value, which for the people of an agency takes longer than the statement itself. What is
found is the same. Importing this module registers the lookups.
"""

from typing import Any

from django.db.models import ForeignKey, IntegerField
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In

# Fewer are put together as quickly either way.
MANY = 20
_LARGEST = 2**63 - 1


class Ids(list[int]):
    """Whole numbers that a bigint holds, more than MANY of them."""


def ids_of(values: Any) -> Ids | None:
    """Return a collection's values as Ids, None where it holds anything else, or few."""
    if not isinstance(values, list | tuple | set | frozenset | dict) or len(values) <= MANY:
        return None
    if set(map(type, values)) != {int} or max(values) > _LARGEST or min(values) < -_LARGEST:
        return None
    return Ids(values)


class _ManyIn(In):
    def get_prep_lookup(self) -> Any:
        ids = ids_of(self.rhs) if isinstance(self._held(), IntegerField) else None
        return super().get_prep_lookup() if ids is None else ids

    def _held(self) -> Any:
        """Return the field whose values are compared."""
        return getattr(self.lhs, "output_field", None)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        if not isinstance(self.rhs, Ids):
            return self.as_sql(compiler, connection)
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bigint[])", [*params, "{" + ",".join(map(str, self.rhs)) + "}"]


@IntegerField.register_lookup
class ManyNumbers(_ManyIn):
    """`in` of whole numbers and of the numbers of rows."""


@ForeignKey.register_lookup
class ManyRelated(_ManyIn, RelatedIn):
    """`in` of what a row points at."""

    def _held(self) -> Any:
        return getattr(super()._held(), "target_field", None)
