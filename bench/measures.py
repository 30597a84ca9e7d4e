"""What is measured of one filled database, each without leaving a trace. Imports and reports: bench/heavy.py."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit, urlunsplit

from django.db import connection
from django.test import Client

from assessments.facts import fill as rollups
from assessments.facts.families import FAMILIES
from assessments.facts.slots import fill_slot
from assessments.facts.tree_on import Tree
from assessments.results.services import assessment_trial
from bench.data import YEAR
from bench.figures import Figure, least, measured, undone
from bench.floor import floor_filled, floor_prepared
from branches.access.models import User
from branches.access.services.appointments import appointment_make
from branches.places.models.organisations import Organisation
from common import garbage
from common.operator import OPERATOR
from common.periods import HALF, MONTH, QUARTER, Period
from common.periods import YEAR as YEAR_KIND
from members.activities.models import Activity
from members.activities.services.states import mark_activity
from responsibilities.work.models import StageEvidence

AS_OF = date(YEAR, 11, 24)


def by_hand() -> None:
    floor_filled(YEAR, Period.containing(MONTH, AS_OF))


def by_engine() -> None:
    tree = Tree()
    for family in FAMILIES[:2]:
        for month in Period(YEAR_KIND, YEAR).parts(MONTH):
            if month.first <= AS_OF:
                fill_slot(family, month, AS_OF, tree.on(min(month.last, AS_OF)))


# What a process beside fills of all families where a large agency is filled for the first time: half of the work, and nothing that rests
# on what the other half is filled with.
_BESIDE = (
    *("activities", "attendance", "shared", "sync", "supervision", "roster"),
    *("dues_fault", "dues", "education", "care", "study", "resolution"),
)


def first_facts() -> Figure:
    """Fill all facts and return what that took: of a large agency in two processes beside each other, which only measuring does.

    cpu is of both; memory of the one that does more.
    """
    if Organisation.objects.count() < 1000:
        figure = measured(lambda: rollups.fill(as_of=AS_OF))
    else:
        figure = _filled_by_two()
    _vacuumed()
    return figure


def _vacuumed() -> None:
    """Do what autovacuum does within minutes of a fill, or of one that was undone: without it every plan reckons with an empty table,
    no index says by itself that its rows are there for everybody, and what was undone is read over again and again.
    """
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _filled_by_two() -> Figure:
    rest = tuple(family for family in FAMILIES if family.key not in _BESIDE)
    with mock.patch.object(rollups, "FAMILIES", rest), _started("first_fill.py", str(AS_OF), *_BESIDE) as child:
        figure = measured(lambda: rollups.fill(as_of=AS_OF))
        clock = time.perf_counter()
        beside = Figure(**json.loads(child.communicate()[0]))
        waited = time.perf_counter() - clock
    return Figure(figure.cpu + beside.cpu, figure.wall + waited, memory=max(figure.memory, beside.memory))


def fills() -> Iterator[tuple[str, Figure]]:
    """Yield the roll-up beside the statement by hand, and the first fills of two days."""
    floor_prepared()
    with connection.cursor() as cursor:
        # What parallel workers of the database use is not in the figures: without them both sides are whole.
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    hand, engine = [], []
    # Of a large agency one run takes so long that what happens beside it evens out.
    for _ in range(3 if Organisation.objects.count() < 1000 else 1):
        hand.append(measured(by_hand))
        with undone():
            engine.append(measured(by_engine))
    with connection.cursor() as cursor:
        cursor.execute("RESET max_parallel_workers_per_gather")
    yield "counts of the year by hand", least(hand)
    yield "counts of the year by the engine", least(engine)
    yield "first fill of the next day", _new_day(AS_OF + timedelta(days=1))
    # What most duty lists wait for is due by the end of November: nine of ten turn on this day.
    yield "first fill of December", _new_day(date(YEAR, 12, 1))


def families() -> Iterator[tuple[str, Figure]]:
    """Yield what each family of facts costs filled anew, and all of them together."""
    for family in FAMILIES:
        run = rollups._Run(AS_OF, None, True, [])
        yield f"family {family.key}", measured(lambda run=run, family=family: run.fill_family(family))
    yield "full fill", measured(lambda: rollups.fill(as_of=AS_OF, rebuild=True))


def _new_day(day: date) -> Figure:
    """Return what the first fill of a day takes of a process that does nothing else: what a worker holds is asked."""
    with _started("first_fill.py", day.isoformat()) as child:
        figure = Figure(**json.loads(child.communicate()[0]))
    return figure


def _started(script: str, *arguments: str) -> "subprocess.Popen[str]":
    """Start a script of this folder on the scratch database; its output is a Figure as JSON."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    command = [sys.executable, str(Path(__file__).with_name(script)), *arguments]
    environment = os.environ | {"DATABASE_URL": urlunsplit(address)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def changes() -> Iterator[tuple[str, Figure]]:
    """Yield the fill after one changed record, and after one that is evidence of a stage."""
    linked = StageEvidence.objects.filter(activity__isnull=False).values("activity")
    every = Activity.objects.filter(day__year=YEAR, state="accepted").select_related("organisation")
    plain = every.exclude(pk__in=linked).order_by("pk")
    yield "fill after one record", least([_mended([row]) for row in plain[: 5 * 97 : 97]])
    proofs = every.filter(pk__in=linked).order_by("pk")
    yield "fill after one record that is evidence", least([_mended([row]) for row in proofs[: 5 * 7 : 7]])


def many_changes() -> Iterator[tuple[str, Figure]]:
    """Yield the fill after a hundredth of all records, the newest."""
    every = Activity.objects.filter(day__year=YEAR, state="accepted").select_related("organisation")
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
    """Yield the pages of a branch's secretary and of the committee's office, each the second time it is asked for, as they are served."""
    _vacuumed()
    with garbage.settled():
        yield from _pages()


def _pages() -> Iterator[tuple[str, Figure]]:
    root = Organisation.objects.root()
    branch = Organisation.objects.filter(kind="branch").order_by("pk")[7]
    secretary = _signed_in("bench-secretary", "branch_secretary", branch)
    office = _signed_in("bench-office", "committee_staff", root)
    word = branch.short_name
    for name, client, url in (
        # The frame round every page and nothing in it: goals of lists are counted beside its statements.
        ("empty view", office, "/menu/"),
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
            least([measured(lambda client=client, url=url: client.get(url), counted=True, times=5) for _ in range(3)]),
        )
