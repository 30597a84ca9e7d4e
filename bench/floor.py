"""The leanest statements for the facts of records, written by hand: what the roll-up of them could cost at best.

Honest: the same columns and indexes as the facts, one transaction for each month and family as the engine has, the ways up the
tree laid out beforehand (they are not what is measured), every state of attendance for whoever has any.
"""

from django.db import connection, transaction

from assessments.facts.families import FAMILIES
from common.periods import MONTH, YEAR, Period
from members.measures import ATTENDANCE_MEASURES

_PREPARED = """
DROP TABLE IF EXISTS bench_floor, bench_above;
CREATE TABLE bench_floor (LIKE assessments_fact INCLUDING ALL);
CREATE TABLE bench_above AS SELECT o.id AS place, above.id AS up FROM branches_organisation o
    JOIN branches_organisation above ON above.tree_id = o.tree_id AND above.lft <= o.lft AND above.rght >= o.rght;
CREATE INDEX ON bench_above (place, up);
ANALYZE bench_above;
"""

_COLUMNS = (
    "family, measure, organisation_id, period, numerator, denominator, late, overdue, own_numerator, own_denominator,"
    " own_late, own_overdue, state, waiting"
)

_GROUPED = """
grouped AS (
    SELECT bench_above.up, leaf.measure, sum(leaf.number) AS number,
           sum(CASE WHEN bench_above.up = leaf.place THEN leaf.number ELSE 0 END) AS own
    FROM leaf JOIN bench_above ON bench_above.place = leaf.place GROUP BY 1, 2
)
"""

_ACTIVITIES = f"""
INSERT INTO bench_floor ({_COLUMNS})
WITH leaf AS (
    SELECT a.organisation_id AS place, 'activities.' || k.kind AS measure, count(*) AS number
    FROM members_activity a JOIN members_activitykind k ON k.activity_id = a.id
    WHERE a.state IN ('submitted', 'accepted') AND a.day BETWEEN %(first)s AND %(last)s GROUP BY 1, 2
), {_GROUPED}
SELECT 'activities', measure, up, %(period)s, number, NULL, 0, 0, own, NULL, 0, 0, '', false FROM grouped
"""  # nosec B608

_ATTENDANCE = f"""
INSERT INTO bench_floor ({_COLUMNS})
WITH leaf AS (
    SELECT t.organisation_id AS place, 'attendance.' || t.state AS measure, count(*) AS number
    FROM members_attendance t JOIN members_activity a ON a.id = t.activity_id
    WHERE a.state IN ('submitted', 'accepted') AND a.day BETWEEN %(first)s AND %(last)s GROUP BY 1, 2
), {_GROUPED},
total AS (SELECT up, sum(number) AS number, sum(own) AS own FROM grouped GROUP BY up)
SELECT 'attendance', named.measure, total.up, %(period)s, coalesce(grouped.number, 0), total.number, 0, 0,
       coalesce(grouped.own, 0), nullif(total.own, 0), 0, 0, '', false
FROM total CROSS JOIN unnest(%(measures)s) AS named (measure)
LEFT JOIN grouped ON grouped.up = total.up AND grouped.measure = named.measure
"""  # nosec B608


def floor_prepared() -> None:
    """Lay out the tables that the statements write and read."""
    with connection.cursor() as cursor:
        cursor.execute(_PREPARED)


def floor_filled(year: int, last: Period) -> None:
    """Write the facts of records of each month of a year up to `last`, as the engine does when all of them are filled anew."""
    with connection.cursor() as cursor:
        for family, statement in zip(FAMILIES[:2], (_ACTIVITIES, _ATTENDANCE), strict=True):
            for month in Period(YEAR, year).parts(MONTH):
                if month.first > last.first:
                    continue
                values = {
                    "first": month.first,
                    "last": month.last,
                    "period": str(month),
                    "measures": list(ATTENDANCE_MEASURES),
                }
                with transaction.atomic():
                    cursor.execute(
                        "DELETE FROM bench_floor WHERE family = %s AND period = %s", [family.key, str(month)]
                    )
                    cursor.execute(statement, values)
