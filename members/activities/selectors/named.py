"""What many records are called, without reading the records."""

from collections.abc import Collection
from datetime import date

from members.activities.models import Activity, words_of_kinds

# So many are asked for at once: a year of a large agency counts half a million.
PORTION = 5_000


def names_of(records: Collection[int]) -> dict[int, str]:
    """Return {id: kinds and day, 支委会 06-10} of records, in the order of their days; one statement for each PORTION of them."""
    ids = sorted(records)
    kinds: dict[tuple[date, int], list[str]] = {}
    for start in range(0, len(ids), PORTION):
        rows = Activity.objects.filter(pk__in=ids[start : start + PORTION]).order_by("kinds__pk")
        for pk, day, kind in rows.values_list("pk", "day", "kinds__kind"):
            kinds.setdefault((day, pk), []).extend([kind] if kind else ())
    return {pk: f"{words_of_kinds(kinds[day, pk])} {day:%m-%d}" for day, pk in sorted(kinds)}
