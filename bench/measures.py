"""What is measured of one filled database: seconds of processor, of the clock, statements, bytes; each without leaving a trace."""

import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import time_machine
from django.db import connection, transaction
from django.test import Client

from assessments.facts import fill as rollups
from assessments.facts.families import FAMILIES
from assessments.facts.slots import fill_slot
from assessments.facts.tree_on import Tree
from assessments.results.services import assessment_trial
from bench.data import YEAR
from branches.access.models import User
from branches.access.services.appointments import appointment_make
from branches.places.models.organisations import Organisation
from common.operator import OPERATOR
from common.periods import HALF, MONTH, QUARTER, Period
from common.periods import YEAR as YEAR_KIND
from members.activities.models import Activity
from members.activities.services.states import mark_activity
from responsibilities.work.models import StageEvidence

AS_OF = date(YEAR, 11, 24)

BY_HAND = """
INSERT INTO bench_fact
WITH leaf AS (
    SELECT a.organisation_id AS place, date_trunc('month', a.day) AS month, 'activities.' || k.kind AS measure,
           count(*) AS numerator, NULL::bigint AS denominator
    FROM members_activity a JOIN members_activitykind k ON k.activity_id = a.id
    WHERE a.state IN ('submitted', 'accepted') AND a.day BETWEEN %(first)s AND %(last)s GROUP BY 1, 2, 3
    UNION ALL
    SELECT t.organisation_id, date_trunc('month', a.day), 'attendance.' || t.state, count(*),
           sum(count(*)) OVER (PARTITION BY t.organisation_id, date_trunc('month', a.day))
    FROM members_attendance t JOIN members_activity a ON a.id = t.activity_id
    WHERE a.state IN ('submitted', 'accepted') AND a.day BETWEEN %(first)s AND %(last)s GROUP BY 1, 2, 3, t.state
)
SELECT above.id, leaf.month, leaf.measure, sum(leaf.numerator), sum(leaf.denominator)
FROM leaf JOIN branches_organisation o ON o.id = leaf.place
JOIN branches_organisation above ON above.lft <= o.lft AND above.rght >= o.rght
GROUP BY 1, 2, 3
"""


@dataclass
class Figure:
    """cpu: seconds of processor, of Python and of the database's own process together. wall: of the clock. statements, bytes:
    of a page or a fill; None where they are not counted.
    """

    cpu: float
    wall: float
    statements: int | None = None
    bytes: int | None = None


def _backend_seconds() -> float:
    """Processor time of this connection's process on the server, 0 where it runs on another machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    try:
        with open(f"/proc/{pid}/stat") as stat:
            ticks = stat.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")


def measured(work: Callable[[], object], *, counted: bool = False) -> Figure:
    """Run `work` once and return its Figure; counted: its statements too, which makes it a little slower."""
    before, clock, backend = time.process_time(), time.perf_counter(), _backend_seconds()
    if counted:
        # Their texts are not kept: those of a large agency would be most of the memory that is measured.
        queries: list[None] = []
        with connection.execute_wrapper(lambda execute, *rest: (queries.append(None), execute(*rest))[1]):
            result = work()
    else:
        queries, result = [], work()
    cpu, wall = time.process_time() - before, time.perf_counter() - clock
    size = len(result.content) if hasattr(result, "content") else None
    return Figure(cpu + _backend_seconds() - backend, wall, len(queries) if counted else None, size)


def least(figures: list[Figure]) -> Figure:
    """Return the figure with the least processor time: what the work costs without what happened beside it."""
    return min(figures, key=lambda one: one.cpu)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def by_hand() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE bench_fact")
        cursor.execute(BY_HAND, {"first": date(YEAR, 1, 1), "last": AS_OF})


def by_engine() -> None:
    tree = Tree()
    for family in FAMILIES[:2]:
        for month in Period(YEAR_KIND, YEAR).parts(MONTH):
            if month.first <= AS_OF:
                fill_slot(family, month, AS_OF, tree.on(min(month.last, AS_OF)))


def first_facts() -> None:
    rollups.fill(as_of=AS_OF)
    # What autovacuum does within minutes of such a fill: without it every plan reckons with an empty table.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def fills() -> Iterator[tuple[str, Figure]]:
    """Yield the roll-up beside the statement by hand, each family, and the whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS bench_fact"
            " (place bigint, month timestamptz, measure text, numerator numeric, denominator numeric)"
        )
    yield "counts of the year by hand", least([measured(by_hand) for _ in range(3)])
    yield "counts of the year by the engine", least([measured(by_engine) for _ in range(3)])
    for family in FAMILIES:
        run = rollups._Run(AS_OF, None, True, [])
        yield f"family {family.key}", measured(lambda run=run, family=family: run.fill_family(family))
    yield "full fill", measured(lambda: rollups.fill(as_of=AS_OF, rebuild=True))
    yield "first fill of the next day", _next_day()


def _next_day() -> Figure:
    day = AS_OF + timedelta(days=1)
    with undone(), time_machine.travel(f"{day}T10:00:00+08:00"):
        return measured(lambda: rollups.fill(as_of=day), counted=True)


def changes() -> Iterator[tuple[str, Figure]]:
    """Yield the fill after one changed record, after one that is evidence of a stage, and after a hundredth of all."""
    linked = StageEvidence.objects.filter(activity__isnull=False).values("activity")
    every = Activity.objects.filter(day__year=YEAR, state="accepted").select_related("organisation")
    plain = every.exclude(pk__in=linked).order_by("pk")
    yield "fill after one record", least([_mended([row]) for row in plain[: 5 * 97 : 97]])
    proofs = every.filter(pk__in=linked).order_by("pk")
    yield "fill after one record that is evidence", least([_mended([row]) for row in proofs[: 5 * 7 : 7]])
    number = every.count() // 100
    yield "fill after a hundredth of the records", _mended(every.filter(day__lte=AS_OF).order_by("-day")[:number])


def _mended(records) -> Figure:
    with undone():
        for record in records:
            mark_activity(record)
        return measured(lambda: rollups.fill(as_of=AS_OF), counted=True)


NAMED = {QUARTER: "a quarter", HALF: "a half-year", YEAR_KIND: "the year"}


def trials() -> Iterator[tuple[str, Figure]]:
    """Yield a trial of a quarter, a half-year and the year by the branches' scheme."""
    for period in (Period.parse(f"{YEAR}Q3"), Period.parse(f"{YEAR}H1"), Period(YEAR_KIND, YEAR)):
        with undone():
            figure = measured(
                lambda period=period: assessment_trial(by=OPERATOR, period=period, as_of=AS_OF), counted=True
            )
        yield f"trial of {NAMED[period.kind]}", figure


def _signed_in(name: str, role: str, place: Organisation) -> Client:
    user = User.objects.create(username=name, name=name)
    appointment_make(by=OPERATOR, user=user, role=role, organisation=place)
    client = Client()
    client.force_login(user, backend="branches.backends.AppointmentBackend")
    return client


def pages() -> Iterator[tuple[str, Figure]]:
    """Yield the pages of a branch's secretary and of the committee's office, each the second time it is asked for."""
    root = Organisation.objects.root()
    branch = Organisation.objects.filter(kind="branch").order_by("pk")[7]
    secretary = _signed_in("bench-secretary", "branch_secretary", branch)
    office = _signed_in("bench-office", "committee_staff", root)
    word = branch.short_name
    for name, client, url in (
        ("empty view", office, "/healthz"),
        ("workbench", secretary, "/"),
        ("record form", secretary, f"/activities/new/?organisation={branch.pk}"),
        ("dashboard", office, "/dashboard/"),
        ("records", office, "/activities/"),
        ("requirements", office, "/requirements/"),
        ("members", office, "/members/"),
        ("organisations", office, "/organisations/"),
        ("search", office, f"/search/?q={word}"),
        ("review queue", office, "/reviews/"),
        ("sync board", office, "/sync/"),
        ("sync rates", office, "/sync/rates/?by=tree"),
        ("duty board", office, "/duties/"),
        ("supervision", office, "/supervision/"),
    ):
        answer = client.get(url)
        if answer.status_code != 200:
            raise SystemExit(f"{url} answers {answer.status_code}")
        yield (
            f"page: {name}",
            least([measured(lambda client=client, url=url: client.get(url), counted=True) for _ in range(3)]),
        )


def memory() -> int:
    """Return the most memory that this process has held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
