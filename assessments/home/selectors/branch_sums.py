"""What is due, done and overdue in a quarter, by branch and by what branches stand below: one pass over the facts.

Facts are counted for each organisation first, from their index alone; only those counts meet the tree. Of the branches with most
overdue it is looked up what that is, of the groups that a page shows what each rule comes to.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, QuerySet

from assessments.facts.models import Fact
from branches.places.models.organisations import Kind, Organisation, OrganisationVersion, tree_order
from common.operator import Actor
from responsibilities.requirements.models import RequirementState as State

DONE = (State.MET, State.MET_LATE)
DUE = (*DONE, State.OVERDUE)
# (branch, measure, period) of what is overdue.
Overdue = list[tuple[int, str, str]]

_SUMS = """
WITH place(organisation, parent, kind, name, first) AS ({places}),
counted(organisation, due, done, late, fits) AS MATERIALIZED ({counted}),
seen(organisation) AS ({seen}),
inside(organisation, branch, up) AS (
    SELECT place.organisation, place.parent, upper.parent
    FROM place LEFT JOIN place AS upper ON upper.organisation = place.parent WHERE place.kind = {small_group}
),
branch(branch, up, due, done, late, first) AS (
    SELECT COALESCE(inside.branch, place.organisation),
        CASE WHEN inside.organisation IS NULL THEN place.parent ELSE inside.up END,
        SUM(due), SUM(done), SUM(late), MIN(place.first)
    FROM counted JOIN place ON place.organisation = counted.organisation
    LEFT JOIN inside ON inside.organisation = counted.organisation
    WHERE counted.organisation IN (SELECT organisation FROM seen)
    GROUP BY 1, 2 HAVING SUM(fits) > 0
),
worst AS (SELECT branch, late, first FROM branch WHERE late > 0 ORDER BY late DESC, first LIMIT {worst})
SELECT 0 AS what, up, place.name, place.kind, number, lag, due, done, late, up_first FROM (
    SELECT up, COUNT(*) AS number, SUM(CASE WHEN late > 0 THEN 1 ELSE 0 END) AS lag, SUM(due) AS due, SUM(done) AS done,
        SUM(late) AS late, MIN(first) AS up_first
    FROM branch GROUP BY up
) AS grouped LEFT JOIN place ON place.organisation = grouped.up
UNION ALL
SELECT 1, branch, place.name, place.kind, 1, 1, 0, 0, late, worst.first
FROM worst JOIN place ON place.organisation = worst.branch
UNION ALL
SELECT 2, one.branch, fact.measure, fact.period, 0, 0, 0, 0, 0, 0
FROM (
    SELECT branch, branch AS organisation FROM worst
    UNION ALL
    SELECT worst.branch, inside.organisation FROM worst JOIN inside ON inside.branch = worst.branch
) AS one JOIN assessments_fact AS fact ON fact.organisation_id = one.organisation
WHERE fact.state = {overdue} AND fact.period IN ({periods}) AND fact.organisation_id IN (SELECT organisation FROM seen)
"""

# Measures are named by a range, and whatever else lies in it is left to the reader: each of many names would be looked for
# in each period of each place.
_SHARES = """
WITH branch(organisation, parent, kind) AS ({branches}),
inside(organisation, parent) AS ({small_groups}),
shown(organisation, branch, up) AS MATERIALIZED (
    SELECT organisation, organisation, parent FROM branch WHERE kind <> {small_group}
    UNION ALL
    SELECT inside.organisation, branch.organisation, branch.parent
    FROM inside JOIN branch ON branch.organisation = inside.parent
),
seen(organisation) AS ({seen}),
named(measure) AS ({measures})
SELECT shown.up, fact.measure, fact.period,
    COUNT(CASE WHEN fact.due <= {today} AND fact.state IN ({due}) THEN 1 END),
    COUNT(CASE WHEN fact.due <= {today} AND fact.state IN ({done}) THEN 1 END),
    COUNT(CASE WHEN fact.state = {overdue} THEN 1 END)
FROM shown JOIN assessments_fact AS fact ON fact.organisation_id = shown.organisation
WHERE shown.organisation IN (SELECT organisation FROM seen) AND fact.state <> '' AND fact.period IN ({periods})
    AND fact.measure BETWEEN (SELECT MIN(measure) FROM named) AND (SELECT MAX(measure) FROM named)
    {fitting}
GROUP BY shown.up, fact.measure, fact.period
"""
# Of a branch all is shown where something fits, its own or of its small groups.
_FITTING = """AND shown.branch IN (
    SELECT own.branch FROM shown AS own WHERE own.organisation IN ({facts})
)"""

_WORDS: dict[str, Sequence[str]] = {
    "small_group": [Kind.SMALL_GROUP.value],
    "overdue": [State.OVERDUE.value],
    "due": [state.value for state in DUE],
    "done": [state.value for state in DONE],
}


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
) -> tuple[list[Sums], list[Sums], Overdue]:
    """Return (Sums of what branches within reach of `user` below `top` stand below, Sums of the branches with most overdue, and
    what is overdue of these).

    periods: of the facts, as written. day: on which the tree is looked at. which: only branches with a fact that fits. worst: how
    many branches. One statement.
    """
    # Of the whole agency: reach and place are asked of its organisations, not of each of their facts. What is counted is a
    # column of the index.
    due, number = Q(due__lte=today), "organisation"
    counted = (
        _facts(periods)
        .values("organisation")
        .annotate(
            fell_due=Count(number, filter=due & Q(state__in=DUE)),
            done=Count(number, filter=due & Q(state__in=DONE)),
            late_ones=Count(number, filter=Q(state=State.OVERDUE)),
            fits=Count(number, filter=which) if which is not None else Count(number),
        )
    )
    versions = OrganisationVersion.objects.filter(stood_on(day)).order_by()
    places = versions.values_list("organisation", "parent", "kind", "short_name", tree_order("organisation__")[-1])
    words = {**_WORDS, "worst": [worst], "periods": sorted(periods)}
    found: tuple[list[Sums], list[Sums]] = ([], [])
    overdue: Overdue = []
    for what, place, name, kind, *numbers in _asked(
        _SUMS, places=places, counted=counted, seen=_seen(user, top), **words
    ):
        if what == len(found):
            overdue.append((place, name, kind))
        else:
            found[what].append(Sums(place, name or "", kind or "", *map(int, numbers)))
    return found[0], sorted(found[1], key=lambda row: (-row.overdue, row.first)), overdue


def group_shares(
    user: Actor,
    periods: set[str],
    day: date,
    groups: Collection[int],
    measures: Collection[str],
    *,
    top: Organisation | None = None,
    which: Q | None = None,
    today: date,
) -> list[tuple[int, str, str, int, int, int]]:
    """Return (group, measure, period, fell due, done, overdue) of the branches that stand directly below these groups (ids).

    periods, measures: of the facts, as written; measures that lie between these may come along. The rest as for `branch_sums`,
    to whose sums of the groups these add up. One statement.
    """
    if not groups:
        return []
    stood = OrganisationVersion.objects.filter(stood_on(day)).order_by()
    # Least and greatest of the measures are the database's to say: its order is not Python's.
    pieces: dict[str, Any] = {
        **_WORDS,
        "branches": stood.filter(parent__in=groups).values_list("organisation", "parent", "kind"),
        "small_groups": stood.filter(kind=Kind.SMALL_GROUP).values_list("organisation", "parent"),
        "seen": _seen(user, top),
        "facts": _facts(periods).filter(which or Q()).values_list("organisation"),
        "today": [today],
        "periods": sorted(periods),
        "measures": tuple(measures),
    }
    return _asked(_SHARES.replace("{fitting}", _FITTING if which is not None else ""), **pieces)


def _facts(periods: Collection[str]) -> QuerySet[Fact]:
    return Fact.objects.filter(period__in=periods).exclude(state="").order_by()


def _seen(user: Actor, top: Organisation | None) -> QuerySet[Organisation, Any]:
    rows = Organisation.objects.visible_to(user).order_by()
    return (rows if top is None else rows.within(top)).values_list("pk")


def _asked(statement: str, **pieces: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a statement with names in braces. pieces: for each a queryset, or values, a list of them to stand side
    by side, a tuple as rows.
    """
    texts: list[str] = []
    parameters: list[Any] = []
    for text, name, *_ in Formatter().parse(statement):
        texts.append(text)
        if name is not None:
            sql, values = _written(pieces[name])
            texts.append(sql)
            parameters += values
    with connection.cursor() as cursor:
        cursor.execute("".join(texts), parameters)
        return cursor.fetchall()


def _written(piece: Any) -> tuple[str, Sequence[Any]]:
    if isinstance(piece, QuerySet):
        return piece.query.sql_with_params()
    if isinstance(piece, tuple):
        return " UNION ALL ".join(["SELECT %s"] * len(piece)), piece
    return ", ".join(["%s"] * len(piece)), piece
