"""Counts summed up the tree by the database: the rows never pass through Python.

The own counts come from one statement of `members.measures`; each organisation's ancestors come from the versions of the
tree on the slot's day, walked by a recursive common table expression. Works alike on SQLite and PostgreSQL.
"""

from collections.abc import Collection
from datetime import date

from django.db import connection

from assessments.facts.families import Counted
from assessments.facts.family import Family
from common.periods import Period

_FACT = "assessments_fact"
_COLUMNS = (
    "family, measure, organisation_id, period, numerator, denominator, late, overdue, own_numerator, own_denominator,"
    " own_late, own_overdue, state, waiting"
)

# The version in force on a day; of an organisation that stood only before or after it, the nearest.
TREE_ON = """
    SELECT organisation_id, parent_id FROM (
        SELECT organisation_id, parent_id, ROW_NUMBER() OVER (
            PARTITION BY organisation_id
            ORDER BY CASE WHEN starts <= %s THEN 0 ELSE 1 END, CASE WHEN starts <= %s THEN starts END DESC, starts
        ) AS place FROM branches_organisationversion
    ) AS ordered WHERE place = 1
"""

_ABOVE = f"""
WITH RECURSIVE tree(place, parent) AS ({TREE_ON}),
above(place, up) AS (
    SELECT place, place FROM tree
    UNION ALL
    SELECT above.place, tree.parent FROM above JOIN tree ON tree.place = above.up
    WHERE tree.parent IS NOT NULL
),
leaf(place, measure, number) AS ({{leaf}}),
grouped(up, measure, number, own) AS (
    SELECT above.up, leaf.measure, SUM(leaf.number), SUM(CASE WHEN above.up = leaf.place THEN leaf.number ELSE 0 END)
    FROM leaf JOIN above ON above.place = leaf.place GROUP BY above.up, leaf.measure
)
"""  # nosec B608

_COUNTS = f"""
INSERT INTO {_FACT} ({_COLUMNS})
{_ABOVE}
SELECT %s, measure, up, %s, number, NULL, 0, 0, own, NULL, 0, 0, '', {{no}} FROM grouped
"""  # nosec B608

# Each measure of the family for every organisation that has any: the denominator is the sum over the measures.
_SHARES = f"""
INSERT INTO {_FACT} ({_COLUMNS})
{_ABOVE},
total(up, number, own) AS (SELECT up, SUM(number), SUM(own) FROM grouped GROUP BY up),
named(measure) AS ({{names}})
SELECT %s, named.measure, total.up, %s, COALESCE(grouped.number, 0), total.number, 0, 0, COALESCE(grouped.own, 0),
    CASE WHEN total.own > 0 THEN total.own END, 0, 0, '', {{no}}
FROM total CROSS JOIN named
LEFT JOIN grouped ON grouped.up = total.up AND grouped.measure = named.measure
"""  # nosec B608

_LONGER = f"""
INSERT INTO {_FACT} ({_COLUMNS})
SELECT family, measure, organisation_id, %s, SUM(numerator), SUM(denominator), SUM(late), SUM(overdue), SUM(own_numerator),
    SUM(own_denominator), SUM(own_late), SUM(own_overdue), '', {{no}}
FROM {_FACT} WHERE family = %s AND period IN ({{months}}){{named}} GROUP BY family, measure, organisation_id
"""  # nosec B608


def _literals() -> dict[str, str]:
    """What the two databases write differently: false."""
    return {"no": "false" if connection.vendor == "postgresql" else "0"}


def insert_counts(family: Counted, period: Period, as_of: date) -> None:
    """Insert the facts of a slot of a counting family (the slot is empty before)."""
    leaf, parameters = family.counts(period.first, min(period.last, as_of)).query.sql_with_params()
    day = min(period.last, as_of).isoformat()
    names = " UNION ALL ".join(["SELECT %s"] * len(family.shares))
    template = _SHARES if family.shares else _COUNTS
    statement = template.format(leaf=leaf, names=names, **_literals())
    values = [day, day, *parameters, *family.shares, family.key, str(period)]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def insert_longer(family: Family, period: Period, months: list[str], places: Collection[int] | None = None) -> None:
    """Insert the facts of a longer slot by adding those of its months; of `places` (ids) alone where they are given."""
    named = "" if places is None else f" AND organisation_id IN ({', '.join(str(int(place)) for place in places)})"
    statement = _LONGER.format(months=", ".join(["%s"] * len(months)), named=named, **_literals())
    with connection.cursor() as cursor:
        cursor.execute(statement, [str(period), family.key, *months])
