"""What is due, done and overdue in a quarter, by branch and by what branches stand below: one pass over the facts.

Facts are counted for each organisation first, from their index alone; only those counts meet the tree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q

from assessments.facts.models import Fact
from branches.places.models.organisations import Kind, Organisation, OrganisationVersion, tree_order
from common.operator import Actor
from responsibilities.requirements.models import RequirementState as State

DONE = (State.MET, State.MET_LATE)
DUE = (*DONE, State.OVERDUE)

_SUMS = """
WITH place(organisation, parent, kind, name, first) AS ({places}),
counted(organisation, due, done, late, fits) AS MATERIALIZED ({counted}),
seen(organisation) AS ({seen}),
branch(branch, up, due, done, late, first) AS (
    SELECT CASE WHEN place.kind = %s THEN place.parent ELSE place.organisation END,
        CASE WHEN place.kind = %s THEN upper.parent ELSE place.parent END,
        SUM(due), SUM(done), SUM(late), MIN(place.first)
    FROM counted JOIN seen ON seen.organisation = counted.organisation
    JOIN place ON place.organisation = counted.organisation
    LEFT JOIN place AS upper ON upper.organisation = place.parent AND place.kind = %s
    GROUP BY 1, 2 HAVING SUM(fits) > 0
),
worst AS (SELECT branch, late, first FROM branch WHERE late > 0 ORDER BY late DESC, first LIMIT %s)
SELECT 0 AS what, up, place.name, place.kind, number, lag, due, done, late, up_first FROM (
    SELECT up, COUNT(*) AS number, SUM(CASE WHEN late > 0 THEN 1 ELSE 0 END) AS lag, SUM(due) AS due, SUM(done) AS done,
        SUM(late) AS late, MIN(first) AS up_first
    FROM branch GROUP BY up
) AS grouped LEFT JOIN place ON place.organisation = grouped.up
UNION ALL
SELECT 1, branch, place.name, place.kind, 1, 1, 0, 0, late, worst.first
FROM worst JOIN place ON place.organisation = worst.branch
"""


@dataclass(frozen=True)
class Sums:
    """What an organisation directly above branches (or a branch) comes to. branches, lag: how many, and of them with something
    overdue; first: where its first branch stands in the order of the tree.
    """

    place: int | None
    name: str
    kind: str
    branches: int
    lag: int
    due: int
    done: int
    overdue: int
    first: int

    @property
    def rate(self) -> int | None:
        return round(100 * self.done / self.due) if self.due else None


def stood_on(day: date, path: str = "") -> Q:
    """Return the condition «the version of an organisation on a day; of one that was archived before, its last»."""
    ends = Q(**{f"{path}ends__isnull": True}) | Q(**{f"{path}ends__gte": day})
    return Q(**{f"{path}starts__lte": day}) & (ends | Q(**{f"{path}ends": F(f"{path}organisation__archived_on")}))


def branch_sums(
    user: Actor,
    periods: set[str],
    day: date,
    *,
    top: Organisation | None = None,
    which: Q | None = None,
    today: date,
    worst: int,
) -> tuple[list[Sums], list[Sums]]:
    """Return (Sums of what branches within reach of `user` below `top` stand below, Sums of the branches with most overdue).

    periods: of the facts, as written. day: on which the tree is looked at. which: only branches with a fact that fits. worst: how
    many branches. One statement.
    """
    # Of the whole agency: reach and place are asked of its organisations, not of each of their facts.
    facts = Fact.objects.filter(period__in=periods).exclude(state="").order_by()
    seen = Organisation.objects.visible_to(user).order_by()
    if top is not None:
        seen = seen.within(top)
    due = Q(due__lte=today)
    counted = facts.values("organisation").annotate(
        fell_due=Count("pk", filter=due & Q(state__in=DUE)),
        done=Count("pk", filter=due & Q(state__in=DONE)),
        late_ones=Count("pk", filter=Q(state=State.OVERDUE)),
        fits=Count("pk", filter=which) if which is not None else Count("pk"),
    )
    versions = OrganisationVersion.objects.filter(stood_on(day)).order_by()
    places = versions.values_list("organisation", "parent", "kind", "short_name", tree_order("organisation__")[-1])
    found: tuple[list[Sums], list[Sums]] = ([], [])
    for what, *columns in _asked(places, counted, seen.values_list("pk"), worst):
        place, name, kind, *numbers = columns
        found[what].append(Sums(place, name or "", kind or "", *map(int, numbers)))
    return found[0], sorted(found[1], key=lambda row: (-row.overdue, row.first))


def _asked(places: Any, counted: Any, seen: Any, worst: int) -> Iterator[tuple[Any, ...]]:
    stood, at = places.query.sql_with_params()
    numbers, of = counted.query.sql_with_params()
    reached, by = seen.query.sql_with_params()
    statement = _SUMS.format(places=stood, counted=numbers, seen=reached)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*at, *of, *by, *[Kind.SMALL_GROUP.value] * 3, worst])
        yield from cursor.fetchall()
