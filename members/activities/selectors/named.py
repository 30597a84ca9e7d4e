"""What many records are called, without reading the records."""

from collections.abc import Collection
from datetime import date

from members.activities.models import Activity, words_of_kinds
from members.activities.selectors.records import NO_FIGURES, without_figures

# So many are asked for at once: a year of a large agency counts half a million.
PORTION = 5_000


def names_of(records: Collection[int]) -> dict[int, str]:
    """Return {id: kinds and day, 支委会 06-10} of records, in the order of their days; two statements for each PORTION of them.

    One that counts as its ledger has it, without a number of people, says so.
    """
    ids = sorted(records)
    kinds: dict[tuple[date, int], list[str]] = {}
    alone: set[int] = set()
    for start in range(0, len(ids), PORTION):
        some = ids[start : start + PORTION]
        alone |= without_figures(some)
        rows = Activity.objects.filter(pk__in=some).order_by("kinds__pk")
        for pk, day, kind in rows.values_list("pk", "day", "kinds__kind"):
            kinds.setdefault((day, pk), []).extend([kind] if kind else ())
    return {
        pk: f"{words_of_kinds(kinds[day, pk])} {day:%m-%d}" + (f"（{NO_FIGURES}）" if pk in alone else "")
        for day, pk in sorted(kinds)
    }
