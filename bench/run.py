"""Measure, in one run, the roll-up beside the hand-written statement, and the pages' statements; started by bin/bench."""

import os
import statistics
import sys
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DEMO", "1")

import django

django.setup()

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment

from assessments.facts import fill as rollups
from assessments.facts.families import FAMILIES
from assessments.results.services import assessment_trial
from bench.data import SIZES, YEAR, build
from branches.access.models import User
from branches.access.services.appointments import appointment_make
from branches.places.models.organisations import Organisation
from common.operator import OPERATOR
from common.periods import MONTH, Period
from common.periods import YEAR as YEAR_KIND
from members.activities.models import Activity
from members.activities.services.states import mark_activity

AS_OF = date(YEAR, 11, 24)
ROUNDS = 3

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


def timed(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def by_hand():
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE bench_fact")
        cursor.execute(BY_HAND, {"first": date(YEAR, 1, 1), "last": AS_OF})


def by_engine():
    for family in FAMILIES[:2]:
        leaf = family.opened(AS_OF)
        for month in Period(YEAR_KIND, YEAR).parts(MONTH):
            if month.first <= AS_OF:
                rollups._fill_slot(family, month, AS_OF, leaf)


def each_family():
    """Return {family: seconds} of filling all slots of the year, one family after the other."""
    found = {}
    for family in FAMILIES:
        slots = [
            period
            for kind in family.kinds
            for period in Period(YEAR_KIND, YEAR).parts(kind)
            if period.first <= rollups._last_filled(AS_OF)
        ]
        leaf = family.opened(AS_OF)
        found[family.key] = timed(
            lambda family=family, slots=slots, leaf=leaf: [
                rollups._fill_slot(family, slot, AS_OF, leaf) for slot in slots
            ]
        )
    return found


def incremental(records):
    """Return the seconds a fill takes after these records have changed."""
    for activity in records:
        mark_activity(activity)
    return timed(lambda: rollups.fill(as_of=AS_OF))


def changes(share=100):
    """Yield (name, records): one record in `share`, as changes come in life and as they come at worst."""
    rows = Activity.objects.select_related("organisation")
    number = rows.count() // share
    yield "the latest", rows.filter(day__lte=AS_OF).order_by("-day")[:number]
    yield "spread over branches and months", rows.order_by("organisation_id", "day")[::share]


def pages(place):
    user = User.objects.create(username="bench", name="测量")
    appointment_make(by=OPERATOR, user=user, role="committee_staff", organisation=place)
    client = Client()
    client.force_login(user, backend="branches.backends.AppointmentBackend")
    for name, url in (
        ("empty view", "/healthz"),
        ("dashboard", "/dashboard/"),
        ("records", "/activities/"),
        ("requirements", "/requirements/"),
        ("members", "/members/"),
        ("organisations", "/organisations/"),
        ("review queue", "/reviews/"),
        ("sync board", "/sync/"),
        ("sync rates", "/sync/rates/?by=tree"),
        ("duties", "/duties/"),
        ("supervision", "/supervision/"),
    ):
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            seconds = timed(lambda url=url: client.get(url))
        print(f"  {name:<14} {len(queries):>3} statements  {1000 * seconds:7.0f} ms")


def trials():
    """Try a quarter and the year by the branches' scheme: seconds, and statements that read."""
    for period in (Period.parse(f"{YEAR}Q3"), Period(YEAR_KIND, YEAR)):
        with CaptureQueriesContext(connection) as queries:
            seconds = timed(lambda period=period: assessment_trial(by=OPERATOR, period=period, as_of=AS_OF))
        read = sum(row["sql"].lstrip().upper().startswith("SELECT") for row in queries.captured_queries)
        print(f"  trial of {period}: {seconds:.2f} s, {read} statements that read")


def measure(name, *, only_trials=False):
    print(f"\n{name}: {SIZES[name]}")
    print(f"  data made in {timed(lambda: build(SIZES[name])):.1f} s")
    if only_trials:
        trials()
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_fact (place bigint, month timestamptz, measure text, numerator numeric, denominator numeric)"
        )
    hand, engine = [], []
    for _ in range(ROUNDS):
        hand.append(timed(by_hand))
        engine.append(timed(by_engine))
    ratio = statistics.median(engine) / statistics.median(hand)
    print(
        f"  year by month: engine {statistics.median(engine):.2f} s, by hand {statistics.median(hand):.2f} s, ratio {ratio:.2f} (target 1.3)"
    )
    print("  " + ", ".join(f"{key} {seconds:.2f} s" for key, seconds in each_family().items()))
    full = timed(lambda: rollups.fill(as_of=AS_OF, rebuild=True))
    print(f"  full fill {full:.2f} s")
    for which, records in changes():
        part = incremental(records)
        print(f"  after {len(records)} records changed, {which}: {part:.2f} s, ratio {part / full:.2f} (target 0.05)")
    trials()
    pages(Organisation.objects.root())


def main():
    if connection.vendor != "postgresql":
        sys.exit("bin/bench measures on PostgreSQL: set DATABASE_URL.")
    setup_test_environment()
    words = sys.argv[1:]
    only_trials = "--trials" in words
    for name in [word for word in words if word != "--trials"] or ["S", "M"]:
        real = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            measure(name, only_trials=only_trials)
        finally:
            connection.creation.destroy_test_db(real, verbosity=0)


if __name__ == "__main__":
    main()
