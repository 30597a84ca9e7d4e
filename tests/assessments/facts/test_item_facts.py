"""What `export_facts` says of notices answered and resolutions carried out, recomputed by a reader of docs/measures.md alone."""

import csv
import random
from collections import defaultdict
from datetime import date, datetime, time, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils.timezone import localdate, make_aware

from assessments.facts import fill as rollups
from branches.places.models.organisations import Organisation
from branches.settings.services import start_set
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import Activity, ActivityKind, Resolution
from responsibilities.supervision.models import Supervision
from tests.assessments.facts.only import filling
from tests.examples import part
from tests.records import counted

YEAR, AS_OF = 2026, date(2026, 11, 24)
only_these = filling("supervision", "resolution")
PERIODS = [f"{YEAR}-{month:02d}" for month in range(1, 13)]
PERIODS += [f"{YEAR}Q{number}" for number in range(1, 5)] + [f"{YEAR}H1", f"{YEAR}H2", str(YEAR)]
KEYS = ("branch_a", "branch_b", "branch_c", "general", "committee", "group_a1")


def some_day(chance, first=date(YEAR, 1, 1), last=date(YEAR, 12, 31)):
    return first + timedelta(days=chance.randrange((last - first).days + 1))


def moment(day):
    return make_aware(datetime.combine(day, time(9)))


def a_notice(world, chance, number):
    due = some_day(chance)
    issued = due - timedelta(days=chance.randrange(1, 60))
    answered = issued + timedelta(days=chance.randrange(90)) if chance.random() < 0.6 else None
    closed = (answered or issued) + timedelta(days=chance.randrange(60)) if chance.random() < 0.4 else None
    Supervision.objects.create(
        organisation=world.places[chance.choice(KEYS)],
        holder=world.leader if chance.random() < 0.15 else None,
        year=YEAR,
        number=number,
        title="补齐",
        expected="报送",
        due=due,
        first_due=due,
        issued_by=world.staff,
        issued_from=world.root,
        issued_at=moment(issued),
        answered_at=moment(answered) if answered else None,
        answered_late=bool(answered and answered > due),
        state="closed" if closed else "reported" if answered else "open",
        closed_at=moment(closed) if closed else None,
    )


def a_meeting(world, chance):
    record = Activity.objects.create(
        organisation=world.places[chance.choice(KEYS)],
        day=some_day(chance),
        title="研究工作",
        state=chance.choice(["accepted", "accepted", "submitted", "draft", "returned"]),
    )
    ActivityKind.objects.create(activity=record, kind="theme_day")
    counted(record, chance.random() < 0.8)
    for order in range(1, chance.randrange(1, 4)):
        due = some_day(chance, record.day, date(YEAR + 1, 2, 1)) if chance.random() < 0.8 else None
        done = record.day + timedelta(days=chance.randrange(120)) if chance.random() < 0.5 else None
        Resolution.objects.create(activity=record, order=order, text="落实", due=due, done_on=done)


def above(place):
    while place is not None:
        yield place
        place = place.parent


def items(start):
    """Yield (measure, organisation, due day, whether done) of each thing with a due day from the start on."""
    for row in Supervision.objects.all():
        answered = row.answered_at is not None and localdate(row.answered_at) <= AS_OF
        withdrawn = row.answered_at is None and row.closed_at is not None and localdate(row.closed_at) <= AS_OF
        if row.holder_id is None and localdate(row.issued_at) <= AS_OF and not withdrawn and row.due >= start:
            yield "supervisions.answered", row.organisation, row.due, answered
    for row in Resolution.objects.select_related("activity"):
        record = row.activity
        counts = record.state in ("submitted", "accepted") and record.valid and record.day <= AS_OF
        if counts and row.due is not None and row.due >= start:
            yield "resolutions.done", record.organisation, row.due, row.done_on is not None and row.done_on <= AS_OF


def recomputed(start):
    found = defaultdict(lambda: [0, 0])
    for measure, place, due, done in items(start):
        for period in PERIODS:
            if due in Period.parse(period):
                for one in above(place):
                    found[one.name, measure, period][0] += done
                    found[one.name, measure, period][1] += 1
    return {key: tuple(row) for key, row in found.items()}


def exported(folder):
    file = folder / "facts.csv"
    call_command("export_facts", period=str(YEAR), as_of=AS_OF.isoformat(), out=str(file), verbosity=0)
    with file.open(encoding="utf-8-sig") as lines:
        return {
            (row["organisation"], row["measure"], row["period"]): (int(row["numerator"]), int(row["denominator"]))
            for row in csv.DictReader(lines)
            if row["measure"] in ("supervisions.answered", "resolutions.done")
        }


@pytest.mark.parametrize("start", [date.min, date(YEAR, 4, 10)])
@pytest.mark.parametrize("seed", part([3, 14, 15, 92], of=4))
def test_the_export_of_notices_and_resolutions_is_what_a_reader_outside_recomputes(world, tmp_path, seed, start):
    with transaction.atomic():
        chance = random.Random(seed)
        for number in range(1, 60):
            a_notice(world, chance, number)
            a_meeting(world, chance)
        if start > date.min:
            start_set(by=OPERATOR, day=start)
        rollups.fill(as_of=AS_OF)
        found = exported(tmp_path)
        assert len(found) > 50 and {key[0] for key in found} > {Organisation.objects.get(pk=world.root.pk).name}
        assert found == recomputed(start)
        transaction.set_rollback(True)
